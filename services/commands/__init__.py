"""The only way to change an incident: `execute`, one command in one transaction."""

from services.commands.by_system import record_channels
from services.commands.declare import Declaration, declare
from services.commands.execute import Receipt, execute
from services.commands.unit import Actor

__all__ = ["Actor", "Declaration", "Receipt", "declare", "execute", "record_channels"]
