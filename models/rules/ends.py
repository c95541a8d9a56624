"""What may happen when: resolved, stood down, cancelled, severity, notices.

`resolved-needs-definition`, `stand-down-gates`, `append-only`, `severity-up`,
`notice-complete`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.messages import N_
from models.notice_fields import missing_fields
from models.rules.verdict import Broken, Rule
from models.vocabulary import CriterionState, NoticeState, Severity

if TYPE_CHECKING:
    from models.commands import closing, direction
    from models.commands.base import Command
    from models.rules.facts import Facts, Formation

AFTER_STAND_DOWN = frozenset(
    {
        "hold_retrospective",
        "add_retro_item",
        "add_next_action",
        "complete_next_action",
        "amend",
        "set_severity",
    }
)
"""What is accepted after stand-down; severity because only then it may be lowered."""

GATES: tuple[str, ...] = (
    "stand_down_condition_set",
    "stand_down_condition_met",
    "resolution_notice_published",
    "report_saved",
    "resolved",
)
"""The stand-down gates in the order in which they are usually passed."""


def closed(formation: Formation, command: Command) -> Broken | None:
    """Refuse what comes after the end of the incident."""
    if formation.is_cancelled:
        return Broken(
            Rule.APPEND_ONLY, N_("This incident was cancelled. Declare a new one if it is real.")
        )
    if formation.is_stood_down and command.type not in AFTER_STAND_DOWN:
        return Broken(
            Rule.APPEND_ONLY,
            N_(
                "This incident is stood down. Only retrospective, next actions and late"
                " amendments are accepted now."
            ),
        )
    return None


def still_open(
    _formation: Formation, _actor: str, _command: Command, facts: Facts
) -> Broken | None:
    """Refuse to end a second time what has ended."""
    if facts.is_open:
        return None
    return Broken(
        Rule.APPEND_ONLY,
        N_("It has ended already, and what is recorded is not changed. Start a new one."),
    )


def unsettled(facts: Facts) -> tuple[str, ...]:
    """Return what keeps the incident from being resolved: definition, or criteria."""
    if facts.criteria is None:
        return ("definition",)
    return tuple(
        f"{number}: {text}"
        for number, text, state in facts.criteria
        if state == CriterionState.OPEN
    )


def declare_resolved(
    formation: Formation, _actor: str, _command: closing.DeclareResolved, facts: Facts
) -> Broken | None:
    """Refuse while there is no definition, or a criterion is neither met nor waived."""
    if formation.is_resolved:
        return Broken(Rule.APPEND_ONLY, N_("It is resolved already. Reopen it if it is not."))
    missing = unsettled(facts)
    if not missing:
        return None
    return Broken(
        Rule.RESOLVED_NEEDS_DEFINITION,
        N_("Resolved needs a definition, and every criterion met or waived with a reason."),
        missing=missing,
    )


def reopen(
    formation: Formation, _actor: str, _command: closing.Reopen, _facts: Facts
) -> Broken | None:
    """Refuse to reopen what is not resolved."""
    if formation.is_resolved:
        return None
    return Broken(
        Rule.RESOLVED_NEEDS_DEFINITION, N_("It is not resolved, so there is nothing to reopen.")
    )


def meet_stand_down_condition(
    _formation: Formation, _actor: str, _command: Command, facts: Facts
) -> Broken | None:
    """Refuse to meet a condition that was never set, or twice."""
    if not facts.gates["stand_down_condition_set"]:
        return Broken(
            Rule.STAND_DOWN_GATES,
            N_("Set the stand-down condition first."),
            missing=("stand_down_condition_set",),
        )
    return still_open(_formation, _actor, _command, facts)


def stand_down(
    formation: Formation, _actor: str, command: closing.StandDown, facts: Facts
) -> Broken | None:
    """Refuse while a gate is closed; all closed ones are listed at once."""
    holds = dict(facts.gates)
    holds["resolved"] = formation.is_resolved or command.unresolved_reason is not None
    missing = tuple(gate for gate in GATES if not holds[gate])
    if not missing:
        return None
    return Broken(
        Rule.STAND_DOWN_GATES,
        N_("Standing down needs all its gates. Pass the missing ones first."),
        missing=missing,
    )


def cancel(
    _formation: Formation, _actor: str, _command: closing.Cancel, facts: Facts
) -> Broken | None:
    """Refuse to cancel what others were told of."""
    if not facts.any_published:
        return None
    return Broken(
        Rule.STAND_DOWN_GATES,
        N_("A notice was published, so this cannot be taken back. Stand down instead."),
    )


def set_severity(
    formation: Formation, _actor: str, command: direction.SetSeverity, _facts: Facts
) -> Broken | None:
    """Refuse to lower the severity before stand-down."""
    order = list(Severity)
    if formation.severity is None or formation.is_stood_down:
        return None
    if order.index(command.severity) <= order.index(Severity(formation.severity)):
        return None
    return Broken(
        Rule.SEVERITY_UP,
        N_("Severity is {severity} and may only be raised. Lower it after stand-down."),
        {"severity": formation.severity},
    )


def edit_notice(
    _formation: Formation, _actor: str, _command: Command, facts: Facts
) -> Broken | None:
    """Refuse to touch what was published."""
    if facts.notice_state != NoticeState.PUBLISHED:
        return None
    return Broken(
        Rule.APPEND_ONLY,
        N_("This notice was published and stays as it was. Draft an update."),
    )


def approve_notice(
    formation: Formation, actor: str, command: Command, facts: Facts
) -> Broken | None:
    """Refuse to approve an incomplete notice, or one that was published."""
    return edit_notice(formation, actor, command, facts) or _complete(facts)


def publish_notice(
    formation: Formation, actor: str, command: Command, facts: Facts
) -> Broken | None:
    """Refuse to publish what is incomplete, not approved, or published."""
    refused = approve_notice(formation, actor, command, facts)
    if refused or facts.notice_state == NoticeState.APPROVED:
        return refused
    return Broken(
        Rule.NOTICE_COMPLETE,
        N_("The commander has not approved this notice."),
        missing=("approval",),
    )


def _complete(facts: Facts) -> Broken | None:
    missing = missing_fields(facts.notice_stage or "", dict(facts.notice_fields))
    if not missing:
        return None
    return Broken(
        Rule.NOTICE_COMPLETE,
        N_("The notice is not complete. Fill in what is missing."),
        missing=tuple(missing),
    )


def hold_retrospective(
    formation: Formation, _actor: str, _command: Command, _facts: Facts
) -> Broken | None:
    """Refuse a retrospective before stand-down."""
    if formation.is_stood_down:
        return None
    return Broken(
        Rule.STAND_DOWN_GATES, N_("A retrospective is held after stand-down. Stand down first.")
    )


def add_retro_item(
    formation: Formation, actor: str, command: Command, facts: Facts
) -> Broken | None:
    """Refuse to add to a retrospective that was not held."""
    refused = hold_retrospective(formation, actor, command, facts)
    if refused or facts.has_retrospective:
        return refused
    return Broken(
        Rule.STAND_DOWN_GATES, N_("Record first that the retrospective was held, and by whom.")
    )
