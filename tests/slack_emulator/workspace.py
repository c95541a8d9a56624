"""The workspace: users, groups, channels and their messages, all in memory."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.slack_emulator.errors import JSON
from tests.slack_emulator.identity import APP, BOT, BOT_USER, TEAM

NEVER = (
    "is_group",
    "is_shared",
    "is_ext_shared",
    "is_org_shared",
    "is_pending_ext_shared",
    "is_mpim",
)
PEOPLE = ("alice", "bob", "carol", "dave", "erin")
GROUPS = (
    ("S0ONCALL", "oncall", ("U0ALICE", "U0BOB")),
    ("S0RESPONDERS", "responders", ("U0BOB", "U0CAROL", "U0DAVE")),
)


def about() -> JSON:
    """An unset topic or purpose."""
    return {"value": "", "creator": "", "last_set": 0}


@dataclass
class Channel:
    """A conversation and its messages, oldest first, exactly as committed."""

    id: str
    name: str
    creator: str
    private: bool = False
    im: bool = False
    archived: bool = False
    created: int = field(default_factory=lambda: int(time.time()))
    members: list[str] = field(default_factory=list)
    topic: JSON = field(default_factory=about)
    purpose: JSON = field(default_factory=about)
    messages: list[JSON] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    bookmarks: list[JSON] = field(default_factory=list)

    def json(self) -> JSON:
        """The conversation object of the Web API."""
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.im,
            "is_im": self.im,
            "is_private": self.private,
            "created": self.created,
            "creator": self.creator,
            "is_archived": self.archived,
            "is_general": self.name == "general",
            "is_member": BOT_USER in self.members,
            "unlinked": 0,
            "context_team_id": TEAM,
            "topic": self.topic,
            "purpose": self.purpose,
            "previous_names": [],
        } | dict.fromkeys(NEVER, False)

    def find(self, ts: object) -> JSON | None:
        """The message with this ts."""
        return next((message for message in self.messages if message["ts"] == ts), None)


def new_user(user_id: str, name: str, *, deleted: bool = False, is_bot: bool = False) -> JSON:
    """A user object."""
    profile: JSON = {
        "real_name": name.title(),
        "display_name": name,
        "email": f"{name}@example.test",
        "team": TEAM,
    }
    if is_bot:
        profile |= {"email": None, "bot_id": BOT, "api_app_id": APP}
    return {
        "id": user_id,
        "team_id": TEAM,
        "name": name,
        "deleted": deleted,
        "is_bot": is_bot,
        "is_app_user": False,
        "is_admin": name == "alice",
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "real_name": name.title(),
        "tz": "Etc/UTC",
        "tz_label": "UTC",
        "tz_offset": 0,
        "updated": 1_700_000_000,
        "profile": profile,
    }


def new_group(group_id: str, handle: str, users: Iterable[str]) -> JSON:
    """A user group object."""
    members = list(users)
    return {
        "id": group_id,
        "team_id": TEAM,
        "is_usergroup": True,
        "name": handle,
        "handle": handle,
        "description": "",
        "date_delete": 0,
        "is_external": False,
        "users": members,
        "user_count": len(members),
    }


class Workspace:
    """Users, groups and channels of one team, with seeded ids and increasing timestamps."""

    def __init__(self, seed: int, extra_users: int = 0) -> None:
        """Fills the workspace with its people, two groups and two channels."""
        self.random = random.Random(seed)
        self.last_us = 0
        names = [*PEOPLE, *(f"user{i:04d}" for i in range(extra_users))]
        everyone = [
            *(new_user(f"U0{name.upper()}", name) for name in names),
            new_user("U0ZED", "zed", deleted=True),
            new_user("USLACKBOT", "slackbot"),
            new_user(BOT_USER, "incident_console", is_bot=True),
        ]
        self.users: dict[str, JSON] = {user["id"]: user for user in everyone}
        self.groups: dict[str, JSON] = {group[0]: new_group(*group) for group in GROUPS}
        self.channels: dict[str, Channel] = {}
        members = [u["id"] for u in everyone if not u["deleted"] and u["id"] != "USLACKBOT"]
        for name in ("general", "incidents"):
            self.create(name, "U0ALICE", members=members)

    def new_id(self, prefix: str) -> str:
        """A seeded id such as ``C0K3M...``."""
        letters = self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=9)
        return prefix + "0" + "".join(letters)

    def new_ts(self) -> str:
        """``seconds.microseconds``, never twice the same."""
        self.last_us = max(int(time.time() * 1e6), self.last_us + 1)
        return f"{self.last_us // 1_000_000}.{self.last_us % 1_000_000:06d}"

    def create(
        self,
        name: str,
        creator: str,
        *,
        private: bool = False,
        im: bool = False,
        members: Iterable[str] = (),
    ) -> Channel:
        """Adds a channel."""
        channel_id = self.new_id("D" if im else "C")
        channel = Channel(channel_id, name, creator, private, im, members=list(members))
        return self.channels.setdefault(channel.id, channel)

    def named(self, ref: str) -> Channel | None:
        """A channel by id or (``#``)name."""
        if ref in self.channels:
            return self.channels[ref]
        name = ref.lstrip("#")
        return next((channel for channel in self.channels.values() if channel.name == name), None)
