"""What the world must still be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, one_of
from models.vocabulary import DeliveryState


class Delivery(SQLModel, table=True):
    """One entry that one place in Slack must be told, and how far that has come.

    `ts` is Slack's id of the message within its channel: text, never a number.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        one_of("destination", ("investigation", "report", "announce")),
        one_of("state", DeliveryState),
        UniqueConstraint("incident_id", "seq", "destination"),
        ForeignKeyConstraint(["incident_id", "seq"], ["entry.incident_id", "entry.seq"]),
        Index("ix_delivery_state", "state", "incident_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    seq: int
    destination: str = Field(max_length=13)
    state: str = Field(default=DeliveryState.QUEUED, max_length=7)
    attempts: int = 0
    channel_id: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    error: str | None = None
    queued_at: datetime = Field(sa_type=UtcTime)
    attempted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
