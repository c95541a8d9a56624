"""Commands about what is being tried and decided."""

from __future__ import annotations

from typing import Literal

from models.commands.base import Command
from models.fields import Flag, Handle, Number, Text, Time


class PostUpdate(Command):
    """The primary SME's conditions, actions and needs."""

    type: Literal["post_update"] = "post_update"
    conditions: Text
    actions: Text
    needs: Text


class AcknowledgeUpdate(Command):
    """Acknowledge the update that stands at a timeline entry."""

    type: Literal["acknowledge_update"] = "acknowledge_update"
    entry: Number


class RaiseHypothesis(Command):
    """Claim a cause, and say how to test it."""

    type: Literal["raise_hypothesis"] = "raise_hypothesis"
    claim: Text
    test: Text | None = None


class SettleHypothesis(Command):
    """Say what the evidence showed."""

    type: Literal["settle_hypothesis"] = "settle_hypothesis"
    hypothesis: Number
    outcome: Literal["falsified", "supported"]
    evidence: Text


class AssignAction(Command):
    """Give somebody something to do by a time."""

    type: Literal["assign_action"] = "assign_action"
    text: Text
    owner: Handle
    due_at: Time


class AcknowledgeAction(Command):
    """Say that one is on it."""

    type: Literal["acknowledge_action"] = "acknowledge_action"
    action: Number


class ExtendAction(Command):
    """Move an action's due time."""

    type: Literal["extend_action"] = "extend_action"
    action: Number
    due_at: Time


class EndAction(Command):
    """Say how an action ended."""

    type: Literal["end_action"] = "end_action"
    action: Number
    outcome: Literal["done", "failed", "dropped"]
    result: Text


class ProposeDecision(Command):
    """Propose something that the commander should decide."""

    type: Literal["propose_decision"] = "propose_decision"
    proposal: Text
    risk: Text | None = None


class Object(Command):
    """Object to a decision, with the reason."""

    type: Literal["object"] = "object"
    decision: Number
    reason: Text


class Decide(Command):
    """Say go or no go."""

    type: Literal["decide"] = "decide"
    decision: Number
    outcome: Literal["go", "no_go"]
    executor: Handle | None = None
    emergency: Flag = False
