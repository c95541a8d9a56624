"""Reading the timeline, and the form in which entries are shown to anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import col, select

from models.columns import write_time
from models.incident import Incident
from models.messages import N_
from models.sentences import has_sentence, say
from models.timeline import Entry
from services.errors import NotFound
from services.language import get_translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlmodel import Session

Order = Literal["seq", "-seq", "occurred_at", "-occurred_at"]
LARGEST_PAGE = 1_000

_CHANGES: QueryableAttribute[Any] = Entry.changes  # type: ignore[assignment]
_ORDERS: dict[str, tuple[Any, ...]] = {
    "seq": (Entry.seq,),
    "-seq": (col(Entry.seq).desc(),),
    "occurred_at": (Entry.occurred_at, Entry.seq),
    "-occurred_at": (col(Entry.occurred_at).desc(), col(Entry.seq).desc()),
}


def list_entries(
    session: Session,
    incident_id: int,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = 100,
    q: str | None = None,
    kinds: Sequence[str] = (),
    order: Order = "seq",
) -> list[Entry]:
    """Return entries of one incident, without their `changes`, which nobody is shown.

    Args:
        after: only entries with a larger `seq`.
        before: only entries with a smaller `seq`.
        limit: how many at most; held to 1,000.
        q: only entries whose text contains this, letters' case aside.
        kinds: only these kinds; none means all.
        order: by `seq` (as recorded) or by `occurred_at` (as it happened; entries of one
            instant in the order in which they were recorded); a leading `-` reverses.
    """
    conditions: list[ColumnElement[bool]] = [
        col(Entry.incident_id) == incident_id,
        col(Entry.seq) > after,
    ]
    if before is not None:
        conditions.append(col(Entry.seq) < before)
    if q:
        conditions.append(col(Entry.text).icontains(q, autoescape=True))
    if kinds:
        conditions.append(col(Entry.kind).in_(kinds))
    return list(
        session.exec(
            select(Entry)
            .options(defer(_CHANGES, raiseload=True))
            .where(*conditions)
            .order_by(*_ORDERS[order])
            .limit(min(limit, LARGEST_PAGE))
        )
    )


def get_incident(session: Session, incident_id: int) -> Incident:
    """Return one incident.

    Raises:
        NotFound: there is none.
    """
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound(N_("There is no incident {number}."), number=incident_id)
    return incident


def read_amendments(
    session: Session, incident_id: int, seqs: Iterable[int]
) -> dict[int, list[int]]:
    """Return, by the `seq` of the amended entry, which entries amend it, in order."""
    amendments: dict[int, list[int]] = {}
    wanted = list(seqs)
    if not wanted:
        return amendments
    found = session.exec(
        select(Entry.seq, Entry.amends).where(
            Entry.incident_id == incident_id, col(Entry.amends).in_(wanted)
        )
    )
    # Sorted here: asked to sort, SQLite walks the whole timeline by `seq` to be spared it.
    for seq, amended in sorted(found):
        if amended is not None:
            amendments.setdefault(amended, []).append(seq)
    return amendments


def show(session: Session, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return entries as the contract shows them, with the amendments that name them."""
    if not entries:
        return []
    incident_id = entries[0].incident_id
    amendments = read_amendments(session, incident_id, [entry.seq for entry in entries])
    return [show_entry(entry, amendments.get(entry.seq, [])) for entry in entries]


def show_entry(entry: Entry, amended_by: Sequence[int] = ()) -> dict[str, Any]:
    """Return one entry as a JSON object: contract.md section 2.

    `text` is the stored text; `texts` says the same in each language where the entry is a
    sentence of ours rather than people's own words.
    """
    return {
        "seq": entry.seq,
        "kind": entry.kind,
        "text": entry.text,
        "texts": _texts(entry),
        "occurred_at": write_time(entry.occurred_at),
        "recorded_at": write_time(entry.recorded_at),
        "actor": entry.actor,
        "via": entry.via,
        "roles": entry.roles,
        "source": entry.source,
        "data": entry.data,
        "amends": entry.amends,
        "amended_by": list(amended_by),
        "late": entry.late,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def _texts(entry: Entry) -> dict[str, str]:
    if not has_sentence(entry.kind):
        return {}
    return {"ja": say(entry.kind, entry.data, get_translator("ja"), "ja")}


def read_entries(
    session: Session, incident_id: int, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return the entries after `after` as the live feed sends them, in `seq` order."""
    return show(session, list_entries(session, incident_id, after=after, limit=limit))


def read_revisions(session: Session, incident_ids: Sequence[int]) -> dict[int, int]:
    """Return the present revision of each of these incidents."""
    rows = session.exec(
        select(Incident.id, Incident.revision).where(col(Incident.id).in_(incident_ids))
    )
    return {number: revision for number, revision in rows if number is not None}
