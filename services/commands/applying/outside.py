"""Announcements, inquiries, stakeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.notice_fields import kept_fields
from models.outside import Inquiry, Notice, Stakeholder
from models.vocabulary import NoticeStage, NoticeState, RoleKey
from services.commands.unit import target

if TYPE_CHECKING:
    from models.commands import outside as commands
    from services.commands.unit import Unit


def add_stakeholder(unit: Unit, command: commands.AddStakeholder) -> None:
    """Add the stakeholder."""
    unit.add(
        Stakeholder,
        name=command.name,
        person=command.person,
        slack_user_id=command.slack_user_id,
        added_by=unit.person,
        added_at=unit.now,
    )
    unit.tell("stakeholder.added", data={"stakeholder": command.name})


def draft_notice(unit: Unit, command: commands.DraftNotice) -> None:
    """Draft a notice; a first one names the liaison as contact unless it says otherwise."""
    row = unit.add(
        Notice,
        stage=command.stage.value,
        fields=_with_contact(unit, command.stage, command.fields),
        drafted_by=unit.person,
        drafted_at=unit.now,
    )
    unit.tell(
        "notice.drafted",
        data={"number": row.id, "stage": row.stage, "fields": row.fields},
    )


def _with_contact(unit: Unit, stage: str, fields: dict[str, Any]) -> dict[str, Any]:
    kept = kept_fields(fields)
    if stage != NoticeStage.FIRST or kept.get("contact"):
        return kept
    liaison = unit.formation.holders(RoleKey.LIAISON) or (unit.person,)
    return {**kept, "contact": unit.name_of(liaison[0])}


def edit_notice(unit: Unit, command: commands.EditNotice) -> None:
    """Replace the fields; an approval given before no longer counts."""
    row = target(unit, Notice, command.notice)
    row.fields = _with_contact(unit, row.stage, command.fields)
    row.state, row.edited_at = NoticeState.DRAFT.value, unit.now
    row.approved_by = row.approved_at = row.return_reason = None
    unit.tell(
        "notice.edited",
        data={"number": row.id, "stage": row.stage, "fields": row.fields},
    )


def approve_notice(unit: Unit, command: commands.ApproveNotice) -> None:
    """Approve the notice as it stands; approving twice changes nothing."""
    row = target(unit, Notice, command.notice)
    if row.state == NoticeState.APPROVED:
        return
    row.state = NoticeState.APPROVED.value
    row.approved_by, row.approved_at, row.return_reason = unit.person, unit.now, None
    unit.tell("notice.approved", data={"number": row.id, "stage": row.stage})


def return_notice(unit: Unit, command: commands.ReturnNotice) -> None:
    """Send the notice back with the reason."""
    row = target(unit, Notice, command.notice)
    row.state, row.return_reason = NoticeState.RETURNED.value, command.reason
    row.approved_by = row.approved_at = None
    unit.tell(
        "notice.returned",
        data={"number": row.id, "stage": row.stage, "reason": command.reason},
    )


def publish_notice(unit: Unit, command: commands.PublishNotice) -> None:
    """Publish the notice; its fields are frozen on the timeline."""
    row = target(unit, Notice, command.notice)
    row.state = NoticeState.PUBLISHED.value
    row.published_by, row.published_at = unit.person, unit.now
    unit.tell(
        "notice.published",
        data={"number": row.id, "stage": row.stage, "fields": row.fields},
    )


def log_inquiry(unit: Unit, command: commands.LogInquiry) -> None:
    """Record the question."""
    row = unit.add(
        Inquiry,
        asked_by=command.asked_by,
        text=command.text,
        logged_by=unit.person,
        logged_at=unit.now,
    )
    unit.tell(
        "inquiry.logged",
        data={"number": row.id, "asked_by": command.asked_by, "text": command.text},
    )


def answer_inquiry(unit: Unit, command: commands.AnswerInquiry) -> None:
    """Record the answer."""
    row = target(unit, Inquiry, command.inquiry)
    row.answer, row.answered_by, row.answered_at = command.text, unit.person, unit.now
    unit.tell("inquiry.answered", data={"number": row.id, "text": command.text})
