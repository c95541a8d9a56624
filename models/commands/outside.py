"""Commands about what is told to people outside the response."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from models.commands.base import Command
from models.fields import Handle, Number, SlackUser, Text, Title
from models.notice_fields import AnyFields, check_fields
from models.vocabulary import NoticeStage


class AddStakeholder(Command):
    """Add somebody outside who must be told."""

    type: Literal["add_stakeholder"] = "add_stakeholder"
    name: Title
    person: Handle | None = None
    slack_user_id: SlackUser | None = None


class DraftNotice(Command):
    """Draft an announcement; it may be incomplete until it is approved."""

    type: Literal["draft_notice"] = "draft_notice"
    stage: NoticeStage
    fields: AnyFields

    @model_validator(mode="after")
    def _fields_of_the_stage(self) -> DraftNotice:
        check_fields(self.stage, self.fields)
        return self


class EditNotice(Command):
    """Replace a notice's fields; an approval is then needed again."""

    type: Literal["edit_notice"] = "edit_notice"
    notice: Number
    fields: AnyFields


class ApproveNotice(Command):
    """Approve a notice, as commander."""

    type: Literal["approve_notice"] = "approve_notice"
    notice: Number


class ReturnNotice(Command):
    """Send a notice back to the liaison with the reason."""

    type: Literal["return_notice"] = "return_notice"
    notice: Number
    reason: Text


class PublishNotice(Command):
    """Publish an approved notice."""

    type: Literal["publish_notice"] = "publish_notice"
    notice: Number


class LogInquiry(Command):
    """Record a question from outside; in the wire form its asker is called `from`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_alias=True)

    type: Literal["log_inquiry"] = "log_inquiry"
    asked_by: Annotated[Title, Field(alias="from")]
    text: Text


class AnswerInquiry(Command):
    """Answer a question from outside."""

    type: Literal["answer_inquiry"] = "answer_inquiry"
    inquiry: Number
    text: Text
