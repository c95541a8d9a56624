"""The state behind the Web API, and what its methods share."""

import json
import math
import random
import time
from typing import Any

from tests.slack_emulator.blocks import check_blocks
from tests.slack_emulator.config import Config
from tests.slack_emulator.errors import JSON, SlackError, refuse
from tests.slack_emulator.identity import (
    APP,
    APP_TOKEN,
    BLOCKS_MAX,
    BOT,
    BOT_SCOPES,
    BOT_TOKEN,
    BOT_USER,
    METADATA_MAX,
    TEAM,
)
from tests.slack_emulator.registry import decoded
from tests.slack_emulator.sockets import SocketHub
from tests.slack_emulator.text import normalise, walk
from tests.slack_emulator.workspace import Channel, Workspace

TRIGGER_S = 3  # A trigger id opens one view within this time.
MAX_BLOCKS = 50
MAX_ATTACHMENTS = 100
INSTALLATION = {
    "enterprise_id": None,
    "team_id": TEAM,
    "user_id": BOT_USER,
    "is_bot": True,
    "is_enterprise_install": False,
}


class Api:
    """One workspace with one installed app: tokens, messages, events to the app."""

    def __init__(self, config: Config, seed: int, extra_users: int) -> None:
        """Starts with a fresh workspace."""
        self.config = config
        self.ws = Workspace(seed, extra_users)
        self.hub = SocketHub(config, random.Random(seed))
        self.base = ""  # Set once the port is known.
        self.tokens: dict[str, JSON] = {
            BOT_TOKEN: {"kind": "bot", "scopes": set(BOT_SCOPES.split()), "error": None},
            APP_TOKEN: {"kind": "app", "scopes": {"connections:write"}, "error": None},
        }
        self.token = self.tokens[BOT_TOKEN]  # Of the call being served.
        self.ephemerals: list[JSON] = []
        self.views: dict[str, JSON] = {}
        self.triggers: dict[str, float] = {}  # trigger id -> expiry; minus infinity once used
        self.hooks: dict[str, JSON] = {}  # response_url id -> context

    def emit(
        self,
        event: JSON,
        channel: Channel | None = None,
        *,
        own: bool = False,
        copies: int = 1,
        new_ids: bool = False,
    ) -> None:
        """Sends an event to the app, if it subscribes to it and its bot can see the channel.

        Args:
            event: The event, without its envelope.
            channel: Where it happened.
            own: It is about the app's own message.
            copies: How often it is sent.
            new_ids: Each copy has an event id of its own, as Slack's duplicates sometimes have.
        """
        blind = channel is not None and BOT_USER not in channel.members
        if blind or event["type"] not in self.config.events:
            return
        if own and not self.config.self_events:
            return
        payload: JSON = {
            "token": "verification-token",
            "team_id": TEAM,
            "api_app_id": APP,
            "type": "event_callback",
            "event_time": int(time.time()),
            "event": {"event_ts": event.get("ts") or self.ws.new_ts(), **event},
            "authorizations": [INSTALLATION],
            "is_ext_shared_channel": False,
            "event_context": f"4-{self.ws.new_id('E')}",
            "event_id": self.ws.new_id("Ev"),
        }
        for _ in range(copies):
            if new_ids:
                payload = payload | {"event_id": self.ws.new_id("Ev")}
            self.hub.deliver("events_api", payload)

    def add_message(self, channel: Channel, message: JSON) -> JSON:
        """Commits a message, keeps its thread's counters and tells the app."""
        message = {"type": "message", "ts": self.ws.new_ts(), **message}
        if "subtype" not in message:
            message["team"] = TEAM
        if (parent := channel.find(message.get("thread_ts"))) is not None:
            users = list(dict.fromkeys([*parent.get("reply_users", []), message["user"]]))
            parent |= {
                "thread_ts": parent["ts"],
                "reply_count": parent.get("reply_count", 0) + 1,
                "reply_users": users,
                "reply_users_count": len(users),
                "latest_reply": message["ts"],
            }
            message["parent_user_id"] = parent["user"]
        channel.messages.append(message)
        kind = "im" if channel.im else "group" if channel.private else "channel"
        where = {"channel": channel.id, "channel_type": kind}
        self.emit(message | where, channel, own=message.get("bot_id") == BOT)
        if f"<@{BOT_USER}>" in message["text"] and "subtype" not in message:
            self.emit(message | {"type": "app_mention", "channel": channel.id}, channel)
        return message

    def system(
        self, channel: Channel, subtype: str, text: str, user: str = BOT_USER, **extra: Any
    ) -> None:
        """Adds the line Slack writes when somebody joins a channel, sets its topic and so on."""
        self.add_message(channel, {"subtype": subtype, "user": user, "text": text, **extra})

    def changed(self, channel: Channel, subtype: str, before: JSON, **extra: Any) -> None:
        """Emits message_changed or message_deleted."""
        event = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": channel.id,
            "ts": self.ws.new_ts(),
            "previous_message": before,
            "channel_type": "group" if channel.private else "channel",
            **extra,
        }
        self.emit(event, channel, own=before.get("bot_id") == BOT)

    def join(self, channel: Channel, user: str, **inviter: str) -> None:
        """Adds a member, with the channel's join line and the event."""
        channel.members.append(user)
        self.system(channel, "channel_join", f"<@{user}> has joined the channel", user, **inviter)
        event = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "G" if channel.private else "C",
            "team": TEAM,
            **inviter,
        }
        self.emit(event, channel)

    def archive(self, channel: Channel, user: str = BOT_USER) -> JSON:
        """Archives a channel, whoever asks."""
        refuse(channel.archived, "already_archived")
        refuse(channel.name == "general", "cant_archive_general")
        self.system(channel, "channel_archive", "archived the channel", user)
        self.emit({"type": "channel_archive", "channel": channel.id, "user": user}, channel)
        channel.archived = True
        return {}

    def remove(self, channel: Channel, message: JSON) -> JSON:
        """Deletes a message, whoever asks."""
        channel.messages.remove(message)
        channel.pins = [ts for ts in channel.pins if ts != message["ts"]]
        self.changed(channel, "message_deleted", message, deleted_ts=message["ts"])
        return {"channel": channel.id, "ts": message["ts"]}

    def channel(self, args: JSON, need: str = "", key: str = "channel") -> Channel:
        """The channel named by id.

        ``need`` is "" (visible), "member", or "live" (member, and not archived).
        """
        refuse(not args.get(key), "invalid_arguments", f"missing required field: {key}")
        channel = self.ws.channels.get(str(args[key]))
        closed = channel is not None and (channel.private or channel.im)
        if channel is None or (closed and BOT_USER not in channel.members):
            raise SlackError("channel_not_found")
        refuse(need and BOT_USER not in channel.members, "not_in_channel")
        refuse(need == "live" and channel.archived, "is_archived")
        return channel

    def message(self, channel: Channel, args: JSON, key: str = "ts") -> JSON:
        """The message named by its ts."""
        if (found := channel.find(str(args.get(key)))) is None:
            raise SlackError("message_not_found")
        return found

    def content(self, args: JSON, text_max: int, *, update: bool = False) -> JSON:
        """The text, blocks, attachments and metadata of a message, validated and normalised."""
        out: JSON = {}
        text, markdown = args.get("text"), args.get("markdown_text")
        blocks = decoded(args, "blocks", "invalid_blocks_format", list)
        attachments = decoded(args, "attachments", "invalid_attachments", list)
        metadata = decoded(args, "metadata", "invalid_metadata_format", dict)
        if markdown is not None:
            refuse(text or blocks, "markdown_text_conflict")
            blocks = [{"type": "markdown", "text": str(markdown)}]
        if blocks is not None:
            self._refuse_bad_blocks(blocks)
            out["blocks"] = [{"block_id": self.ws.new_id("")[1:6], **block} for block in blocks]
        if attachments is not None:
            refuse(len(attachments) > MAX_ATTACHMENTS, "too_many_attachments")
            out["attachments"] = attachments
        if text is not None:
            refuse(len(str(text)) > text_max, "msg_too_long")
            out["text"] = normalise(str(text), autolink=args.get("parse") != "none")
        refuse(not update and not any(out.values()), "no_text")
        if metadata is not None:
            self._refuse_bad_metadata(metadata)
            out["metadata"] = metadata
        return out

    def _refuse_bad_blocks(self, blocks: list[Any]) -> None:
        errors = check_blocks(blocks, MAX_BLOCKS)
        refuse(errors, "invalid_blocks", *errors, errors=errors)
        texts = [part["text"] for part in walk(blocks) if isinstance(part.get("text"), str)]
        refuse(sum(map(len, texts)) > BLOCKS_MAX, "msg_blocks_too_long")

    def _refuse_bad_metadata(self, metadata: JSON) -> None:
        event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
        well_formed = event_type and isinstance(event_type, str) and isinstance(payload, dict)
        refuse(metadata and not well_formed, "invalid_metadata_schema")
        refuse(len(json.dumps(metadata)) > METADATA_MAX, "metadata_too_large")

    def own(self, **extra: Any) -> JSON:
        """The fields Slack adds to an app's message."""
        profile = {
            "id": BOT,
            "app_id": APP,
            "name": "Incident Console",
            "deleted": False,
            "updated": 1_700_000_000,
            "team_id": TEAM,
        }
        return {
            "user": BOT_USER,
            "bot_id": BOT,
            "app_id": APP,
            "bot_profile": profile,
            "text": "",
            **extra,
        }

    def new_trigger(self) -> str:
        """A trigger id, good for one view within three seconds."""
        rng = self.ws.random
        trigger = f"{rng.randrange(10**12)}.{rng.randrange(10**12)}.{rng.getrandbits(128):032x}"
        self.triggers[trigger] = time.monotonic() + TRIGGER_S
        return trigger

    def use_trigger(self, trigger: str) -> None:
        """Marks a trigger id as used."""
        self.triggers[trigger] = -math.inf
