"""What the formation lacks now, and who owes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.vocabulary import NoticeState, RoleKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from models.board import Board

FIRST_NOTICE_WITHIN = timedelta(minutes=5)
"""The founding process promises a first notice within five minutes of the declaration."""


@dataclass(frozen=True)
class Lack:
    """One thing that is missing.

    Attributes:
        key: what a page can offer a remedy for.
        owed_by: the role that owes it; None means anybody.
        message: an English sentence with `{name}` places.
    """

    key: str
    owed_by: str | None
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


_VACANT = {
    RoleKey.COMMANDER: N_("Nobody commands"),
    RoleKey.PRIMARY_SME: N_("No primary SME"),
    RoleKey.LIAISON: N_("No external liaison"),
    RoleKey.SCRIBE: N_("No scribe"),
}


def list_lacks(board: Board, now: datetime) -> list[Lack]:
    """Return what an open incident lacks at `now`, most pressing first."""
    if board.stood_down_at or board.cancelled_at or board.backfilled:
        return []
    commander = next(card for card in board.roles if card.key == RoleKey.COMMANDER)
    if commander.holder is None:
        return [Lack("commander", None, _VACANT[RoleKey.COMMANDER])]
    return [*_formation(board), *_outside(board, now), *_direction(board), *_overdue(board, now)]


def _formation(board: Board) -> Iterator[Lack]:
    for card in board.roles:
        if card.built_in and card.holder is None:
            yield Lack(card.key, RoleKey.COMMANDER, _VACANT[RoleKey(card.key)])


def _outside(board: Board, now: datetime) -> Iterator[Lack]:
    told = any(notice.state == NoticeState.PUBLISHED for notice in board.notices)
    if board.declared_at and not told and now - board.declared_at > FIRST_NOTICE_WITHIN:
        minutes = int((now - board.declared_at).total_seconds() // 60)
        yield Lack(
            "first_notice",
            RoleKey.LIAISON,
            N_("No first announcement {minutes} min after the declaration"),
            {"minutes": minutes},
        )
    if board.cadence.overdue:
        yield Lack("next_update", RoleKey.LIAISON, N_("The promised update is overdue"))
    waiting = sum(inquiry.answered_at is None for inquiry in board.inquiries)
    if waiting:
        yield Lack(
            "inquiries",
            RoleKey.LIAISON,
            N_("Inquiries without an answer: {count}"),
            {"count": waiting},
        )


def _direction(board: Board) -> Iterator[Lack]:
    if board.situation is None:
        yield Lack("situation", RoleKey.COMMANDER, N_("No situation"))
    if board.resolved_definition is None:
        yield Lack("resolved_definition", RoleKey.COMMANDER, N_("No definition of resolved"))
    if board.course is None:
        yield Lack("course", RoleKey.COMMANDER, N_("No course"))
    elif not board.course.agreed_by_sme:
        yield Lack("course_agreed", RoleKey.PRIMARY_SME, N_("The course is not agreed"))
    if board.resolved_at and board.stand_down.condition is None:
        yield Lack("stand_down", RoleKey.COMMANDER, N_("No stand-down condition"))
    for goal in board.goals:
        if goal.state == "open" and goal.owner is None:
            yield Lack(
                "goal_owner", RoleKey.COMMANDER, N_("No owner for goal {id}"), {"id": goal.id}
            )


def _overdue(board: Board, now: datetime) -> Iterator[Lack]:
    for update in board.updates:
        if update.acknowledged_at is None:
            yield Lack(
                "update",
                RoleKey.COMMANDER,
                N_("SME update {entry} is not acknowledged"),
                {"entry": update.entry},
            )
    for goal in board.goals:
        if goal.state == "open" and goal.due_at and goal.due_at < now:
            yield Lack("goal_due", goal.owner, N_("Goal {id} is overdue"), {"id": goal.id})
    for action in board.actions:
        if action.state == "open" and action.due_at < now:
            yield Lack(
                "action_due",
                None,
                N_("Action {id} is overdue ({owner})"),
                {"id": action.id, "owner": board.names.get(action.owner, action.owner)},
            )
