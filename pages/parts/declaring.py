"""Declaring an incident: one field and Enter; details only for those who have time.

The title is typed into a form, so that Enter declares and leaving the field does not. The details
stand beside the form, not in it: choosing "drill" must change the page at once.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from models.fields import TEXT_LIMIT
from models.vocabulary import IncidentKind, Severity, Source
from pages.parts.choosing import show_drill_banner
from pages.parts.fields import Moment
from pages.parts.moments import show_age
from pages.parts.sending import DOUBLE_CLICK_S, Problem, attempt, show_problem
from pages.parts.viewer import Viewer
from pages.parts.words import escape
from services.commands import Actor, Declaration, Receipt, declare
from services.console import get_console
from services.listing import ListedIncident, list_twins

_SENT_KEY = "declaration-sent"
_ASKED_KEY = "declaration-asked"

# Streamlit has no way to put the cursor into a field. It is put there once a visit, and only
# while nobody has put it elsewhere.
_focus = st.components.v2.component(
    "shikikan.focus",
    js="""
    const done = new Set();
    export default function ({ data }) {
      if (done.has(data.visit)) return;
      done.add(data.visit);
      let tries = 0;
      const look = () => {
        const field = document.querySelector(data.selector);
        const at = document.activeElement;
        if (field && (!at || at === document.body)) field.focus();
        else if (!field && tries++ < 50) setTimeout(look, 40);
      };
      look();
    }
    """,
)


@dataclass(slots=True)
class _Sent:
    """A declaration of this window: the same one again within moments is the same click."""

    declaration: dict[str, Any]
    command_id: uuid.UUID
    at: float


def show_declaring(viewer: Viewer) -> None:
    """The form; opens the board once the incident is declared."""
    _ = viewer.translate
    with st.container(border=True):
        form, details = st.container(), st.container()
        with details:
            given = _show_details(viewer)
        is_drill = given["kind"] == IncidentKind.DRILL
        with form:
            if is_drill:
                show_drill_banner(viewer)
            title = _show_title(viewer, is_drill=is_drill)
        if title is not None:
            _consider({"title": title, **given}, viewer)
        elif _ASKED_KEY in st.session_state:
            _ask_about_twins(viewer)
    _focus(data={"selector": ".st-key-declare-title input", "visit": _visit()}, key="declare-focus")


def _visit() -> str:
    """A name for this visit of the page; it ends when the viewer leaves the page."""
    return st.session_state.setdefault("declare-visit", uuid.uuid4().hex)


def _show_title(viewer: Viewer, *, is_drill: bool) -> str | None:
    """The title, in the run in which Enter or the button declared it."""
    _ = viewer.translate
    with st.form("declare", border=False):
        title = st.text_input(
            _("What is wrong? One line is enough; Enter declares it."),
            key="declare-title",
            placeholder=_("Checkout errors"),
            autocomplete="off",
        )
        label = _("Declare a drill") if is_drill else _("Declare an incident")
        sent = st.form_submit_button(
            label, key="declare-send", type="primary", icon=":material/campaign:"
        )
    return title if sent else None


def _show_details(viewer: Viewer) -> dict[str, Any]:
    _ = viewer.translate
    kinds = {IncidentKind.REAL: _("Real incident"), IncidentKind.DRILL: _("Drill")}
    with st.expander(_("Details (optional): drill, severity, summary, detection, call")):
        kind = st.radio(
            _("Real or drill; it cannot be changed later"),
            list(kinds),
            format_func=lambda kind: kinds[kind],
            horizontal=True,
            key="declare-kind",
        )
        severity = st.radio(
            _("Severity; it can be raised later"),
            [None, *Severity],
            format_func=lambda severity: severity.value if severity else _("not yet"),
            horizontal=True,
            key="declare-severity",
        )
        summary = st.text_area(_("Summary"), key="declare-summary", height=80, max_chars=TEXT_LIMIT)
        detected_at = Moment("detected_at", _("Detected at"), optional=True)
        detected_at.draw("declare-detected-at")
        detected_how = st.text_input(
            _("How it was detected"), key="declare-detected-how", max_chars=TEXT_LIMIT
        )
        call_url = st.text_input(
            _("Link of the call"), key="declare-call", placeholder="https://", autocomplete="off"
        )
    return {
        "kind": kind,
        "severity": severity,
        "summary": summary or None,
        "detected_at": detected_at.read("declare-detected-at"),
        "detected_how": detected_how or None,
        "call_url": call_url or None,
    }


def _consider(declaration: dict[str, Any], viewer: Viewer) -> None:
    """Declare, unless somebody did so a moment ago; then ask."""
    st.session_state.pop(_ASKED_KEY, None)
    if _find_sent(declaration) is None:
        with get_console().database.reading() as session:
            if list_twins(session, declaration["title"], declaration["kind"]):
                st.session_state[_ASKED_KEY] = declaration
                _ask_about_twins(viewer)
                return
    _declare(declaration, viewer)


def _ask_about_twins(viewer: Viewer) -> None:
    """Show what was declared a moment ago; the second one is possible all the same."""
    _ = viewer.translate
    declaration = st.session_state[_ASKED_KEY]
    with get_console().database.reading() as session:
        twins = list_twins(session, declaration["title"], declaration["kind"])
    if not twins:
        # Two minutes went by while the question stood there.
        del st.session_state[_ASKED_KEY]
        return
    st.warning(_("Nearly the same was declared a moment ago. Join it, or declare a second one?"))
    with st.container(horizontal=True):
        for twin in twins:
            if st.button(_say_twin(twin, viewer), key=f"twin-{twin.id}", type="primary"):
                st.session_state.pop(_ASKED_KEY)
                open_board(twin.id)
        if st.button(_("Declare a second one"), key="declare-second"):
            _declare(st.session_state[_ASKED_KEY], viewer)


def _say_twin(twin: ListedIncident, viewer: Viewer) -> str:
    _ = viewer.translate
    said = _("Open INC-{number} {title} ({age} ago)")
    age = show_age(twin.declared_at or datetime.now(viewer.zone), viewer)
    return said.format(number=twin.id, title=escape(twin.title), age=age)


def _declare(declaration: dict[str, Any], viewer: Viewer) -> None:
    sent = _find_sent(declaration) or _Sent(declaration, uuid.uuid4(), time.monotonic())
    st.session_state[_SENT_KEY] = sent

    def do() -> Receipt:
        return declare(
            get_console().database,
            Declaration.model_validate(declaration),
            actor=Actor(viewer.handle, Source.PAGE),
            command_id=sent.command_id,
        )

    done, problem = attempt(do, viewer=viewer)
    if done is None:
        del st.session_state[_SENT_KEY]
        show_problem(problem or Problem(""))
        return
    st.session_state.pop(_ASKED_KEY, None)
    open_board(done.incident_id)


def _find_sent(declaration: dict[str, Any]) -> _Sent | None:
    sent: _Sent | None = st.session_state.get(_SENT_KEY)
    if sent is None or sent.declaration != declaration:
        return None
    return sent if time.monotonic() - sent.at < DOUBLE_CLICK_S else None


def open_board(number: int) -> None:
    """Go to the board of an incident."""
    st.session_state.pop("declare-visit", None)
    st.switch_page("board.py", query_params={"incident": str(number)})
