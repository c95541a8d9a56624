"""What every command has."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """What a person wants to happen, in one incident."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
