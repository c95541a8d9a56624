"""The incident report as Markdown: what the scribe saved, then the timeline as a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlmodel import col, select

from models.closing import Report
from models.sentences import has_sentence, say
from models.timeline import Entry
from services.boards import read_names
from services.language import Language, format_moment, get_translator
from services.timeline import get_incident

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlmodel import Session

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~&])")


def write_markdown(
    session: Session, incident_id: int, *, language: Language, zone: ZoneInfo
) -> str:
    """Return the report of an incident.

    The saved text is the scribe's own Markdown and stands as it was saved. Everything else that
    people wrote is escaped, so it can neither break the table nor become a link or a tag.

    Raises:
        NotFound: there is no such incident.
    """
    _ = get_translator(language)
    incident = get_incident(session, incident_id)
    saved = session.exec(
        select(Report).where(Report.incident_id == incident_id).order_by(col(Report.id).desc())
    ).first()
    # The catalogue's extractor does not look inside f-strings.
    nothing_saved, timeline = _("No report was saved yet."), _("Timeline")
    happened, recorded = (f"{word} ({zone.key})" for word in (_("Happened"), _("Recorded")))
    headings = (happened, recorded, _("Who"), _("What"))
    lines = [
        f"# INC-{incident_id} {_plain(incident.title)}",
        "",
        saved.text.strip() if saved else f"*{nothing_saved}*",
        "",
        f"## {timeline}",
        "",
        f"| {' | '.join(headings)} |",
        "| --- | --- | --- | --- |",
    ]
    entries = list(
        session.exec(select(Entry).where(Entry.incident_id == incident_id).order_by(col(Entry.seq)))
    )
    names = read_names(session, {entry.actor for entry in entries if entry.actor})
    lines += [_row(entry, names, language, zone) for entry in entries]
    return "\n".join(lines) + "\n"


def _row(entry: Entry, names: dict[str, str], language: Language, zone: ZoneInfo) -> str:
    def moment(at: datetime) -> str:
        return f"{format_moment(at, language, zone)} ({zone.key})"

    text = entry.text
    if has_sentence(entry.kind):
        text = say(entry.kind, entry.data, get_translator(language), language, moment)
    cells = (
        format_moment(entry.occurred_at, language, zone),
        format_moment(entry.recorded_at, language, zone),
        _plain(names[entry.actor]) if entry.actor else "—",
        _plain(text),
    )
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
