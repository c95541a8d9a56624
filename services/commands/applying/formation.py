"""Presence, roles and handoffs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from models.formation import Assignment, Handoff, Role
from models.incident import Presence
from models.vocabulary import HandoffState, RoleKey

if TYPE_CHECKING:
    from models.commands import formation as commands
    from services.commands.unit import Unit


def check_in(unit: Unit, _command: commands.CheckIn) -> None:
    """Record that the person is here; who is here already stays so."""
    ensure_present(unit, unit.facts.person or unit.person)


def ensure_present(unit: Unit, person: str) -> None:
    """Check `person` in unless they are present."""
    presence = unit.session.get(Presence, (unit.number, person))
    if presence is not None and presence.checked_out_at is None:
        return
    if presence is None:
        unit.session.add(Presence(incident_id=unit.number, person=person, checked_in_at=unit.now))
    else:
        presence.checked_in_at, presence.checked_out_at = unit.now, None
    unit.tell("person.checked_in", people=(person,), data={"person": person})


def check_out(unit: Unit, _command: commands.CheckOut) -> None:
    """Record that the person left; who is not here stays so."""
    person = unit.facts.person or unit.person
    presence = unit.session.get(Presence, (unit.number, person))
    if presence is None or presence.checked_out_at is not None:
        return
    presence.checked_out_at = unit.now
    unit.tell("person.checked_out", people=(person,), data={"person": person})


def assign_role(unit: Unit, command: commands.AssignRole) -> None:
    """Give the vacant role; open offers of a single role lapse."""
    ensure_present(unit, command.person)
    begin_assignment(unit, command.role, command.person)
    unit.tell(
        "role.assigned",
        people=(command.person,),
        data={"person": command.person, **unit.role_data(command.role)},
    )
    if unit.formation.roles[command.role].single:
        _lapse(unit, [offer.id for offer in unit.formation.offers if offer.role == command.role])


def begin_assignment(unit: Unit, role: str, person: str) -> None:
    """Open an interval in which `person` holds `role`."""
    unit.add(
        Assignment,
        role=role,
        person=person,
        single=unit.formation.roles[role].single,
        started_at=unit.now,
    )


def end_assignment(unit: Unit, role: str, person: str) -> None:
    """Close the interval in which `person` holds `role`."""
    assignment = unit.session.exec(
        select(Assignment).where(
            Assignment.incident_id == unit.number,
            Assignment.role == role,
            Assignment.person == person,
            col(Assignment.ended_at).is_(None),
        )
    ).one()
    assignment.ended_at = unit.now
    # The partial unique index sees one holder only if the old interval is closed before the
    # new one is inserted, and a flush of both would insert first.
    unit.session.flush()


def release_role(unit: Unit, command: commands.ReleaseRole) -> None:
    """Lay the role down; what its holder had offered lapses."""
    person = unit.facts.person or unit.person
    end_assignment(unit, command.role, person)
    unit.tell(
        "role.released",
        people=(person,),
        data={"person": person, **unit.role_data(command.role)},
    )
    _lapse_given_by(unit, command.role, person)


def _lapse_given_by(unit: Unit, role: str, giver: str) -> None:
    _lapse(
        unit,
        [o.id for o in unit.formation.offers if o.role == role and o.giver == giver],
    )


def _lapse(unit: Unit, offers: list[int]) -> None:
    for number in offers:
        handoff = unit.session.get(Handoff, (unit.number, number))
        if handoff is not None and handoff.state == HandoffState.OFFERED:
            _close(unit, handoff, HandoffState.LAPSED)


def _close(unit: Unit, handoff: Handoff, state: HandoffState, reason: str | None = None) -> None:
    handoff.state, handoff.closed_at, handoff.reason = state.value, unit.now, reason
    people = tuple(filter(None, (handoff.giver, handoff.receiver)))
    unit.tell(
        f"handoff.{state.value}",
        people=people,
        data={
            "giver": handoff.giver,
            "receiver": handoff.receiver,
            "reason": reason,
            **unit.role_data(handoff.role),
        },
    )


def offer_handoff(unit: Unit, command: commands.OfferHandoff) -> None:
    """Offer the role; an earlier open offer of a single role lapses."""
    single = unit.formation.roles[command.role].single
    _lapse(
        unit,
        [
            offer.id
            for offer in unit.formation.offers
            if offer.role == command.role and (single or offer.receiver == command.to)
        ],
    )
    unit.session.flush()
    giver = unit.facts.holder
    unit.add(
        Handoff,
        role=command.role,
        giver=giver,
        receiver=command.to,
        offered_by=unit.person,
        offered_at=unit.now,
    )
    people = tuple(filter(None, (giver, command.to)))
    unit.tell(
        "handoff.offered",
        people=people,
        data={"giver": giver, "receiver": command.to, **unit.role_data(command.role)},
    )


def accept_handoff(unit: Unit, command: commands.AcceptHandoff) -> None:
    """Move the role from giver to receiver in one step: never zero holders, never two."""
    handoff = _offered_to_actor(unit, command.role)
    ensure_present(unit, handoff.receiver)
    if handoff.giver is not None:
        end_assignment(unit, handoff.role, handoff.giver)
    begin_assignment(unit, handoff.role, handoff.receiver)
    _close(unit, handoff, HandoffState.ACCEPTED)
    if handoff.giver is not None:
        _lapse_given_by(unit, handoff.role, handoff.giver)


def _offered_to_actor(unit: Unit, role: str) -> Handoff:
    offer = unit.formation.offer_to(role, unit.person)
    if offer is None:
        raise RuntimeError("the rules let an acceptance pass without an offer")
    handoff = unit.session.get(Handoff, (unit.number, offer.id))
    if handoff is None:
        raise RuntimeError("an open offer has no row")
    return handoff


def decline_handoff(unit: Unit, command: commands.DeclineHandoff) -> None:
    """Close the offer; the giver goes on."""
    _close(unit, _offered_to_actor(unit, command.role), HandoffState.DECLINED, command.reason)


def cancel_handoff(unit: Unit, command: commands.CancelHandoff) -> None:
    """Take back the actor's own offers of the role, or as commander all of them."""
    is_commander = unit.person in unit.formation.holders(RoleKey.COMMANDER)
    for offer in unit.formation.offers:
        if offer.role != command.role:
            continue
        if is_commander or unit.person in (offer.giver, offer.offered_by):
            handoff = unit.session.get(Handoff, (unit.number, offer.id))
            if handoff is not None:
                _close(unit, handoff, HandoffState.CANCELLED)


