"""The live timeline, ticking clocks, and fragments that rerun when the board changes.

    timeline    the entries of an incident; adds what others write by itself, without a rerun
    follow      reruns the fragment it stands in when an entry of certain kinds arrives
    clocks      time since, time left, time over; counted in the browser

A page shows one `timeline` and puts a `follow` into each fragment of cards:

    @st.fragment
    def show_roles() -> None:
        follow(("role.", "handoff.", "command."), incident_id=42, key="follow-roles")
        board = read_the_board_again()
        ...
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from models.columns import write_time
from pages.parts.missed import await_drawing, note_drawn
from services.language import Language, Translator, get_translator

# Entries that change nothing but the timeline itself. Every other kind changes a card.
TIMELINE_ONLY = ("note.", "status.written", "entry.")
STRUCTURAL_KINDS = (
    "action.",
    "call.",
    "channels.",
    "command.",
    "course.",
    "criterion.",
    "decision.",
    "goal.",
    "handoff.",
    "hypothesis.",
    "incident.",
    "inquiry.",
    "mark.",
    "next_action.",
    "notice.",
    "person.",
    "report.",
    "resolved_definition.",
    "retrospective.",
    "role.",
    "severity.",
    "situation.",
    "stakeholder.",
    "stand_down_condition.",
    "status.checked",
    "update.",
)
N_FIRST_ENTRIES = 200
DEFAULT_HEIGHT_PX = 560

Entry = Mapping[str, Any]


def _read(*names: str) -> str:
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


_CSS = _read("live.css")
_timeline = st.components.v2.component(
    "shikikan.timeline", css=_CSS, js=_read("time.js", "feed.js", "timeline.js")
)
_clocks = st.components.v2.component("shikikan.clocks", css=_CSS, js=_read("time.js", "clocks.js"))
_follow = st.components.v2.component("shikikan.follow", js=_read("time.js", "follow.js"))


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: counts from `since`, or down to `due_at` and then the time over.

    Attributes:
        label: what it counts, already translated.
        overdue: shown past `due_at`, with a place {time}, already translated. Empty: "{time} over".
    """

    label: str
    since: datetime | None = None
    due_at: datetime | None = None
    overdue: str = ""


def timeline(  # noqa: PLR0913 - what a board says once, by keyword
    read_entries: Callable[[], Sequence[Entry]],
    open_feed: Callable[[], str],
    *,
    incident_id: int,
    language: Language,
    zone: ZoneInfo | None,
    people: Mapping[str, str],
    key: str,
    clocks: Sequence[Clock] = (),
    structural: Sequence[str] = (),
    height_px: int = DEFAULT_HEIGHT_PX,
) -> int | None:
    """Show the timeline, newest first, and keep it up to date. Call it in a fragment of its own.

    The first page of entries is read once per window and sent to the browser once; whatever comes
    later comes over the feed. A rerun therefore costs no query.

    Args:
        read_entries: gives the newest entries as `services.timeline.show` writes them, in any
            order, at most `N_FIRST_ENTRIES`.
        open_feed: gives the address of the live feed with a fresh ticket. Called again when the
            browser found its ticket too old.
        people: names by handle.
        structural: kinds (or their beginnings) whose arrival reruns the fragment that holds the
            timeline. Empty when the cards use `follow`.

    Returns:
        The newest seq of a structural kind, in the run that its arrival caused; else None.
    """
    kept_key = f"{key}-first-page"
    asked_for = f"{key}-ticket"
    kept = st.session_state.get(kept_key)
    is_stale = st.session_state.pop(asked_for, False)
    if kept is None or kept["incident_id"] != incident_id or is_stale:
        entries = list(read_entries())
        kept = {
            "incident_id": incident_id,
            "live_url": open_feed(),
            "entries": entries,
            "has_older": bool(entries) and min(entry["seq"] for entry in entries) > 1,
        }
        st.session_state[kept_key] = kept

    def ask_for_ticket() -> None:
        st.session_state[asked_for] = True

    shown = _timeline(
        key=key,
        data={
            **kept,
            "language": language,
            "timezone": zone.key if zone else None,
            "people": dict(people),
            "clocks": [_describe(clock, language) for clock in clocks],
            "structural": list(structural),
            "height": height_px,
            "labels": _labels(get_translator(language)),
        },
        on_changed_change=lambda: None,
        on_ticket_change=ask_for_ticket,
    )
    seq = shown.changed
    return None if seq is None else int(seq)


def follow(
    kinds: Sequence[str], *, incident_id: int, key: str, later: Sequence[str] = ()
) -> int | None:
    """Rerun the fragment this stands in when an entry of `kinds` reaches the page's timeline.

    Args:
        kinds: kinds or their beginnings, such as "role."; `STRUCTURAL_KINDS` for all that change
            a card. Entries that arrive within 100 ms cause one rerun.
        later: kinds that only touch it; it is drawn after those which such an entry is about.

    Returns:
        The newest such seq, in the run that its arrival caused; else None.
    """
    note_drawn(key)
    seq = _follow(
        key=key,
        data={"incident_id": incident_id, "kinds": list(kinds), "later": list(later)},
        on_changed_change=lambda: await_drawing(key),
        height=1,
    ).changed
    return None if seq is None else int(seq)


def clocks(shown: Sequence[Clock], *, language: Language, zone: ZoneInfo | None, key: str) -> None:
    """Show clocks that tick in the browser; hovering tells the instant here and in UTC."""
    _clocks(
        key=key,
        data={
            "language": language,
            "timezone": zone.key if zone else None,
            "clocks": [_describe(clock, language) for clock in shown],
        },
    )


def _describe(clock: Clock, language: Language) -> dict[str, Any]:
    _ = get_translator(language)
    described: dict[str, Any] = {
        "label": clock.label,
        "overdue": clock.overdue or _("{time} over"),
        "day": _("d"),
    }
    if clock.due_at is not None:
        described["due_at"] = write_time(clock.due_at)
    elif clock.since is not None:
        described["since"] = write_time(clock.since)
    else:
        raise ValueError("A clock counts from `since` or to `due_at`.")
    return described


def _labels(_: Translator) -> dict[str, Any]:
    return {
        "timeline": _("Timeline"),
        "filter": _("Filter the timeline"),
        "empty": _("Nothing has been written yet. Type the first entry below."),
        "older": _("Older entries are in the download on the report page."),
        "system": _("system"),
        "amends": _("amends"),
        "amended": _("amended"),
        "backdated": _("happened"),
        "late": _("late"),
        "states": {
            "connecting": _("connecting"),
            "live": _("live"),
            "reconnecting": _("reconnecting"),
            "paused": _("paused while hidden"),
        },
    }
