"""Giving, taking and laying down roles.

`one-holder`, `sme-exclusive`, `staffing-order` and `explicit-handoff`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.messages import N_
from models.rules.facts import FIRST_STAFFING, Facts, Formation
from models.rules.permissions import only_the_commander
from models.rules.verdict import Broken, Rule
from models.vocabulary import RoleKey

if TYPE_CHECKING:
    from models.commands import formation as commands

_IC = RoleKey.COMMANDER.value
_SME = RoleKey.PRIMARY_SME.value


def check_out(
    formation: Formation, _actor: str, _command: commands.CheckOut, facts: Facts
) -> Broken | None:
    """Refuse to let a role holder leave."""
    roles = formation.roles_of(facts.person or "")
    if not roles:
        return None
    return Broken(
        Rule.EXPLICIT_HANDOFF,
        N_("{person} holds {role}. Hand it over or release it first."),
        {"person": facts.person, "role": roles[0]},
    )


def assign_role(
    formation: Formation, actor: str, command: commands.AssignRole, facts: Facts
) -> Broken | None:
    """Refuse unless the role is vacant, it is its turn, and the person may hold it."""
    role, person = command.role, facts.person or ""
    if formation.is_vacant(_IC):
        if role != _IC:
            return Broken(
                Rule.STAFFING_ORDER,
                N_("Command is vacant. Take it or give it to somebody first."),
            )
    elif _IC not in formation.roles_of(actor):
        return only_the_commander(formation, actor)
    if not formation.is_vacant(role) and formation.roles[role].single:
        return Broken(
            Rule.ONE_HOLDER,
            N_("{person} holds {role}. Release it or hand it over."),
            {"person": formation.holders(role)[0], "role": role},
        )
    return (
        _already_holds(formation, role, person)
        or exclusive(formation, role, person)
        or _in_turn(formation, role)
    )


def _already_holds(formation: Formation, role: str, person: str) -> Broken | None:
    if person not in formation.holders(role):
        return None
    return Broken(
        Rule.ONE_HOLDER,
        N_("{person} holds {role} already."),
        {"person": person, "role": role},
    )


def exclusive(formation: Formation, role: str, person: str) -> Broken | None:
    """Refuse to double the primary SME's role, from either direction."""
    others = tuple(other for other in formation.roles_of(person) if other != role)
    if role == _SME and others:
        return Broken(
            Rule.SME_EXCLUSIVE,
            N_(
                "The primary SME holds nothing else, and {person} holds {role}."
                " Choose somebody else, or release that role first."
            ),
            {"person": person, "role": others[0]},
        )
    if role != _SME and _SME in others:
        return Broken(
            Rule.SME_EXCLUSIVE,
            N_("{person} is the primary SME and holds nothing else. Choose somebody else."),
            {"person": person},
        )
    return None


def _in_turn(formation: Formation, role: str) -> Broken | None:
    if role not in FIRST_STAFFING:
        return None
    for earlier in FIRST_STAFFING[: FIRST_STAFFING.index(role)]:
        if earlier not in formation.staffed:
            return Broken(
                Rule.STAFFING_ORDER,
                N_("Staff {earlier} before {role}."),
                {"earlier": earlier, "role": role},
            )
    return None


def release_role(
    formation: Formation, actor: str, command: commands.ReleaseRole, facts: Facts
) -> Broken | None:
    """Refuse to release command, another's role, or a role that the person lacks."""
    role, person = command.role, facts.person
    is_commander = _IC in formation.roles_of(actor)
    if person != actor and not is_commander:
        return only_the_commander(formation, actor)
    if actor not in formation.holders(role) and not is_commander:
        return Broken(
            Rule.HOLDER_ONLY,
            N_("Only its holder or the commander releases {role}."),
            {"role": role},
        )
    if person is None or person not in formation.holders(role):
        return Broken(Rule.ONE_HOLDER, N_("Nobody of that name holds {role}."), {"role": role})
    if role == _IC:
        return Broken(
            Rule.EXPLICIT_HANDOFF,
            N_("The commander cannot just leave. Offer the command to somebody."),
        )
    return None


