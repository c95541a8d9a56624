"""What should have been drawn again and was not.

The browser sends everything that changed within one tick together, and Streamlit then reruns the
fragment of the first of them. If a click falls into the tick in which another fragment follows the
board, the callback of the click is called, but its fragment is not drawn: an opened form would stay
empty, a refusal unsaid. So callbacks note what waits to be drawn, drawing it settles that, and a
fragment that ends with something still waiting has the whole page drawn.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import streamlit as st

_KEY = "waiting-to-be-drawn"
_WHOLE_KEY = "whole-page-is-drawn"


def await_drawing(key: str) -> None:
    """Note that what `key` names must be drawn in this run; called by callbacks."""
    st.session_state.setdefault(_KEY, set()).add(key)


def note_drawn(key: str) -> None:
    """Note that what `key` names is drawn."""
    st.session_state.get(_KEY, set()).discard(key)


@contextmanager
def whole_page() -> Iterator[None]:
    """Around the drawing of a whole page, which draws whatever waits."""
    st.session_state[_WHOLE_KEY] = True
    try:
        yield
    finally:
        st.session_state[_WHOLE_KEY] = False
        st.session_state.pop(_KEY, None)


def draws_all(show: Callable[[int], None]) -> Callable[[int], None]:
    """`show`, which shows a part of an incident, with a look at what else waited to be drawn."""

    @wraps(show)
    def shown(incident_id: int) -> None:
        show(incident_id)
        if not st.session_state.get(_WHOLE_KEY) and st.session_state.pop(_KEY, None):
            st.rerun(scope="app")

    return shown
