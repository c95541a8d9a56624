"""The viewer's own corner: language, and signing out."""

import streamlit as st

from pages.parts.sending import Problem, attempt, show_problem
from pages.parts.viewer import LANGUAGE_KEY, Viewer
from pages.parts.words import escape
from services import people
from services.console import get_console
from services.language import LANGUAGES, Language

_LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "ja": "日本語"}

_PROBLEM_KEY = "account-problem"

# Signing out changes a cookie, which only a route can do, and a route that changes something is
# posted to. The form and its words are ours; the label comes as text.
_sign_out = st.components.v2.component(
    "shikikan.sign_out",
    html='<form method="post" action="/sign-out"><button type="submit"></button></form>',
    css="""
    button { font: inherit; font-family: var(--st-font); color: var(--st-text-color); width: 100%;
      padding: 0.4rem 0.8rem; cursor: pointer; background: transparent;
      border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
    button:hover, button:focus-visible { border-color: var(--st-primary-color); outline: none; }
    """,
    js="""
    export default function ({ parentElement, data }) {
      parentElement.querySelector("button").textContent = data;
    }
    """,
)


def show_account(viewer: Viewer) -> None:
    """A menu with the viewer's name: choose the language, sign out."""
    _ = viewer.translate
    with st.popover(escape(viewer.name), icon=":material/person:"):
        st.caption(escape(f"@{viewer.handle}"))
        st.radio(
            "Language / 言語",
            LANGUAGES,
            index=LANGUAGES.index(viewer.language),
            format_func=_LANGUAGE_NAMES.__getitem__,
            horizontal=True,
            key="account-language",
            on_change=_keep_language,
            args=(viewer.handle,),
        )
        show_sign_out(viewer, key="account-sign-out")
    problem: Problem | None = st.session_state.pop(_PROBLEM_KEY, None)
    if problem is not None:
        show_problem(problem)


def show_sign_out(viewer: Viewer, *, key: str) -> None:
    """A button that ends the session of this browser."""
    _ = viewer.translate
    _sign_out(data=_("Sign out"), key=key)


def choose_language(handle: str, language: Language) -> None:
    """Speak `language` to this person from now on; within a callback only.

    Raises:
        Unavailable: it holds for this window alone; the database is busy or away.
    """
    st.session_state["account-language"] = language
    # Widget keys are forgotten when their widget is not drawn; this one stays for the session.
    st.session_state[LANGUAGE_KEY] = language
    with get_console().database.writing() as session:
        people.change_preferences(session, handle, language=language)


def _keep_language(handle: str) -> None:
    chosen: Language = st.session_state["account-language"]
    _done, problem = attempt(lambda: choose_language(handle, chosen))
    st.session_state[_PROBLEM_KEY] = problem
