"""A team whose board is mirrored to an emulated Slack, over HTTP.

`mirrored`  the team, its Slack and a running worker; ends with the check that Slack was told the
            whole story, once, in order
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from models.board import SlackPart
from models.delivery import Delivery
from models.incident import Incident
from services import commands
from services.db import Database
from services.deliveries import read_slack_part
from services.settings import Settings
from services.slack import SlackWorker
from tests.slack_emulator.fixture import SlackEmulator
from tests.team import Team, actor

GROUP = "S0RESPONDERS"
MEMBERS = {"U0BOB", "U0CAROL", "U0DAVE"}


class Mirrored:
    """A team, the Slack that its board is mirrored to, and the worker between them."""

    def __init__(self, team: Team, emulator: SlackEmulator) -> None:
        self.team = team
        self.emulator = emulator
        self.database: Database = team.database
        self.settings = self.settings_with()
        self.worker = SlackWorker(self.settings, self.database)

    def settings_with(self, **changes: Any) -> Settings:
        """Settings of a real workspace; drills notify nobody unless it is said."""
        return Settings(
            _env_file=None,
            **{
                "slack_bot_token": self.emulator.bot_token,
                "slack_api_url": self.emulator.url,
                "slack_announce_channel": self.emulator.channels()["incidents"]["id"],
                "slack_engineers_group": GROUP,
                "public_url": "https://board.example",
                **changes,
            },
        )

    def restart_with(self, **changes: Any) -> None:
        """Goes on with another worker, as after a restart with other settings."""
        self.worker.stop()
        self.settings = self.settings_with(**changes)
        self.worker = SlackWorker(self.settings, self.database)
        self.worker.start()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Has no worker for a while."""
        self.worker.stop()
        yield
        self.worker = SlackWorker(self.settings, self.database)
        self.worker.start()

    def declare_at(self, moment: datetime) -> None:
        """Declares an incident at another time than now."""
        declaration = commands.Declaration(title="Checkout errors")
        receipt = commands.declare(self.database, declaration, actor=actor("hana"), now=moment)
        self.team.incident_id = receipt.incident_id

    def status(self) -> SlackPart:
        """How far the mirror is behind."""
        with self.database.reading() as session:
            is_on = self.settings.slack_bot_token is not None
            return read_slack_part(session, is_on=is_on)

    def deliveries(self, destination: str | None = None) -> list[Delivery]:
        """The deliveries of the team's incident, in order."""
        query = select(Delivery).where(Delivery.incident_id == self.team.incident_id)
        if destination:
            query = query.where(Delivery.destination == destination)
        with self.database.reading() as session:
            return list(session.exec(query.order_by(Delivery.seq, Delivery.id)))

    def channel(self, destination: str = "investigation") -> dict[str, Any]:
        """A channel of the incident, as Slack has it."""
        with self.database.reading() as session:
            made = session.get(Incident, self.team.incident_id).channels[destination]
        return self.emulator.channel(made["id"])

    def posts(self, destination: str = "investigation") -> list[dict[str, Any]]:
        """Our messages in a channel of the incident, in Slack's order; none before it is made."""
        with self.database.reading() as session:
            made = session.get(Incident, self.team.incident_id).channels
        return self.emulator.posts(made[destination]["id"]) if destination in made else []

    def text(self, destination: str = "investigation") -> str:
        """Everything that we said in a channel of the incident."""
        return "\n".join(post["text"] for post in self.posts(destination))

    def wait_until_told(self, timeout_s: float = 30) -> None:
        """Returns when nothing is owed any more; fails the test if that takes too long."""
        until = time.monotonic() + timeout_s
        while self.status().unsent:
            if time.monotonic() > until:
                owed = [d for d in self.deliveries() if d.state != "sent"]
                pytest.fail(f"still owed after {timeout_s} s: {owed[:5]}")
            time.sleep(0.05)

    def wait_for(self, what: Any, timeout_s: float = 10) -> Any:
        """The first true answer of `what`; fails the test if there is none in time."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if found := what():
                return found
            time.sleep(0.05)
        pytest.fail(f"still false after {timeout_s} s")

    def told(self, channel_id: str) -> list[int]:
        """The entries of the team's incident told in a channel, in Slack's order."""
        with self.database.reading() as session:
            uid = session.get(Incident, self.team.incident_id).uid
        payloads = [post["metadata"]["event_payload"] for post in self.emulator.posts(channel_id)]
        return [
            seq
            for payload in payloads
            if payload["incident"] == uid
            for seq in range(payload["first_seq"], payload["last_seq"] + 1)
        ]

    def assert_story_told(self) -> None:
        """Fails unless each place was told what `sent` says, each entry once, in order."""
        sent = [delivery for delivery in self.deliveries() if delivery.state == "sent"]
        for destination in {delivery.destination for delivery in sent}:
            rows = [delivery for delivery in sent if delivery.destination == destination]
            channel_id = rows[0].channel_id
            told = self.told(channel_id)
            assert [seq for seq, n in Counter(told).items() if n > 1] == [], "told twice"
            assert told == sorted(told), "told out of order"
            assert told == [row.seq for row in rows], f"{destination}: told something else"
            by_ts = {post["ts"]: post for post in self.emulator.posts(channel_id)}
            assert all(row.ts in by_ts for row in rows), "a ts that Slack does not know"
        limited = [r for r in self.emulator.requests() if r.get("before_retry_after")]
        assert limited == [], "Retry-After was ignored"


@pytest.fixture
def mirrored(sqlite_team: Team, slack_emulator: SlackEmulator) -> Iterator[Mirrored]:
    """A team on SQLite whose board is mirrored."""
    mirrored = Mirrored(sqlite_team, slack_emulator)
    mirrored.worker.start()
    yield mirrored
    mirrored.worker.stop()
    if mirrored.team.incident_id:
        mirrored.assert_story_told()


@pytest.fixture
def mirrored_on_both(team: Team, slack_emulator: SlackEmulator) -> Iterator[Mirrored]:
    """The same, once on each database."""
    mirrored = Mirrored(team, slack_emulator)
    mirrored.worker.start()
    yield mirrored
    mirrored.worker.stop()
    if mirrored.team.incident_id:
        mirrored.assert_story_told()
