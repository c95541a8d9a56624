"""Before and after of every incident-scoped row, as a session flushes them.

A change is `{"table", "key", "before", "after"}`: `before` is None for a new row and
`after` for a deleted one; of a changed row both hold the changed columns only. Values are
JSON; times are ISO text in UTC. The incident's own number is left out everywhere, so that
a record can be carried to another database.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, inspect
from sqlmodel import Session

from models.columns import table_of, write_time
from models.tables import INCIDENT_TABLES

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

Change = dict[str, Any]

# What differs from console to console.
_NOT_RECORDED = {"incident": frozenset({"id", "revision", "restored"})}
_RECORDED = INCIDENT_TABLES
_CHANGES = "changes"
"""Where a watched session keeps its list."""


def watch(session: Session) -> list[Change]:
    """Return the list into which every later flush of `session` puts its changes."""
    changes: list[Change] = []
    session.info[_CHANGES] = changes
    return changes


# One listener for all sessions: to register one for each costs more than a whole flush.
@event.listens_for(Session, "after_flush")
def _collect(session: Session, _context: UOWTransaction) -> None:
    changes: list[Change] | None = session.info.get(_CHANGES)
    if changes is None:
        return
    changes.extend(
        _change(row, None, row_values(row)) for row in session.new if isinstance(row, _RECORDED)
    )
    for row in session.dirty:
        if isinstance(row, _RECORDED):
            _collect_update(changes, row)
    changes.extend(
        _change(row, row_values(row), None) for row in session.deleted if isinstance(row, _RECORDED)
    )


def _collect_update(changes: list[Change], row: Any) -> None:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(row)
    for name in recorded_columns(type(row)):
        history = state.attrs[name].history
        if not history.has_changes():
            continue
        old = to_json(history.deleted[0]) if history.deleted else None
        new = to_json(history.added[0]) if history.added else None
        if old != new:
            before[name], after[name] = old, new
    if after:
        changes.append(_change(row, before, after))


def _change(row: Any, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    return {
        "table": row.__tablename__,
        "key": row_key(row),
        "before": before,
        "after": after,
    }


def row_key(row: Any) -> list[Any]:
    """Return the primary key of a row without the incident's number, in column order."""
    return [getattr(row, name) for name in key_columns(type(row))]


def row_values(row: Any) -> dict[str, Any]:
    """Return the recorded columns of a row, as JSON values."""
    return {name: to_json(getattr(row, name)) for name in recorded_columns(type(row))}


_KEYS: dict[type, tuple[str, ...]] = {
    model: tuple(
        column.name
        for column in table_of(model).primary_key.columns
        if column.name != "incident_id" and model.__tablename__ != "incident"
    )
    for model in INCIDENT_TABLES
}
_COLUMNS: dict[type, tuple[str, ...]] = {
    model: tuple(
        column.name
        for column in table_of(model).columns
        if column.name != "incident_id"
        and column.name not in _NOT_RECORDED.get(str(model.__tablename__), ())
    )
    for model in INCIDENT_TABLES
}


def key_columns(model: type) -> tuple[str, ...]:
    """Return the names of the primary key's columns, without the incident's number."""
    return _KEYS[model]


def recorded_columns(model: type) -> tuple[str, ...]:
    """Return the names of the columns that are recorded, in table order."""
    return _COLUMNS[model]


def to_json(value: Any) -> Any:
    """Return a column's value as JSON holds it."""
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
