"""Commands about where the response is going."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.commands.base import Command
from models.fields import Handle, Number, Text, Time, WebAddress
from models.vocabulary import MarkName, Severity


class SetSituation(Command):
    """Say what is happening."""

    type: Literal["set_situation"] = "set_situation"
    text: Text


class DefineResolved(Command):
    """Say what resolved means, as criteria; a new definition replaces the old one."""

    type: Literal["define_resolved"] = "define_resolved"
    criteria: Annotated[list[Text], Field(min_length=1, max_length=50)]


class MeetCriterion(Command):
    """Say that a criterion holds."""

    type: Literal["meet_criterion"] = "meet_criterion"
    criterion: Number
    note: Text | None = None


class UnmeetCriterion(Command):
    """Say that a criterion does not hold after all."""

    type: Literal["unmeet_criterion"] = "unmeet_criterion"
    criterion: Number
    reason: Text


class WaiveCriterion(Command):
    """Let a criterion go, with the reason."""

    type: Literal["waive_criterion"] = "waive_criterion"
    criterion: Number
    reason: Text


class SetGoal(Command):
    """Set a goal."""

    type: Literal["set_goal"] = "set_goal"
    text: Text
    owner: Handle | None = None
    due_at: Time | None = None


class EndGoal(Command):
    """Say that a goal is achieved or dropped."""

    type: Literal["end_goal"] = "end_goal"
    goal: Number
    outcome: Literal["achieved", "dropped"]
    reason: Text | None = None


class SetCourse(Command):
    """Propose the course of the response; the primary SME then agrees."""

    type: Literal["set_course"] = "set_course"
    text: Text


class AgreeCourse(Command):
    """Agree the course, as primary SME."""

    type: Literal["agree_course"] = "agree_course"


class StatusCheck(Command):
    """Record that the commander asked everybody where they stand."""

    type: Literal["status_check"] = "status_check"


class SetSeverity(Command):
    """Set or raise the severity; after stand-down it may also be lowered."""

    type: Literal["set_severity"] = "set_severity"
    severity: Severity
    reason: Text | None = None


class SetMark(Command):
    """Mark the moment at which impact started or was mitigated."""

    type: Literal["mark"] = "mark"
    name: MarkName
    at: Time
    note: Text | None = None


class SetCall(Command):
    """Set the link of the call."""

    type: Literal["set_call"] = "set_call"
    url: WebAddress
