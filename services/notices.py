"""What an announcement tells its readers: the same words on the page, in Slack and in a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.vocabulary import IncidentKind, NoticeStage
from services.language import Language, Translator, format_moment, get_translator

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

STAGES: Mapping[str, str] = {
    NoticeStage.FIRST: N_("First announcement"),
    NoticeStage.UPDATE: N_("Update announcement"),
    NoticeStage.RESOLUTION: N_("Resolution announcement"),
}
STATES: Mapping[str, str] = {
    "investigating": N_("Investigating"),
    "identified": N_("Cause identified"),
    "monitoring": N_("Monitoring"),
}

# In the order in which they are read. What readers need to act comes first.
_LABELS: Mapping[str, Mapping[str, str]] = {
    NoticeStage.FIRST: {
        "what": N_("What is happening"),
        "impact": N_("Impact"),
        "occurred_at": N_("Since when"),
        "detected_at": N_("Detected"),
        "workaround": N_("Workaround"),
        "response_state": N_("State of the response"),
        "contact": N_("Contact"),
        "next_update_at": N_("Next update"),
    },
    NoticeStage.UPDATE: {
        "as_of": N_("As of"),
        "state": N_("State"),
        "changed": N_("What changed"),
        "impact": N_("Impact"),
        "confirmed": N_("Confirmed"),
        "suspected": N_("Suspected"),
        "actions": N_("Actions"),
        "workaround": N_("Workaround"),
        "contact": N_("Contact"),
        "next_update_at": N_("Next update"),
    },
    NoticeStage.RESOLUTION: {
        "recovered_at": N_("Recovered"),
        "impact_from": N_("Impact from"),
        "impact_to": N_("Impact until"),
        "data_loss": N_("Data loss"),
        "criteria": N_("How recovery was judged"),
        "cause": N_("Cause"),
        "provisional_measures": N_("Provisional measures"),
        "permanent_measures": N_("Permanent measures"),
        "report_follows": N_("Report"),
        "contact_after": N_("Contact from now on"),
    },
}
_ALWAYS_TOLD: Mapping[str, frozenset[str]] = {
    NoticeStage.FIRST: frozenset(
        ("what", "impact", "occurred_at", "workaround", "contact", "next_update_at")
    ),
    NoticeStage.UPDATE: frozenset(("state", "impact", "next_update_at")),
    NoticeStage.RESOLUTION: frozenset(("recovered_at", "data_loss", "cause")),
}
"""What a reader looks for; while it is unknown the announcement says so."""

_INTERNAL = frozenset(("estimate",))
"""Fields that stay inside the response (contract.md section 2, "Notice fields")."""

TIMES = frozenset(
    (
        "as_of",
        "detected_at",
        "impact_from",
        "impact_to",
        "next_update_at",
        "occurred_at",
        "recovered_at",
    )
)
"""Fields that hold a moment."""


@dataclass(frozen=True, slots=True)
class Telling:
    """An announcement in one language.

    Attributes:
        heading: its stage and what it is about; a drill says so first.
        lines: a label and people's words for each field, in reading order.
    """

    heading: str
    lines: tuple[tuple[str, str], ...]


def tell_notice(
    stage: str,
    fields: Mapping[str, Any],
    *,
    language: Language,
    zone: ZoneInfo,
    title: str,
    kind: str,
) -> Telling:
    """Return what an announcement tells in `language`, with times in `zone`.

    Text that exists in the other language only is told in that one: a reader who knows some of
    it is better off than one who is told nothing.

    Args:
        stage: `first`, `update` or `resolution`.
        fields: as `models.notice_fields` describes them; they may be incomplete.
        title: the incident's, used where the announcement gives none.
        kind: `real` or `drill`.
    """
    _ = get_translator(language)
    about = _say(fields.get("title"), language) or title
    heading = f"{_(STAGES[stage])}: {about}"
    if kind == IncidentKind.DRILL:
        drill = _("DRILL")
        heading = f"[{drill}] {heading}"
    lines = []
    for name, label in _LABELS[stage].items():
        words = _say_field(name, fields, language, zone, _)
        if words or name in _ALWAYS_TOLD[stage]:
            lines.append((_(label), words or _("being confirmed")))
    return Telling(heading, tuple(lines))


def label_field(stage: str, name: str, _: Translator) -> str:
    """Return what a field of an announcement is called."""
    if name in _INTERNAL:
        return _("Estimate (internal, never told)")
    if name == "title":
        return _("Title")
    if name == "next_update_reason":
        return _("Why there is no time for the next update")
    return _(_LABELS[stage][name])


def _say_field(
    name: str, fields: Mapping[str, Any], language: Language, zone: ZoneInfo, _: Translator
) -> str:
    value = fields.get(name)
    if name == "next_update_at" and not value:
        return _say(fields.get("next_update_reason"), language)
    if name == "state":
        return _(STATES[value]) if value else ""
    if isinstance(value, bool):
        return _("A report follows") if value else _("No report follows")
    if value and name in TIMES:
        at = datetime.fromisoformat(value).astimezone(zone)
        return f"{format_moment(at, language, zone)} {at.tzname()}"
    return _say(value, language)


def _say(words: Any, language: Language) -> str:
    if isinstance(words, list):
        return "\n".join(words)
    if isinstance(words, Mapping):
        given = {name: text for name, text in words.items() if text and text.strip()}
        return given.get(language) or next(iter(given.values()), "")
    return words or ""