def take_command(unit: Unit, command: commands.TakeCommand) -> None:
    """Take the command, vacant or held; the former commander's offers of it lapse."""
    role = RoleKey.COMMANDER.value
    ensure_present(unit, unit.person)
    former = next(iter(unit.formation.holders(role)), None)
    if former is not None:
        end_assignment(unit, role, former)
    begin_assignment(unit, role, unit.person)
    people = tuple(filter(None, (unit.person, former)))
    unit.tell(
        "command.taken",
        people=people,
        data={
            "person": unit.person,
            "giver": former,
            "reason": command.reason,
            **unit.role_data(role),
        },
    )
    _lapse(unit, [offer.id for offer in unit.formation.offers if offer.role == role])


def add_role(unit: Unit, command: commands.AddRole) -> None:
    """Add a custom role after the ones that are there."""
    last = unit.session.exec(
        select(func.max(Role.position)).where(Role.incident_id == unit.number)
    ).one()
    unit.session.add(
        Role(
            incident_id=unit.number,
            key=command.key,
            position=(last or 0) + 1,
            name_en=command.name_en,
            name_ja=command.name_ja,
            duty=command.duty,
            single=command.single,
        )
    )
    unit.session.flush()
    unit.tell(
        "role.added",
        data={"duty": command.duty, "single": command.single, **unit.role_data(command.key)},
    )
