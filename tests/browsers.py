"""A real Chromium, with one window per person.

`browser`    Chromium; started once per test file, because the synchronous Playwright occupies the
             event loop of its thread, and other test files call `asyncio.run`
`open_page`  a window of a new person: own cookies, language, zone, colours. Nothing it loads may
             come from anywhere but loopback: the test fails if it tried

The browser is $CHROMIUM, or the first of `chromium`, `chromium-browser`, `google-chrome` on PATH.
A window of a test that failed is kept as a picture in `test-results/`.
"""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.completeness import leave_out

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # Even a page that tries cannot reach further than this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
WINDOW = {"width": 1280, "height": 800}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PICTURES = Path(__file__).parent.parent / "test-results"

OpenPage = Callable[..., Page]
failed_key = pytest.StashKey[bool]()


def find_chromium() -> str | None:
    """The path of the browser, or None."""
    chosen = os.environ.get("CHROMIUM")
    return chosen or next(filter(None, map(shutil.which, NAMES)), None)


def wait_until_settled(page: Page) -> None:
    """Returns when Streamlit has run the page's script to its end."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


class OutsideWatch:
    """Notes what pages ask of any machine but this one.

    Attributes:
        asked: The addresses, in the order in which they were asked for.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watches every page of a window, its WebSockets too."""
        context.on("request", lambda sent: self._note(sent.url))
        context.on("page", lambda page: page.on("websocket", lambda opened: self._note(opened.url)))

    def _note(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            self.asked.append(url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = find_chromium()
    if path is None:
        leave_out("there is no Chromium: apt-get install chromium, or say where with CHROMIUM=")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens an address in the window of a new person.

    `language` is en or ja; `timezone` an IANA zone; other keywords go to Playwright's
    `new_context`, for example `color_scheme="dark"` or `viewport={"width": 390, "height": 844}`.
    """
    pages: list[Page] = []
    watch = OutsideWatch()

    def open_(url: str, *, language: str = "en", timezone: str = "UTC", **options) -> Page:
        context = browser.new_context(
            locale=LOCALES[language], timezone_id=timezone, **({"viewport": WINDOW} | options)
        )
        watch.over(context)
        page = context.new_page()
        pages.append(page)
        page.goto(url)
        return page

    yield open_
    for number, page in enumerate(pages, start=1):
        if request.node.stash.get(failed_key, False) and not page.is_closed():
            name = re.sub(r"\W+", "-", request.node.nodeid).strip("-")
            page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert not watch.asked, "a page asked for what is not on this machine"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and call.when == "call":
        item.stash[failed_key] = True
    return report
