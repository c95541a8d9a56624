"""pins.*, bookmarks.* and reactions.*."""

import re
import time

from tests.slack_emulator.api import Api
from tests.slack_emulator.errors import JSON, refuse
from tests.slack_emulator.identity import APP, BOT_USER
from tests.slack_emulator.registry import TIER_2, TIER_3, method
from tests.slack_emulator.workspace import Channel

PINS_MAX = 100
BOOKMARKS_MAX = 100


@method("pins.add", TIER_2, "pins:write", write=True)
def pins_add(api: Api, args: JSON) -> JSON:
    """Pins a message."""
    channel = api.channel(args, "live")
    refuse(not args.get("timestamp"), "no_item_specified")
    ts = api.message(channel, args, "timestamp")["ts"]
    refuse(ts in channel.pins, "already_pinned")
    refuse(len(channel.pins) >= PINS_MAX, "too_many_pins")
    channel.pins.append(ts)
    return {}


@method("pins.list", TIER_2, "pins:read")
def pins_list(api: Api, args: JSON) -> JSON:
    """The pinned messages, last pinned first."""
    channel = api.channel(args, "member")
    items = [
        {"type": "message", "channel": channel.id, "message": channel.find(ts)}
        for ts in reversed(channel.pins)
    ]
    return {"items": items}


@method("bookmarks.add", TIER_2, "bookmarks:write", write=True)
def bookmarks_add(api: Api, args: JSON) -> JSON:
    """Adds a bookmark; the same one twice is two."""
    channel = api.channel(args, "live", "channel_id")
    link, emoji = str(args.get("link") or ""), str(args.get("emoji") or "")
    refuse(not args.get("title"), "invalid_arguments", "missing required field: title")
    refuse(args.get("type") != "link", "invalid_bookmark_type")
    refuse(not re.match(r"https?://", link), "invalid_link")
    refuse(emoji and not re.fullmatch(r":[a-z0-9_+'-]+:", emoji), "invalid_emoji")
    refuse(len(channel.bookmarks) >= BOOKMARKS_MAX, "too_many_bookmarks")
    bookmark: JSON = {
        "id": api.ws.new_id("Bk"),
        "channel_id": channel.id,
        "title": str(args["title"]),
        "link": link,
        "type": "link",
        "emoji": emoji,
        "app_id": APP,
        "entity_id": None,
        "date_created": int(time.time()),
        "date_updated": 0,
        "rank": "i",
    }
    channel.bookmarks.append(bookmark)
    return {"bookmark": bookmark}


@method("bookmarks.list", TIER_3, "bookmarks:read")
def bookmarks_list(api: Api, args: JSON) -> JSON:
    """The bookmarks of a channel."""
    return {"bookmarks": api.channel(args, "member", "channel_id").bookmarks}


@method("reactions.add", TIER_3, "reactions:write", write=True)
def reactions_add(api: Api, args: JSON) -> JSON:
    """Adds a reaction of the bot."""
    channel = api.channel(args, "live")
    message = api.message(channel, args, "timestamp")
    return react(api, channel, message, str(args.get("name") or ""), BOT_USER)


def react(api: Api, channel: Channel, message: JSON, name: str, user: str) -> JSON:
    """Adds a reaction, whoever asks."""
    refuse(not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name), "invalid_name")
    reactions = message.setdefault("reactions", [])
    entry = next((reaction for reaction in reactions if reaction["name"] == name), None)
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    refuse(user in entry["users"], "already_reacted")
    entry |= {"users": [*entry["users"], user], "count": entry["count"] + 1}
    event = {
        "type": "reaction_added",
        "user": user,
        "reaction": name,
        "item_user": message.get("user"),
        "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
    }
    api.emit(event, channel)
    return {}
