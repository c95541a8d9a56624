"""Reading an incident's marks, and saying what is odd about its record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from models.columns import write_time
from models.marks import MARK_NAMES, Marks, Oddity, Outline, read_off
from models.timeline import Entry
from services.language import get_translator
from services.timeline import get_incident

if TYPE_CHECKING:
    from sqlmodel import Session

_NAMES = frozenset(MARK_NAMES.values())


def find_marks(session: Session, incident_id: int) -> Marks:
    """Return the marks of an incident.

    Raises:
        NotFound: there is no such incident.
    """
    get_incident(session, incident_id)
    rows = session.exec(
        select(Entry.seq, Entry.kind, Entry.occurred_at, Entry.data)
        .where(Entry.incident_id == incident_id)
        .order_by(col(Entry.seq))
    )
    return read_off(Outline(*row) for row in rows)


def read_marks(session: Session, incident_id: int, *, language: str = "en") -> dict[str, Any]:
    """Return `{"marks", "minutes", "warnings"}` as contract.md section 4 has them.

    Times are ISO text in UTC, minutes unrounded; `language` is of the warnings.

    Raises:
        NotFound: there is no such incident.
    """
    found = find_marks(session, incident_id)
    return {
        "marks": {name: at and write_time(at) for name, at in found.moments.items()},
        "minutes": found.minutes,
        "warnings": [say_oddity(oddity, language) for oddity in found.oddities],
    }


def say_oddity(oddity: Oddity, language: str) -> str:
    """Return an oddity as a sentence."""
    translate = get_translator(language)

    def place(value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M:%S} UTC"
        return translate(value) if value in _NAMES else value

    said = translate(oddity.message).format_map(
        {name: place(value) for name, value in oddity.params.items()}
    )
    return said[:1].upper() + said[1:]
