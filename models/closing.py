"""What the team keeps: report, retrospective, next actions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from models.columns import IncidentScoped, UtcTime, one_of
from models.vocabulary import RetroAbout, RetroKind


class Report(IncidentScoped, table=True):
    """One saved version of the incident report; the highest `id` is in force."""

    __tablename__ = "report"

    text: str
    saved_by: str = Field(foreign_key="person.handle")
    saved_at: datetime = Field(sa_type=UtcTime)


class Retrospective(IncidentScoped, table=True):
    """A retrospective that was held after stand-down."""

    __tablename__ = "retrospective"

    held_at: datetime = Field(sa_type=UtcTime)
    recorded_by: str = Field(foreign_key="person.handle")


class Attendee(SQLModel, table=True):
    """A person who attended a retrospective and may add to it."""

    __tablename__ = "attendee"
    __table_args__ = (
        ForeignKeyConstraint(
            ["incident_id", "retrospective"], ["retrospective.incident_id", "retrospective.id"]
        ),
    )

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    retrospective: int = Field(primary_key=True)
    person: str = Field(primary_key=True, foreign_key="person.handle")


class RetroItem(IncidentScoped, table=True):
    """Something good, bad or surprising about the response or the cause."""

    __tablename__ = "retro_item"
    __table_args__ = (one_of("kind", RetroKind), one_of("about", RetroAbout))

    kind: str = Field(max_length=8)
    about: str = Field(max_length=8)
    text: str
    added_by: str = Field(foreign_key="person.handle")
    added_at: datetime = Field(sa_type=UtcTime)


class NextAction(IncidentScoped, table=True):
    """A follow-up with an owner and a due date; open until completed."""

    __tablename__ = "next_action"

    text: str
    owner: str = Field(foreign_key="person.handle")
    due_on: date
    added_by: str = Field(foreign_key="person.handle")
    added_at: datetime = Field(sa_type=UtcTime)
    completed_by: str | None = Field(default=None, foreign_key="person.handle")
    completed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    note: str | None = None
