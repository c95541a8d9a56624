"""Which incident a page is about: named in the address, kept from page to page.

    number = choose_incident(viewer)
    if number is None:
        return                      # there is none, and the page has said what to do

A link to `/announcements?incident=42` opens that incident; the menu opens the one looked at last.
"""

import streamlit as st

from pages.parts.card import card, line, strong
from pages.parts.viewer import Viewer
from services.console import get_console
from services.listing import ListedIncident, find_incident, list_incidents

PARAMETER = "incident"
_KEPT_KEY = "chosen-incident"
_WIDGET_KEY = "choose-incident"
_N_OFFERED = 100
_MOST_DIGITS = 18
_LARGEST = 2**31 - 1


def choose_incident(viewer: Viewer) -> int | None:
    """The number of the incident that was chosen; None when there is none to choose."""
    _ = viewer.translate
    wanted = _wanted()
    with get_console().database.reading() as session:
        offered, _cursor = list_incidents(session, state="open", limit=_N_OFFERED)
        offered += list_incidents(session, state="closed", limit=_N_OFFERED)[0]
        if wanted is not None and wanted not in {one.id for one in offered}:
            named = find_incident(session, wanted) if can_exist(wanted) else None
            offered = [*([named] if named else []), *offered]
            if named is None:
                said = _("There is no incident {number}. Choose another.")
                st.warning(said.format(number=wanted))
    if not offered:
        _say_none(viewer)
        return None
    by_number = {one.id: one for one in offered}
    chosen = wanted if wanted in by_number else offered[0].id
    st.session_state[_WIDGET_KEY] = chosen
    st.selectbox(
        _("Incident"),
        list(by_number),
        format_func=lambda number: name_incident(by_number[number], viewer),
        key=_WIDGET_KEY,
        on_change=_keep_choice,
        label_visibility="collapsed",
    )
    keep_incident(chosen)
    return chosen


def keep_incident(number: int) -> None:
    """Remember the incident for this window, and put it into the address."""
    st.session_state[_KEPT_KEY] = number
    if st.query_params.get(PARAMETER) != str(number):
        st.query_params[PARAMETER] = str(number)


def find_kept_incident() -> int | None:
    """The incident that this window looked at last, if any."""
    return st.session_state.get(_KEPT_KEY)


def name_incident(incident: ListedIncident, viewer: Viewer) -> str:
    """`INC-42 Checkout errors`, a drill with its mark first. Not escaped."""
    _ = viewer.translate
    mark = "[{}] ".format(_("DRILL")) if incident.kind == "drill" else ""
    return f"{mark}INC-{incident.id} {incident.title}"


def show_drill_banner(viewer: Viewer) -> None:
    """Say across the page that this is a drill, in the words and colours of the board."""
    _ = viewer.translate
    said = _("DRILL: none of this is real, and nobody outside is told")
    card([line(strong(said), tone="drill")], viewer=viewer, key="drill-banner")


def read_number(named: str) -> int | None:
    """The number in `42` or `INC-42`; None when there is none in it."""
    digits = named.strip().upper().removeprefix("INC-")
    # A number of a thousand digits names no incident either.
    return int(digits[:_MOST_DIGITS]) if digits.isascii() and digits.isdigit() else None


def can_exist(number: int) -> bool:
    """Whether the database can hold an incident of that number at all."""
    return number <= _LARGEST


def _wanted() -> int | None:
    named = st.query_params.get(PARAMETER)
    return find_kept_incident() if named is None else read_number(named)


def _keep_choice() -> None:
    keep_incident(st.session_state[_WIDGET_KEY])


def _say_none(viewer: Viewer) -> None:
    _ = viewer.translate
    st.info(_("No incident was ever declared here. Declare one first; its title is enough."))
    st.page_link("incidents.py", label=_("Incidents"), icon=":material/list:")
