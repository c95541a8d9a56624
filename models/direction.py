"""Where the response is going: situation, definition of resolved, goals, course, stand-down.

Situation, definition, course and stand-down condition keep their versions: `id` is the
version and the highest one is in force.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field

from models.columns import IncidentScoped, UtcTime, one_of
from models.vocabulary import CriterionState, GoalState


class Situation(IncidentScoped, table=True):
    """What is happening, in the commander's words."""

    __tablename__ = "situation"

    text: str
    set_at: datetime = Field(sa_type=UtcTime)
    set_by: str = Field(foreign_key="person.handle")


class ResolvedDefinition(IncidentScoped, table=True):
    """One version of the definition of resolved; its criteria stand in `Criterion`."""

    __tablename__ = "resolved_definition"

    set_at: datetime = Field(sa_type=UtcTime)
    set_by: str = Field(foreign_key="person.handle")


class Criterion(IncidentScoped, table=True):
    """One thing that must be true, or be waived with a reason, before resolved."""

    __tablename__ = "criterion"
    __table_args__ = (
        one_of("state", CriterionState),
        ForeignKeyConstraint(
            ["incident_id", "definition"],
            ["resolved_definition.incident_id", "resolved_definition.id"],
        ),
    )

    definition: int
    text: str
    state: str = Field(default=CriterionState.OPEN, max_length=6)
    reason: str | None = None
    changed_by: str | None = Field(default=None, foreign_key="person.handle")
    changed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Goal(IncidentScoped, table=True):
    """A goal with an optional owner and due time."""

    __tablename__ = "goal"
    __table_args__ = (one_of("state", GoalState),)

    text: str
    owner: str | None = Field(default=None, foreign_key="person.handle")
    due_at: datetime | None = Field(default=None, sa_type=UtcTime)
    state: str = Field(default=GoalState.OPEN, max_length=8)
    reason: str | None = None
    set_at: datetime = Field(sa_type=UtcTime)
    set_by: str = Field(foreign_key="person.handle")
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Course(IncidentScoped, table=True):
    """The course of the response; the commander's by writing it, the SME's by agreeing."""

    __tablename__ = "course"

    text: str
    set_at: datetime = Field(sa_type=UtcTime)
    set_by: str = Field(foreign_key="person.handle")
    agreed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    agreed_by: str | None = Field(default=None, foreign_key="person.handle")


class StandDownCondition(IncidentScoped, table=True):
    """What must hold before the formation is stood down."""

    __tablename__ = "stand_down_condition"

    text: str
    set_at: datetime = Field(sa_type=UtcTime)
    set_by: str = Field(foreign_key="person.handle")
    met_at: datetime | None = Field(default=None, sa_type=UtcTime)
    met_by: str | None = Field(default=None, foreign_key="person.handle")
    note: str | None = None


class Mark(IncidentScoped, table=True):
    """A moment that somebody marked: impact start or mitigated."""

    __tablename__ = "mark"
    __table_args__ = (one_of("name", ("impact_start", "mitigated")),)

    name: str = Field(max_length=12)
    at: datetime = Field(sa_type=UtcTime)
    note: str | None = None
    set_by: str = Field(foreign_key="person.handle")
    set_at: datetime = Field(sa_type=UtcTime)
