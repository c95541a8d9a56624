"""Lines of a card: people's words beside ours, with times that tell the zone and clocks that tick.

    card(
        [
            line(strong("Restore checkout"), left(goal.due_at), quiet("Ken")),
            line(words(situation.text)),
        ],
        viewer=viewer,
        key="goal-1",
    )

What people wrote becomes text nodes in the browser, so it is shown exactly and is never markup.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

import streamlit as st

from models.columns import write_time
from pages.parts.viewer import Viewer

Run: TypeAlias = dict[str, str]
Line: TypeAlias = dict[str, Any]
Tone = Literal["plain", "loud", "done", "title", "list", "drill", "steps"]


def _read(*names: str) -> str:
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


_card = st.components.v2.component(
    "shikikan.card",
    css=_read("../live/live.css", "card.css"),
    js=_read("../live/time.js", "card.js"),
)


def words(text: str) -> Run:
    """Somebody's own words, with their line breaks and in their own direction."""
    return {"as": "words", "text": text}


def strong(text: str) -> Run:
    """Words that the eye should find first."""
    return {"as": "strong", "text": text}


def quiet(text: str) -> Run:
    """Words that matter when one looks for them."""
    return {"as": "quiet", "text": text}


def loud(text: str) -> Run:
    """Something missing, overdue or wrong."""
    return {"as": "loud", "text": text}


def tag(text: str) -> Run:
    """A state or a number, framed."""
    return {"as": "tag", "text": text}


def moment(at: datetime) -> Run:
    """The time of day in the viewer's zone; the date and UTC on hover. Another day shows itself."""
    return {"as": "time", "at": write_time(at)}


def since(at: datetime, label: str = "") -> Run:
    """How long it has been, counted in the browser."""
    return {"as": "clock", "since": write_time(at), "label": label}


def left(due_at: datetime, overdue: str, label: str = "") -> Run:
    """How long is left, then the time over in `overdue`, which has a place {time}."""
    return {"as": "clock", "due_at": write_time(due_at), "overdue": overdue, "label": label}


def step(text: str, *, is_current: bool) -> Run:
    """One step of several; the current one stands out, also to a screen reader."""
    return {"as": "current" if is_current else "step", "text": text}


def link(address: str) -> Run:
    """A web address that opens in a window of its own."""
    return {"as": "link", "text": address}


def line(*runs: Run | None, tone: Tone = "plain") -> Line:
    """One line of a card; None stands for what is not there."""
    return {"runs": [run for run in runs if run is not None], "tone": tone}


def card(
    lines: Sequence[Line],
    *,
    viewer: Viewer,
    key: str,
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """Show the lines. A change of the data changes the element in place."""
    _ = viewer.translate
    _card(
        key=key,
        width=width,
        data={
            "lines": list(lines),
            "language": viewer.language,
            "timezone": viewer.zone.key,
            "day": _("d"),
        },
    )
