"""What the program itself records, without a person behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services import clock
from services.commands.execute import Receipt, lock_incident, open_unit
from services.commands.unit import SYSTEM

if TYPE_CHECKING:
    from services.db import Database


def record_channels(
    database: Database, incident_id: int, channels: dict[str, dict[str, Any]]
) -> Receipt:
    """Record the Slack channels that were made: `{"investigation": {"id", "name"}, ...}`.

    Channels recorded before and not named here stay. Slack is not told of this entry.

    Raises:
        NotFound: there is no such incident.
        Unavailable: the database is busy or away.
    """
    with database.writing() as session:
        incident = lock_incident(session, incident_id)
        unit = open_unit(session, incident, SYSTEM, clock.now())
        first_seq = unit.next_seq
        known = {**incident.channels, **channels}
        if known != incident.channels:
            incident.channels = known
            names = ", ".join(f"#{channel['name']}" for channel in channels.values())
            unit.tell("channels.created", data={"channels": names})
        unit.finish()
        receipt = Receipt(incident_id, incident.revision, first_seq, incident.revision)
    if receipt.first_seq <= receipt.last_seq:
        database.committed(incident_id, receipt.revision)
    return receipt
