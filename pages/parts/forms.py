"""Small forms that send one command each, and lose nothing that was typed.

    form_behind(_("Set"), key="situation", incident_id=42, command={"type": "set_situation"},
                fields=[Words("text", _("What is happening"), initial=...)], guard=...)
    act(_("Acknowledge"), key="ack-3", incident_id=42, command={"type": ..., "action": 3})

A form opens behind its button and is drawn from its first opening until it was sent: closing it by
mistake, or a rerun because somebody else changed the board, leaves the words where they are. Only
after success is it emptied and closed. A refusal is said within it.

A `Guard` names the one thing that the form replaces. If somebody changed it meanwhile, the person
is shown both and decides; other changes of the incident do not disturb them.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from models.board import Board
from pages.parts.fields import Field
from pages.parts.keeping import forget_typed, keep_typed
from pages.parts.missed import await_drawing, note_drawn
from pages.parts.sending import DOUBLE_CLICK_S, Problem, attempt, show_problem, try_send
from pages.parts.viewer import spoken_language
from pages.parts.words import escape
from services import boards
from services.console import get_console
from services.language import get_translator

N_TRIES = 5
PROBLEM_STANDS_S = 60.0
ButtonType = Literal["primary", "secondary", "tertiary"]


@dataclass(frozen=True, slots=True)
class Guard:
    """The thing that a form replaces.

    Attributes:
        version: what is different once somebody changed it.
        stands: who wrote what stands, and what it says; None when there is nothing.
    """

    version: Callable[[Board], object]
    stands: Callable[[Board], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class _Form:
    """A form as it was drawn; its callback gets it back."""

    key: str
    incident_id: int
    command: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    guard: Guard | None = None

    @property
    def name(self) -> str:
        """The form of this incident; what is typed for one is not the other's."""
        return name_of(self.key, self.incident_id)

    def field_key(self, field: Field) -> str:
        return f"{self.name}.{field.name}"

    @property
    def open_key(self) -> str:
        return f"{self.name}-open"

    @property
    def look_key(self) -> str:
        """Under it: label and type of the button as they were when the form was opened."""
        return f"{self.name}-look"

    @property
    def problem_key(self) -> str:
        return f"{self.name}-problem"

    @property
    def seen_key(self) -> str:
        return f"{self.name}-seen"

    @property
    def sent_key(self) -> str:
        return f"{self.name}-sent"


@dataclass(slots=True)
class _Sent:
    """What a form sent last, as it was read at the first click of what may be two.

    A time so many minutes from now is another one at the second click, though nobody wished that.
    """

    typed: Mapping[str, Any]
    command: Mapping[str, Any]
    command_id: uuid.UUID
    at: float
    is_done: bool = False


def name_of(key: str, incident_id: int) -> str:
    """The name in this window's session of what belongs to one incident."""
    return f"inc{incident_id}-{key}"


def form_behind(  # noqa: PLR0913 - what a form is, once, by keyword
    label: str,
    *,
    key: str,
    incident_id: int,
    command: Mapping[str, Any],
    fields: Sequence[Field] | Callable[[], Sequence[Field]],
    board: Board | None = None,
    guard: Guard | None = None,
    submit: str | None = None,
    kind: ButtonType = "secondary",
    disabled: str | None = None,
    intro: str | None = None,
) -> None:
    """A button that opens a form.

    Args:
        label: of the button; ours, or escaped.
        fields: a function is asked only once the form is open.
        board: as this run read it; needed with `guard`.
        submit: label of the button that sends; by default the same as `label`.
        disabled: why it cannot be used now.
        intro: a sentence of ours above the fields.
    """
    form = _Form(key, incident_id, command, guard=guard)
    note_drawn(key)
    submit = submit or label
    if (look := st.session_state.get(form.look_key)) is not None:
        # A button that looks different is another one to the browser, and what was open is closed.
        label, kind, disabled = *look, None
    behind = st.popover(
        label,
        key=form.open_key,
        on_change=_note_opening,
        args=(form, label, kind),
        type=kind,
        disabled=disabled is not None,
        help=escape(disabled) if disabled else None,
    )
    if disabled is not None or not (behind.open or look is not None):
        return
    with behind:
        if intro:
            st.caption(intro)
        drawn = fields() if callable(fields) else fields
        _draw(replace(form, fields=tuple(drawn)), submit, board)


def form_here(
    submit: str,
    *,
    key: str,
    incident_id: int,
    command: Mapping[str, Any],
    fields: Sequence[Field],
    board: Board | None = None,
    guard: Guard | None = None,
) -> None:
    """The same form in the open, without a button before it."""
    note_drawn(key)
    _draw(_Form(key, incident_id, command, tuple(fields), guard), submit, board)


