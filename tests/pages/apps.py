"""Pages run without a browser, by somebody who is signed in, within all that surrounds them."""

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.parts import viewer as viewers
from services.sign_in import SignIn

SHELL = Path(__file__).parent.parent.parent / "pages" / "shell.py"


def run(page, monkeypatch, *, handle="hana", language="en", **query) -> AppTest:
    """The page as `handle` sees it."""
    monkeypatch.setattr(SignIn, "read_session", lambda _self, _cookie: handle)
    monkeypatch.setattr(viewers, "viewer_language", lambda _kept=None: language)
    app = AppTest.from_file(SHELL, default_timeout=30)
    app._page_hash = calc_hash(page)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def words(app) -> str:
    """What the page says."""
    kinds = (
        *(app.title, app.subheader, app.info, app.caption, app.warning, app.markdown),
        *(app.error, app.text),
    )
    return "\n".join(str(element.value) for kind in kinds for element in kind)
