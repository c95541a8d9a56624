"""The full export of an incident: everything that another console needs to hold it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from models.timeline import Entry
from services.boards import PERSON_COLUMNS, read_names
from services.commands.chain import HASHED
from services.commands.recording import to_json
from services.commands.restore import FORMAT, VERSION
from services.timeline import get_incident

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session


def export_incident(session: Session, incident_id: int) -> dict[str, Any]:
    """Return an incident as a JSON object: its uid, its people, its entries in `seq` order.

    Each entry holds all that its hash covers, the changes of rows among it, so the receiver can
    verify the chain and rebuild the board. Nothing in it depends on when it was exported, and
    of people it holds handles and names only.

    Raises:
        NotFound: there is no such incident.
    """
    incident = get_incident(session, incident_id)
    entries = [_show(entry) for entry in _entries(session, incident_id)]
    handles = {handle for entry in entries for handle in _handles_in(entry)}
    names = read_names(session, handles)
    return {
        "format": FORMAT,
        "version": VERSION,
        "incident": {
            "uid": incident.uid,
            "number": incident_id,
            "title": incident.title,
            "kind": incident.kind,
            "revision": incident.revision,
        },
        "people": [{"handle": handle, "name": names[handle]} for handle in sorted(names)],
        "entries": entries,
    }


def _entries(session: Session, incident_id: int) -> Iterator[Entry]:
    query = select(Entry).where(Entry.incident_id == incident_id).order_by(col(Entry.seq))
    return iter(session.exec(query))


def _show(entry: Entry) -> dict[str, Any]:
    return {name: to_json(getattr(entry, name)) for name in (*HASHED, "hash")}


def _handles_in(entry: dict[str, Any]) -> Iterator[str]:
    if entry["actor"] is not None:
        yield entry["actor"]
    for change in entry["changes"]:
        for columns in (change["before"] or {}, change["after"] or {}):
            for name in PERSON_COLUMNS[change["table"]]:
                if columns.get(name) is not None:
                    yield columns[name]