def act(
    label: str,
    *,
    key: str,
    incident_id: int,
    command: Mapping[str, Any],
    kind: ButtonType = "secondary",
    disabled: str | None = None,
) -> None:
    """A button that sends a command at once; what is refused is said beneath it."""
    problem_key = f"{name_of(key, incident_id)}-problem"
    note_drawn(problem_key)
    st.button(
        label,
        key=key,
        type=kind,
        disabled=disabled is not None,
        help=escape(disabled) if disabled else None,
        on_click=_act,
        args=(dict(command), incident_id, problem_key),
    )
    problem, said_at = st.session_state.get(problem_key, (None, 0.0))
    # Others' changes redraw the button; what was refused must stand long enough to be read.
    if problem is not None and time.monotonic() - said_at < PROBLEM_STANDS_S:
        show_problem(problem)


def _act(command: Mapping[str, Any], incident_id: int, problem_key: str) -> None:
    st.session_state.pop(problem_key, None)
    problem = try_send(command, incident_id)
    if problem is not None:
        st.session_state[problem_key] = (problem, time.monotonic())
        await_drawing(problem_key)


def _note_opening(form: _Form, label: str, kind: ButtonType) -> None:
    if st.session_state[form.open_key]:
        st.session_state[form.look_key] = (label, kind)
        await_drawing(form.key)


def _draw(form: _Form, submit: str, board: Board | None) -> None:
    if form.guard is not None and board is not None:
        st.session_state.setdefault(form.seen_key, form.guard.version(board))
    with st.form(form.name, border=False):
        for field in form.fields:
            field.draw(form.field_key(field))
        st.form_submit_button(
            submit, type="primary", key=f"{form.name}-send", on_click=_submit, args=(form,)
        )
        keep_typed(form.name)
    problem: Problem | None = st.session_state.get(form.problem_key)
    if problem is not None:
        show_problem(problem)


def _submit(form: _Form) -> None:
    sent = _find_sent(form)
    problem = None
    if not sent.is_done:
        problem = _send_guarded(form, sent) if form.guard else _send(form, sent)
        sent.is_done = problem is None
    if problem is not None:
        st.session_state[form.problem_key] = problem
        await_drawing(form.key)
        return
    for field in form.fields:
        st.session_state.pop(form.field_key(field), None)
        field.reset(form.field_key(field))
    forget_typed(form.name)
    for key in (form.problem_key, form.seen_key, form.look_key):
        st.session_state.pop(key, None)
    if form.open_key in st.session_state:
        st.session_state[form.open_key] = False


def _find_sent(form: _Form) -> _Sent:
    """What this click sends: the same as moments ago, if the same was typed."""
    typed = {field.name: field.typed(form.field_key(field)) for field in form.fields}
    sent: _Sent | None = st.session_state.get(form.sent_key)
    now = time.monotonic()
    if sent is not None and sent.typed == typed and now - sent.at < DOUBLE_CLICK_S:
        return sent
    values = {field.name: field.read(form.field_key(field)) for field in form.fields}
    command = {**form.command, **{k: value for k, value in values.items() if value is not None}}
    sent = st.session_state[form.sent_key] = _Sent(typed, command, uuid.uuid4(), now)
    return sent


def _send(form: _Form, sent: _Sent, expected_revision: int | None = None) -> Problem | None:
    return try_send(
        sent.command,
        form.incident_id,
        expected_revision=expected_revision,
        command_id=sent.command_id,
    )


def _send_guarded(form: _Form, sent: _Sent) -> Problem | None:
    """Send on the condition that the guarded thing is the one that the person saw.

    Whatever else changed in the incident meanwhile does not matter, so the condition is checked
    against a revision, and checked again when that revision has passed.
    """
    guard = form.guard
    if guard is None:
        raise ValueError("A form without a guard is sent as it is.")

    def read() -> Board:
        with get_console().database.reading() as session:
            return boards.read_board(session, form.incident_id)

    problem = None
    for _attempt in range(N_TRIES):
        board, problem = attempt(read, incident_id=form.incident_id)
        if board is None:
            return problem
        if guard.version(board) != st.session_state.get(form.seen_key):
            st.session_state[form.seen_key] = guard.version(board)
            return _conflict(guard, board, sent.command)
        problem = _send(form, sent, board.revision)
        if problem is None or problem.rule != "stale-board":
            return problem
    return problem


def _conflict(guard: Guard, board: Board, command: Mapping[str, Any]) -> Problem:
    _ = get_translator(spoken_language())
    stands = guard.stands(board)
    typed = [str(value) for name, value in command.items() if name != "type"]
    return Problem(
        _(
            "Somebody else changed this while you were writing. Compare the two; send again to"
            " replace what stands."
        ),
        rule="stale-board",
        rule_name=_("The board has moved on"),
        typed=tuple(("", said) for said in typed),
        changes=() if stands is None else ((board.names.get(stands[0], stands[0]), stands[1]),),
    )
