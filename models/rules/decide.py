"""The one place where it is decided whether a command may happen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.rules import ends, handing
from models.rules.facts import Facts
from models.rules.permissions import who_may
from models.rules.verdict import Broken, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from models.commands.base import Command
    from models.rules.facts import Formation

SKEW = timedelta(minutes=2)
"""How far a person's clock may run ahead of ours (design: rule `two-clocks`)."""

_OWN_RULES: dict[str, Callable[[Formation, str, Any, Facts], Broken | None]] = {
    "check_out": handing.check_out,
    "assign_role": handing.assign_role,
    "release_role": handing.release_role,
    "offer_handoff": handing.offer_handoff,
    "accept_handoff": handing.accept_handoff,
    "decline_handoff": handing.decline_handoff,
    "cancel_handoff": handing.cancel_handoff,
    "take_command": handing.take_command,
    "add_role": handing.add_role,
    "meet_criterion": ends.still_open,
    "unmeet_criterion": ends.still_open,
    "waive_criterion": ends.still_open,
    "end_goal": ends.still_open,
    "acknowledge_update": ends.still_open,
    "settle_hypothesis": ends.still_open,
    "acknowledge_action": ends.still_open,
    "extend_action": ends.still_open,
    "end_action": ends.still_open,
    "decide": ends.still_open,
    "set_severity": ends.set_severity,
    "edit_notice": ends.edit_notice,
    "approve_notice": ends.approve_notice,
    "return_notice": ends.edit_notice,
    "publish_notice": ends.publish_notice,
    "answer_inquiry": ends.still_open,
    "declare_resolved": ends.declare_resolved,
    "reopen": ends.reopen,
    "meet_stand_down_condition": ends.meet_stand_down_condition,
    "stand_down": ends.stand_down,
    "cancel": ends.cancel,
    "hold_retrospective": ends.hold_retrospective,
    "add_retro_item": ends.add_retro_item,
    "complete_next_action": ends.still_open,
}


def decide(
    formation: Formation, actor: str, command: Command, facts: Facts, now: datetime
) -> Broken | None:
    """Return the rule that `command`, given by `actor` at `now`, would break, or None.

    The end of the incident is looked at first, then who may act, then people's clocks,
    then the command's own rules.
    """
    return (
        ends.closed(formation, command)
        or who_may(formation, actor, command, facts)
        or two_clocks(facts.past_times, now)
        or _own_rule(formation, actor, command, facts)
    )


def forbidden(formation: Formation, actor: str, command: Command) -> Broken | None:
    """Return why `actor` may not give `command` whatever it names, or None."""
    return ends.closed(formation, command) or who_may(formation, actor, command, Facts())


def _own_rule(formation: Formation, actor: str, command: Command, facts: Facts) -> Broken | None:
    rule = _OWN_RULES.get(command.type)
    return rule(formation, actor, command, facts) if rule else None


def two_clocks(past_times: Mapping[str, datetime], now: datetime) -> Broken | None:
    """Refuse a moment that is said to have happened and lies in the future."""
    for name, moment in past_times.items():
        if moment > now + SKEW:
            return Broken(
                Rule.TWO_CLOCKS,
                N_("{field} lies in the future. Check the date and the offset."),
                {"field": name},
                missing=(name,),
            )
    return None
