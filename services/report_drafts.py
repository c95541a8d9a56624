"""The report before and while it is written: its saved versions, and a first draft of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from models.board import Board
from models.closing import Report
from models.sentences import has_sentence, role_name, say
from models.timeline import Entry
from services.language import Language, Translator, format_moment, get_translator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlmodel import Session

N_BRIEF = 60
_NOT_TOLD = (
    "person.",
    "handoff.",
    "status.checked",
    "channels.",
    "call.",
    "notice.drafted",
    "notice.edited",
    "notice.returned",
    "notice.approved",
    "update.acknowledged",
    "action.acknowledged",
    "stakeholder.",
)
"""Beginnings of the kinds that a reader of the report does not miss."""


def list_versions(session: Session, incident_id: int) -> list[Report]:
    """Return every saved version of the report, the newest first."""
    saved = select(Report).where(Report.incident_id == incident_id)
    return list(session.exec(saved.order_by(col(Report.id).desc())))


def write_template(session: Session, board: Board, *, language: Language, zone: ZoneInfo) -> str:
    """Return a first draft of the report: what the record knows, and headings for the rest.

    Markdown. The timeline is told in brief, in the order in which things happened: what people
    reading the report would miss, at most the first 60 of it.
    """
    _ = get_translator(language)
    parts = [
        *_overview(board, language, zone, _),
        *_section(_("What happened"), [board.situation.text if board.situation else ""]),
        *_section(_("Impact"), [""]),
        *_section(_("Cause"), [""]),
        *_section(_("Definition of resolved"), _criteria(board)),
        *_section(_("Timeline"), _brief(session, board, language, zone, _)),
        *_section(_("What went well, what did not"), [""]),
        *_section(_("Next actions"), [""]),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _overview(board: Board, language: Language, zone: ZoneInfo, _: Translator) -> Iterator[str]:
    def row(label: str, at: datetime | None) -> str:
        unknown = _("being confirmed")
        return f"- {label}: {format_moment(at, language, zone) if at else unknown}"

    yield f"# INC-{board.number} {board.title}"
    yield ""
    if board.summary:
        yield from (board.summary, "")
    yield row(_("Detected"), board.detected_at)
    yield row(_("Declared"), board.declared_at)
    yield row(_("Resolved"), board.resolved_at)
    for card in board.roles:
        names = {"en": card.name_en, "ja": card.name_ja}
        role = role_name(card.key, None if card.built_in else names, _, language)
        holders = ", ".join(board.names.get(handle, handle) for handle in card.holders)
        yield f"- {role}: {holders or '–'}"
    yield f"- {_times_in(zone, _)}"


def _times_in(zone: ZoneInfo, _: Translator) -> str:
    return _("Times are in {zone}").format(zone=zone.key)


def _section(heading: str, lines: Sequence[str]) -> list[str]:
    return ["", f"## {heading}", "", *lines]


def _criteria(board: Board) -> list[str]:
    if board.resolved_definition is None:
        return [""]
    marks = {"met": "x", "waived": "~"}
    return [
        f"- [{marks.get(criterion.state, ' ')}] {criterion.text}"
        for criterion in board.resolved_definition.criteria
    ]


def _brief(
    session: Session, board: Board, language: Language, zone: ZoneInfo, _: Translator
) -> list[str]:
    told = (
        select(Entry)
        .where(
            Entry.incident_id == board.id,
            *(~col(Entry.kind).startswith(kind, autoescape=True) for kind in _NOT_TOLD),
        )
        .order_by(col(Entry.occurred_at), col(Entry.seq))
        .limit(N_BRIEF)
    )
    lines = []
    for entry in session.exec(told):
        text = entry.text
        if has_sentence(entry.kind):
            text = say(
                entry.kind, entry.data, _, language, lambda at: format_moment(at, language, zone)
            )
        at = format_moment(entry.occurred_at, language, zone)
        lines.append(f"- {at} {' '.join(text.split())}")
    return lines
