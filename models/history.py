"""The present, rebuilt from the past: pure, and with no code per kind of entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""By table, by key within the incident: the recorded columns as JSON values."""


class BrokenRecord(Exception):
    """A recorded change does not fit what the changes before it left."""


def rebuild(changes: Iterable[Mapping[str, Any]]) -> Rows:
    """Return the rows that stand after `changes`, which are in `seq` order.

    Raises:
        BrokenRecord: a change names a row that is not there, or finds other values than
            the ones it recorded as `before`.
    """
    rows: Rows = {}
    for change in changes:
        table = rows.setdefault(change["table"], {})
        key = tuple(change["key"])
        before, after = change["before"], change["after"]
        if before is None:
            if key in table or after is None:
                raise BrokenRecord(f"{change['table']} {key} is inserted twice")
            table[key] = dict(after)
            continue
        _check(change, table.get(key))
        if after is None:
            del table[key]
        else:
            table[key].update(after)
    return rows


def _check(change: Mapping[str, Any], stands: Mapping[str, Any] | None) -> None:
    if stands is None:
        raise BrokenRecord(f"{change['table']} {change['key']} changes before it exists")
    for column, value in change["before"].items():
        if stands[column] != value:
            raise BrokenRecord(f"{change['table']} {change['key']} {column} was not {value!r}")
