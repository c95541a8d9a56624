"""What is being tried and decided: SME updates, hypotheses, actions, decisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from models.columns import IncidentScoped, UtcTime, one_of
from models.vocabulary import ActionState, DecisionState, HypothesisState


class SmeUpdate(IncidentScoped, table=True):
    """The primary SME's conditions, actions and needs; known by the entry that told it."""

    __tablename__ = "sme_update"
    __table_args__ = (UniqueConstraint("incident_id", "entry"),)

    entry: int
    conditions: str
    actions: str
    needs: str
    posted_by: str = Field(foreign_key="person.handle")
    posted_at: datetime = Field(sa_type=UtcTime)
    acknowledged_by: str | None = Field(default=None, foreign_key="person.handle")
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Hypothesis(IncidentScoped, table=True):
    """A claim about the cause and how to test it."""

    __tablename__ = "hypothesis"
    __table_args__ = (one_of("state", HypothesisState),)

    claim: str
    test: str | None = None
    state: str = Field(default=HypothesisState.OPEN, max_length=9)
    evidence: str | None = None
    raised_by: str = Field(foreign_key="person.handle")
    raised_at: datetime = Field(sa_type=UtcTime)
    settled_by: str | None = Field(default=None, foreign_key="person.handle")
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Action(IncidentScoped, table=True):
    """Something to do now, with a named owner and a due time."""

    __tablename__ = "action"
    __table_args__ = (one_of("state", ActionState),)

    text: str
    owner: str = Field(foreign_key="person.handle")
    due_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(default=ActionState.OPEN, max_length=7)
    result: str | None = None
    assigned_by: str = Field(foreign_key="person.handle")
    assigned_at: datetime = Field(sa_type=UtcTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Decision(IncidentScoped, table=True):
    """A proposal, its risk, and the commander's go or no go."""

    __tablename__ = "decision"
    __table_args__ = (one_of("state", DecisionState),)

    proposal: str
    risk: str | None = None
    proposed_by: str = Field(foreign_key="person.handle")
    proposed_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(default=DecisionState.PROPOSED, max_length=8)
    executor: str | None = Field(default=None, foreign_key="person.handle")
    emergency: bool = False
    decided_by: str | None = Field(default=None, foreign_key="person.handle")
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Objection(IncidentScoped, table=True):
    """One person's reason against a decision."""

    __tablename__ = "objection"
    __table_args__ = (
        ForeignKeyConstraint(["incident_id", "decision"], ["decision.incident_id", "decision.id"]),
    )

    decision: int
    reason: str
    objected_by: str = Field(foreign_key="person.handle")
    objected_at: datetime = Field(sa_type=UtcTime)
