"""The board: the one page that everybody on an incident looks at.

Each part is a fragment that reads the incident again by itself when an entry arrives that concerns
it. The timeline and the clocks need not even that: they change in the browser. So what one person
types is not disturbed by what the others do.
"""

from pathlib import Path

import streamlit as st

from models.messages import N_
from pages.parts.choosing import (
    PARAMETER,
    can_exist,
    find_kept_incident,
    keep_incident,
    read_number,
)
from pages.parts.cockpit import aftermath, direction, ends, formation, log, top, work
from pages.parts.cockpit.sight import Sight, read_sight
from pages.parts.live import STRUCTURAL_KINDS, follow
from pages.parts.missed import draws_all, whole_page
from pages.parts.viewer import Viewer, get_viewer
from services.console import get_console
from services.errors import NotFound
from services.explaining import explain
from services.listing import list_incidents

STYLE = Path(__file__).parent / "parts" / "cockpit" / "board.css"
_ENDED_KEY = "board-has-ended"
# What changes who may do what, and with it every part of the board.
FORMATION_KINDS = ("role.", "handoff.accepted", "command.", "incident.")
# What shows nowhere at the top: neither in the phase nor in the clocks, nor as missing.
_NOT_AT_THE_TOP = ("criterion.", "decision.", "handoff.", "hypothesis.", "next_action.")
TOP_KINDS = (
    *(kind for kind in STRUCTURAL_KINDS if kind not in _NOT_AT_THE_TOP),
    "handoff.accepted",
)


def find_incident_id() -> int | None:
    """The incident of the address, else the one looked at last, else the newest open one."""
    if (named := read_number(st.query_params.get(PARAMETER, ""))) is not None:
        return named
    if (kept := find_kept_incident()) is not None:
        return kept
    with get_console().database.reading() as session:
        newest, _cursor = list_incidents(session, state="open", limit=1)
    return newest[0].id if newest else None


def show_nothing(viewer: Viewer) -> None:
    """No incident to show: say so, and where to declare one."""
    _ = viewer.translate
    st.title(_("Board"))
    st.write(_("No incident is open. All is quiet."))
    show_way_out(viewer)


def show_way_out(viewer: Viewer) -> None:
    """A link to the other incidents, and to declaring one."""
    _ = viewer.translate
    st.page_link("incidents.py", label=_("Declare an incident, or look at past ones"))


@st.fragment(run_every="30s")
@draws_all
def show_top(incident_id: int) -> None:
    """Header and what is missing; time alone makes things overdue, so it looks by itself too."""
    follow((), later=TOP_KINDS, incident_id=incident_id, key="follow-top")
    sight = read_sight(incident_id)
    top.show_top(sight)
    ends.show_desk(sight)
    top.show_missing(sight)
    has_ended = st.session_state.get(_ENDED_KEY)
    if has_ended is not None and has_ended != (incident_id, sight.is_over):
        # What comes after the end stands outside every fragment.
        st.rerun(scope="app")


@st.fragment
@draws_all
def show_formation(incident_id: int) -> None:
    """Roles and people."""
    kinds = (*FORMATION_KINDS, "handoff.", "person.")
    follow(kinds, incident_id=incident_id, key="follow-formation")
    sight = read_sight(incident_id)
    formation.show_roles(sight)
    formation.show_people(sight)


@st.fragment
def show_timeline(incident_id: int) -> None:
    """The timeline."""
    log.show_timeline(read_sight(incident_id))


@st.fragment
@draws_all
def show_direction(incident_id: int) -> None:
    """Situation, definition of resolved, goals, course."""
    kinds = ("situation.", "resolved_definition.", "criterion.", "goal.", "course.")
    follow(kinds, later=FORMATION_KINDS, incident_id=incident_id, key="follow-direction")
    sight = read_sight(incident_id)
    direction.show_situation(sight)
    direction.show_definition(sight)
    direction.show_goals(sight)
    direction.show_course(sight)


@st.fragment
@draws_all
def show_work(incident_id: int) -> None:
    """Actions, the SME's updates, hypotheses, decisions."""
    kinds = ("action.", "update.", "hypothesis.", "decision.")
    follow(kinds, later=FORMATION_KINDS, incident_id=incident_id, key="follow-work")
    sight = read_sight(incident_id)
    work.show_actions(sight)
    work.show_updates(sight)
    work.show_hypotheses(sight)
    work.show_decisions(sight)


@st.fragment
@draws_all
def show_ends(incident_id: int) -> None:
    """Resolved and stood down."""
    kinds = ("stand_down_condition.", "incident.")
    later = (*FORMATION_KINDS, "criterion.", "resolved_definition.", "notice.", "report.")
    follow(kinds, later=later, incident_id=incident_id, key="follow-ends")
    ends.show_ends(read_sight(incident_id))


@st.fragment
@draws_all
def show_line(incident_id: int) -> None:
    """The line to type into, and the correction of what was typed."""
    follow((), later=FORMATION_KINDS, incident_id=incident_id, key="follow-line")
    sight = read_sight(incident_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container():
            if not log.may_write(sight):
                log.show_why_not(sight)
            if log.has_line(sight):
                log.show_line(sight)
        log.show_amending(sight)


@st.fragment
@draws_all
def show_aftermath(incident_id: int) -> None:
    """Retrospective and next actions."""
    follow(("retrospective.", "next_action."), incident_id=incident_id, key="follow-aftermath")
    aftermath.show_aftermath(read_sight(incident_id))


def show_board(sight: Sight) -> None:
    """Timeline on the left, state on the right; one under the other where it is narrow."""
    incident_id = sight.id
    st.session_state[_ENDED_KEY] = (incident_id, sight.is_over)
    show_top(incident_id)
    show_formation(incident_id)
    with st.container(key="board-body"):
        left_side, right_side = st.columns([3, 2], gap="medium")
    with left_side:
        show_timeline(incident_id)
    with right_side:
        show_direction(incident_id)
        show_work(incident_id)
        show_ends(incident_id)
    if sight.is_over:
        show_aftermath(incident_id)
    with st.bottom:
        show_line(incident_id)


def _see(incident_id: int) -> Sight:
    if not can_exist(incident_id):
        raise NotFound(N_("There is no incident {number}."), number=incident_id)
    return read_sight(incident_id)


def show_page() -> None:
    """The board of one incident, or what there is instead."""
    viewer = get_viewer()
    incident_id = find_incident_id()
    if incident_id is None:
        show_nothing(viewer)
        return
    try:
        sight = _see(incident_id)
    except NotFound as unknown:
        st.error(explain(unknown, viewer.language))
        show_way_out(viewer)
        return
    keep_incident(sight.id)
    st.html(STYLE)
    with whole_page():
        show_board(sight)


show_page()
