"""conversations.*: making channels, their members, topics and listings."""

import re
import time

from tests.slack_emulator.api import Api
from tests.slack_emulator.errors import JSON, SlackError, refuse
from tests.slack_emulator.identity import BOT_USER
from tests.slack_emulator.registry import (
    MANAGE,
    READ,
    TIER_2,
    TIER_3,
    TIER_4,
    flag,
    method,
    page,
)
from tests.slack_emulator.text import normalise
from tests.slack_emulator.workspace import Channel

NAME_MAX = 80
ABOUT_MAX = 250
ALREADY_IN = {
    "warning": "already_in_channel",
    "response_metadata": {"warnings": ["already_in_channel"]},
}


@method("conversations.create", TIER_2, MANAGE, write=True)
def create(api: Api, args: JSON) -> JSON:
    """Makes a channel; an archived channel keeps its name taken."""
    name = str(args.get("name") or "").lstrip("#")
    refuse(not name, "invalid_name_required")
    refuse(len(name) > NAME_MAX, "invalid_name_maxlength")
    refuse(not re.search(r"[^\W_]", name), "invalid_name_punctuation")
    refuse(not re.fullmatch(r"[a-z0-9_-]+", name), "invalid_name_specials")
    refuse(api.ws.named(name), "name_taken")
    channel = api.ws.create(name, BOT_USER, private=flag(args, "is_private"))
    api.join(channel, BOT_USER)
    return {"channel": channel.json()}


@method("conversations.invite", TIER_3, f"{MANAGE} channels:write.invites", write=True)
def invite(api: Api, args: JSON) -> JSON:
    """Invites users; one bad id and nobody is invited, unless ``force`` is set."""
    channel = api.channel(args, "live")
    given = str(args.get("users") or "").split(",")
    users = list(dict.fromkeys(user.strip() for user in given if user.strip()))
    most = api.config.invite_max
    refuse(not users, "no_user")
    too_many = f"no more than {most} users allowed"
    refuse(len(users) > most, "invalid_arguments", too_many)  # name assumed
    why = {user: _invitation_error(api, channel, user) for user in users}
    errors = [{"user": user, "ok": False, "error": error} for user, error in why.items() if error]
    if errors and (not flag(args, "force") or len(errors) == len(users)):
        raise SlackError(str(errors[0]["error"]), errors=errors)
    for user, error in why.items():
        if not error:
            api.join(channel, user, inviter=BOT_USER)
    return {"channel": channel.json(), **({"errors": errors} if errors else {})}


def _invitation_error(api: Api, channel: Channel, user: str) -> str:
    """Why a user cannot be invited, or nothing."""
    if user == BOT_USER:
        return "cant_invite_self"
    if user not in api.ws.users:
        return "user_not_found"
    if api.ws.users[user]["deleted"]:
        return "cant_invite"
    return "already_in_channel" if user in channel.members else ""


@method("conversations.join", TIER_3, "channels:join", write=True)
def join(api: Api, args: JSON) -> JSON:
    """Makes the bot a member."""
    channel = api.channel(args)
    refuse(channel.archived, "is_archived")
    if BOT_USER in channel.members:
        return {"channel": channel.json(), **ALREADY_IN}
    api.join(channel, BOT_USER)
    return {"channel": channel.json()}


def _describe(api: Api, args: JSON, key: str) -> JSON:
    """Sets a topic or purpose; an unchanged one leaves no line in the channel."""
    channel, value = api.channel(args, "live"), args.get(key)
    refuse(value is None, "invalid_arguments", f"missing required field: {key}")
    refuse(len(str(value)) > ABOUT_MAX, "too_long")
    text = normalise(str(value), autolink=False)
    if text != getattr(channel, key)["value"]:
        setattr(channel, key, {"value": text, "creator": BOT_USER, "last_set": int(time.time())})
        api.system(channel, f"channel_{key}", f"set the channel {key}: {text}", **{key: text})
    return {"channel": channel.json()}


@method("conversations.setTopic", TIER_2, f"{MANAGE} channels:write.topic", write=True)
def set_topic(api: Api, args: JSON) -> JSON:
    """Sets the topic."""
    return _describe(api, args, "topic")


@method("conversations.setPurpose", TIER_2, f"{MANAGE} channels:write.topic", write=True)
def set_purpose(api: Api, args: JSON) -> JSON:
    """Sets the purpose."""
    return _describe(api, args, "purpose")


@method("conversations.archive", TIER_2, MANAGE, write=True)
def archive(api: Api, args: JSON) -> JSON:
    """Archives a channel."""
    return api.archive(api.channel(args, "member"))


@method("conversations.unarchive", TIER_2, MANAGE, write=True)
def unarchive(api: Api, args: JSON) -> JSON:
    """Refuses: bot tokens cannot unarchive (Slack's own "bug alert"); error name assumed."""
    refuse(not api.channel(args).archived, "not_archived")
    raise SlackError("not_in_channel")


@method("conversations.info", TIER_3, READ)
def info(api: Api, args: JSON) -> JSON:
    """One channel."""
    channel = api.channel(args)
    count = {"num_members": len(channel.members)} if flag(args, "include_num_members") else {}
    return {"channel": channel.json() | count}


@method("conversations.list", TIER_2, READ)
def listing(api: Api, args: JSON) -> JSON:
    """The channels; archived ones are dropped after the page is cut, as in Slack."""
    types = str(args.get("types") or "public_channel").split(",")

    def is_seen(channel: Channel) -> bool:
        if channel.im or (channel.private and BOT_USER not in channel.members):
            return False
        return ("private_channel" if channel.private else "public_channel") in types

    shown = page("channels", [c for c in api.ws.channels.values() if is_seen(c)], args, 100)
    hide = flag(args, "exclude_archived")
    kept = [channel for channel in shown["channels"] if not (hide and channel.archived)]
    return shown | {"channels": [c.json() | {"num_members": len(c.members)} for c in kept]}


@method("conversations.members", TIER_4, READ)
def members(api: Api, args: JSON) -> JSON:
    """The members of a channel."""
    return page("members", api.channel(args).members, args, 100)
