"""Who looks at the page, and how they read it: language and zone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import streamlit as st

from services import people
from services.console import get_console
from services.language import LANGUAGES, Language, Translator, get_translator
from services.sign_in import SESSION_COOKIE
from services.sign_in_routes import LANGUAGE_COOKIE

LANGUAGE_KEY = "viewer-language"
_SPOKEN_KEY = "viewer-spoken-language"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person at one browser."""

    handle: str
    name: str
    language: Language
    zone: ZoneInfo
    is_administrator: bool

    @property
    def translate(self) -> Translator:
        """The function `_` of this viewer's language."""
        return get_translator(self.language)


def find_viewer() -> Viewer | None:
    """The signed-in person; None when the browser has no valid session or the person is gone.

    Looked up at every run, so that a name or a right that changed counts at once.
    """
    console = get_console()
    handle = console.sign_in.read_session(st.context.cookies.get(SESSION_COOKIE))
    if handle is None:
        return None
    with console.database.reading() as session:
        person = people.find_person(session, handle)
    if person is None:
        return None
    language = viewer_language(person.language)
    st.session_state[_SPOKEN_KEY] = language
    return Viewer(
        handle=person.handle,
        name=person.name,
        language=language,
        zone=_viewer_zone(person.timezone),
        is_administrator=person.is_administrator,
    )


def get_viewer() -> Viewer:
    """The signed-in person. On a page behind the gate there always is one; otherwise it stops."""
    viewer = find_viewer()
    if viewer is None:
        st.stop()
    return viewer


def viewer_language(kept: str | None = None) -> Language:
    """What was chosen in this window, else kept for the person, else chosen at the sign-in."""
    wishes = (
        st.session_state.get(LANGUAGE_KEY),
        kept,
        st.context.cookies.get(LANGUAGE_COOKIE),
        get_console().settings.default_language,
    )
    return next(known for wish in wishes for known in LANGUAGES if known == wish)


def spoken_language() -> Language:
    """The language that this window was spoken to last; known even while the database is away."""
    return viewer_language(st.session_state.get(_SPOKEN_KEY))


def _viewer_zone(kept: str | None) -> ZoneInfo:
    """The zone kept for the person, else the browser's, else the console's."""
    for name in (kept, st.context.timezone):
        if name:
            try:
                return ZoneInfo(name)
            except (LookupError, ValueError, OSError):
                continue
    return get_console().settings.zone
