"""What stands before a command: the formation, the actor, and what the command names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.vocabulary import RoleKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FIRST_STAFFING: tuple[str, ...] = tuple(RoleKey)


@dataclass(frozen=True)
class RoleDefinition:
    """A role as the rules see it; a `single` role has at most one holder."""

    key: str
    single: bool


@dataclass(frozen=True)
class Offer:
    """An open offer; `giver` is None when the role was vacant as it was offered."""

    id: int
    role: str
    giver: str | None
    receiver: str
    offered_by: str


@dataclass(frozen=True)
class Formation:
    """Who holds what, who offered what to whom, and how far the incident has come.

    Attributes:
        held: the present holders by role; vacant roles may be absent.
        staffed: the roles that somebody has held at some time.
        is_stood_down: also true of backfilled incidents.
    """

    roles: Mapping[str, RoleDefinition]
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    staffed: frozenset[str] = frozenset()
    offers: tuple[Offer, ...] = ()
    is_resolved: bool = False
    is_stood_down: bool = False
    is_cancelled: bool = False
    severity: str | None = None

    def holders(self, role: str) -> tuple[str, ...]:
        """Return who holds `role` now."""
        return self.held.get(role, ())

    def is_vacant(self, role: str) -> bool:
        """Return whether nobody holds `role`."""
        return not self.holders(role)

    def roles_of(self, person: str) -> tuple[str, ...]:
        """Return the roles that `person` holds now, in the order of the formation."""
        return tuple(role for role in self.roles if person in self.holders(role))

    def offer_to(self, role: str, receiver: str) -> Offer | None:
        """Return the open offer of `role` to `receiver`, if there is one."""
        return next((o for o in self.offers if o.role == role and o.receiver == receiver), None)


@dataclass(frozen=True)
class Facts:
    """What a command's own objects are like; only what the command names is filled in.

    Attributes:
        person: the handle that the command means after defaults.
        holder: the person from whom a handoff or release takes the role.
        is_open: whether the named goal, hypothesis, action, decision, inquiry, next action
            still awaits its end.
        owner: the owner of the named action or next action.
        criteria: `(id, text, state)` of the definition in force; None without a definition.
        gates: the stand-down gates, as key and whether it holds.
        attended: whether the actor attended a retrospective of this incident.
        past_times: moments that the command says have happened, by field.
    """

    person: str | None = None
    holder: str | None = None
    is_open: bool = True
    owner: str | None = None
    criteria: tuple[tuple[int, str, str], ...] | None = None
    gates: Mapping[str, bool] = field(default_factory=dict)
    notice_stage: str | None = None
    notice_state: str | None = None
    notice_fields: Mapping[str, Any] = field(default_factory=dict)
    any_published: bool = False
    has_retrospective: bool = False
    attended: bool = False
    past_times: Mapping[str, datetime] = field(default_factory=dict)
