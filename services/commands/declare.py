"""Declaring an incident: the first entry of a new timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from models.columns import write_time
from models.fields import Text, Time, Title, WebAddress
from models.formation import Role
from models.incident import Incident
from models.messages import N_
from models.rules.decide import two_clocks
from models.rules.facts import Formation, RoleDefinition
from models.sentences import ROLE_NAMES
from models.vocabulary import IncidentKind, RoleKey, Severity
from services import clock
from services.commands.applying.formation import ensure_present
from services.commands.execute import (
    Receipt,
    command_digest,
    find_receipt,
    keep_receipt,
    once_more_if_raced,
)
from services.commands.recording import watch
from services.commands.unit import Actor, Unit
from services.errors import RuleBroken
from services.telemetry import counted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from services.db import Database

_ROLE_NAMES_JA = {
    RoleKey.COMMANDER: "インシデント指揮官",
    RoleKey.PRIMARY_SME: "主任SME",
    RoleKey.LIAISON: "外部通信役",
    RoleKey.SCRIBE: "書記官",
}
_DUTIES = {
    RoleKey.COMMANDER: N_("Decides, assigns, keeps the course. Does not fix."),
    RoleKey.PRIMARY_SME: N_("Finds the cause and mends it. Holds nothing else."),
    RoleKey.LIAISON: N_("The only voice to other departments."),
    RoleKey.SCRIBE: N_("Writes down what happens, and the report."),
}


class Declaration(BaseModel):
    """What is known when an incident is declared; only the title is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title
    summary: Text | None = None
    kind: IncidentKind = IncidentKind.REAL
    severity: Severity | None = None
    detected_at: Time | None = None
    detected_how: Text | None = None
    call_url: WebAddress | None = None


@counted
@once_more_if_raced
def declare(
    database: Database,
    declaration: Declaration,
    *,
    actor: Actor,
    command_id: UUID | None = None,
    now: datetime | None = None,
) -> Receipt:
    """Declare an incident and check its declarer in; every role begins vacant.

    Raises:
        RuleBroken: `detected_at` lies in the future.
        NotFound: the actor is no known person.
        Unavailable: the database is busy or away.
    """
    moment = now or clock.now()
    if declaration.detected_at is not None:
        broken = two_clocks({"detected_at": declaration.detected_at}, moment)
        if broken is not None:
            raise RuleBroken(broken)
    with database.writing() as session:
        digest = command_digest(declaration)
        repeated = find_receipt(session, command_id, actor, digest, incident_id=None)
        if repeated is not None:
            return repeated
        incident = _new_incident(declaration, actor, moment)
        unit = Unit(session, incident, actor, moment, watch(session))
        unit.name_of(unit.person)
        session.add(incident)
        session.flush()
        add_built_in_roles(session, unit)
        unit.tell(
            "incident.declared",
            data={
                "title": declaration.title,
                "kind": declaration.kind.value,
                "severity": declaration.severity.value if declaration.severity else None,
                "detected_at": write_time(declaration.detected_at)
                if declaration.detected_at
                else None,
                "detected_how": declaration.detected_how,
                "summary": declaration.summary,
                "call_url": declaration.call_url,
            },
        )
        ensure_present(unit, unit.person)
        unit.finish()
        receipt = Receipt(unit.number, incident.revision, 1, incident.revision)
        keep_receipt(session, command_id, actor, digest, receipt)
    database.committed(receipt.incident_id, receipt.revision)
    return receipt


def _new_incident(declaration: Declaration, actor: Actor, now: datetime) -> Incident:
    return Incident(
        uid=str(uuid4()),
        kind=declaration.kind.value,
        title=declaration.title,
        summary=declaration.summary,
        severity=declaration.severity.value if declaration.severity else None,
        detected_at=declaration.detected_at,
        detected_how=declaration.detected_how,
        call_url=declaration.call_url,
        declared_at=now,
        declared_by=actor.handle or "",
    )


def add_built_in_roles(session: Session, unit: Unit) -> None:
    """Add the four roles, each of them vacant."""
    for position, key in enumerate(RoleKey):
        session.add(
            Role(
                incident_id=unit.number,
                key=key.value,
                position=position,
                name_en=ROLE_NAMES[key],
                name_ja=_ROLE_NAMES_JA[key],
                duty=_DUTIES[key],
                single=True,
                built_in=True,
            )
        )
    unit.formation = Formation(
        roles={key.value: RoleDefinition(key.value, single=True) for key in RoleKey}
    )
