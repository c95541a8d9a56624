"""Reading boards: the present from the tables, any past instant from the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlmodel import col

from models.board import SlackPart
from models.board_building import build_board
from models.columns import table_of, write_time
from models.history import Rows, rebuild
from models.incident import Incident
from models.messages import N_
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

    from sqlmodel import Session, SQLModel

    from models.board import Board


class _Reading(NamedTuple):
    """How one table is read: its statement, its recorded columns, and where the key is."""

    table: str
    statement: Select[Any]
    names: tuple[str, ...]
    keys: tuple[int, ...]


def _reading(model: type[SQLModel]) -> _Reading:
    table = table_of(model)
    names = recorded_columns(model)
    scope = table.c.id if model is Incident else table.c.incident_id
    statement = select(*(table.c[name] for name in names)).where(scope == bindparam("number"))
    return _Reading(
        table.name, statement, names, tuple(names.index(name) for name in key_columns(model))
    )


_READINGS = tuple(_reading(model) for model in INCIDENT_TABLES)


def read_rows(session: Session, incident_id: int) -> Rows:
    """Return the incident's present rows in the form of `models.history`."""
    session.flush()
    connection = session.connection()
    rows: Rows = {}
    for table, statement, names, keys in _READINGS:
        found = {}
        for values in connection.execute(statement, {"number": incident_id}):
            plain = [to_json(value) for value in values]
            found[tuple(plain[at] for at in keys)] = dict(zip(names, plain, strict=True))
        if found:
            rows[table] = found
    return rows


PERSON_COLUMNS: dict[str, tuple[str, ...]] = {
    str(model.__tablename__): tuple(
        column.name
        for column in table_of(model).columns
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
            N_("Incident {number} was not recorded before {at}."),
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
