"""Roles of an incident, who held them when, and handoffs between people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.columns import IncidentScoped, UtcTime, one_of
from models.vocabulary import HandoffState


class Role(SQLModel, table=True):
    """A role that this incident knows: the four built-in ones, and custom ones."""

    __tablename__ = "role"

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    key: str = Field(primary_key=True, max_length=32)
    position: int
    name_en: str = Field(max_length=80)
    name_ja: str = Field(max_length=80)
    duty: str = ""
    single: bool = True
    built_in: bool = False


def _of_a_known_role() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["incident_id", "role"], ["role.incident_id", "role.key"])


class Assignment(IncidentScoped, table=True):
    """One interval in which a person holds a role; open while `ended_at` is empty.

    `single` repeats the role's own flag so that the database itself can refuse a second
    holder (partial unique index).
    """

    __tablename__ = "assignment"
    __table_args__ = (
        _of_a_known_role(),
        Index(
            "uq_assignment_one_holder",
            "incident_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND single = 1"),
            postgresql_where=text("ended_at IS NULL AND single"),
        ),
        Index(
            "uq_assignment_once_a_person",
            "incident_id",
            "role",
            "person",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    role: str = Field(max_length=32)
    person: str = Field(foreign_key="person.handle", index=True)
    single: bool
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Handoff(IncidentScoped, table=True):
    """An offer of a role. The giver, if there is one, holds it until it is accepted."""

    __tablename__ = "handoff"
    __table_args__ = (
        _of_a_known_role(),
        one_of("state", HandoffState),
        Index(
            "uq_handoff_one_open",
            "incident_id",
            "role",
            "receiver",
            unique=True,
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
    )

    role: str = Field(max_length=32)
    giver: str | None = Field(default=None, foreign_key="person.handle")
    receiver: str = Field(foreign_key="person.handle")
    offered_by: str = Field(foreign_key="person.handle")
    offered_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(default=HandoffState.OFFERED, max_length=9)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reason: str | None = None
