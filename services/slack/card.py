"""The card: one pinned message of the investigation channel that shows the board as it stands.

It tells the declaration, and is edited ever after; the last state wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.brief import PHASES
from models.vocabulary import CriterionState, GoalState
from services.slack.escaping import TEXT_LIMIT, escape, fair_room, fit, size_of
from services.slack.render import Post, headline, set_in, ways_in

if TYPE_CHECKING:
    from models.board import Board, RoleCard
    from services.slack.render import Subject, Voice

DECLARATION_SEQ = 1
_CRITERIA = {
    CriterionState.OPEN: "☐",
    CriterionState.MET: "☑",
    CriterionState.WAIVED: "☒",
}


def render_card(board: Board, subject: Subject, voice: Voice) -> Post:
    """Return the card of a board: who holds what, what is happening, what resolved means."""
    parts = [_head(board, subject, voice), _roster(board, voice)]
    labelled = _long_parts(board, voice)
    labels = [f"*{escape(label)}*: " for label, _ in labelled]
    fixed = sum(size_of(part) + 1 for part in [*parts, *labels])
    words = [words for _, words in labelled]
    share = fair_room([size_of(escape(text)) for text in words], TEXT_LIMIT - fixed)
    parts += [label + fit(text, share) for label, text in zip(labels, words, strict=True)]
    return Post("\n".join(parts), DECLARATION_SEQ, DECLARATION_SEQ)


def _head(board: Board, subject: Subject, voice: Voice) -> str:
    _ = voice.translate
    declarer = board.names.get(board.declared_by, board.declared_by)
    lines = [f"{headline(subject, voice)} · {_(PHASES[board.phase])}"]
    if board.declared_at:
        said = _("Declared by {person}, {time}")
        lines.append(said.format(person=escape(declarer), time=voice.clock(board.declared_at)))
    lines.append(" · ".join(ways_in(subject, voice)))
    return "\n".join(lines)


def _roster(board: Board, voice: Voice) -> str:
    return "\n".join(_role_line(card, board, voice) for card in board.roles[:_MOST_ROLES])


_MOST_ROLES = 12
"""Roles beyond these are read on the board."""


def _role_line(card: RoleCard, board: Board, voice: Voice) -> str:
    _ = voice.translate
    name = card.name_ja if voice.language == "ja" else _(card.name_en)
    holders = ", ".join(board.names.get(handle, handle) for handle in card.holders)
    held_by = fit(holders, 200) if holders else _("vacant")
    line = f"*{fit(name, 80)}*: {held_by}"
    if card.offered_to:
        offered = fit(board.names.get(card.offered_to, card.offered_to), 80)
        line += " · " + _("offered to {person}").format(person=offered)
    return line


def _long_parts(board: Board, voice: Voice) -> list[tuple[str, str]]:
    """The label and the people's words of each part that may be long."""
    _ = voice.translate
    parts = []
    if board.situation:
        parts.append((_("Situation"), set_in(board.situation.text)))
    if board.resolved_definition:
        criteria = [
            f"{_CRITERIA[CriterionState(one.state)]} {set_in(one.text)}"
            for one in board.resolved_definition.criteria
        ]
        parts.append((_("Definition of resolved"), "\n".join(["", *criteria])))
    goals = [set_in(goal.text) for goal in board.goals if goal.state == GoalState.OPEN]
    if goals:
        parts.append((_("Goals"), "; ".join(goals)))
    if board.course:
        parts.append((_("Agreed course"), set_in(board.course.text)))
    return parts
