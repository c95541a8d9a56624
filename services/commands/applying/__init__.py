"""What each command changes once the rules have let it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.commands.applying import closing, direction, formation, outside, timeline, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.commands.unit import Unit

APPLIERS: dict[str, Callable[[Unit, Any], None]] = {
    "check_in": formation.check_in,
    "check_out": formation.check_out,
    "assign_role": formation.assign_role,
    "release_role": formation.release_role,
    "offer_handoff": formation.offer_handoff,
    "accept_handoff": formation.accept_handoff,
    "decline_handoff": formation.decline_handoff,
    "cancel_handoff": formation.cancel_handoff,
    "take_command": formation.take_command,
    "add_role": formation.add_role,
    "set_situation": direction.set_situation,
    "define_resolved": direction.define_resolved,
    "meet_criterion": direction.meet_criterion,
    "unmeet_criterion": direction.unmeet_criterion,
    "waive_criterion": direction.waive_criterion,
    "set_goal": direction.set_goal,
    "end_goal": direction.end_goal,
    "set_course": direction.set_course,
    "agree_course": direction.agree_course,
    "status_check": direction.status_check,
    "set_severity": direction.set_severity,
    "mark": direction.set_mark,
    "set_call": direction.set_call,
    "post_update": work.post_update,
    "acknowledge_update": work.acknowledge_update,
    "raise_hypothesis": work.raise_hypothesis,
    "settle_hypothesis": work.settle_hypothesis,
    "assign_action": work.assign_action,
    "acknowledge_action": work.acknowledge_action,
    "extend_action": work.extend_action,
    "end_action": work.end_action,
    "propose_decision": work.propose_decision,
    "object": work.object_to,
    "decide": work.decide,
    "note": timeline.note,
    "status": timeline.status,
    "amend": timeline.amend,
    "add_stakeholder": outside.add_stakeholder,
    "draft_notice": outside.draft_notice,
    "edit_notice": outside.edit_notice,
    "approve_notice": outside.approve_notice,
    "return_notice": outside.return_notice,
    "publish_notice": outside.publish_notice,
    "log_inquiry": outside.log_inquiry,
    "answer_inquiry": outside.answer_inquiry,
    "declare_resolved": closing.declare_resolved,
    "reopen": closing.reopen,
    "set_stand_down_condition": closing.set_stand_down_condition,
    "meet_stand_down_condition": closing.meet_stand_down_condition,
    "save_report": closing.save_report,
    "stand_down": closing.stand_down,
    "cancel": closing.cancel,
    "hold_retrospective": closing.hold_retrospective,
    "add_retro_item": closing.add_retro_item,
    "add_next_action": closing.add_next_action,
    "complete_next_action": closing.complete_next_action,
}
