"""What Slack was, is and will be told of an incident, as anybody may look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import col, func, select

from models.board import SlackPart
from models.delivery import Delivery
from models.vocabulary import DeliveryState
from services import clock
from services.timeline import get_incident

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

NOBODY_TO_TELL = "nobody_to_tell"
"""The error of a delivery to an announce channel where none is set."""
TOLD_TOO_LATE = "told_too_late"
"""The error of a delivery that was old before Slack was there to take it."""


def is_owed() -> ColumnElement[bool]:
    """Return the condition of a delivery that Slack has not taken and still should.

    What Slack refused for good counts, for a person must see it; what nobody waits for does not.
    """
    waived = and_(
        col(Delivery.state) == DeliveryState.FAILED.value,
        or_(*(col(Delivery.error) == error for error in (NOBODY_TO_TELL, TOLD_TOO_LATE))),
    )
    return and_(col(Delivery.state) != DeliveryState.SENT.value, not_(waived))


def list_deliveries(session: Session, incident_id: int) -> list[dict[str, Any]]:
    """Return every delivery of an incident, in the order of its entries.

    `channel` is Slack's id of the channel; None as long as nobody knows it.

    Raises:
        NotFound: there is no such incident.
    """
    channels = get_incident(session, incident_id).channels
    found = session.exec(
        select(Delivery)
        .where(Delivery.incident_id == incident_id)
        .order_by(col(Delivery.seq), col(Delivery.id))
    )
    return [
        {
            **delivery.model_dump(exclude={"id", "incident_id", "channel_id", "attempted_at"}),
            "channel": delivery.channel_id or (channels.get(delivery.destination) or {}).get("id"),
        }
        for delivery in found
    ]


def read_slack_part(
    session: Session, incident_id: int | None = None, *, is_on: bool, now: datetime | None = None
) -> SlackPart:
    """Return how far the mirror of an incident, or of all of them, is behind.

    Its state is `failing` when the last try of something unsent did not succeed.

    Args:
        is_on: whether Slack is set up at all; where it is not, nothing is owed.
        now: for the age of the oldest unsent delivery.
    """
    if not is_on:
        return SlackPart()
    query = select(
        func.count(), func.min(Delivery.queued_at), func.count(col(Delivery.error))
    ).where(is_owed())
    if incident_id is not None:
        query = query.where(col(Delivery.incident_id) == incident_id)
    unsent, oldest, n_errors = session.exec(query).one()
    if unsent == 0 or oldest is None:
        return SlackPart(state="ok")
    age = (now or clock.now()) - oldest
    return SlackPart(
        state="failing" if n_errors else "waiting",
        unsent=unsent,
        oldest_unsent_s=max(0.0, age.total_seconds()),
    )
