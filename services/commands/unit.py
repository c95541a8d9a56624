"""One unit of work: what a command changes, tells and owes, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.closing import NextAction
from models.columns import IncidentScoped, table_of
from models.delivery import Delivery
from models.direction import Criterion, Goal
from models.formation import Role
from models.incident import Incident
from models.messages import N_
from models.outside import Inquiry, Notice
from models.person import Person
from models.routing import destinations
from models.sentences import say
from models.timeline import Entry
from models.vocabulary import DeliveryState, Source
from models.work import Action, Decision, Hypothesis
from services.commands.chain import GENESIS, entry_hash
from services.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from models.rules.facts import Facts, Formation
    from services.commands.recording import Change

Scoped = TypeVar("Scoped", bound=IncidentScoped)

# What every command says, put together once.
_NAME = select(table_of(Person).c.name).where(table_of(Person).c.handle == bindparam("handle"))
_NEW_REVISION = (
    update(table_of(Incident))
    .where(table_of(Incident).c.id == bindparam("number"))
    .values(revision=bindparam("last_seq"))
)
_NEW_ENTRY = insert(table_of(Entry))
_NEW_DELIVERY = insert(table_of(Delivery))


@dataclass(frozen=True)
class Actor:
    """Who acts, and through which door.

    Attributes:
        handle: the person; None for the program itself.
        source: the door.
        via: the name of the service token through which another program acts for them.
    """

    handle: str | None
    source: Source
    via: str | None = None


SYSTEM = Actor(None, Source.SYSTEM)


class Unit:
    """The incident being changed, and the entries told so far.

    The caller holds the incident's row lock. Changed rows are attributed to the entry told
    next, so every change must be followed by `tell` (`finish` checks that).
    """

    def __init__(
        self,
        session: Session,
        incident: Incident,
        actor: Actor,
        now: datetime,
        changes: list[Change],
    ) -> None:
        """Begin after the incident's newest entry."""
        self.session = session
        self.incident = incident
        self.actor = actor
        self.now = now
        self._changes = changes
        self._entries: list[dict[str, Any]] = []
        self._deliveries: list[dict[str, Any]] = []
        self._names: dict[str, str] = {}
        self._last_seq = incident.revision or 0
        self._prev_hash = GENESIS
        self.formation: Formation
        self.facts: Facts
        self.actor_roles: tuple[str, ...] = ()
        self.tells_slack = not (incident.backfilled or incident.restored)

    def continue_from(self, last_hash: str, last_recorded_at: datetime) -> None:
        """Chain to the entry before; our own clock never runs backwards on a timeline."""
        self._prev_hash = last_hash
        self.now = max(self.now, last_recorded_at)

    @property
    def number(self) -> int:
        """The incident's number."""
        if self.incident.id is None:
            raise RuntimeError("the incident has no number before its first flush")
        return self.incident.id

    @property
    def person(self) -> str:
        """The handle of the person who acts."""
        if self.actor.handle is None:
            raise RuntimeError("the program itself holds no role and gives no command")
        return self.actor.handle

    @property
    def next_seq(self) -> int:
        """The `seq` that the entry told next will have."""
        return self._last_seq + 1

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The columns of every entry told so far, in order."""
        return self._entries

    def next_id(self, model: type[Scoped]) -> int:
        """Return the number that the next row of `model` in this incident gets."""
        last = self.session.scalar(
            select(func.max(model.id)).where(model.incident_id == self.number)  # type: ignore[arg-type]
        )
        return (last or 0) + 1

    def add(self, model: type[Scoped], **values: Any) -> Scoped:
        """Return a new row of this incident, numbered and added to the session."""
        row = model(incident_id=self.number, id=self.next_id(model), **values)
        self.session.add(row)
        return row

    def name_of(self, handle: str) -> str:
        """Return a person's name as it is today.

        Raises:
            NotFound: nobody has that handle.
        """
        if handle not in self._names:
            name = self.session.connection().scalar(_NAME, {"handle": handle})
            if name is None:
                raise NotFound(N_("There is no person {handle}. Add them first."), handle=handle)
            self._names[handle] = name
        return self._names[handle]

    def role_data(self, key: str) -> dict[str, Any]:
        """Return the entry data that names a role in both languages.

        Raises:
            NotFound: this incident has no such role.
        """
        role = self.session.get(Role, (self.number, key))
        if role is None:
            raise NotFound(N_("There is no role {role} in this incident."), role=key)
        if role.built_in:
            return {"role": key}
        return {"role": key, "role_name": {"en": role.name_en, "ja": role.name_ja}}

    def tell(
        self,
        kind: str,
        *,
        text: str | None = None,
        occurred_at: datetime | None = None,
        amends: int | None = None,
        late: bool = False,
        people: tuple[str, ...] = (),
        data: dict[str, Any] | None = None,
    ) -> int:
        """Record an entry that owns every change since the last one; return its `seq`.

        Args:
            kind: a kind of `models.sentences`, or an import kind.
            text: people's own words; without it the sentence is made from `data`.
            occurred_at: people's time; by default our own.
            amends: the `seq` of the entry that this one corrects.
            late: whether it was written after stand-down.
            people: handles in `data` whose names of today are kept with the entry.
            data: JSON values that the sentence is made of, and that programs read.
        """
        self.session.flush()
        kept = {key: value for key, value in (data or {}).items() if value is not None}
        if people:
            kept["names"] = {handle: self.name_of(handle) for handle in people}
        self._last_seq += 1
        entry: dict[str, Any] = {
            "incident_id": self.number,
            "seq": self._last_seq,
            "kind": kind,
            "text": text if text is not None else say(kind, kept, str, "en"),
            "occurred_at": occurred_at or self.now,
            "recorded_at": self.now,
            "actor": self.actor.handle,
            "via": self.actor.via,
            "roles": list(self.actor_roles),
            "source": self.actor.source.value,
            "data": kept,
            "changes": list(self._changes),
            "amends": amends,
            "late": late,
            "prev_hash": self._prev_hash,
        }
        self._changes.clear()
        entry["hash"] = self._prev_hash = entry_hash(entry)
        self._entries.append(entry)
        if self.tells_slack:
            self._deliveries += self._owed(kind, self._last_seq)
        return self._last_seq

    def _owed(self, kind: str, seq: int) -> list[dict[str, Any]]:
        return [
            {
                "incident_id": self.number,
                "seq": seq,
                "destination": destination,
                "state": DeliveryState.QUEUED.value,
                "attempts": 0,
                "queued_at": self.now,
            }
            for destination in destinations(kind)
        ]

    def finish(self) -> None:
        """Write the entries, the incident's new revision and the deliveries.

        Raises:
            RuntimeError: rows were changed that no entry tells of; a defect.
        """
        self.session.flush()
        if self._changes:
            tables = sorted({change["table"] for change in self._changes})
            raise RuntimeError(f"changes without an entry: {tables}")
        if self._entries:
            connection = self.session.connection()
            connection.execute(_NEW_REVISION, {"number": self.number, "last_seq": self._last_seq})
            # The session need not write what has just been written.
            set_committed_value(self.incident, "revision", self._last_seq)
            connection.execute(_NEW_ENTRY, self._entries)
            if self._deliveries:
                connection.execute(_NEW_DELIVERY, self._deliveries)


_NOT_HERE: dict[type[IncidentScoped], str] = {
    Criterion: N_("There is no criterion {number} in this incident."),
    Goal: N_("There is no goal {number} in this incident."),
    Hypothesis: N_("There is no hypothesis {number} in this incident."),
    Action: N_("There is no action {number} in this incident."),
    Decision: N_("There is no decision {number} in this incident."),
    Notice: N_("There is no announcement {number} in this incident."),
    Inquiry: N_("There is no inquiry {number} in this incident."),
    NextAction: N_("There is no next action {number} in this incident."),
}


def target(unit: Unit, model: type[Scoped], number: int) -> Scoped:
    """Return the numbered row of this incident.

    Raises:
        NotFound: this incident has no such row.
    """
    row = unit.session.get(model, (unit.number, number))
    if row is None:
        raise NotFound(_NOT_HERE[model], number=number)
    return row
