"""Resolved, stood down, report, retrospective, next actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.closing import Attendee, NextAction, Report, RetroItem, Retrospective
from models.columns import write_time
from models.direction import StandDownCondition
from services.commands.standing import latest
from services.commands.unit import target

if TYPE_CHECKING:
    from models.commands import closing as commands
    from services.commands.unit import Unit


def declare_resolved(unit: Unit, _command: commands.DeclareResolved) -> None:
    """Declare resolved."""
    unit.incident.resolved_at = unit.now
    unit.tell("incident.resolved")


def reopen(unit: Unit, command: commands.Reopen) -> None:
    """Say that it is not resolved after all."""
    unit.incident.resolved_at = None
    unit.tell("incident.reopened", data={"reason": command.reason})


def set_stand_down_condition(unit: Unit, command: commands.SetStandDownCondition) -> None:
    """Set the condition; a new one has yet to be met."""
    row = unit.add(StandDownCondition, text=command.text, set_at=unit.now, set_by=unit.person)
    unit.tell("stand_down_condition.set", data={"text": command.text, "version": row.id})


def meet_stand_down_condition(unit: Unit, command: commands.MeetStandDownCondition) -> None:
    """Say that the condition holds."""
    row = latest(unit, StandDownCondition)
    row.met_at, row.met_by, row.note = unit.now, unit.person, command.note
    unit.tell(
        "stand_down_condition.met",
        data={"text": row.text, "version": row.id, "note": command.note},
    )


def save_report(unit: Unit, command: commands.SaveReport) -> None:
    """Save a version of the report; its text stands in the table and the change."""
    row = unit.add(Report, text=command.text, saved_by=unit.person, saved_at=unit.now)
    unit.tell("report.saved", data={"number": row.id})


def stand_down(unit: Unit, command: commands.StandDown) -> None:
    """Stand the formation down; the last holders stay on record as such."""
    unit.incident.stood_down_at = unit.now
    unit.incident.is_closed = True
    # A reason stands in for resolved; where it is resolved, there is nothing to excuse.
    reason = None if unit.formation.is_resolved else command.unresolved_reason
    unit.incident.unresolved_reason = reason
    unit.tell("incident.stood_down", data={"reason": reason})


def cancel(unit: Unit, command: commands.Cancel) -> None:
    """Cancel an incident that was declared in error."""
    unit.incident.cancelled_at = unit.now
    unit.incident.is_closed = True
    unit.tell("incident.cancelled", data={"reason": command.reason})


def hold_retrospective(unit: Unit, command: commands.HoldRetrospective) -> None:
    """Record the retrospective and who attended."""
    row = unit.add(Retrospective, held_at=command.at, recorded_by=unit.person)
    unit.session.flush()
    attendees = tuple(dict.fromkeys(command.attendees))
    for handle in attendees:
        unit.session.add(Attendee(incident_id=unit.number, retrospective=row.id, person=handle))
    unit.tell(
        "retrospective.held",
        occurred_at=command.at,
        people=attendees,
        data={
            "number": row.id,
            "marked_at": write_time(command.at),
            "attendees": list(attendees),
        },
    )


def add_retro_item(unit: Unit, command: commands.AddRetroItem) -> None:
    """Add the item."""
    unit.add(
        RetroItem,
        kind=command.kind.value,
        about=command.about.value,
        text=command.text,
        added_by=unit.person,
        added_at=unit.now,
    )
    unit.tell(
        "retrospective.item_added",
        data={
            "kind": command.kind.value,
            "about": command.about.value,
            "text": command.text,
        },
    )


def add_next_action(unit: Unit, command: commands.AddNextAction) -> None:
    """Add the follow-up."""
    row = unit.add(
        NextAction,
        text=command.text,
        owner=command.owner,
        due_on=command.due_on,
        added_by=unit.person,
        added_at=unit.now,
    )
    unit.tell(
        "next_action.added",
        people=(command.owner,),
        data={
            "number": row.id,
            "text": command.text,
            "owner": command.owner,
            "due_on": command.due_on.isoformat(),
        },
    )


def complete_next_action(unit: Unit, command: commands.CompleteNextAction) -> None:
    """Complete the follow-up."""
    row = target(unit, NextAction, command.next_action)
    row.completed_by, row.completed_at, row.note = unit.person, unit.now, command.note
    unit.tell(
        "next_action.completed",
        data={"number": row.id, "text": row.text, "note": command.note},
    )
