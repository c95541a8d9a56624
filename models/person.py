"""People and the tokens that act for them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcTime


class Person(SQLModel, table=True):
    """Somebody who can be named on a board. The handle is the key and never changes."""

    __tablename__ = "person"

    handle: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    email: str | None = Field(default=None, max_length=254, unique=True)
    slack_user_id: str | None = Field(default=None, max_length=32, unique=True)
    language: str | None = Field(default=None, max_length=2)
    timezone: str | None = Field(default=None, max_length=64)
    is_administrator: bool = False
    created_at: datetime = Field(sa_type=UtcTime)


class Token(SQLModel, table=True):
    """A personal API token. Only the SHA-256 digest of its secret is kept."""

    __tablename__ = "token"

    id: int | None = Field(default=None, primary_key=True)
    person: str = Field(foreign_key="person.handle", index=True)
    name: str = Field(max_length=80)
    digest: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)
