"""The made-up people of the examples, and how their commands are given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from models.columns import write_time
from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import people
from services.commands import Actor, Declaration, declare, execute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.db import Database

HOST = "hana"
"""Who imports the past incidents; the administrator of an empty console."""

CAST = {
    "hana": ("佐藤 花", "ja", "Asia/Tokyo"),
    "ken": ("田中 健", "ja", "Asia/Tokyo"),
    "aya": ("鈴木 彩", "ja", "Asia/Tokyo"),
    "jun": ("高橋 淳", "ja", "Asia/Tokyo"),
    "mio": ("伊藤 澪", "ja", "Asia/Tokyo"),
    "grace": ("Grace Okafor", "en", "Europe/London"),
    "leo": ("Leo Martins", "en", "Europe/Lisbon"),
    "priya": ("Priya Raman", "en", "Asia/Kolkata"),
    "sam": ("Sam Whitfield", "en", "America/New_York"),
    "noor": ("Noor Haddad", "en", "UTC"),
}


class Line(NamedTuple):
    """One command of a story.

    Attributes:
        minute: minutes after the declaration.
        who: the handle of the person who gives it.
        type: of the command.
        fields: of the command.
    """

    minute: float
    who: str
    type: str
    fields: dict[str, Any]


def add_cast(database: Database) -> None:
    """Add everybody who is not here yet."""
    with database.writing() as session:
        for handle, (name, language, timezone) in CAST.items():
            if people.find_person(session, handle) is None:
                people.add_person(session, people.NewPerson(handle=handle, name=name))
                people.change_preferences(session, handle, language=language, timezone=timezone)


def play(
    database: Database,
    declaration: Declaration,
    *,
    by: str,
    declared_at: datetime,
    story: Callable[[Callable[[float], str]], Iterable[Line]],
) -> int:
    """Declare an incident in the past, give the commands of its story, return its number.

    `story` gets a function that writes the time of a minute after the declaration.
    """

    def at(minute: float) -> datetime:
        return declared_at + timedelta(minutes=minute)

    receipt = declare(database, declaration, actor=Actor(by, Source.PAGE), now=declared_at)
    for line in story(lambda minute: write_time(at(minute))):
        execute(
            database,
            COMMAND_ADAPTER.validate_python({"type": line.type, **line.fields}),
            incident_id=receipt.incident_id,
            actor=Actor(line.who, Source.PAGE),
            now=at(line.minute),
        )
    return receipt.incident_id
