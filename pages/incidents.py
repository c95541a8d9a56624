"""Incidents: declare one, see those that are open, find those that are past."""

import streamlit as st

from models.vocabulary import IncidentKind
from pages.parts.card import Line, card, left, line, loud, quiet, since, strong, tag
from pages.parts.choosing import PARAMETER
from pages.parts.declaring import show_declaring
from pages.parts.moments import show_moment
from pages.parts.naming import PHASES
from pages.parts.viewer import Viewer, get_viewer
from pages.parts.words import escape
from services.console import get_console
from services.listing import ListedIncident, list_incidents

LOOK_AGAIN_S = 10
N_OPEN = 50
N_PAST = 20
_PAGES_KEY = "past-pages"


def show_page() -> None:
    """The whole page."""
    viewer = get_viewer()
    _ = viewer.translate
    st.title(_("Incidents"))
    show_declaring(viewer)
    show_open()
    with st.container(key="past"):
        show_past(viewer)


@st.fragment(run_every=LOOK_AGAIN_S)
def show_open() -> None:
    """What is going on now; looks again by itself."""
    viewer = get_viewer()
    _ = viewer.translate
    with get_console().database.reading() as session:
        found, more = list_incidents(session, state="open", limit=N_OPEN)
    st.subheader(_("Open"))
    if not found:
        st.info(
            _(
                "No incident is open. When something breaks, write what is wrong above and press"
                " Enter: a board opens, and you find there who does what."
            ),
            icon=":material/check_circle:",
        )
    for incident in found:
        with st.container(border=True, key=f"open-{incident.id}", gap="xsmall"):
            _link(incident, viewer)
            card([_say_state(incident, viewer)], viewer=viewer, key=f"open-card-{incident.id}")
    if more:
        st.caption(_("Older open incidents are found by the search below."))


def _say_state(incident: ListedIncident, viewer: Viewer) -> Line:
    _ = viewer.translate
    name = incident.commander_name
    due_at = incident.next_update_at
    return line(
        tag(incident.severity) if incident.severity else None,
        tag(_(PHASES[incident.phase])),
        quiet(_("Commander")),
        loud(_("VACANT")) if name is None else strong(name),
        since(incident.declared_at, _("open for")) if incident.declared_at else None,
        left(due_at, _("next update {time} over"), _("next update due in")) if due_at else None,
    )


def _link(incident: ListedIncident, viewer: Viewer) -> None:
    _ = viewer.translate
    drill = _("DRILL")
    mark = f":violet-badge[{drill}] " if incident.kind == IncidentKind.DRILL else ""
    st.page_link(
        "board.py",
        label=f"{mark}**INC-{incident.id}** {escape(incident.title)}",
        query_params={PARAMETER: str(incident.id)},
    )


def _say_end(incident: ListedIncident, viewer: Viewer) -> str:
    """What the list says of an incident beside its title, in markdown."""
    _ = viewer.translate
    badges = [f":orange-badge[{incident.severity}]"] if incident.severity else []
    if incident.backfilled:
        imported = _("imported")
        badges.append(f":gray-badge[{imported}]")
    color = "gray" if incident.is_closed else "blue"
    badges.append(f":{color}-badge[{_(PHASES[incident.phase])}]")
    return " ".join([*badges, show_moment(incident.declared_at, viewer)])


def show_past(viewer: Viewer) -> None:
    """What was, with a search; the newest first, one page at a time."""
    _ = viewer.translate
    st.subheader(_("Past and all"))
    asked = _show_filter(viewer)
    cursors: list[str | None] = st.session_state.setdefault(_PAGES_KEY, [None])
    with get_console().database.reading() as session:
        found, following = list_incidents(session, limit=N_PAST, cursor=cursors[-1], **asked)
    if not found:
        is_filtered = any(st.session_state.get(key) for key in ("past-q", "past-kind"))
        st.info(
            _("Nothing matches. Use fewer words, or another filter.")
            if is_filtered
            else _("Nothing has ended yet. What is stood down, cancelled or imported stands here.")
        )
    for incident in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _link(incident, viewer)
            st.markdown(_say_end(incident, viewer), width="content")
    _show_paging(viewer, cursors, following)


def _show_filter(viewer: Viewer) -> dict[str, str | None]:
    _ = viewer.translate
    states = {"closed": _("Past"), "open": _("Open"), None: _("All")}
    kinds = {None: _("Real and drill"), "real": _("Real"), "drill": _("Drill")}
    words, kind, state = st.columns([3, 1, 1])
    asked = {
        "q": words.text_input(
            _("Search"),
            key="past-q",
            type="search",
            placeholder=_("Words of the title or summary, or INC-42"),
            on_change=_begin_again,
        ),
        "kind": kind.selectbox(
            _("Kind"), list(kinds), format_func=kinds.get, key="past-kind", on_change=_begin_again
        ),
        "state": state.selectbox(
            _("State"),
            list(states),
            format_func=states.get,
            key="past-state",
            on_change=_begin_again,
        ),
    }
    return {name: value or None for name, value in asked.items()}


def _begin_again() -> None:
    st.session_state[_PAGES_KEY] = [None]


def _show_paging(viewer: Viewer, cursors: list[str | None], following: str | None) -> None:
    _ = viewer.translate
    if len(cursors) == 1 and following is None:
        return
    with st.container(horizontal=True):
        st.button(_("Newer"), key="past-newer", disabled=len(cursors) == 1, on_click=cursors.pop)
        st.button(
            _("Older"),
            key="past-older",
            disabled=following is None,
            on_click=cursors.append,
            args=(following,),
        )


show_page()
