"""SME updates, hypotheses, actions, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.columns import write_time
from models.vocabulary import DecisionState
from models.work import Action, Decision, Hypothesis, Objection, SmeUpdate
from services.commands.standing import find_update
from services.commands.unit import target

if TYPE_CHECKING:
    from models.commands import work as commands
    from services.commands.unit import Unit


def post_update(unit: Unit, command: commands.PostUpdate) -> None:
    """Post the update; it is known by the entry that tells it."""
    unit.add(
        SmeUpdate,
        entry=unit.next_seq,
        conditions=command.conditions,
        actions=command.actions,
        needs=command.needs,
        posted_by=unit.person,
        posted_at=unit.now,
    )
    unit.tell(
        "update.posted",
        data={
            "conditions": command.conditions,
            "actions": command.actions,
            "needs": command.needs,
        },
    )


def acknowledge_update(unit: Unit, command: commands.AcknowledgeUpdate) -> None:
    """Acknowledge the update."""
    update = find_update(unit, command.entry)
    update.acknowledged_by, update.acknowledged_at = unit.person, unit.now
    unit.tell("update.acknowledged", data={"entry": command.entry})


def raise_hypothesis(unit: Unit, command: commands.RaiseHypothesis) -> None:
    """Raise the hypothesis."""
    row = unit.add(
        Hypothesis,
        claim=command.claim,
        test=command.test,
        raised_by=unit.person,
        raised_at=unit.now,
    )
    unit.tell(
        "hypothesis.raised",
        data={"number": row.id, "text": command.claim, "test": command.test},
    )


def settle_hypothesis(unit: Unit, command: commands.SettleHypothesis) -> None:
    """Settle the hypothesis by its evidence."""
    row = target(unit, Hypothesis, command.hypothesis)
    row.state, row.evidence = command.outcome, command.evidence
    row.settled_by, row.settled_at = unit.person, unit.now
    unit.tell(
        "hypothesis.settled",
        data={
            "number": row.id,
            "text": row.claim,
            "outcome": command.outcome,
            "evidence": command.evidence,
        },
    )


def assign_action(unit: Unit, command: commands.AssignAction) -> None:
    """Assign the action to its owner."""
    row = unit.add(
        Action,
        text=command.text,
        owner=command.owner,
        due_at=command.due_at,
        assigned_by=unit.person,
        assigned_at=unit.now,
    )
    unit.tell(
        "action.assigned",
        people=(command.owner,),
        data={
            "number": row.id,
            "text": command.text,
            "owner": command.owner,
            "due_at": write_time(command.due_at),
        },
    )


def acknowledge_action(unit: Unit, command: commands.AcknowledgeAction) -> None:
    """Record that the owner is on it; a second time changes nothing."""
    row = target(unit, Action, command.action)
    if row.acknowledged_at is not None:
        return
    row.acknowledged_at = unit.now
    unit.tell(
        "action.acknowledged",
        people=(row.owner,),
        data={"number": row.id, "text": row.text, "owner": row.owner},
    )


def extend_action(unit: Unit, command: commands.ExtendAction) -> None:
    """Move the due time."""
    row = target(unit, Action, command.action)
    row.due_at = command.due_at
    unit.tell(
        "action.extended",
        data={"number": row.id, "text": row.text, "due_at": write_time(command.due_at)},
    )


def end_action(unit: Unit, command: commands.EndAction) -> None:
    """End the action with its result."""
    row = target(unit, Action, command.action)
    row.state, row.result, row.ended_at = command.outcome, command.result, unit.now
    unit.tell(
        "action.ended",
        data={
            "number": row.id,
            "text": row.text,
            "outcome": command.outcome,
            "result": command.result,
        },
    )


def propose_decision(unit: Unit, command: commands.ProposeDecision) -> None:
    """Propose the decision."""
    row = unit.add(
        Decision,
        proposal=command.proposal,
        risk=command.risk,
        proposed_by=unit.person,
        proposed_at=unit.now,
    )
    unit.tell(
        "decision.proposed",
        data={"number": row.id, "text": command.proposal, "risk": command.risk},
    )


def object_to(unit: Unit, command: commands.Object) -> None:
    """Record the objection."""
    decision = target(unit, Decision, command.decision)
    unit.add(
        Objection,
        decision=decision.id,
        reason=command.reason,
        objected_by=unit.person,
        objected_at=unit.now,
    )
    unit.tell("decision.objected", data={"number": decision.id, "reason": command.reason})


def decide(unit: Unit, command: commands.Decide) -> None:
    """Record the commander's go or no go."""
    row = target(unit, Decision, command.decision)
    row.state = DecisionState(command.outcome).value
    row.executor, row.emergency = command.executor, command.emergency
    row.decided_by, row.decided_at = unit.person, unit.now
    unit.tell(
        "decision.decided",
        people=(command.executor,) if command.executor else (),
        data={
            "number": row.id,
            "text": row.proposal,
            "outcome": command.outcome,
            "executor": command.executor,
            "emergency": command.emergency,
        },
    )
