"""What a rule answers when it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Rule(StrEnum):
    """The keys by which people and programs know the rules.

    `kind-fixed` and `action-complete` are kept by the shape of the input: no command changes an
    incident's kind, and `assign_action` without text, owner or due time is not well formed. They
    are never raised and stand here because they are rules of the formation all the same.
    """

    ROLE_REQUIRED = "role-required"
    ONE_HOLDER = "one-holder"
    SME_EXCLUSIVE = "sme-exclusive"
    STAFFING_ORDER = "staffing-order"
    COMMANDER_ONLY = "commander-only"
    HOLDER_ONLY = "holder-only"
    EXPLICIT_HANDOFF = "explicit-handoff"
    RESOLVED_NEEDS_DEFINITION = "resolved-needs-definition"
    STAND_DOWN_GATES = "stand-down-gates"
    APPEND_ONLY = "append-only"
    TWO_CLOCKS = "two-clocks"
    KIND_FIXED = "kind-fixed"
    SEVERITY_UP = "severity-up"
    ACTION_COMPLETE = "action-complete"
    NOTICE_COMPLETE = "notice-complete"
    STALE_BOARD = "stale-board"


WHO_MAY = frozenset({Rule.ROLE_REQUIRED, Rule.COMMANDER_ONLY, Rule.HOLDER_ONLY})
"""Rules about who may act; the others are about what may happen."""


@dataclass(frozen=True)
class Broken:
    """A rule that the command would break.

    Attributes:
        rule: its key.
        message: an English sentence that says what to do, with `{name}` places.
        params: what goes into the places; role keys are translated by the reader.
        missing: everything that is still needed, as keys or people's words.
    """

    rule: Rule
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
