"""conversations.history and conversations.replies."""

import re

from tests.slack_emulator.api import Api
from tests.slack_emulator.errors import JSON, SlackError, refuse
from tests.slack_emulator.registry import (
    HISTORY,
    TIER_3,
    cursor_of,
    encoded_cursor,
    flag,
    limit_of,
    method,
)

WINDOW_MAX = 999


@method("conversations.history", TIER_3, HISTORY)
def history(api: Api, args: JSON) -> JSON:
    """The messages of a channel, newest first, without the replies of threads."""
    channel = api.channel(args, "member")
    top = [
        message
        for message in channel.messages
        if message.get("thread_ts", message["ts"]) == message["ts"]
        or message.get("subtype") == "thread_broadcast"
    ]
    return {**_window(args, top[::-1], 100), "pin_count": len(channel.pins)}


@method("conversations.replies", TIER_3, HISTORY)
def replies(api: Api, args: JSON) -> JSON:
    """A thread, oldest first."""
    channel = api.channel(args, "member")
    if (found := channel.find(args.get("ts"))) is None:
        raise SlackError("thread_not_found")
    root = found.get("thread_ts", found["ts"])
    thread = [m for m in channel.messages if root in (m["ts"], m.get("thread_ts"))]
    return _window(args, thread, WINDOW_MAX)


def _window(args: JSON, messages: list[JSON], default: int) -> JSON:
    """The messages between ``oldest`` and ``latest``, in the given order, one page of them."""
    for key in ("oldest", "latest"):
        malformed = args.get(key) and not re.fullmatch(r"\d{1,10}(\.\d{1,6})?", str(args[key]))
        refuse(malformed, f"invalid_ts_{key}")
    kept = [message for message in messages if _is_within(args, float(message["ts"]))]
    start = cursor_of(args, "next_ts:")
    first = next((i for i, message in enumerate(kept) if message["ts"] == start), 0)
    end = first + limit_of(args, default, WINDOW_MAX)
    shown = kept[first:end]
    if not flag(args, "include_all_metadata"):
        shown = [_without_payload(message) for message in shown]
    out: JSON = {"messages": shown, "has_more": end < len(kept)}
    if out["has_more"]:
        cursor = encoded_cursor(f"next_ts:{kept[end]['ts']}")
        out["response_metadata"] = {"next_cursor": cursor}
    return out


def _is_within(args: JSON, at: float) -> bool:
    low, high = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    return low < at < high or (flag(args, "inclusive") and at in (low, high))


def _without_payload(message: JSON) -> JSON:
    """The message without ``include_all_metadata``: only the event_type of its metadata."""
    if not message.get("metadata"):
        return message
    return message | {"metadata": {"event_type": message["metadata"]["event_type"]}}
