"""In a real browser: what one person writes is on every open timeline by itself."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.servers import ROOT, find_free_port

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("live-timeline")]

APP = Path(__file__).parent / "live_server" / "app.py"


@pytest.fixture(scope="module")
def live_server(tmp_path_factory):
    """A client of the small server of `live_server/`, which runs for all tests of this file."""
    folder = tmp_path_factory.mktemp("live-server")
    port = find_free_port()
    log_path = folder / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(APP), str(port)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            until = time.monotonic() + 60
            while True:
                with contextlib.suppress(httpx.TransportError):
                    client.get("/healthz").raise_for_status()
                    break
                assert process.poll() is None, log_path.read_text()
                assert time.monotonic() < until, log_path.read_text()
                time.sleep(0.05)
            yield client
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def live(live_server):
    """The same with an empty record."""
    live_server.post("/reset").raise_for_status()
    return live_server


def write(live, text, **more):
    return live.post("/write", json={"text": text, **more}).raise_for_status().json()["seq"]


def open_timeline(open_page, live, query="", **options):
    page = open_page(f"{live.base_url}/{query}", **options)
    expect(page.locator(".timeline")).to_have_attribute("data-state", "live", timeout=30_000)
    return page


def shown(page):
    return [int(row.get_attribute("data-seq")) for row in page.locator(".row").all()]


def test_an_entry_reaches_every_open_timeline_within_a_second(open_page, live):
    write(live, "before")
    pages = [open_timeline(open_page, live) for _ in range(2)]
    write(live, "during")
    for page in pages:
        expect(page.get_by_text("during")).to_be_visible(timeout=1_000)
        assert shown(page) == [2, 1]


def test_peoples_words_are_shown_exactly_and_never_run(open_page, live):
    page = open_timeline(open_page, live)
    page.on("dialog", lambda _dialog: pytest.fail("somebody's words were executed"))
    words = "<img src=x onerror=alert(1)>\n![x](http://example.com/x.png) **b** :red[r] 障害 🚨"
    write(live, words)
    row = page.locator(".row .words").first
    expect(row).to_have_text(words)
    assert row.evaluate("node => node.children.length") == 0


def test_right_to_left_words_keep_their_direction_and_long_ones_stay_inside(open_page, live):
    page = open_timeline(open_page, live, viewport={"width": 390, "height": 800})
    write(live, "השרת נפל")
    write(live, "x" * 4_000)
    words = page.locator(".row .words")
    expect(words).to_have_count(2)
    assert words.nth(1).evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert page.locator(".log").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_correction_stands_beneath_its_original_which_stays_readable(open_page, live):
    page = open_timeline(open_page, live)
    write(live, "error rate 5 %")
    write(live, "error rate 50 %", kind="entry.amended", amends=1)
    original = page.locator('.row[data-seq="1"]')
    expect(original.locator(".amendment")).to_contain_text("error rate 50 %")
    expect(original).to_contain_text("error rate 5 %")
    expect(page.locator('.row[data-seq="2"]')).to_contain_text("#1")


def test_a_correction_of_an_entry_on_the_first_page_is_shown_from_the_start(open_page, live):
    write(live, "error rate 5 %")
    write(live, "error rate 50 %", kind="entry.amended", amends=1)
    page = open_timeline(open_page, live)
    expect(page.locator('.row[data-seq="1"] .amendment')).to_contain_text("error rate 50 %")


def test_after_a_lost_line_nothing_is_missing_and_nothing_is_twice(open_page, live):
    page = open_timeline(open_page, live)
    for number in range(1, 31):
        write(live, f"entry {number}")
        if number % 10 == 0:
            live.post("/cut")
    expect(page.locator(".row")).to_have_count(30, timeout=15_000)
    assert shown(page) == list(range(30, 0, -1))


def test_a_browser_without_a_line_says_so_and_comes_back_by_itself(open_page, live):
    page = open_timeline(open_page, live)
    page.context.set_offline(True)
    live.post("/cut")
    expect(page.locator(".state")).to_have_text("reconnecting")
    write(live, "while away")
    page.context.set_offline(False)
    expect(page.get_by_text("while away")).to_be_visible(timeout=15_000)
    expect(page.locator(".state")).to_have_text("live")
    assert shown(page) == [1]


def test_a_ticket_that_grew_old_is_replaced_by_itself(open_page, live):
    page = open_timeline(open_page, live)
    live.post("/expire")
    write(live, "after the ticket")
    expect(page.get_by_text("after the ticket")).to_be_visible(timeout=15_000)
    assert shown(page) == [1]


def test_only_entries_of_the_followed_kinds_rerun_a_card_and_a_burst_reruns_it_once(
    open_page, live
):
    page = open_timeline(open_page, live)
    expect(page.get_by_text("card run 1 at None")).to_be_visible()
    write(live, "a note")
    expect(page.get_by_text("a note")).to_be_visible()
    for number in range(5):
        write(live, f"situation {number}", kind="situation.set")
    expect(page.get_by_text("at 6")).to_be_visible(timeout=2_000)
    runs = int(page.get_by_text("card run").inner_text().split()[2])
    assert runs <= 3


def test_the_filter_finds_width_and_case_alike_and_is_reached_by_keyboard(open_page, live):
    for text in ("ＤＢ restarted", "cache is warm"):
        write(live, text)
    page = open_timeline(open_page, live)
    box = page.get_by_label("Filter the timeline")
    for _ in range(30):
        page.keyboard.press("Tab")
        if box.evaluate("node => node.getRootNode().activeElement === node"):
            break
    page.keyboard.type("db")
    expect(page.locator(".row:visible")).to_have_count(1)
    write(live, "db is fine")
    write(live, "unrelated")
    expect(page.locator(".row:visible")).to_have_count(2)
    expect(page.locator(".count")).to_have_text("2 / 4")
    page.keyboard.press("Escape")
    expect(page.locator(".row:visible")).to_have_count(4)


def test_times_are_in_the_viewers_zone_with_the_date_and_utc_on_hover(open_page, live):
    moment = "2026-01-31T16:30:00+00:00"
    write(live, "x", recorded_at=moment, occurred_at="2026-01-31T14:05:00+00:00")
    page = open_timeline(open_page, live, timezone="Asia/Tokyo")
    expect(page.locator(".day-name")).to_contain_text("Feb 1, 2026")
    recorded = page.locator(".row > time")
    expect(recorded).to_have_text("01:30")
    title = recorded.get_attribute("title")
    assert "GMT+09:00" in title
    assert "2026-01-31 16:30:00 UTC" in title
    expect(page.locator(".row .tag time")).to_have_text("Sat, Jan 31, 2026 23:05")


def test_a_kept_zone_wins_over_the_browsers(open_page, live):
    write(live, "x", recorded_at="2026-01-31T16:30:00+00:00")
    page = open_timeline(open_page, live, "?zone=America/New_York", timezone="Asia/Tokyo")
    expect(page.locator(".row > time")).to_have_text("11:30")


def test_sentences_of_ours_are_in_the_viewers_language(open_page, live):
    texts = {"en": "Hana checked in", "ja": "Hana が参加"}
    write(live, "Hana checked in", kind="person.checked_in", texts=texts)
    page = open_timeline(open_page, live, "?lang=ja", language="ja")
    expect(page.locator(".row .words")).to_have_text("Hana が参加")
    assert page.locator(".timeline").get_attribute("lang") == "ja"


def test_a_screen_reader_is_told_what_comes_but_not_the_whole_past(open_page, live):
    write(live, "before")
    page = open_timeline(open_page, live)
    log = page.locator(".log")
    assert log.get_attribute("role") == "log"
    expect(log).to_have_attribute("aria-live", "polite")
    assert log.get_attribute("tabindex") == "0"


def test_clocks_count_up_down_and_over(open_page, live):
    page = open_timeline(open_page, live)
    values = page.locator(".clock-value")
    expect(values).to_have_count(4)
    first = values.all_inner_texts()
    assert first[0].startswith("41:")
    assert first[1].startswith("01:")
    assert first[2].endswith("over")
    assert first[3].startswith("2 d 03:00")
    expect(values.nth(0)).not_to_have_text(first[0], timeout=3_000)
    expect(values.nth(2)).to_have_class("clock-value is-over")
    assert "UTC" in values.nth(1).get_attribute("title")


def test_an_empty_timeline_says_what_to_do(open_page, live):
    page = open_timeline(open_page, live)
    expect(page.locator(".empty:visible")).to_contain_text("Type the first entry")
    write(live, "first")
    expect(page.locator(".empty:visible")).to_have_count(0)


def test_it_is_readable_in_the_dark(open_page, live):
    write(live, "x")
    page = open_timeline(open_page, live, color_scheme="dark")
    colour = page.locator(".row .words").evaluate("node => getComputedStyle(node).color")
    assert sum(int(part) for part in colour[4:-1].split(",")) > 3 * 200


def test_a_closed_page_leaves_no_follower_behind(open_page, live):
    page = open_timeline(open_page, live)
    assert live.get("/followers").json() == 1
    page.close()
    until = time.monotonic() + 5
    while live.get("/followers").json() and time.monotonic() < until:
        time.sleep(0.05)
    assert live.get("/followers").json() == 0
