"""The incident itself and who is present in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import JsonValue, UtcTime, one_of
from models.vocabulary import IncidentKind, Severity


class Incident(SQLModel, table=True):
    """One incident. `revision` is the `seq` of its newest timeline entry.

    `restored` says that another console recorded it up to its end and told Slack of it: ours
    tells Slack nothing, and the `channels` are the other's.
    """

    __tablename__ = "incident"
    __table_args__ = (one_of("kind", IncidentKind), one_of("severity", Severity))

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36, unique=True)
    revision: int = 0
    kind: str = Field(max_length=5)
    title: str = Field(max_length=200)
    summary: str | None = None
    severity: str | None = Field(default=None, max_length=4)
    detected_at: datetime | None = Field(default=None, sa_type=UtcTime)
    detected_how: str | None = None
    call_url: str | None = None
    declared_at: datetime | None = Field(default=None, sa_type=UtcTime)
    declared_by: str = Field(foreign_key="person.handle")
    backfilled: bool = False
    restored: bool = False
    timezone: str | None = Field(default=None, max_length=64)
    channels: dict[str, Any] = Field(default_factory=dict, sa_type=JsonValue)
    status_checked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    stood_down_at: datetime | None = Field(default=None, sa_type=UtcTime)
    unresolved_reason: str | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    is_closed: bool = Field(default=False, index=True)


class Presence(SQLModel, table=True):
    """Whether a person is on the incident, with or without a role."""

    __tablename__ = "presence"

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    person: str = Field(primary_key=True, foreign_key="person.handle")
    checked_in_at: datetime = Field(sa_type=UtcTime)
    checked_out_at: datetime | None = Field(default=None, sa_type=UtcTime)
