"""Commands that write free text on the timeline."""

from __future__ import annotations

from typing import Literal

from models.commands.base import Command
from models.fields import Number, Text, Time


class Note(Command):
    """Write an entry; `occurred_at` may lie in the past."""

    type: Literal["note"] = "note"
    text: Text
    occurred_at: Time | None = None


class Status(Command):
    """Write a status entry, as scribe."""

    type: Literal["status"] = "status"
    text: Text
    occurred_at: Time | None = None


class Amend(Command):
    """Correct an entry by a new one; the old one stays as it was."""

    type: Literal["amend"] = "amend"
    entry: Number
    text: Text
    occurred_at: Time | None = None
    reason: Text | None = None
