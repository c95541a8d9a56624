"""Commands about the two ends, resolved and stood down, and what comes after."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.commands.base import Command
from models.fields import Day, Handle, LongText, Number, Text, Time
from models.vocabulary import RetroAbout, RetroKind


class DeclareResolved(Command):
    """Declare resolved: every criterion of the definition is met or waived."""

    type: Literal["declare_resolved"] = "declare_resolved"


class Reopen(Command):
    """Say that it is not resolved after all."""

    type: Literal["reopen"] = "reopen"
    reason: Text


class SetStandDownCondition(Command):
    """Say what must hold before the formation is stood down."""

    type: Literal["set_stand_down_condition"] = "set_stand_down_condition"
    text: Text


class MeetStandDownCondition(Command):
    """Say that the stand-down condition holds."""

    type: Literal["meet_stand_down_condition"] = "meet_stand_down_condition"
    note: Text | None = None


class SaveReport(Command):
    """Save the incident report; every version is kept."""

    type: Literal["save_report"] = "save_report"
    text: LongText


class StandDown(Command):
    """Stand the formation down; `unresolved_reason` stands in for resolved."""

    type: Literal["stand_down"] = "stand_down"
    unresolved_reason: Text | None = None


class Cancel(Command):
    """Say that the incident was declared in error."""

    type: Literal["cancel"] = "cancel"
    reason: Text


class HoldRetrospective(Command):
    """Record that a retrospective was held, and who attended."""

    type: Literal["hold_retrospective"] = "hold_retrospective"
    at: Time
    attendees: Annotated[list[Handle], Field(min_length=1, max_length=200)]


class AddRetroItem(Command):
    """Add something good, bad or surprising."""

    type: Literal["add_retro_item"] = "add_retro_item"
    kind: RetroKind
    about: RetroAbout
    text: Text


class AddNextAction(Command):
    """Add a follow-up with an owner and a due date."""

    type: Literal["add_next_action"] = "add_next_action"
    text: Text
    owner: Handle
    due_on: Day


class CompleteNextAction(Command):
    """Say that a follow-up is done."""

    type: Literal["complete_next_action"] = "complete_next_action"
    next_action: Number
    note: Text | None = None