def offer_handoff(
    formation: Formation, actor: str, command: commands.OfferHandoff, facts: Facts
) -> Broken | None:
    """Refuse an offer by a stranger, to the holder, or to somebody who may not hold it."""
    role, receiver = command.role, command.to
    is_commander = _IC in formation.roles_of(actor)
    if actor not in formation.holders(role) and not is_commander:
        return Broken(
            Rule.HOLDER_ONLY,
            N_("Only its holder or the commander offers {role}."),
            {"role": role},
        )
    if not formation.is_vacant(role) and facts.holder is None:
        return Broken(
            Rule.EXPLICIT_HANDOFF,
            N_("Several people hold {role}. Whoever hands over offers it."),
            {"role": role},
        )
    return (
        _already_holds(formation, role, receiver)
        or exclusive(formation, role, receiver)
        or (_in_turn(formation, role) if formation.is_vacant(role) else None)
    )


def accept_handoff(
    formation: Formation, actor: str, command: commands.AcceptHandoff, _facts: Facts
) -> Broken | None:
    """Refuse without an open offer, or if the receiver may not hold the role by now."""
    if formation.offer_to(command.role, actor) is None:
        return _no_offer(formation, actor, command.role)
    return _already_holds(formation, command.role, actor) or exclusive(
        formation, command.role, actor
    )


def decline_handoff(
    formation: Formation, actor: str, command: commands.DeclineHandoff, _facts: Facts
) -> Broken | None:
    """Refuse without an open offer to the actor."""
    if formation.offer_to(command.role, actor) is None:
        return _no_offer(formation, actor, command.role)
    return None


def _no_offer(formation: Formation, actor: str, role: str) -> Broken:
    rule = Rule.EXPLICIT_HANDOFF if formation.roles_of(actor) else Rule.ROLE_REQUIRED
    return Broken(
        rule,
        N_("{role} is not offered to you. Ask its holder or the commander to offer it."),
        {"role": role},
    )


def cancel_handoff(
    formation: Formation, actor: str, command: commands.CancelHandoff, _facts: Facts
) -> Broken | None:
    """Refuse to take back what was not offered, or another's offer."""
    open_offers = [offer for offer in formation.offers if offer.role == command.role]
    if not open_offers:
        return Broken(
            Rule.EXPLICIT_HANDOFF, N_("{role} is offered to nobody."), {"role": command.role}
        )
    mine = [offer for offer in open_offers if actor in (offer.giver, offer.offered_by)]
    if mine or _IC in formation.roles_of(actor):
        return None
    return Broken(
        Rule.HOLDER_ONLY,
        N_("Only its holder or the commander takes the offer of {role} back."),
        {"role": command.role},
    )


def take_command(
    formation: Formation, actor: str, command: commands.TakeCommand, _facts: Facts
) -> Broken | None:
    """Refuse a take-over without a role or a reason, or by the primary SME."""
    roles = formation.roles_of(actor)
    if formation.is_vacant(_IC):
        return exclusive(formation, _IC, actor)
    if not roles:
        return Broken(
            Rule.ROLE_REQUIRED,
            N_("{person} commands. Only a role holder takes command over."),
            {"person": formation.holders(_IC)[0]},
        )
    if _IC in roles:
        return _already_holds(formation, _IC, actor)
    if command.reason is None:
        return Broken(
            Rule.EXPLICIT_HANDOFF,
            N_("{person} commands. Ask for a handoff, or take command with a written reason."),
            {"person": formation.holders(_IC)[0]},
        )
    return exclusive(formation, _IC, actor)


def add_role(
    formation: Formation, _actor: str, command: commands.AddRole, _facts: Facts
) -> Broken | None:
    """Refuse a second role of one key."""
    if command.key not in formation.roles:
        return None
    return Broken(
        Rule.APPEND_ONLY,
        N_("There is a role {key} already. Choose another key."),
        {"key": command.key},
    )
