"""Acts on something that must have been read: approving a text is approving what was shown.

    act_on(_("Approve"), key="approve-3", incident_id=42, command={"type": ..., "notice": 3},
           board=sight.board, guard=...)

A page looks again by itself, so the thing may be another one by the time of the click. What was
drawn beside the button goes with the click. If another stands by then, nothing is stored, and the
person is shown both. Whatever else changed in the incident does not disturb.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from models.board import Board
from pages.parts.forms import N_TRIES, PROBLEM_STANDS_S, ButtonType, Guard, name_of
from pages.parts.missed import await_drawing, note_drawn
from pages.parts.sending import Problem, attempt, show_problem, try_send
from pages.parts.viewer import spoken_language
from services import boards
from services.console import get_console
from services.language import get_translator


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stood beside the button as it was drawn.

    Attributes:
        version: of the guarded thing.
        said: what it said.
    """

    version: object
    said: str


def act_on(
    label: str,
    *,
    key: str,
    incident_id: int,
    command: Mapping[str, Any],
    board: Board,
    guard: Guard,
    kind: ButtonType = "secondary",
) -> None:
    """A button that sends a command about the guarded thing as it is drawn now.

    Args:
        board: as this run read it, and as the page shows it.
        guard: the thing that the person has read.
    """
    problem_key = f"{name_of(key, incident_id)}-problem"
    note_drawn(problem_key)
    shown = _Shown(guard.version(board), (guard.stands(board) or ("", ""))[1])
    # Another text has another button: a click on its way while the text changes finds none.
    mark = hashlib.sha256(repr(shown).encode()).hexdigest()[:12]
    with st.container(key=key, width="content"):
        st.button(
            label,
            key=f"{key}-{mark}",
            type=kind,
            on_click=_act_on,
            args=(dict(command), incident_id, guard, shown, problem_key),
        )
    problem, said_at = st.session_state.get(problem_key, (None, 0.0))
    if problem is not None and time.monotonic() - said_at < PROBLEM_STANDS_S:
        show_problem(problem)


def _act_on(
    command: Mapping[str, Any], incident_id: int, guard: Guard, shown: _Shown, problem_key: str
) -> None:
    st.session_state.pop(problem_key, None)
    problem = _send_if_shown(command, incident_id, guard, shown)
    if problem is not None:
        st.session_state[problem_key] = (problem, time.monotonic())
        await_drawing(problem_key)


def _send_if_shown(
    command: Mapping[str, Any], incident_id: int, guard: Guard, shown: _Shown
) -> Problem | None:
    """Send at exactly the revision at which the thing was found to be the one that was shown."""

    def read() -> Board:
        with get_console().database.reading() as session:
            return boards.read_board(session, incident_id)

    problem = None
    for _attempt in range(N_TRIES):
        board, problem = attempt(read, incident_id=incident_id)
        if board is None:
            return problem
        if guard.version(board) != shown.version:
            return _changed(guard, board, shown)
        problem = try_send(command, incident_id, expected_revision=board.revision)
        if problem is None or problem.rule != "stale-board":
            return problem
    return problem


def _changed(guard: Guard, board: Board, shown: _Shown) -> Problem:
    _ = get_translator(spoken_language())
    stands = guard.stands(board)
    return Problem(
        _(
            "Somebody changed this since it was shown to you; nothing was done. Read what stands"
            " now, and decide again."
        ),
        rule="stale-board",
        rule_name=_("The board has moved on"),
        typed=(("", shown.said),),
        typed_title=_("What you were shown"),
        changes=() if stands is None else ((board.names.get(stands[0], stands[0]), stands[1]),),
    )
