"""Acting as a person in the workspace: ``POST /_control/inject``."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import TYPE_CHECKING, Any

from tests.slack_emulator.identity import APP, BOT_USER, TEAM
from tests.slack_emulator.methods.marks import react
from tests.slack_emulator.text import normalise

if TYPE_CHECKING:
    from tests.slack_emulator.api import Api
    from tests.slack_emulator.errors import JSON
    from tests.slack_emulator.server import Server
    from tests.slack_emulator.workspace import Channel

HOOK_S = 1800  # A response_url works for thirty minutes.


async def inject(
    server: Server,
    type: str,  # noqa: A002  # The name of the field in the request.
    *,
    wait: bool = True,
    channel: str = "general",
    user: str = "U0ALICE",
    **more: Any,
) -> JSON:
    """Acts as a person; with ``wait`` answers once every delivery it caused was tried once.

    Raises:
        ValueError: No such channel or kind of act.
    """
    api = server.api
    before = len(api.hub.deliveries)
    where, who = api.ws.named(channel), api.ws.users[user]
    if where is None:
        message = f"no channel {channel}"
        raise ValueError(message)
    hook, result = "", {}
    if type in ("slash_command", "interactive"):
        hook = _call_the_app(api, type, where, user, more)
    else:
        result = _act(api, type, where, who, more)
    new = api.hub.deliveries[before:]
    if wait:
        await asyncio.gather(*(delivery.tried.wait() for delivery in new))
    if type == "slash_command":
        for delivery in new:
            server.respond(api.hooks[hook], delivery.ack_payload)
    return {"result": result, "deliveries": [delivery.json() for delivery in new]}


def _call_the_app(api: Api, kind: str, where: Channel, user: str, more: JSON) -> str:
    """A slash command or an interaction; returns the key of its response_url."""
    hook = uuid.uuid4().hex
    expires = time.monotonic() + HOOK_S
    api.hooks[hook] = {"channel": where.id, "user": user, "uses": 0, "expires": expires}
    name = api.ws.users[user]["name"]
    base = {
        "token": "verification-token",
        "api_app_id": APP,
        "response_url": f"{api.base}/commands/{hook}",
        "trigger_id": api.new_trigger(),
    }
    if kind == "slash_command":
        command = {
            "team_id": TEAM,
            "team_domain": "emulator",
            "channel_id": where.id,
            "channel_name": where.name,
            "user_id": user,
            "user_name": name,
            "command": more["command"],
            "text": more.get("text", ""),
            "is_enterprise_install": "false",
        }
        api.hub.deliver("slash_commands", base | command)
    else:
        # The payload is a block_actions with its actions, a view_submission, and so on.
        interaction = {
            "team": {"id": TEAM, "domain": "emulator"},
            "channel": {"id": where.id, "name": where.name},
            "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
            **more["payload"],
        }
        api.hub.deliver("interactive", base | interaction)
    return hook


def _act(api: Api, kind: str, where: Channel, who: JSON, more: JSON) -> JSON:  # noqa: C901  # One arm per act.
    """Everything that a person does without calling the app."""
    user = who["id"]
    match kind:
        case "message":
            message = {
                "user": user,
                "text": normalise(more["text"]),
                "client_msg_id": str(uuid.uuid4()),
            }
            if more.get("thread_ts"):
                message["thread_ts"] = more["thread_ts"]
            return api.add_message(where, message)
        case "reaction":
            react(api, where, api.message(where, more), more["name"], user)
        case "member_joined":
            api.join(where, user)
        case "event":  # Any event; new_ids for the duplicates Slack sends under fresh ids.
            copies, new_ids = more.get("copies", 1), more.get("new_ids", False)
            api.emit(more["event"], copies=copies, new_ids=new_ids)
        case "archive":
            api.archive(where, user)
        case "unarchive":
            where.archived = False
            event = {"type": "channel_unarchive", "channel": where.id, "user": user}
            api.emit(event, where)
        case "remove_bot":
            where.members.remove(BOT_USER)
        case "deactivate":
            who["deleted"] = True
        case "delete_message":
            api.remove(where, api.message(where, more))
        case _:
            message = f"no injection {kind}"
            raise ValueError(message)
    return {}
