"""Whether a whole record, written by another console, kept the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from models.rules.decide import SKEW
from models.rules.verdict import Rule
from models.vocabulary import RoleKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

_SME = RoleKey.PRIMARY_SME.value
_ENDS_ONLY = {"ended_at"}


class Breach(NamedTuple):
    """The first place at which a record breaks a rule; `at` counts entries from 0."""

    at: int
    column: str
    rule: Rule
    problem: str


def find_breach(entries: Sequence[Mapping[str, Any]], now: datetime) -> Breach | None:
    """Return the first breach of `two-clocks`, `one-holder` or `sme-exclusive`, or None.

    Args:
        entries: with aware datetimes, and changes of which `models.history.rebuild` has
            found that they fit each other.
        now: our clock; no other console's may run ahead of it by more than `SKEW`.
    """
    return next(_breaches_of_time(entries, now), None) or next(_breaches_of_roles(entries), None)


def _breaches_of_time(entries: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[Breach]:
    before = None
    for at, entry in enumerate(entries):
        recorded_at, occurred_at = entry["recorded_at"], entry["occurred_at"]
        if recorded_at > now + SKEW:
            yield Breach(at, "recorded_at", Rule.TWO_CLOCKS, "lies in the future")
        if before is not None and recorded_at < before:
            yield Breach(at, "recorded_at", Rule.TWO_CLOCKS, "lies before the entry before it")
        if occurred_at > recorded_at + SKEW:
            yield Breach(at, "occurred_at", Rule.TWO_CLOCKS, "lies after it was recorded")
        before = recorded_at


@dataclass
class _Holding:
    """Who holds what, followed through the changes of a record."""

    single: dict[str, bool] = field(default_factory=dict)
    open: dict[Any, tuple[str, str]] = field(default_factory=dict)

    def follow(self, change: Mapping[str, Any]) -> tuple[Rule, str] | None:
        """Take one change in; return what is wrong with the change itself."""
        before, after = change["before"], change["after"]
        if change["table"] == "role":
            return self._follow_role(before, after)
        key = tuple(change["key"])
        if before is None:
            return self._begin(key, after)
        if after is None or set(after) != _ENDS_ONLY or before != {"ended_at": None}:
            return Rule.APPEND_ONLY, "changes who held a role in the past"
        self.open.pop(key, None)
        return None

    def _follow_role(self, before: Any, after: Any) -> tuple[Rule, str] | None:
        if before is not None:
            return Rule.APPEND_ONLY, "changes a role"
        self.single[after["key"]] = after["single"]
        if after["key"] in set(RoleKey) and after["single"] is not True:
            return Rule.ONE_HOLDER, f"lets several people hold {after['key']}"
        return None

    def _begin(self, key: Any, row: Mapping[str, Any]) -> tuple[Rule, str] | None:
        role = row["role"]
        if row["ended_at"] is not None:
            return Rule.APPEND_ONLY, f"writes a past holder of {role} down afterwards"
        if row["single"] is not self.single.get(role):
            return Rule.ONE_HOLDER, f"contradicts whether several people may hold {role}"
        self.open[key] = (role, row["person"])
        return None

    def find_broken(self) -> tuple[Rule, str] | None:
        """Return which rule is broken by who holds what now."""
        held = list(self.open.values())
        for role, n_holders in Counter(role for role, _ in held).items():
            if n_holders > 1 and self.single[role]:
                return Rule.ONE_HOLDER, f"leaves {n_holders} holders of {role}"
        if len(set(held)) < len(held):
            return Rule.ONE_HOLDER, "gives somebody a role twice"
        n_roles = Counter(person for _, person in held)
        for role, person in held:
            if role == _SME and n_roles[person] > 1:
                return Rule.SME_EXCLUSIVE, "leaves the primary SME with another role"
        return None


def _breaches_of_roles(entries: Iterable[Mapping[str, Any]]) -> Iterator[Breach]:
    holding = _Holding()
    for at, entry in enumerate(entries):
        changes = [one for one in entry["changes"] if one["table"] in ("role", "assignment")]
        for change in changes:
            if broken := holding.follow(change):
                yield Breach(at, "changes", *broken)
        if changes and (broken := holding.find_broken()):
            yield Breach(at, "changes", *broken)
    missing = [key.value for key in RoleKey if key.value not in holding.single]
    if missing:
        yield Breach(0, "changes", Rule.ONE_HOLDER, f"lacks the roles {', '.join(missing)}")
