"""Free text on the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.columns import write_time
from models.timeline import Entry

if TYPE_CHECKING:
    from models.commands import timeline as commands
    from services.commands.unit import Unit


def note(unit: Unit, command: commands.Note) -> None:
    """Write a note."""
    unit.tell("note.written", text=command.text, occurred_at=command.occurred_at)


def status(unit: Unit, command: commands.Status) -> None:
    """Write a status entry."""
    unit.tell("status.written", text=command.text, occurred_at=command.occurred_at)


def amend(unit: Unit, command: commands.Amend) -> None:
    """Write a new entry that names the one it corrects; without a time it keeps that one's."""
    amended = unit.session.get(Entry, (unit.number, command.entry))
    if amended is None:
        raise RuntimeError("the amended entry vanished between reading and writing")
    unit.tell(
        "entry.amended",
        text=command.text,
        occurred_at=command.occurred_at or amended.occurred_at,
        amends=command.entry,
        late=unit.formation.is_stood_down,
        data={
            "entry": command.entry,
            "reason": command.reason,
            "moved_to": write_time(command.occurred_at) if command.occurred_at else None,
        },
    )
