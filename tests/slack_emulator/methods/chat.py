"""chat.*: posting, editing and deleting messages."""

import re

from tests.slack_emulator.api import Api
from tests.slack_emulator.errors import JSON, SlackError, refuse
from tests.slack_emulator.identity import BOT, BOT_USER, POST_MAX, UPDATE_MAX
from tests.slack_emulator.registry import POSTING, TIER_3, TIER_4, flag, method
from tests.slack_emulator.workspace import Channel

TRUNCATED = {
    "warning": "message_truncated",
    "response_metadata": {"warnings": ["message_truncated"]},
}
NOT_SHOWN = ("ts", "thread_ts", "reactions", "latest_reply")


@method("chat.postMessage", POSTING, "chat:write", write=True)
def post_message(api: Api, args: JSON) -> JSON:
    """Posts a message into a channel, a direct message or a thread."""
    channel = _posting_channel(api, str(args.get("channel") or ""))
    text, warning = args.get("text"), {}
    strict = api.config.strict_text
    if not strict and isinstance(text, str) and len(text) > POST_MAX:
        args = args | {"text": text[:POST_MAX]}
        warning = TRUNCATED
    message = api.content(args, UPDATE_MAX if strict else POST_MAX)
    if thread := str(args.get("thread_ts") or ""):
        message["thread_ts"] = _thread(channel, thread)
        if flag(args, "reply_broadcast"):
            message["subtype"] = "thread_broadcast"
    if args.get("username"):
        message |= {"subtype": "bot_message", "username": args["username"]}
    if args.get("client_msg_id"):
        # It is kept, and never used to deduplicate: that is undocumented.
        message["client_msg_id"] = args["client_msg_id"]
    message = api.add_message(channel, api.own(**message))
    return {"channel": channel.id, "ts": message["ts"], "message": message, **warning}


def _posting_channel(api: Api, ref: str) -> Channel:
    """Where a post goes: a channel by id or name, or the direct message with a user."""
    refuse(not ref, "invalid_arguments", "missing required field: channel")
    channel = api.ws.named(ref)
    if ref in api.ws.users and not api.ws.users[ref]["deleted"]:
        channel = api.ws.named(f"im-{ref}")
        if channel is None:
            channel = api.ws.create(f"im-{ref}", BOT_USER, im=True, members=[BOT_USER, ref])
    if channel is None or (channel.private and BOT_USER not in channel.members):
        raise SlackError("channel_not_found")
    refuse(channel.archived, "is_archived")
    may_post = BOT_USER in channel.members or "chat:write.public" in api.token["scopes"]
    refuse(not may_post, "not_in_channel")
    return channel


def _thread(channel: Channel, thread: str) -> str:
    """The ts of the thread's parent."""
    well_formed = re.fullmatch(r"\d{10}\.\d{6}", thread)
    refuse(not well_formed, "invalid_thread_ts", f"{thread} is not a valid thread_ts")
    if (parent := channel.find(thread)) is None:
        raise SlackError("thread_not_found")
    ts: str = parent.get("thread_ts", parent["ts"])
    return ts


@method("chat.postEphemeral", TIER_4, "chat:write", write=True)
def post_ephemeral(api: Api, args: JSON) -> JSON:
    """Shows a message to one member."""
    channel = api.channel(args, "live")
    refuse(args.get("user") not in channel.members, "user_not_in_channel")
    ts = api.ws.new_ts()
    shown = {"ts": ts, "channel": channel.id, "user": args["user"]}
    api.ephemerals.append(shown | api.content(args, UPDATE_MAX))
    return {"message_ts": ts}


@method("chat.update", TIER_3, "chat:write", write=True)
def update(api: Api, args: JSON) -> JSON:
    """Edits one of the bot's own messages."""
    channel = api.channel(args)
    message = api.message(channel, args)
    refuse(channel.archived, "is_inactive")
    refuse(message.get("bot_id") != BOT, "cant_update_message")
    before = dict(message)
    change = api.content(args, UPDATE_MAX, update=True)
    refuse(not change, "no_text")
    if "text" in change and "blocks" not in change:
        message.pop("blocks", None)  # Text without blocks removes the blocks.
    message |= change | {"edited": {"user": BOT_USER, "ts": api.ws.new_ts()}}
    for key in ("blocks", "attachments", "metadata"):
        if not message.get(key):
            message.pop(key, None)  # An empty value removes; an absent one keeps.
    api.changed(channel, "message_changed", before, message=dict(message))
    shown = {
        key: value
        for key, value in message.items()
        if key not in NOT_SHOWN and not key.startswith("reply_")
    }
    return {
        "channel": channel.id,
        "ts": message["ts"],
        "text": message["text"],
        "message": shown,
    }


@method("chat.delete", TIER_3, "chat:write", write=True)
def delete(api: Api, args: JSON) -> JSON:
    """Deletes one of the bot's own messages."""
    channel = api.channel(args)
    message = api.message(channel, args)
    is_other = message.get("bot_id") != BOT or message.get("subtype") == "bot_message"
    refuse(is_other, "cant_delete_message")
    return api.remove(channel, message)


@method("chat.getPermalink", TIER_4)
def permalink(api: Api, args: JSON) -> JSON:
    """The address of a message."""
    channel = api.channel(args)
    ts = api.message(channel, args, "message_ts")["ts"]
    place = f"{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": f"https://emulator.slack.com/archives/{place}"}
