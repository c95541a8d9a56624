"""The deliveries as the mirror works through them: lanes, heads, and what became of each.

A lane is one incident's queue to one place; it is told strictly in the order of `seq`. Every
function that changes something opens one short transaction of its own; none is open while
Slack is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, and_, not_, or_, update
from sqlmodel import col, func, select

from models.delivery import Delivery
from models.formation import Role
from models.incident import Incident
from models.person import Person
from models.timeline import Entry
from models.vocabulary import DeliveryState
from services import clock
from services.deliveries import NOBODY_TO_TELL, TOLD_TOO_LATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

    from services.db import Database

STALE_AFTER = timedelta(days=1)
"""An incident that ended, or an announcement that waited, this long before Slack was there stays
untold: setting Slack up must not announce last month's incidents."""
MOST_AT_ONCE = 50
DOUBT = "may be doubled"
"""How the error of a delivery begins that was sent again without a look at the history."""
_PENDING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Lane:
    """One incident's queue to one place."""

    incident_id: int
    destination: str


@dataclass(frozen=True)
class Head:
    """The front of a lane, read in one instant.

    Attributes:
        incident: the incident.
        deliveries: the next ones, `seq` ascending, none of them sent or failed.
        entries: the entry of each.
        names: the name of every person.
        role_names: the names of every custom role, by language.
    """

    incident: Incident
    deliveries: list[Delivery]
    entries: list[Entry]
    names: dict[str, str]
    role_names: dict[str, dict[str, str]]

    @property
    def doubt(self) -> str | None:
        """Why the first one may be in Slack already, if nobody could look."""
        error = self.deliveries[0].error
        return error if error and error.startswith(DOUBT) else None

    @property
    def is_uncertain(self) -> bool:
        """Whether an earlier try of the first one may have reached Slack."""
        return self.deliveries[0].state in (DeliveryState.SENDING, DeliveryState.UNKNOWN)

    def run(self) -> list[Entry]:
        """Return the queued entries from the front whose `seq` have no gap.

        A gap is an entry told elsewhere, or nowhere: a post says truthfully what it tells.
        """
        run: list[Entry] = []
        for delivery, entry in zip(self.deliveries, self.entries, strict=True):
            has_gap = bool(run) and entry.seq != run[-1].seq + 1
            if has_gap or delivery.state != DeliveryState.QUEUED:
                break
            run.append(entry)
        return run

    def ids(self, first_seq: int, last_seq: int) -> list[int]:
        """Return the ids of the deliveries of these entries, both ends inclusive."""
        return [d.id for d in self.deliveries if d.id and first_seq <= d.seq <= last_seq]

    def tried_ids(self) -> list[int]:
        """Return the ids of the deliveries that were tried in one message with the first."""
        first = self.deliveries[0]
        tried = (first.state, first.attempted_at)
        return [d.id for d in self.deliveries if d.id and (d.state, d.attempted_at) == tried]


def list_lanes(session: Session) -> list[Lane]:
    """Return the lanes in which something is pending, that which waits longest first."""
    found = session.exec(
        select(Delivery.incident_id, Delivery.destination)
        .where(col(Delivery.state).in_(_PENDING))
        .group_by(col(Delivery.incident_id), col(Delivery.destination))
        .order_by(func.min(Delivery.id))
    )
    return [Lane(*row) for row in found]


def read_head(session: Session, lane: Lane) -> Head | None:
    """Return the front of a lane, or None if nothing is pending in it."""
    rows = session.exec(
        select(Delivery, Entry)
        .join(
            Entry,
            and_(col(Entry.incident_id) == Delivery.incident_id, col(Entry.seq) == Delivery.seq),
        )
        .where(
            Delivery.incident_id == lane.incident_id,
            Delivery.destination == lane.destination,
            col(Delivery.state).in_(_PENDING),
        )
        .order_by(col(Delivery.seq))
        .limit(MOST_AT_ONCE)
    ).all()
    incident = session.get(Incident, lane.incident_id)
    if not rows or incident is None:
        return None
    deliveries = [delivery for delivery, _ in rows]
    entries = [entry for _, entry in rows]
    names = read_names(session, entries)
    return Head(incident, deliveries, entries, names, read_role_names(session, lane.incident_id))


