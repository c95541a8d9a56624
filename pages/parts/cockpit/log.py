"""The timeline with its line to type into, and the correction of entries."""

import time

import streamlit as st

from models.vocabulary import RoleKey
from pages.parts.cockpit.sight import Sight
from pages.parts.fields import Choice, Moment, Words
from pages.parts.fields import Line as TextLine
from pages.parts.forms import form_behind, name_of
from pages.parts.live import N_FIRST_ENTRIES, timeline
from pages.parts.missed import await_drawing, note_drawn
from pages.parts.sending import show_problem, try_send
from services.console import get_console
from services.timeline import list_entries, show

_PROBLEM_STANDS_S = 60.0
_SHOWN_KEY = "note-line-shown"
N_AMENDABLE = 50


def line_key(incident_id: int) -> str:
    """The key of an incident's line; what is typed for one must not be written on another."""
    return name_of("note-line", incident_id)


def _problem_key(incident_id: int) -> str:
    return name_of("note-problem", incident_id)


def show_timeline(sight: Sight) -> None:
    """The live timeline; the fragment that it stands in needs no rerun."""
    console = get_console()
    incident_id = sight.id
    handle = sight.viewer.handle

    def read_entries() -> list[dict[str, object]]:
        with console.database.reading() as session:
            newest = list_entries(session, incident_id, limit=N_FIRST_ENTRIES, order="-seq")
            return show(session, newest)

    def open_feed() -> str:
        ticket = console.sign_in.issue_ticket(handle, incident_id)
        return f"/api/v1/incidents/{incident_id}/live?ticket={ticket}"

    timeline(
        read_entries,
        open_feed,
        incident_id=incident_id,
        language=sight.viewer.language,
        zone=sight.viewer.zone,
        people=sight.people,
        key=f"timeline-{incident_id}",
    )


def show_line(sight: Sight) -> None:
    """The line to type entries into: Enter sends, Shift+Enter is a new line."""
    _ = sight.translate
    st.session_state[_SHOWN_KEY] = sight.id
    note_drawn(line_key(sight.id))
    problem, said_at = st.session_state.get(_problem_key(sight.id), (None, 0.0))
    if problem is not None and time.monotonic() - said_at < _PROBLEM_STANDS_S:
        show_problem(problem)
    st.chat_input(
        _("Type an entry for the timeline; Enter writes it"),
        key=line_key(sight.id),
        on_submit=_write,
        args=(sight.id,),
    )


def _write(incident_id: int) -> None:
    key = line_key(incident_id)
    text: str = st.session_state[key] or ""
    st.session_state.pop(_problem_key(incident_id), None)
    if not text.strip():
        return
    problem = try_send({"type": "note", "text": text}, incident_id)
    if problem is not None:
        st.session_state[_problem_key(incident_id)] = (problem, time.monotonic())
        # The browser empties the line as it sends; what was refused is put back.
        st.session_state[key] = text
        await_drawing(key)


def show_amending(sight: Sight) -> None:
    """The scribe corrects an entry by a new one that names it."""
    if not sight.may("amend"):
        return
    _ = sight.translate
    form_behind(
        _("Correct an entry"),
        key="amend",
        incident_id=sight.id,
        command={"type": "amend"},
        fields=lambda: [
            Choice("entry", _("Entry"), options=_list_amendable(sight)),
            Words("text", _("What it should say")),
            Moment(
                "occurred_at",
                _("When it happened (optional)"),
                optional=True,
            ),
            TextLine("reason", _("Reason (optional)"), optional=True),
        ],
        submit=_("Correct"),
        kind="tertiary",
    )


def _list_amendable(sight: Sight) -> dict[int, str]:
    with get_console().database.reading() as session:
        newest = list_entries(session, sight.id, limit=N_AMENDABLE, order="-seq")
        entries = show(session, newest)
    language = sight.viewer.language
    return {
        entry["seq"]: f"#{entry['seq']} {entry['texts'].get(language, entry['text'])[:80]}"
        for entry in entries
    }


def may_write(sight: Sight) -> bool:
    """Whether the viewer may write on the timeline now."""
    return sight.may("note")


def has_line(sight: Sight) -> bool:
    """Whether the line is there: once it was, it stays, with what is being typed into it.

    Who loses the role in the middle of a sentence is told why it is refused, and can copy it.
    """
    return may_write(sight) or st.session_state.get(_SHOWN_KEY) == sight.id


def show_why_not(sight: Sight) -> None:
    """Why there is no line to type into: over, or no role; and what to do about it."""
    _ = sight.translate
    if sight.is_over:
        st.caption(_("This incident is over; its timeline takes late corrections only."))
    elif sight.formation.is_vacant(RoleKey.COMMANDER):
        st.caption(_("You hold no role here. Nobody commands: take command, or give it away."))
    else:
        st.caption(
            _("You hold no role here: you read, and may check in. Ask the commander for a role.")
        )
