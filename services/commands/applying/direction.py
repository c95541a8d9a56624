"""Situation, definition of resolved, goals, course, severity, marks, the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.columns import write_time
from models.direction import Course, Criterion, Goal, Mark, ResolvedDefinition, Situation
from models.vocabulary import CriterionState
from services.commands.standing import latest
from services.commands.unit import target

if TYPE_CHECKING:
    from models.commands import direction as commands
    from services.commands.unit import Unit


def set_situation(unit: Unit, command: commands.SetSituation) -> None:
    """Set the situation; the versions before stay."""
    row = unit.add(Situation, text=command.text, set_at=unit.now, set_by=unit.person)
    unit.tell("situation.set", data={"text": command.text, "version": row.id})


def define_resolved(unit: Unit, command: commands.DefineResolved) -> None:
    """Set the definition of resolved; its criteria all begin open."""
    definition = unit.add(ResolvedDefinition, set_at=unit.now, set_by=unit.person)
    unit.session.flush()
    first = unit.next_id(Criterion)
    for offset, text in enumerate(command.criteria):
        unit.session.add(
            Criterion(
                incident_id=unit.number, id=first + offset, definition=definition.id, text=text
            )
        )
    unit.tell(
        "resolved_definition.set",
        data={
            "text": "; ".join(command.criteria),
            "criteria": list(command.criteria),
            "version": definition.id,
        },
    )


def meet_criterion(unit: Unit, command: commands.MeetCriterion) -> None:
    """Say that the criterion holds."""
    _change_criterion(
        unit, command.criterion, CriterionState.MET, "criterion.met", note=command.note
    )


def unmeet_criterion(unit: Unit, command: commands.UnmeetCriterion) -> None:
    """Open the criterion again."""
    _change_criterion(
        unit, command.criterion, CriterionState.OPEN, "criterion.unmet", reason=command.reason
    )


def waive_criterion(unit: Unit, command: commands.WaiveCriterion) -> None:
    """Let the criterion go, with the reason."""
    _change_criterion(
        unit, command.criterion, CriterionState.WAIVED, "criterion.waived", reason=command.reason
    )


def _change_criterion(
    unit: Unit,
    number: int,
    state: CriterionState,
    kind: str,
    *,
    note: str | None = None,
    reason: str | None = None,
) -> None:
    criterion = target(unit, Criterion, number)
    criterion.state = state.value
    criterion.reason = note or reason
    criterion.changed_by, criterion.changed_at = unit.person, unit.now
    unit.tell(
        kind,
        data={"number": number, "text": criterion.text, "note": note, "reason": reason},
    )


def set_goal(unit: Unit, command: commands.SetGoal) -> None:
    """Set a goal."""
    goal = unit.add(
        Goal,
        text=command.text,
        owner=command.owner,
        due_at=command.due_at,
        set_at=unit.now,
        set_by=unit.person,
    )
    unit.tell(
        "goal.set",
        people=(command.owner,) if command.owner else (),
        data={
            "number": goal.id,
            "text": goal.text,
            "owner": goal.owner,
            "due_at": write_time(goal.due_at) if goal.due_at else None,
        },
    )


def end_goal(unit: Unit, command: commands.EndGoal) -> None:
    """End a goal, achieved or dropped."""
    goal = target(unit, Goal, command.goal)
    goal.state, goal.reason, goal.ended_at = command.outcome, command.reason, unit.now
    unit.tell(
        "goal.ended",
        data={
            "number": goal.id,
            "text": goal.text,
            "outcome": command.outcome,
            "reason": command.reason,
        },
    )


def set_course(unit: Unit, command: commands.SetCourse) -> None:
    """Set the course; the primary SME's agreement is asked for anew."""
    row = unit.add(Course, text=command.text, set_at=unit.now, set_by=unit.person)
    unit.tell("course.set", data={"text": command.text, "version": row.id})


def agree_course(unit: Unit, _command: commands.AgreeCourse) -> None:
    """Agree the course in force; agreeing twice changes nothing."""
    course = latest(unit, Course)
    if course.agreed_at is not None:
        return
    course.agreed_at, course.agreed_by = unit.now, unit.person
    unit.tell("course.agreed", data={"text": course.text, "version": course.id})


def status_check(unit: Unit, _command: commands.StatusCheck) -> None:
    """Record the status check."""
    unit.incident.status_checked_at = unit.now
    unit.tell("status.checked")


def set_severity(unit: Unit, command: commands.SetSeverity) -> None:
    """Set the severity."""
    before = unit.incident.severity
    unit.incident.severity = command.severity.value
    unit.tell(
        "severity.set",
        late=unit.formation.is_stood_down,
        data={"severity": command.severity.value, "before": before, "reason": command.reason},
    )


def set_mark(unit: Unit, command: commands.SetMark) -> None:
    """Mark a moment; it is when people say that it happened."""
    row = unit.add(
        Mark,
        name=command.name.value,
        at=command.at,
        note=command.note,
        set_by=unit.person,
        set_at=unit.now,
    )
    unit.tell(
        "mark.set",
        occurred_at=command.at,
        data={
            "number": row.id,
            "name": command.name.value,
            "marked_at": write_time(command.at),
            "note": command.note,
        },
    )


def set_call(unit: Unit, command: commands.SetCall) -> None:
    """Set the link of the call."""
    unit.incident.call_url = command.url
    unit.tell("call.set", data={"url": command.url})
