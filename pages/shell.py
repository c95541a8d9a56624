"""What surrounds every page: the sign-in gate, the language, the menu.

Streamlit runs this script first, whichever address was opened. Nothing of a page runs before
`st.navigation` names the pages, and that comes after the gate. This script lies in `pages/` on
purpose: Streamlit discovers a folder `pages/` beside its main script by itself, and would then run
a page past the gate on a fresh server; here there is no such folder.
"""

from pathlib import Path

import streamlit as st

from pages.parts.account import show_account
from pages.parts.viewer import Viewer, find_viewer, viewer_language
from services.language import get_translator

ICON = Path(__file__).parent / "parts" / "icon.svg"
# The menu on top leaves a hand's breadth of nothing under it; on a board every line counts.
# Streamlit's hint within a field ("Press Enter to submit form") speaks English to everybody.
STYLE = """<style>
.stMainBlockContainer { padding-top: 4rem; }
[data-testid=InputInstructions] { display: none; }
</style>"""


def show_gate() -> None:
    """Say that one must sign in, and how. The server sends whole visits there by itself."""
    _ = get_translator(viewer_language())
    st.title("Shikikan")
    st.write(_("You are not signed in."))
    sign_in = _("Sign in")
    st.markdown(f"[{sign_in}](/sign-in)")


def show_page(viewer: Viewer) -> None:
    """Run the page that was asked for."""
    _ = viewer.translate
    page = st.navigation(
        [
            st.Page("incidents.py", title=_("Incidents"), url_path="start", default=True),
            st.Page("board.py", title=_("Board"), url_path="board"),
            st.Page("announcements.py", title=_("Announcements"), url_path="announcements"),
            st.Page("report.py", title=_("Report"), url_path="report"),
            st.Page("settings.py", title=_("Settings"), url_path="settings"),
            # A default page answers at "/" alone; whoever types its name must find it too.
            st.Page(
                "incidents.py", title=_("Incidents"), url_path="incidents", visibility="hidden"
            ),
        ],
        position="top",
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        show_account(viewer)
    page.run()


st.set_page_config(page_title="Shikikan", page_icon=ICON, layout="wide")
st.html(STYLE)
signed_in = find_viewer()
if signed_in is None:
    show_gate()
    st.stop()
show_page(signed_in)
