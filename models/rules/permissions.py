"""Who may give which command: `role-required`, `commander-only`, `holder-only`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.commands import COMMANDS
from models.messages import N_
from models.rules.verdict import Broken, Rule
from models.vocabulary import RoleKey

if TYPE_CHECKING:
    from models.commands.base import Command
    from models.rules.facts import Facts, Formation

_IC, _SME, _LIAISON, _SCRIBE = RoleKey


@dataclass(frozen=True)
class Duty:
    """A duty of some roles.

    Attributes:
        roles: the roles whose duty it is.
        rule: what is broken when somebody else does it.
        stands_in: whether the commander does it while all those roles are vacant.
        owner_may: whether a role holder may do it for what they own.
    """

    roles: tuple[str, ...]
    rule: Rule
    stands_in: bool = False
    owner_may: bool = False


_COMMANDER = Duty((_IC,), Rule.COMMANDER_ONLY)
_OF_SME = Duty((_SME,), Rule.HOLDER_ONLY)
_OF_LIAISON = Duty((_LIAISON,), Rule.HOLDER_ONLY, stands_in=True)
_OF_SCRIBE = Duty((_SCRIBE,), Rule.HOLDER_ONLY, stands_in=True)
_ACTIONS = Duty((_IC, _SME), Rule.COMMANDER_ONLY)
_OWN_ACTIONS = Duty((_IC, _SME), Rule.COMMANDER_ONLY, owner_may=True)

ANYONE = frozenset(
    {
        "check_in",
        "check_out",
        "set_call",
        "log_inquiry",
        "accept_handoff",
        "decline_handoff",
        "take_command",
        "assign_role",
    }
)
"""Commands open to people without a role; the last four have conditions of their own."""

ANY_ROLE = frozenset(
    {
        "note",
        "propose_decision",
        "object",
        "release_role",
        "offer_handoff",
        "cancel_handoff",
        "hold_retrospective",
        "add_retro_item",
        "add_next_action",
        "complete_next_action",
    }
)
"""Commands of whoever holds a role; handoffs and releases are decided by their own rules."""

DUTIES: dict[str, Duty] = {
    "add_role": _COMMANDER,
    "set_situation": _COMMANDER,
    "define_resolved": _COMMANDER,
    "meet_criterion": _COMMANDER,
    "unmeet_criterion": _COMMANDER,
    "waive_criterion": _COMMANDER,
    "set_goal": _COMMANDER,
    "end_goal": _COMMANDER,
    "set_course": _COMMANDER,
    "agree_course": _OF_SME,
    "post_update": _OF_SME,
    "acknowledge_update": _COMMANDER,
    "status": _OF_SCRIBE,
    "amend": _OF_SCRIBE,
    "raise_hypothesis": _OF_SME,
    "settle_hypothesis": _OF_SME,
    "assign_action": _ACTIONS,
    "acknowledge_action": _OWN_ACTIONS,
    "extend_action": _OWN_ACTIONS,
    "end_action": _OWN_ACTIONS,
    "decide": _COMMANDER,
    "status_check": _COMMANDER,
    "set_severity": _COMMANDER,
    "mark": Duty((_IC, _SCRIBE), Rule.COMMANDER_ONLY),
    "add_stakeholder": _OF_LIAISON,
    "draft_notice": _OF_LIAISON,
    "edit_notice": _OF_LIAISON,
    "approve_notice": _COMMANDER,
    "return_notice": _COMMANDER,
    "publish_notice": _OF_LIAISON,
    "answer_inquiry": _OF_LIAISON,
    "declare_resolved": _COMMANDER,
    "reopen": _COMMANDER,
    "set_stand_down_condition": _COMMANDER,
    "meet_stand_down_condition": _COMMANDER,
    "save_report": _OF_SCRIBE,
    "stand_down": _COMMANDER,
    "cancel": _COMMANDER,
}

_unplaced = set(COMMANDS) ^ (ANYONE | ANY_ROLE | DUTIES.keys())
if _unplaced:
    _message = f"commands without exactly one permission: {sorted(_unplaced)}"
    raise RuntimeError(_message)


def who_may(formation: Formation, actor: str, command: Command, facts: Facts) -> Broken | None:
    """Return the rule that keeps `actor` from giving `command`, or None."""
    kind = command.type
    roles = formation.roles_of(actor)
    if kind in ANYONE or (not roles and _has_it_without_a_role(formation, actor, kind, facts)):
        return None
    if not roles:
        return _no_role()
    duty = DUTIES.get(kind)
    if duty is None or _is_their_duty(formation, actor, roles, kind, duty, facts):
        return None
    return _refuse(duty)


def _has_it_without_a_role(formation: Formation, actor: str, kind: str, facts: Facts) -> bool:
    if not formation.is_stood_down:
        return False
    if kind in ("add_retro_item", "add_next_action"):
        return facts.attended
    return kind == "complete_next_action" and facts.owner == actor


def _is_their_duty(
    formation: Formation,
    actor: str,
    roles: tuple[str, ...],
    kind: str,
    duty: Duty,
    facts: Facts,
) -> bool:
    if set(roles) & set(duty.roles):
        return True
    if duty.owner_may and facts.owner == actor:
        return True
    if _IC not in roles:
        return False
    if duty.stands_in and all(formation.is_vacant(role) for role in duty.roles):
        return True
    return kind == "amend" and formation.is_stood_down


def only_the_commander(formation: Formation, actor: str) -> Broken:
    """Return the refusal for a person who is not the commander."""
    return _refuse(_COMMANDER) if formation.roles_of(actor) else _no_role()


def _no_role() -> Broken:
    return Broken(
        Rule.ROLE_REQUIRED,
        N_(
            "You hold no role in this incident. Ask the commander for one, or take command"
            " if it is vacant."
        ),
    )


def _refuse(duty: Duty) -> Broken:
    if duty.rule == Rule.COMMANDER_ONLY:
        return Broken(
            Rule.COMMANDER_ONLY,
            N_("Only the {role} does this. Propose it as a decision, or write a note."),
            {"role": _IC.value},
        )
    return Broken(
        Rule.HOLDER_ONLY,
        N_("Only the {role} does this. Tell them, or write a note."),
        {"role": duty.roles[0]},
    )
