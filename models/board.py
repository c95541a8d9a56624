"""The board: what everybody sees, as a pure function of the incident's rows.

The rows are the ones of `models.history`: read from the tables for the present, rebuilt
from the timeline for any past instant. Times are aware UTC datetimes on the board.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from models.vocabulary import Phase


class Part(BaseModel):
    """A part of the board."""

    model_config = ConfigDict(from_attributes=True)


class Channels(Part):
    """The two Slack channels, as `{"id", "name"}`, once they exist."""

    investigation: dict[str, str] | None = None
    report: dict[str, str] | None = None


class RoleCard(Part):
    """A role, who holds it since when, and to whom it is offered.

    `holder`, `since` and `offered_to` are the first ones; roles with several holders list
    all of them in `holders` and `offers`.
    """

    key: str
    name_en: str
    name_ja: str
    duty: str
    single: bool
    built_in: bool
    holder: str | None
    since: datetime | None
    offered_to: str | None
    holders: list[str]
    offers: list[dict[str, Any]]


class PersonHere(Part):
    """A person who is checked in, with or without a role."""

    handle: str
    name: str
    roles: list[str]
    checked_in_at: datetime


class SituationPart(Part):
    """What is happening."""

    text: str
    version: int
    at: datetime
    by: str


class CriterionPart(Part):
    """One criterion of the definition of resolved."""

    id: int
    text: str
    state: str
    by: str | None
    at: datetime | None
    reason: str | None


class DefinitionPart(Part):
    """The definition of resolved in force."""

    version: int
    at: datetime
    by: str
    criteria: list[CriterionPart]


class GoalPart(Part):
    """A goal."""

    id: int
    text: str
    owner: str | None
    due_at: datetime | None
    state: str
    reason: str | None
    set_at: datetime
    set_by: str
    ended_at: datetime | None


class CoursePart(Part):
    """The course; the commander agrees by setting it."""

    text: str
    version: int
    at: datetime
    by: str
    agreed_by_commander: bool
    agreed_by_sme: bool


class UpdatePart(Part):
    """An update of the primary SME, known by its entry."""

    entry: int
    conditions: str
    actions: str
    needs: str
    posted_by: str
    posted_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None


class HypothesisPart(Part):
    """A hypothesis."""

    id: int
    claim: str
    test: str | None
    state: str
    evidence: str | None
    raised_by: str
    raised_at: datetime
    settled_by: str | None
    settled_at: datetime | None


class ActionPart(Part):
    """An action."""

    id: int
    text: str
    owner: str
    due_at: datetime
    state: str
    result: str | None
    assigned_by: str
    assigned_at: datetime
    acknowledged_at: datetime | None
    ended_at: datetime | None


class ObjectionPart(Part):
    """An objection to a decision."""

    id: int
    reason: str
    objected_by: str
    objected_at: datetime


class DecisionPart(Part):
    """A decision and the objections to it."""

    id: int
    proposal: str
    risk: str | None
    proposed_by: str
    proposed_at: datetime
    state: str
    executor: str | None
    emergency: bool
    decided_by: str | None
    decided_at: datetime | None
    objections: list[ObjectionPart]


class StandDownPart(Part):
    """The stand-down condition in force; all empty before one is set."""

    condition: str | None = None
    version: int | None = None
    set_at: datetime | None = None
    met_at: datetime | None = None


class NoticePart(Part):
    """An announcement."""

    id: int
    stage: str
    fields: dict[str, Any]
    state: str
    drafted_by: str
    drafted_at: datetime
    edited_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    return_reason: str | None
    published_by: str | None
    published_at: datetime | None


class Cadence(Part):
    """What outsiders were promised next."""

    next_update_at: datetime | None = None
    overdue: bool = False


class InquiryPart(Part):
    """A question from outside; `from` names its asker."""

    model_config = ConfigDict(from_attributes=True, serialize_by_alias=True)

    id: int
    asked_by: str = Field(serialization_alias="from")
    text: str
    logged_by: str
    logged_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


class StakeholderPart(Part):
    """Somebody outside who must be told."""

    id: int
    name: str
    person: str | None
    slack_user_id: str | None


class MarkPart(Part):
    """A moment that somebody marked."""

    id: int
    name: str
    at: datetime
    note: str | None
    set_by: str


class Gate(Part):
    """A condition of an end, whether it holds, and what it still lacks."""

    key: str
    ok: bool
    missing: list[str]


class SlackPart(Part):
    """The mirror: `off`, `ok`, `waiting` or `failing`, and its debt."""

    state: str = "off"
    unsent: int = 0
    oldest_unsent_s: float | None = None


class ReportPart(Part):
    """The saved report's version in force."""

    version: int
    saved_by: str
    saved_at: datetime


class RetroItemPart(Part):
    """An item of the retrospective."""

    id: int
    kind: str
    about: str
    text: str
    added_by: str
    added_at: datetime


class RetrospectivePart(Part):
    """The retrospective last held, with the items of all of them."""

    held_at: datetime
    recorded_by: str
    attendees: list[str]
    items: list[RetroItemPart]


class NextActionPart(Part):
    """A follow-up."""

    id: int
    text: str
    owner: str
    due_on: date
    added_by: str
    added_at: datetime
    completed_by: str | None
    completed_at: datetime | None
    note: str | None


class Board(Part):
    """One incident as it stands at one revision."""

    id: int
    number: int
    uid: str
    kind: str
    title: str
    summary: str | None
    severity: str | None
    phase: Phase
    revision: int
    backfilled: bool
    declared_at: datetime | None
    declared_by: str
    detected_at: datetime | None
    detected_how: str | None
    call_url: str | None
    channels: Channels
    roles: list[RoleCard]
    people: list[PersonHere]
    names: dict[str, str]
    situation: SituationPart | None
    resolved_definition: DefinitionPart | None
    goals: list[GoalPart]
    course: CoursePart | None
    updates: list[UpdatePart]
    hypotheses: list[HypothesisPart]
    actions: list[ActionPart]
    decisions: list[DecisionPart]
    marks: list[MarkPart]
    stand_down: StandDownPart
    notices: list[NoticePart]
    cadence: Cadence
    inquiries: list[InquiryPart]
    stakeholders: list[StakeholderPart]
    status_checked_at: datetime | None
    gates: list[Gate]
    missing: list[str]
    resolved_at: datetime | None
    stood_down_at: datetime | None
    unresolved_reason: str | None
    cancelled_at: datetime | None
    report: ReportPart | None
    slack: SlackPart
    retrospective: RetrospectivePart | None
    next_actions: list[NextActionPart]
