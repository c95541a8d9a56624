"""The moments that matter in an incident, and the minutes between them: pure.

Marks are read from the timeline alone (contract.md section 4). Nothing is invented: a mark
with no source is None, and a difference with a missing end does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.vocabulary import ImportKind, NoticeStage, RoleKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MARK_NAMES: dict[str, str] = {
    "impact_start": N_("impact start"),
    "detected": N_("detected"),
    "acknowledged": N_("acknowledged"),
    "declared": N_("declared"),
    "commanded": N_("commanded"),
    "assembled": N_("assembled"),
    "staffed": N_("all four roles held"),
    "aligned": N_("definition of resolved set"),
    "first_notice": N_("first announcement"),
    "mitigated": N_("mitigated"),
    "resolved": N_("resolved"),
    "stand_down_condition_set": N_("stand-down condition set"),
    "end_notice": N_("resolution announcement"),
    "report_saved": N_("report saved"),
    "stood_down": N_("stood down"),
    "retrospective_held": N_("retrospective held"),
}
"""Every mark in the order in which they are usually passed, and what people call it."""

MINUTES: dict[str, tuple[str, str]] = {
    "impact_to_detect": ("impact_start", "detected"),
    "detect_to_declare": ("detected", "declared"),
    "declare_to_command": ("declared", "commanded"),
    "declare_to_assemble": ("declared", "assembled"),
    "declare_to_staff": ("declared", "staffed"),
    "assemble_to_align": ("assembled", "aligned"),
    "declare_to_first_notice": ("declared", "first_notice"),
    "impact_to_mitigate": ("impact_start", "mitigated"),
    "detect_to_mitigate": ("detected", "mitigated"),
    "impact_to_resolve": ("impact_start", "resolved"),
    "detect_to_resolve": ("detected", "resolved"),
    "resolve_to_stand_down": ("resolved", "stood_down"),
    "declare_to_stand_down": ("declared", "stood_down"),
}
"""Each difference, from the first mark to the second."""

_SOURCES: dict[str, str] = {
    ImportKind.IMPACT_START: "impact_start",
    ImportKind.ALERT: "detected",
    ImportKind.REPORT: "detected",
    ImportKind.ACK: "acknowledged",
    ImportKind.DECLARE: "declared",
    ImportKind.MITIGATED: "mitigated",
    ImportKind.RESOLVED: "resolved",
    "incident.declared": "declared",
    "resolved_definition.set": "aligned",
    "incident.resolved": "resolved",
    "stand_down_condition.set": "stand_down_condition_set",
    "report.saved": "report_saved",
    "incident.stood_down": "stood_down",
    "retrospective.held": "retrospective_held",
}
"""The mark that an entry of each kind sets; kinds with conditions are in `_mark_of`."""

_LAST_COUNTS = frozenset({"mitigated", "resolved", "end_notice"})
"""Of all other marks the first moment counts."""

_NEVER_TWICE = ("impact_start", "declared", "mitigated", "resolved")

_IN_ORDER = (
    ("impact_start", "detected"),
    ("impact_start", "mitigated"),
    ("impact_start", "resolved"),
    ("detected", "acknowledged"),
    ("detected", "declared"),
    ("declared", "mitigated"),
    ("declared", "resolved"),
    ("mitigated", "resolved"),
    ("resolved", "stood_down"),
)
"""Pairs of which the second contradicts the first if it comes earlier."""

_IMPORTED = frozenset(ImportKind)
_MOST_JUMPS_NAMED = 20


@dataclass(frozen=True)
class Outline:
    """As much of a timeline entry as marks are read from; `occurred_at` is aware."""

    seq: int
    kind: str
    occurred_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Oddity:
    """Something in a record that contradicts itself or is not there.

    Attributes:
        message: an English sentence with `{name}` places.
        params: what goes into the places: numbers, names of marks, aware datetimes.
    """

    message: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Marks:
    """What a timeline says of an incident's course.

    Attributes:
        moments: every mark of `MARK_NAMES`, in that order; None has no source.
        minutes: the differences of `MINUTES` that exist, unrounded, negative ones too.
        oddities: contradictions of the record, kept and told rather than mended.
    """

    moments: dict[str, datetime | None]
    minutes: dict[str, float]
    oddities: tuple[Oddity, ...]


def read_off(entries: Iterable[Outline]) -> Marks:
    """Return the marks of one incident's timeline, given in `seq` order.

    An amendment that names a time moves the entry it amends, wherever that counts. The last
    resolved counts, but an incident that was reopened and not resolved again has no
    `resolved`: it is open, and durations up to a moment that did not last would flatter it.
    Of imported `role` entries no holder is known, so they set no mark.
    """
    given = list(entries)
    moved = _move(given)
    found = _found(moved)
    moments = {name: _choose(name, found.get(name, ())) for name in MARK_NAMES}
    oddities = (
        *_repeated(moved, found),
        *_contradictions(moments),
        *_missing(moved, moments),
        *_jumps(moved),
    )
    return Marks(moments, _minutes(moments), oddities)


def _move(entries: Sequence[Outline]) -> list[Outline]:
    """Return the entries at the times to which amendments moved them."""
    roots: dict[int, int] = {}
    moves: dict[int, datetime] = {}
    for entry in entries:
        if entry.kind != "entry.amended":
            continue
        amended = entry.data["entry"]
        # Who amends an amendment means the entry that the first one was about.
        root = roots[entry.seq] = roots.get(amended, amended)
        if entry.data.get("moved_to"):
            moves[root] = datetime.fromisoformat(entry.data["moved_to"])
    return [
        Outline(entry.seq, entry.kind, moves.get(entry.seq, entry.occurred_at), entry.data)
        for entry in entries
    ]


def _found(entries: Sequence[Outline]) -> dict[str, list[datetime]]:
    """Return every moment that a source gives, by mark."""
    found: dict[str, list[datetime]] = {}
    reopened = max((e.seq for e in entries if e.kind == "incident.reopened"), default=0)
    for entry in entries:
        if entry.kind == "incident.resolved" and entry.seq < reopened:
            continue
        mark = _mark_of(entry)
        if mark is not None:
            found.setdefault(mark, []).append(entry.occurred_at)
        if entry.kind == "incident.declared" and entry.data.get("detected_at"):
            detected_at = datetime.fromisoformat(entry.data["detected_at"])
            found.setdefault("detected", []).append(detected_at)
    found.update(_staffing(entries))
    return found


def _mark_of(entry: Outline) -> str | None:
    if entry.kind == "mark.set":
        return str(entry.data["name"])
    if entry.kind == "notice.published":
        stages = {NoticeStage.FIRST: "first_notice", NoticeStage.RESOLUTION: "end_notice"}
        return stages.get(entry.data["stage"])
    return _SOURCES.get(entry.kind)


def _staffing(entries: Sequence[Outline]) -> dict[str, list[datetime]]:
    """Return when command, command with the primary SME, and all four were first held."""
    wanted = {
        "commanded": {RoleKey.COMMANDER},
        "assembled": {RoleKey.COMMANDER, RoleKey.PRIMARY_SME},
        "staffed": set(RoleKey),
    }
    held: set[str] = set()
    reached: dict[str, list[datetime]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.occurred_at, entry.seq)):
        if entry.kind in ("role.assigned", "handoff.accepted", "command.taken"):
            held.add(entry.data["role"])
        elif entry.kind == "role.released":
            held.discard(entry.data["role"])
        for mark, roles in wanted.items():
            if mark not in reached and roles <= held:
                reached[mark] = [entry.occurred_at]
    return reached


def _choose(mark: str, moments: Sequence[datetime]) -> datetime | None:
    if not moments:
        return None
    return max(moments) if mark in _LAST_COUNTS else min(moments)


def _minutes(moments: Mapping[str, datetime | None]) -> dict[str, float]:
    minutes: dict[str, float] = {}
    for name, (start, end) in MINUTES.items():
        started_at, ended_at = moments[start], moments[end]
        if started_at is not None and ended_at is not None:
            minutes[name] = (ended_at - started_at).total_seconds() / 60
    return minutes


def _repeated(
    entries: Sequence[Outline], found: Mapping[str, Sequence[datetime]]
) -> Iterator[Oddity]:
    reopened = any(entry.kind == "incident.reopened" for entry in entries)
    for mark in _NEVER_TWICE:
        times = len(found.get(mark, ()))
        if times < 2 or (mark == "resolved" and reopened):  # noqa: PLR2004 - it is in the name
            continue
        message = (
            N_("{mark} is recorded {count} times; the last one counts")
            if mark in _LAST_COUNTS
            else N_("{mark} is recorded {count} times; the first one counts")
        )
        yield Oddity(message, {"mark": MARK_NAMES[mark], "count": times})


def _contradictions(moments: Mapping[str, datetime | None]) -> Iterator[Oddity]:
    for earlier, later in _IN_ORDER:
        earlier_at, later_at = moments[earlier], moments[later]
        if earlier_at is not None and later_at is not None and later_at < earlier_at:
            yield Oddity(
                N_("{later} ({later_at}) comes before {earlier} ({earlier_at})"),
                {
                    "later": MARK_NAMES[later],
                    "later_at": later_at,
                    "earlier": MARK_NAMES[earlier],
                    "earlier_at": earlier_at,
                },
            )


def _missing(
    entries: Sequence[Outline], moments: Mapping[str, datetime | None]
) -> Iterator[Oddity]:
    """Tell what a finished record lacks; of one that goes on it may still come."""
    if moments["stood_down"] is None and not any(entry.kind in _IMPORTED for entry in entries):
        return
    for mark in ("impact_start", "resolved"):
        if moments[mark] is None:
            yield Oddity(N_("{mark} is not recorded"), {"mark": MARK_NAMES[mark]})


def _jumps(entries: Sequence[Outline]) -> Iterator[Oddity]:
    """Tell which imported entries are given after later ones."""
    imported = [entry for entry in entries if entry.kind in _IMPORTED]
    jumps = [
        (before, entry)
        for before, entry in pairwise(imported)
        if entry.occurred_at < before.occurred_at
    ]
    for before, entry in jumps[:_MOST_JUMPS_NAMED]:
        yield Oddity(
            N_("Entry {entry} ({at}) comes before entry {before} ({before_at})"),
            {
                "entry": entry.seq,
                "at": entry.occurred_at,
                "before": before.seq,
                "before_at": before.occurred_at,
            },
        )
    if len(jumps) > _MOST_JUMPS_NAMED:
        yield Oddity(
            N_("{count} more entries come before the one that they follow"),
            {"count": len(jumps) - _MOST_JUMPS_NAMED},
        )
