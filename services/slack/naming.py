"""Names of an incident's channels, and where its kind may be announced: pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.vocabulary import IncidentKind

if TYPE_CHECKING:
    from services.settings import Settings

NAME_LIMIT = 80
"""Slack refuses longer channel names (`invalid_name_maxlength`)."""
_REPORT = "-report"
_LARGEST_SUFFIX = "-99"
_LONGEST_SLUG = 40


@dataclass(frozen=True, slots=True)
class Outlets:
    """Whom a kind of incident may reach beyond its own channels; ids, or None for nobody."""

    announce_channel: str | None
    group: str | None


def outlets_of(kind: str, settings: Settings) -> Outlets:
    """Return whom an incident of `kind` notifies.

    The one place that decides it: a drill never reaches the real channel or group, and where
    its own are not set it notifies nobody.
    """
    if kind == IncidentKind.REAL:
        return Outlets(settings.slack_announce_channel, settings.slack_engineers_group)
    return Outlets(settings.slack_drill_announce_channel, settings.slack_drill_group)


def channel_name(number: int, title: str, kind: str, destination: str, attempt: int = 1) -> str:
    """Return the name to try for one of the incident's two channels.

    `inc-0042-checkout-errors` and the same with `-report`; a drill begins with `drill`. From
    the second attempt on it carries the attempt's number: `inc-0042-checkout-errors-2`.
    """
    prefix = "inc" if kind == IncidentKind.REAL else "drill"
    stem = f"{prefix}-{number:04d}"
    tail = _REPORT if destination == "report" else ""
    room = NAME_LIMIT - len(stem) - len("-") - len(_LARGEST_SUFFIX) - len(_REPORT)
    slug = slug_of(title, min(room, _LONGEST_SLUG))
    number_tried = f"-{attempt}" if attempt > 1 else ""
    return "-".join(filter(None, (stem, slug))) + number_tried + tail


def slug_of(title: str, limit: int) -> str:
    """Return what of a title a channel's name can carry: `[a-z0-9-]`, cut between words.

    Slack's names take no other letters; a title in Japanese leaves nothing.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:limit]
        if len(longer) > limit:
            break
        slug = longer
    return slug
