"""Reading boards: the present from the tables, any past instant from the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlmodel import col

from models.board import SlackPart
from models.board_building import build_board
from models.columns import write_time
from models.history import Rows, rebuild
from models.person import Person
from models.tables import INCIDENT_TABLES
from models.timeline import Entry
from services import clock
from services.commands.recording import key_columns, recorded_columns, to_json
from services.errors import NotFound
from services.language import get_translator
from services.timeline import get_incident

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlmodel import Session

    from models.board import Board


def read_rows(session: Session, incident_id: int) -> Rows:
    """Return the incident's present rows in the form of `models.history`."""
    rows: Rows = {}
    for model in INCIDENT_TABLES:
        names = recorded_columns(model)
        columns = [getattr(model, name) for name in names]
        scope = model.id if model.__tablename__ == "incident" else model.incident_id  # type: ignore[attr-defined]
        keys = [names.index(name) for name in key_columns(model)]
        found = {}
        for values in session.execute(select(*columns).where(scope == incident_id)):
            plain = [to_json(value) for value in values]
            found[tuple(plain[at] for at in keys)] = dict(zip(names, plain, strict=True))
        if found:
            rows[str(model.__tablename__)] = found
    return rows


PERSON_COLUMNS: dict[str, tuple[str, ...]] = {
    str(model.__tablename__): tuple(
        column.name
        for column in model.__table__.columns  # type: ignore[attr-defined]
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    )
    for model in INCIDENT_TABLES
}
"""By table, the recorded columns that hold a handle."""


def read_names(session: Session, handles: Iterable[str]) -> dict[str, str]:
    """Return the name of each of these handles."""
    found = session.execute(
        select(col(Person.handle), col(Person.name)).where(col(Person.handle).in_(set(handles)))
    )
    return dict(iter(found))


def _handles_in(rows: Rows) -> set[str]:
    return {
        row[column]
        for table, found in rows.items()
        for column in PERSON_COLUMNS[table]
        for row in found.values()
        if row[column] is not None
    }


def read_board(
    session: Session,
    incident_id: int,
    *,
    language: str = "en",
    now: datetime | None = None,
    slack: SlackPart | None = None,
) -> Board:
    """Return the board as it stands.

    Args:
        language: of the sentences in `missing`.
        slack: the mirror's state, where the caller knows it.

    Raises:
        NotFound: there is no such incident.
    """
    incident = get_incident(session, incident_id)
    rows = read_rows(session, incident_id)
    return build_board(
        rows,
        number=incident_id,
        revision=incident.revision,
        names=read_names(session, _handles_in(rows)),
        now=now or clock.now(),
        slack=slack,
        translate=get_translator(language),
    )


def read_past_board(
    session: Session, incident_id: int, at: datetime, *, language: str = "en"
) -> Board:
    """Return the board as it was recorded at `at` (aware), rebuilt from the timeline.

    Raises:
        NotFound: there is no such incident, or nothing of it was recorded by then.
    """
    get_incident(session, incident_id)
    changes: list[dict[str, Any]] = []
    revision = 0
    for seq, of_entry in session.execute(
        select(col(Entry.seq), col(Entry.changes))
        .where(col(Entry.incident_id) == incident_id, col(Entry.recorded_at) <= at)
        .order_by(col(Entry.seq))
    ):
        revision = seq
        changes.extend(of_entry)
    if revision == 0:
        raise NotFound(
            "Incident {number} was not recorded before {at}.",
            number=incident_id,
            at=write_time(at),
        )
    rows = rebuild(changes)
    return build_board(
        rows,
        number=incident_id,
        revision=revision,
        names=read_names(session, _handles_in(rows)),
        now=at,
        translate=get_translator(language),
    )
