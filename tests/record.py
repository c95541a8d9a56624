"""What must be true of the record after whatever was done to it.

A test that writes ends with `assert_record_holds(database)`.
"""

from collections import Counter
from typing import Any

from sqlalchemy import select

from models.delivery import Delivery
from models.formation import Assignment, Role
from models.history import rebuild
from models.incident import Incident
from models.routing import destinations
from models.timeline import Entry
from services.boards import read_rows
from services.commands.chain import GENESIS, HASHED, entry_hash
from services.db import Database

SINGLE = {"commander", "primary_sme", "liaison", "scribe"}


def assert_record_holds(database: Database, incident_id: int | None = None) -> None:
    """Fails unless tables, timeline and deliveries agree, in every incident or in one.

    Each timeline counts from 1 to the incident's revision without a gap, its hashes chain, our
    clock never runs backwards on it, the rows rebuilt from it equal the tables, nobody holds a
    role that they may not hold, and Slack is owed exactly what `models.routing` says.
    """
    with database.reading() as session:
        numbers = session.scalars(select(Incident.id).order_by(Incident.id)).all()
        for number in numbers if incident_id is None else [incident_id]:
            incident = session.get(Incident, number)
            entries = session.scalars(
                select(Entry).where(Entry.incident_id == number).order_by(Entry.seq)
            ).all()
            _assert_timeline_holds(incident, entries)
            changes = [change for entry in entries for change in entry.changes]
            assert rebuild(changes) == read_rows(session, number), (
                f"incident {number}: the rows rebuilt from the timeline are not the tables"
            )
            _assert_formation_holds(session, number)
            _assert_deliveries_hold(session, incident, entries)


def _assert_timeline_holds(incident: Any, entries: Any) -> None:
    seqs = [entry.seq for entry in entries]
    assert seqs == list(range(1, incident.revision + 1)), (
        f"incident {incident.id}: the timeline has gaps or not {incident.revision} entries: {seqs}"
    )
    previous = GENESIS
    for entry in entries:
        assert entry.prev_hash == previous, f"entry {entry.seq} does not follow its predecessor"
        columns = {name: getattr(entry, name) for name in HASHED}
        assert entry_hash(columns) == entry.hash, f"entry {entry.seq} is not what was hashed"
        assert entry.amends is None or 0 < entry.amends < entry.seq
        previous = entry.hash
    recorded = [entry.recorded_at for entry in entries]
    assert recorded == sorted(recorded), f"incident {incident.id}: recorded_at runs backwards"


def _assert_formation_holds(session: Any, number: int) -> None:
    single = set(session.scalars(select(Role.key).where(Role.incident_id == number, Role.single)))
    assert single >= SINGLE, "a built-in role may be held by several"
    held = session.execute(
        select(Assignment.role, Assignment.person).where(
            Assignment.incident_id == number, Assignment.ended_at.is_(None)
        )
    ).all()
    for role, n_holders in Counter(role for role, _ in held).items():
        assert n_holders == 1 or role not in single, f"{n_holders} hold {role}"
    assert len(held) == len(set(held)), "somebody holds a role twice"
    for role, person in held:
        if role == "primary_sme":
            assert sum(other == person for _, other in held) == 1, "the primary SME holds more"


def _assert_deliveries_hold(session: Any, incident: Any, entries: Any) -> None:
    owed = Counter(
        (entry.seq, place)
        for entry in entries
        if not (incident.backfilled or incident.restored)
        for place in destinations(entry.kind)
    )
    kept = session.execute(
        select(Delivery.seq, Delivery.destination).where(Delivery.incident_id == incident.id)
    )
    assert Counter(tuple(row) for row in kept) == owed, "Slack is owed something else"
