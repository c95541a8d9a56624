"""The top of the board: what it is, how far it has come, its clocks, and what is missing."""

import streamlit as st

from models.messages import N_
from models.missing import Lack, list_lacks
from models.sentences import ROLE_NAMES
from models.vocabulary import IncidentKind, Phase
from pages.parts.card import Line, Run, card, left, line, loud, quiet, since, step, strong, tag
from pages.parts.cockpit.sight import Sight
from pages.parts.naming import PHASES
from pages.parts.words import escape
from services import clock
from services.console import get_console
from services.deliveries import read_slack_part

STRIP = (
    Phase.DECLARED,
    Phase.STAFFED,
    Phase.ALIGNED,
    Phase.RESPONDING,
    Phase.MITIGATED,
    Phase.RESOLVED,
    Phase.STOOD_DOWN,
    Phase.REVIEWED,
)
_DRILL = N_("DRILL: none of this is real, and nobody outside is told")


def show_top(sight: Sight) -> None:
    """The header, the phases and the clocks."""
    _ = sight.translate
    board = sight.board
    lines: list[Line] = []
    if board.kind == IncidentKind.DRILL:
        lines.append(line(strong(_(_DRILL)), tone="drill"))
    lines.append(
        line(
            quiet(f"INC-{board.number}"),
            strong(board.title),
            tag(_("DRILL") if board.kind == IncidentKind.DRILL else _("REAL")),
            tag(board.severity or _("no severity")),
            tone="title",
        )
    )
    if board.phase == Phase.CANCELLED:
        lines.append(line(loud(_("Cancelled: declared in error"))))
    else:
        steps = [step(_(PHASES[one]), is_current=one == board.phase) for one in STRIP]
        lines.append(line(*steps, tone="steps"))
    lines.append(line(*_clocks(sight), _slack(sight), _people(sight)))
    card(lines, viewer=sight.viewer, key="top")


def _clocks(sight: Sight) -> list[Run | None]:
    _ = sight.translate
    board = sight.board
    if board.declared_at is None:
        return []
    if ended_at := board.stood_down_at or board.cancelled_at:
        return [since(ended_at, _("time since the end"))]
    next_update_at = board.cadence.next_update_at
    if next_update_at is not None:
        promised = left(next_update_at, _("next update overdue by {time}"), _("next update due in"))
    else:
        promised = quiet(_("no next update promised"))
    checked_at = board.status_checked_at
    checked = (
        since(checked_at, _("since the last status check"))
        if checked_at
        else quiet(_("no status check yet"))
    )
    return [since(board.declared_at, _("open for")), promised, checked]


def _slack(sight: Sight) -> Run:
    _ = sight.translate
    console = get_console()
    with console.database.reading() as session:
        is_on = console.settings.slack_bot_token is not None
        slack = read_slack_part(session, sight.id, is_on=is_on)
    if slack.state == "off":
        return quiet(_("Slack: not set up"))
    said = _("Slack: {count} unsent").format(count=slack.unsent)
    return quiet(said) if slack.state == "ok" else loud(said)


def _people(sight: Sight) -> Run:
    _ = sight.translate
    return quiet(_("People here: {count}").format(count=len(sight.board.people)))


def show_missing(sight: Sight) -> None:
    """What the formation lacks, loudly, with who owes it; nothing when nothing is missing."""
    lacks = list_lacks(sight.board, clock.now())
    if not lacks:
        return
    _ = sight.translate
    said = [_say(lack, sight) for lack in lacks]
    # Ours but for the names in it, which are escaped; announced to screen readers as it changes.
    with st.container(key="missing"):
        st.error("**{}** {}".format(_("MISSING"), " · ".join(said)))


def _say(lack: Lack, sight: Sight) -> str:
    _ = sight.translate
    text = escape(_(lack.message).format_map(lack.params))
    if lack.owed_by is None:
        return text
    owner = _(ROLE_NAMES[lack.owed_by]) if lack.owed_by in ROLE_NAMES else sight.name(lack.owed_by)
    return f"{text} ({escape(owner)})"