def read_names(session: Session, entries: Sequence[Entry]) -> dict[str, str]:
    """Return the name of everybody who wrote one of these entries."""
    handles = {entry.actor for entry in entries if entry.actor}
    found = session.exec(select(Person.handle, Person.name).where(col(Person.handle).in_(handles)))
    return dict(iter(found))


def read_role_names(session: Session, incident_id: int) -> dict[str, dict[str, str]]:
    """Return the names of the incident's custom roles, by language."""
    found = session.exec(
        select(Role.key, Role.name_en, Role.name_ja).where(
            Role.incident_id == incident_id, not_(col(Role.built_in))
        )
    )
    return {key: {"en": name_en, "ja": name_ja} for key, name_en, name_ja in found}


def mark_sending(database: Database, ids: Sequence[int], channel_id: str) -> bool:
    """Record that these are about to be sent; return False if they are no longer queued."""
    change = {
        "state": DeliveryState.SENDING.value,
        "attempts": Delivery.attempts + 1,
        "attempted_at": clock.now(),
        "channel_id": channel_id,
    }
    with database.writing() as session:
        changed = _change(session, ids, change, only_from=DeliveryState.QUEUED)
        if changed != len(ids):
            session.rollback()
        return changed == len(ids)


def mark_sent(database: Database, ids: Sequence[int], ts: str, doubt: str | None = None) -> None:
    """Record that one message with this `ts` tells these.

    Args:
        doubt: why it may not be the only one.
    """
    _record(database, ids, state=DeliveryState.SENT.value, ts=ts, error=doubt, sent_at=clock.now())


def mark_unknown(database: Database, ids: Sequence[int], error: str) -> None:
    """Record that these may or may not have arrived."""
    _record(database, ids, state=DeliveryState.UNKNOWN.value, error=error)


def mark_queued(database: Database, ids: Sequence[int], error: str | None) -> None:
    """Record that these certainly did not arrive, and are to be sent again."""
    _record(database, ids, state=DeliveryState.QUEUED.value, error=error)


def mark_failed(database: Database, ids: Sequence[int], error: str) -> None:
    """Record that these will not be sent."""
    _record(database, ids, state=DeliveryState.FAILED.value, error=error)


def note_error(database: Database, delivery: Delivery, error: str) -> None:
    """Record why the front of a lane waits."""
    if delivery.error != error and delivery.id is not None:
        _record(database, [delivery.id], error=error)


def give_up_stale(database: Database, now: datetime) -> int:
    """Record what comes too late to be told at all, and return how many that are."""
    before = now - STALE_AFTER
    ended = select(Incident.id).where(
        col(Incident.is_closed),
        or_(col(Incident.stood_down_at) < before, col(Incident.cancelled_at) < before),
    )
    untold = select(Delivery.incident_id).where(
        or_(
            col(Delivery.state) == DeliveryState.SENT.value,
            col(Delivery.attempted_at).is_not(None),
        )
    )
    stale = or_(
        and_(
            col(Delivery.destination) == "announce",
            col(Delivery.queued_at) < before,
            col(Delivery.attempted_at).is_(None),
        ),
        and_(col(Delivery.incident_id).in_(ended), col(Delivery.incident_id).not_in(untold)),
    )
    with database.reading() as session:
        ids = session.exec(
            select(Delivery.id).where(Delivery.state == DeliveryState.QUEUED.value, stale)
        ).all()
    found = [number for number in ids if number is not None]
    for start in range(0, len(found), _CHUNK):
        mark_failed(database, found[start : start + _CHUNK], TOLD_TOO_LATE)
    return len(found)


def mark_nobody_to_tell(database: Database, ids: Sequence[int]) -> None:
    """Record that no channel is set for these."""
    mark_failed(database, ids, NOBODY_TO_TELL)


_CHUNK = 500


def _record(database: Database, ids: Sequence[int], **change: Any) -> None:
    with database.writing() as session:
        _change(session, ids, change)


def _change(
    session: Session,
    ids: Sequence[int],
    change: dict[str, Any],
    only_from: DeliveryState | None = None,
) -> int:
    statement = update(Delivery).where(col(Delivery.id).in_(ids)).values(**change)
    if only_from is not None:
        statement = statement.where(col(Delivery.state) == only_from.value)
    result = session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
