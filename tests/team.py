"""A team on a real database, for tests that give commands.

`team`      a team on a migrated database, once on each of the two
`sqlite_team`  the same on SQLite only

Both end with the check that the record holds.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from models.board import Board
from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import boards, commands, people
from services.db import Database
from tests.record import assert_record_holds

HANDLES = ("hana", "ken", "aya", "jun", "mio", "rei", "tom", "uma")


class Team:
    """People on a database who declare an incident and give commands."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as session:
            for handle in HANDLES:
                new = people.NewPerson(handle=handle, name=handle.title())
                people.add_person(session, new)
        self.incident_id = 0

    def declare(self, who: str = "hana", **fields: Any) -> commands.Receipt:
        """Declares an incident, to which later commands go."""
        declaration = commands.Declaration(**{"title": "Checkout errors", **fields})
        receipt = commands.declare(self.database, declaration, actor=actor(who))
        self.incident_id = receipt.incident_id
        return receipt

    def give(
        self,
        who: str,
        kind: str,
        /,
        *,
        command_id: UUID | None = None,
        expected_revision: int | None = None,
        now: Any = None,
        **fields: Any,
    ) -> commands.Receipt:
        """Gives one command of `kind` as `who`."""
        return commands.execute(
            self.database,
            COMMAND_ADAPTER.validate_python({"type": kind, **fields}),
            incident_id=self.incident_id,
            actor=actor(who),
            command_id=command_id,
            expected_revision=expected_revision,
            now=now,
        )

    def board(self, now: Any = None) -> Board:
        """The board as it stands."""
        with self.database.reading() as session:
            return boards.read_board(session, self.incident_id, now=now)

    def staff(
        self, commander: str = "hana", sme: str = "ken", liaison: str = "aya", scribe: str = "jun"
    ) -> None:
        """Fills the four roles in their order."""
        self.give(commander, "take_command")
        self.give(commander, "assign_role", role="primary_sme", person=sme)
        self.give(commander, "assign_role", role="liaison", person=liaison)
        self.give(commander, "assign_role", role="scribe", person=scribe)

    def holders(self) -> dict[str, list[str]]:
        """Who holds which role."""
        return {card.key: card.holders for card in self.board().roles if card.holders}


def actor(handle: str) -> commands.Actor:
    """A person who acts through the API."""
    return commands.Actor(handle, Source.API)


@pytest.fixture
def team(database: Database) -> Iterator[Team]:
    """A team on a migrated database; the test runs once on each of the two."""
    yield Team(database)
    assert_record_holds(database)


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A migrated SQLite database, opened."""
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_team(sqlite_database: Database) -> Iterator[Team]:
    """A team on a migrated SQLite database."""
    yield Team(sqlite_database)
    assert_record_holds(sqlite_database)
