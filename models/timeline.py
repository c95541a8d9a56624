"""The append-only past: entries, and which command wrote them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.columns import JsonValue, UtcTime, one_of
from models.vocabulary import Source


class Entry(SQLModel, table=True):
    """One timeline entry. It is never changed or deleted; triggers see to that.

    `changes` holds before and after of every row that this entry changed, so that the
    board at any past instant can be rebuilt. `hash` covers everything but the incident's
    local number, and `prev_hash` chains it to the entry before.
    """

    __tablename__ = "entry"
    __table_args__ = (
        one_of("source", Source),
        CheckConstraint("seq > 0", name="seq_positive"),
        Index("ix_entry_amends", "incident_id", "amends"),
        Index("ix_entry_kind", "incident_id", "kind"),
    )

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=40)
    text: str
    occurred_at: datetime = Field(sa_type=UtcTime)
    recorded_at: datetime = Field(sa_type=UtcTime)
    actor: str | None = Field(default=None, foreign_key="person.handle")
    via: str | None = Field(default=None, max_length=80)
    roles: list[str] = Field(default_factory=list, sa_type=JsonValue)
    source: str = Field(max_length=6)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JsonValue)
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonValue)
    amends: int | None = None
    late: bool = False
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class CommandReceipt(SQLModel, table=True):
    """What a command id did the first time, so that it applies once."""

    __tablename__ = "command_receipt"

    command_id: str = Field(primary_key=True, max_length=36)
    incident_id: int = Field(foreign_key="incident.id")
    actor: str = Field(max_length=32)
    digest: str = Field(max_length=64)
    first_seq: int
    last_seq: int
