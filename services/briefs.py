"""Reading the late joiner's brief out of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.brief import write_brief
from services import timeline
from services.boards import read_board
from services.language import get_translator

if TYPE_CHECKING:
    from sqlmodel import Session

_NEWEST = 100


def read_brief(session: Session, incident_id: int, language: str) -> str:
    """Return the brief of an incident: at most 15 lines of plain text, in UTC.

    Raises:
        NotFound: there is no such incident.
    """
    timeline.get_incident(session, incident_id)
    newest = timeline.list_entries(session, incident_id, order="-seq", limit=_NEWEST)
    entries = newest[::-1]
    board = read_board(
        session,
        incident_id,
        language=language,
        # The record's own present: asked again tomorrow, it says the same.
        now=entries[-1].recorded_at if entries else None,
    )
    return write_brief(board, entries, translate=get_translator(language), language=language)
