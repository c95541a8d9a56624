"""The late joiner's brief: a pure function of the record, at most 15 lines of plain text.

It says what is happening, who is affected, who holds what, what "resolved" means and how far
that is, what runs and is due, what outsiders were told and promised, and what changed in the
quarter of an hour before the newest entry. Times are UTC, so that the same record reads the same
for everybody. Every line says one thing, whatever line breaks people typed.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.sentences import ROLE_NAMES, WORDS, has_sentence, say
from models.vocabulary import (
    ActionState,
    CriterionState,
    GoalState,
    HypothesisState,
    IncidentKind,
    NoticeState,
    Phase,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from models.board import ActionPart, Board, NoticePart, RoleCard
    from models.timeline import Entry

    Translate = Callable[[str], str]

MOST_LINES = 15
CHANGED_WITHIN = timedelta(minutes=15)
_WIDEST = 240
_MOST_LISTED = 4

PHASES: dict[Phase, str] = {
    Phase.DECLARED: N_("declared"),
    Phase.STAFFED: N_("staffed"),
    Phase.ALIGNED: N_("aligned"),
    Phase.RESPONDING: N_("responding"),
    Phase.MITIGATED: N_("mitigated"),
    Phase.RESOLVED: N_("resolved"),
    Phase.STOOD_DOWN: N_("stood down"),
    Phase.REVIEWED: N_("reviewed"),
    Phase.CANCELLED: N_("cancelled"),
}
_NOT_NEWS = frozenset({"person.checked_in", "person.checked_out", "channels.created"})


def write_brief(
    board: Board,
    entries: Sequence[Entry],
    *,
    translate: Translate = str,
    language: str = "en",
) -> str:
    """Return the brief: at most 15 lines, each ended by a line feed.

    Args:
        board: as it stands at the newest entry.
        entries: the newest entries in `seq` order; older than a quarter of an hour before the
            last of them they are not looked at.
        translate: gettext of `language`.
        language: `en` or `ja`.
    """
    lines = [
        *_head(board, translate),
        _people(board, translate, language),
        _resolved(board, translate),
        *_direction(board, translate),
        _running(board, translate),
        *_told(board, translate, language),
    ]
    lines += _changed(entries, translate, language, room=MOST_LINES - len(lines))
    return "".join(f"{_one_line(line)}\n" for line in lines[:MOST_LINES])


def _head(board: Board, _: Translate) -> Iterator[str]:
    facts = [_(PHASES[board.phase]), *([board.severity] if board.severity else [])]
    if board.kind == IncidentKind.DRILL:
        facts.insert(0, _("drill"))
    if board.declared_at:
        facts.append(_("declared {at}").format(at=_moment(board.declared_at)))
    if board.resolved_at:
        facts.append(_("resolved {at}").format(at=_moment(board.resolved_at)))
    if board.stood_down_at:
        facts.append(_("stood down {at}").format(at=_moment(board.stood_down_at)))
    yield f"INC-{board.number} {_clip(board.title, 120)} ({', '.join(facts)})"
    happening = board.situation.text if board.situation else board.summary
    yield _label(_("What is happening"), happening or _("not said yet"))


def _people(board: Board, _: Translate, language: str) -> str:
    held = [_holder(card, board, _, language) for card in board.roles]
    return _label(_("Who holds what"), " · ".join(one for one in held if one))


def _holder(card: RoleCard, board: Board, _: Translate, language: str) -> str:
    if not card.built_in and not card.holders:
        return ""
    own = card.name_ja if language == "ja" else card.name_en
    name = _(ROLE_NAMES[card.key]) if card.built_in and card.key in ROLE_NAMES else own
    who = ", ".join(board.names.get(handle, handle) for handle in card.holders) or _("vacant")
    return f"{name}: {who}"


def _resolved(board: Board, _: Translate) -> str:
    definition = board.resolved_definition
    if definition is None:
        return _label(_("Resolved means"), _("not defined yet"))
    settled = sum(one.state != CriterionState.OPEN for one in definition.criteria)
    marks = {CriterionState.MET: "[x]", CriterionState.WAIVED: "[-]"}
    criteria = [
        f"{marks.get(CriterionState(one.state), '[ ]')} {_clip(one.text, 60)}"
        for one in definition.criteria
    ]
    count = _("{settled} of {total} met").format(settled=settled, total=len(criteria))
    return _label(_("Resolved means"), f"{count}: {' '.join(criteria)}")


def _direction(board: Board, _: Translate) -> Iterator[str]:
    if board.course:
        agreed = _("agreed") if board.course.agreed_by_sme else _("not agreed by the primary SME")
        yield _label(_("Course"), f"{_clip(board.course.text, 160)} ({agreed})")
    goals = [
        f"{_clip(goal.text, 80)}{_due(goal.due_at, _)}"
        for goal in board.goals
        if goal.state == GoalState.OPEN
    ]
    if goals:
        yield _label(_("Goals"), _some(goals, _))
    claims = [
        _clip(hypothesis.claim, 80)
        for hypothesis in board.hypotheses
        if hypothesis.state == HypothesisState.OPEN
    ]
    if claims:
        yield _label(_("Open hypotheses"), _some(claims, _))


def _running(board: Board, _: Translate) -> str:
    def shown(action: ActionPart) -> str:
        owner = board.names.get(action.owner, action.owner)
        return f"{_clip(action.text, 80)} ({owner}{_due(action.due_at, _, bare=True)})"

    running = [action for action in board.actions if action.state == ActionState.OPEN]
    running.sort(key=lambda action: (action.due_at, action.id))
    return _label(
        _("Running"), _some([shown(action) for action in running], _) or _("no action is open")
    )


def _told(board: Board, _: Translate, language: str) -> Iterator[str]:
    published = sorted(
        (
            (notice.published_at, notice)
            for notice in board.notices
            if notice.state == NoticeState.PUBLISHED and notice.published_at
        ),
        key=lambda dated: (dated[0], dated[1].id),
    )
    impact = next(
        (
            said
            for _at, notice in reversed(published)
            if (said := _said(notice, "impact", language))
        ),
        None,
    )
    yield _label(_("Who is affected"), impact or _("not told yet"))
    if not published:
        yield _label(_("Told outside"), _("nothing yet"))
        return
    at, last = published[-1]
    what = next(
        (
            said
            for field in ("what", "changed", "cause", "title")
            if (said := _said(last, field, language))
        ),
        "",
    )
    told = f"{_(WORDS[last.stage])}, {_moment(at)}"
    yield _label(_("Told outside"), f"{told}: {what}" if what else told)
    promised = board.cadence.next_update_at
    reason = _said(last, "next_update_reason", language)
    yield _label(_("Promised next"), _moment(promised) if promised else reason or _("nothing more"))


def _said(notice: NoticePart, field: str, language: str) -> str | None:
    words = notice.fields.get(field)
    if isinstance(words, dict):
        words = words.get(language) or next((said for said in words.values() if said), None)
    return words if isinstance(words, str) and words.strip() else None


def _changed(entries: Sequence[Entry], _: Translate, language: str, *, room: int) -> Iterator[str]:
    """Yield a heading and the newest news, or nothing where there is no room for both."""
    if not entries or room < 2:  # noqa: PLR2004 - a heading and one entry
        return
    newest = entries[-1].recorded_at
    recent = [
        entry
        for entry in entries
        if entry.recorded_at >= newest - CHANGED_WITHIN and entry.kind not in _NOT_NEWS
    ]
    if not recent:
        return
    shown = recent[-(room - 1) :]
    heading = _("In the 15 minutes to {at}").format(at=_moment(newest))
    n_earlier = len(recent) - len(shown)
    earlier = _("{count} more before these").format(count=n_earlier)
    yield f"{heading} ({earlier}):" if n_earlier else f"{heading}:"
    for entry in shown:
        text = say(entry.kind, entry.data, _, language) if has_sentence(entry.kind) else entry.text
        yield f"- {entry.occurred_at.astimezone(UTC):%H:%M} {_clip(text, 160)}"


def _some(items: Sequence[str], _: Translate) -> str:
    n_more = len(items) - _MOST_LISTED
    more = [_("{count} more").format(count=n_more)] if n_more > 0 else []
    return " · ".join([*items[:_MOST_LISTED], *more])


def _due(at: datetime | None, _: Translate, *, bare: bool = False) -> str:
    if at is None:
        return ""
    due = _("due {at}").format(at=_moment(at))
    return f", {due}" if bare else f" ({due})"


def _label(name: str, said: str) -> str:
    return f"{name}: {said}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _one_line(text: str) -> str:
    """Return `text` with every run of blanks as one space and no control character."""
    plain = "".join(
        " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character
        for character in text
    )
    return _clip(" ".join(plain.split()), _WIDEST)


def _clip(text: Any, widest: int) -> str:
    plain = " ".join(str(text).split())
    return plain if len(plain) <= widest else f"{plain[: widest - 1].rstrip()}…"
