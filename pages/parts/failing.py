"""The last handler: what nobody caught is said in the viewer's language, with a reference.

Streamlit calls it for whatever leaves a page's script, one of its fragments, or a callback, and
where that was drawing, so the words stand in its place. What was typed is kept: Streamlit forgets
the fields that a run did not draw only when the run came to its end.
"""

from pages.parts.sending import attempt, show_problem


def say_failure(error: Exception) -> bool:
    """Say here why the page, or this part of it, is not to be seen; True: it is said."""

    def fail() -> None:
        raise error

    _nothing, problem = attempt(fail)
    if problem is None:
        return False
    show_problem(problem)
    return True
