"""Every table, and which of them belong to an incident.

Importing this module is what makes `SQLModel.metadata` complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.closing import Attendee, NextAction, Report, RetroItem, Retrospective
from models.delivery import Delivery
from models.direction import (
    Course,
    Criterion,
    Goal,
    Mark,
    ResolvedDefinition,
    Situation,
    StandDownCondition,
)
from models.formation import Assignment, Handoff, Role
from models.incident import Incident, Presence
from models.outside import Inquiry, Notice, Stakeholder
from models.person import Person, Token
from models.timeline import CommandReceipt, Entry
from models.work import Action, Decision, Hypothesis, Objection, SmeUpdate

if TYPE_CHECKING:
    from sqlmodel import SQLModel

INCIDENT_TABLES: tuple[type[SQLModel], ...] = (
    Incident,
    Presence,
    Role,
    Assignment,
    Handoff,
    Situation,
    ResolvedDefinition,
    Criterion,
    Goal,
    Course,
    SmeUpdate,
    Hypothesis,
    Action,
    Decision,
    Objection,
    Mark,
    Stakeholder,
    Inquiry,
    Notice,
    StandDownCondition,
    Report,
    Retrospective,
    Attendee,
    RetroItem,
    NextAction,
)
"""The present of an incident, parents first; their changes are recorded on the timeline."""

OTHER_TABLES: tuple[type[SQLModel], ...] = (Person, Token, Entry, CommandReceipt, Delivery)
