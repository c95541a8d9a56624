"""The control plane: what a test sees and does.  It is never rate limited, failed or logged."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.slack_emulator.faults import Fault
from tests.slack_emulator.identity import BOT_TOKEN, SIGNING_SECRET
from tests.slack_emulator.injection import inject
from tests.slack_emulator.text import notified
from tests.slack_emulator.transport import sign

if TYPE_CHECKING:
    from tests.slack_emulator.errors import JSON
    from tests.slack_emulator.server import Server

VERBS = {
    "GET": ["state", "requests?since=n", "deliveries", "audit?key=event_id", "faults", "config"],
    "DELETE": ["faults"],
    "POST": ["faults", "outage", "inject", "disconnect", "tokens", "config", "sign", "reset"],
}
DONE = {"ok": True}


async def carry_out(server: Server, verb: str, how: str, body: Any, query: dict[str, str]) -> Any:
    """Carries out one control verb and returns its answer.

    Raises:
        ValueError: No such verb, or a value it cannot use.
    """
    if verb == "":
        return VERBS
    if verb == "inject" and how == "POST":
        return await inject(server, **body)
    if how == "GET":
        return _look(server, verb, query)
    if how == "DELETE" and verb == "faults":
        server.faults.clear()
        return DONE
    if how == "POST":
        return _act(server, verb, body)
    if verb in ("faults", "config"):
        return _look(server, verb, query)
    raise ValueError(_unknown(how, verb))


def _unknown(how: str, verb: str) -> str:
    return f"no control verb {how} {verb}"


def _look(server: Server, verb: str, query: dict[str, str]) -> Any:
    """Answers a question."""
    hub = server.api.hub
    match verb:
        case "state":
            return _state(server)
        case "requests":
            return server.requests[int(query.get("since", 0)) :]
        case "deliveries":
            return {
                "connections": len(hub.connections),
                "unknown_acks": hub.unknown_acks,
                "deliveries": [delivery.json() for delivery in hub.deliveries],
            }
        case "audit":
            return _audit(server, query.get("key", "event_id"))
        case "faults":
            return [asdict(fault) for fault in server.faults]
        case "config":
            return asdict(server.config)
    raise ValueError(_unknown("GET", verb))


def _act(server: Server, verb: str, body: Any) -> Any:
    """Changes something."""
    match verb:
        case "faults":
            new = [Fault(**fault) for fault in (body if isinstance(body, list) else [body])]
            server.faults += new
            return [asdict(fault) for fault in new]
        case "outage":
            return _outage(server, body)
        case "disconnect":
            return _disconnect(server, body)
        case "tokens":
            return _tokens(server, body)
        case "config":
            for key, value in body.items():
                setattr(server.config, key, type(getattr(server.config, key))(value))
            server.limiter.buckets.clear()
            return asdict(server.config)
        case "sign":
            secret = body.get("secret", SIGNING_SECRET)
            return sign(body["body"], secret, body.get("timestamp"))
        case "reset":
            server.api.hub.drop_all()
            server.reset(server.api.base)
            return DONE
    raise ValueError(_unknown("POST", verb))


def _outage(server: Server, body: JSON) -> JSON:
    """``{"on": true, "mode": "close" | "reset" | "hang" | "503", "sockets": true}``."""
    server.outage = body.get("mode", "close") if body.get("on", True) else ""
    cutting = server.outage and body.get("sockets", True)
    return {
        "outage": server.outage,
        "sockets_cut": server.api.hub.drop_all() if cutting else 0,
    }


def _disconnect(server: Server, body: JSON) -> JSON:
    """``{"reason": "refresh_requested"}``, or nothing for a cut without goodbye."""
    hub = server.api.hub
    if not body.get("reason"):
        return {"sockets_cut": hub.drop_all()}
    for ws in list(hub.connections):
        hub.spawn(hub.goodbye(ws, body["reason"]))
    return DONE


def _tokens(server: Server, body: JSON) -> JSON:
    """``{"error": "token_revoked"}``, ``{"error": null}`` or ``{"scopes": [...]}``."""
    token = server.api.tokens[body.get("token", BOT_TOKEN)]
    if "error" in body:
        token["error"] = body["error"]
    if "scopes" in body:
        token["scopes"] = set(body["scopes"])
    return DONE


def _state(server: Server) -> JSON:
    """The whole workspace; each message says whom it ``notifies``."""
    api = server.api
    channels = [
        channel.json()
        | {
            "members": channel.members,
            "pins": channel.pins,
            "bookmarks": channel.bookmarks,
            "messages": [message | {"notifies": notified(message)} for message in channel.messages],
        }
        for channel in api.ws.channels.values()
    ]
    return {
        "channels": channels,
        "users": list(api.ws.users.values()),
        "usergroups": list(api.ws.groups.values()),
        "ephemerals": api.ephemerals,
        "views": list(api.views.values()),
        "sockets": len(api.hub.connections),
    }


def _audit(server: Server, key: str) -> JSON:
    """Per channel, the metadata ``key`` of its messages in order, and any value seen twice."""
    out: JSON = {}
    for channel in server.api.ws.channels.values():
        payloads = [m.get("metadata", {}).get("event_payload", {}) for m in channel.messages]
        order = [payload[key] for payload in payloads if payload.get(key) is not None]
        twice = sorted({value for value in order if order.count(value) > 1}, key=str)
        out[channel.name] = {"order": order, "duplicates": twice}
    return out
