"""`execute`: one command, one transaction, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models.columns import table_of
from models.incident import Incident
from models.messages import N_
from models.rules.decide import decide, forbidden
from models.rules.verdict import Broken, Rule
from models.timeline import CommandReceipt, Entry
from services import clock
from services.commands.applying import APPLIERS
from services.commands.chain import GENESIS
from services.commands.recording import watch
from services.commands.standing import read_facts, read_formation
from services.commands.unit import Actor, Unit
from services.errors import NotFound, NotWellFormed, RuleBroken, StaleBoard
from services.telemetry import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlmodel import Session

    from models.commands.base import Command
    from services.db import Database

P = ParamSpec("P")


@dataclass(frozen=True)
class Receipt:
    """What a command did.

    Attributes:
        incident_id: the incident.
        revision: the incident's revision after the command.
        first_seq, last_seq: the entries it wrote, both inclusive; `first_seq` is larger
            than `last_seq` when it wrote none.
        is_repeat: whether the same `command_id` had been applied before.
    """

    incident_id: int
    revision: int
    first_seq: int
    last_seq: int
    is_repeat: bool = False


class ReceiptRaced(Exception):
    """The same command id was stored by another transaction while this one ran."""


def once_more_if_raced(apply: Callable[P, Receipt]) -> Callable[P, Receipt]:
    """Return `apply` such that a lost race for a command id is answered by the winner's.

    The first transaction has been undone by then; the second try finds the receipt.
    """

    @wraps(apply)
    def applied(*args: P.args, **kwargs: P.kwargs) -> Receipt:
        try:
            return apply(*args, **kwargs)
        except ReceiptRaced:
            return apply(*args, **kwargs)

    return applied


@counted
@once_more_if_raced
def execute(
    database: Database,
    command: Command,
    *,
    incident_id: int,
    actor: Actor,
    command_id: UUID | None = None,
    expected_revision: int | None = None,
    now: datetime | None = None,
) -> Receipt:
    """Apply `command` and return what it wrote, once it is safely stored.

    Rows, timeline entries and deliveries are committed in one transaction, which this
    function opens itself; the incident's row is locked first.

    Args:
        command_id: makes a repetition harmless: the same id answers what it did first.
        expected_revision: the revision that the person saw; anything newer is refused.
        now: our clock; by default the real one.

    Raises:
        RuleBroken: a rule says no. StaleBoard: the board moved on.
        NotFound: no such incident, object, role or person.
        NotWellFormed: the fields do not fit the object that they are for.
        Unavailable: the database is busy or away.
    """
    with database.writing() as session:
        incident = lock_incident(session, incident_id)
        digest = command_digest(command)
        repeated = find_receipt(session, command_id, actor, digest, incident_id=incident_id)
        if repeated is not None:
            return repeated
        if expected_revision is not None and expected_revision != incident.revision:
            raise StaleBoard(expected_revision, incident.revision)
        # The clock is read once the turn has come: an entry's time says when it was recorded,
        # not when its writer began to wait, and no past board gains an entry later.
        unit = open_unit(session, incident, actor, now or clock.now())
        first_seq = unit.next_seq
        _judge(unit, command)
        APPLIERS[command.type](unit, command)
        unit.finish()
        receipt = Receipt(incident_id, incident.revision, first_seq, incident.revision)
        keep_receipt(session, command_id, actor, digest, receipt)
    if receipt.first_seq <= receipt.last_seq:
        database.committed(incident_id, receipt.revision)
    return receipt


# What every command asks, put together once.
_INCIDENT = select(Incident).where(col(Incident.id) == bindparam("number")).with_for_update()
_entry = table_of(Entry).c
_LAST = select(_entry.hash, _entry.recorded_at).where(
    _entry.incident_id == bindparam("incident_id"), _entry.seq == bindparam("revision")
)


def lock_incident(session: Session, incident_id: int) -> Incident:
    """Return the incident, which nobody else changes until the transaction ends.

    The row lock orders all writers of this incident; SQLite's BEGIN IMMEDIATE has done so
    already and ignores FOR UPDATE.

    Raises:
        NotFound: there is no such incident.
    """
    incident = session.scalar(_INCIDENT, {"number": incident_id})
    if incident is None:
        raise NotFound(N_("There is no incident {number}."), number=incident_id)
    return incident


def open_unit(session: Session, incident: Incident, actor: Actor, now: datetime) -> Unit:
    """Return a unit of work that continues the incident's timeline.

    The caller's transaction holds the incident's row lock.
    """
    unit = Unit(session, incident, actor, now, watch(session))
    last = session.connection().execute(
        _LAST, {"incident_id": incident.id, "revision": incident.revision}
    )
    unit.continue_from(*(last.one_or_none() or (GENESIS, now)))
    unit.formation = read_formation(session, incident)
    if actor.handle is not None:
        unit.actor_roles = unit.formation.roles_of(actor.handle)
        unit.name_of(actor.handle)
    return unit


def _judge(unit: Unit, command: Command) -> None:
    """Return if the rules let `command` pass, and leave its facts on the unit."""
    try:
        unit.facts = read_facts(unit, command)
    except (NotFound, NotWellFormed):
        # Who may not give the command at all is told that first, not what is missing.
        _refuse(forbidden(unit.formation, unit.person, command))
        raise
    _refuse(decide(unit.formation, unit.person, command, unit.facts, unit.now))


def _refuse(broken: Broken | None) -> None:
    if broken is not None:
        raise RuleBroken(broken)


def command_digest(command: Any) -> str:
    """Return what makes two commands with one id the same command."""
    return hashlib.sha256(command.model_dump_json(by_alias=True).encode()).hexdigest()


def find_receipt(
    session: Session,
    command_id: UUID | None,
    actor: Actor,
    digest: str,
    *,
    incident_id: int | None,
) -> Receipt | None:
    """Return what `command_id` did before, or None if it is new.

    Raises:
        RuleBroken: the id was used for another command, person or incident.
    """
    if command_id is None:
        return None
    kept = session.get(CommandReceipt, str(command_id))
    if kept is None:
        return None
    same_place = incident_id is None or kept.incident_id == incident_id
    if (kept.actor, kept.digest) != (actor.handle, digest) or not same_place:
        raise RuleBroken(
            Broken(
                Rule.APPEND_ONLY,
                N_("This command id was used for another command. Give each command its own."),
            )
        )
    return Receipt(kept.incident_id, kept.last_seq, kept.first_seq, kept.last_seq, is_repeat=True)


def keep_receipt(
    session: Session, command_id: UUID | None, actor: Actor, digest: str, receipt: Receipt
) -> None:
    """Remember what `command_id` did."""
    if command_id is None:
        return
    session.add(
        CommandReceipt(
            command_id=str(command_id),
            incident_id=receipt.incident_id,
            actor=actor.handle or "",
            digest=digest,
            first_seq=receipt.first_seq,
            last_seq=receipt.last_seq,
        )
    )
    try:
        session.flush()
    except IntegrityError as taken:
        raise ReceiptRaced from taken
