"""Writing an incident that was over before this console heard of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from models.fields import Text, Time, Title, Zone
from models.incident import Incident
from models.marks import Outline, read_off
from models.rules.decide import SKEW
from models.vocabulary import ImportKind, IncidentKind
from services import clock
from services.commands.declare import add_built_in_roles
from services.commands.execute import Receipt
from services.commands.recording import watch
from services.commands.unit import Actor, Unit
from services.telemetry import counted

if TYPE_CHECKING:
    from datetime import datetime

    from services.db import Database

MOST_ENTRIES = 50_000


class GivenEntry(BaseModel):
    """One thing that happened, as somebody wrote it down elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Time
    text: Text
    kind: ImportKind

    @field_validator("at")
    @classmethod
    def _has_happened(cls, at: datetime, info: ValidationInfo) -> datetime:
        now = (info.context or {}).get("now") or clock.now()
        if at > now + SKEW:
            raise PydanticCustomError(
                "two-clocks", "lies in the future; check the date and the offset"
            )
        return at


class GivenTimeline(BaseModel):
    """A timeline from elsewhere; validate it with the context `{"now": ...}`.

    `timezone` is the zone in which its people lived, for showing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title
    entries: Annotated[list[GivenEntry], Field(min_length=1, max_length=MOST_ENTRIES)]
    timezone: Zone | None = None

    def outlines(self) -> list[Outline]:
        """Return the entries as marks are read from them."""
        return [
            Outline(seq, given.kind.value, given.at) for seq, given in enumerate(self.entries, 1)
        ]


@counted
def backfill(
    database: Database, timeline: GivenTimeline, *, actor: Actor, now: datetime | None = None
) -> Receipt:
    """Store a timeline as a closed incident, its entries exactly as given, in one transaction.

    Nothing is invented: there are no roles held, no stand-down time, and no declaration or end
    that the timeline does not tell. Slack is told nothing.

    Raises:
        NotFound: the actor is no known person.
        Unavailable: the database is busy or away.
    """
    with database.writing() as session:
        incident = _closed_incident(timeline, actor)
        unit = Unit(session, incident, actor, now or clock.now(), watch(session))
        unit.name_of(unit.person)
        session.add(incident)
        session.flush()
        add_built_in_roles(session, unit)
        for given in timeline.entries:
            unit.tell(given.kind.value, text=given.text, occurred_at=given.at)
        unit.finish()
        receipt = Receipt(unit.number, incident.revision, 1, incident.revision)
    database.committed(receipt.incident_id, receipt.revision)
    return receipt


def _closed_incident(timeline: GivenTimeline, actor: Actor) -> Incident:
    moments = read_off(timeline.outlines()).moments
    return Incident(
        uid=str(uuid4()),
        kind=IncidentKind.REAL.value,
        title=timeline.title,
        timezone=timeline.timezone,
        detected_at=moments["detected"],
        declared_at=moments["declared"],
        resolved_at=moments["resolved"],
        declared_by=actor.handle or "",
        backfilled=True,
        is_closed=True,
    )
