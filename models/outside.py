"""What is told to people outside the response: notices, inquiries, stakeholders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from models.columns import IncidentScoped, JsonValue, UtcTime, one_of
from models.vocabulary import NoticeStage, NoticeState


class Notice(IncidentScoped, table=True):
    """An announcement. `fields` are frozen once it is published."""

    __tablename__ = "notice"
    __table_args__ = (one_of("stage", NoticeStage), one_of("state", NoticeState))

    stage: str = Field(max_length=10)
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JsonValue)
    state: str = Field(default=NoticeState.DRAFT, max_length=9)
    drafted_by: str = Field(foreign_key="person.handle")
    drafted_at: datetime = Field(sa_type=UtcTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcTime)
    approved_by: str | None = Field(default=None, foreign_key="person.handle")
    approved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    return_reason: str | None = None
    published_by: str | None = Field(default=None, foreign_key="person.handle")
    published_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Inquiry(IncidentScoped, table=True):
    """A question from outside and the liaison's answer."""

    __tablename__ = "inquiry"

    asked_by: str = Field(max_length=200)
    text: str
    logged_by: str = Field(foreign_key="person.handle")
    logged_at: datetime = Field(sa_type=UtcTime)
    answer: str | None = None
    answered_by: str | None = Field(default=None, foreign_key="person.handle")
    answered_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Stakeholder(IncidentScoped, table=True):
    """Somebody outside who must be told."""

    __tablename__ = "stakeholder"

    name: str = Field(max_length=200)
    person: str | None = Field(default=None, foreign_key="person.handle")
    slack_user_id: str | None = Field(default=None, max_length=32)
    added_by: str = Field(foreign_key="person.handle")
    added_at: datetime = Field(sa_type=UtcTime)
