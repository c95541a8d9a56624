"""A drill, 18 minutes old: the session store is full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.vocabulary import IncidentKind
from services.commands import Declaration
from services.demo import cast
from services.demo.cast import Line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.db import Database

_AGE = timedelta(minutes=18)


def play(database: Database, now: datetime) -> int:
    """Declare it 18 minutes before `now`, bring it to where it stands, return its number."""
    return cast.play(
        database,
        Declaration(
            title="Drill: the session store is full",
            summary="People are signed out every few minutes. Played in the staging environment.",
            kind=IncidentKind.DRILL,
            detected_how="The exercise card, read aloud",
        ),
        by="priya",
        declared_at=now - _AGE,
        story=_story,
    )


def _story(at: Callable[[float], str]) -> list[Line]:
    return [
        Line(0.5, "priya", "take_command", {}),
        Line(1, "priya", "assign_role", {"role": "primary_sme", "person": "leo"}),
        Line(2, "priya", "assign_role", {"role": "liaison", "person": "grace"}),
        Line(3, "noor", "check_in", {}),
        Line(4, "priya", "set_situation", {"text": "Sign-ins work and last about three minutes."}),
        Line(
            5,
            "priya",
            "define_resolved",
            {"criteria": ["A session lasts an hour", "The store is under 70 % full"]},
        ),
        Line(6, "priya", "set_course", {"text": "Make room first, then find what filled it."}),
        Line(7, "leo", "agree_course", {}),
        Line(
            8,
            "leo",
            "raise_hypothesis",
            {"claim": "Sessions of robots are never removed", "test": "Count them by agent"},
        ),
        Line(
            9,
            "priya",
            "assign_action",
            {"text": "Remove sessions older than a day", "owner": "leo", "due_at": at(24)},
        ),
        Line(
            11,
            "grace",
            "draft_notice",
            {
                "stage": "first",
                "fields": {"what": "People are signed out.", "impact": "Everybody."},
            },
        ),
        Line(15, "leo", "note", {"text": "4.1 million sessions, 3.9 million of them from robots."}),
    ]
