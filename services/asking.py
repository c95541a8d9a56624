"""Asking beforehand: may this person give this command? So that a page offers what it can keep.

The answer is the rules' own, about the formation as it was read. It decides nothing: the command
is judged again where it is carried out.
"""

from collections.abc import Mapping
from typing import Any

from models.commands import COMMANDS
from models.rules import ends
from models.rules.decide import decide
from models.rules.facts import Facts, Formation
from models.rules.permissions import who_may
from models.rules.verdict import Broken
from services import clock


def find_obstacle(
    formation: Formation, actor: str, command_type: str, facts: Facts | None = None
) -> Broken | None:
    """The rule that keeps `actor` from such a command whatever it names, or None.

    Args:
        formation: as `services.commands.standing.read_formation` gives it.
        facts: the owner of the named action and the like, where that matters.
    """
    command = COMMANDS[command_type].model_construct(type=command_type)
    return ends.closed(formation, command) or who_may(formation, actor, command, facts or Facts())


def find_breach(
    formation: Formation,
    actor: str,
    command: Mapping[str, Any],
    facts: Facts | None = None,
) -> Broken | None:
    """The rule that this very command would break now, or None.

    Args:
        command: `{"type": ...}` and its fields, well formed.
        facts: what the command's own objects are like.
    """
    fields = {name: value for name, value in command.items() if name != "type"}
    asked = COMMANDS[command["type"]].model_validate(fields)
    return decide(formation, actor, asked, facts or Facts(), clock.now())
