"""Declaring with one line and Enter; what is open and what is past, in a real browser."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.windows import TEAM, board, command, declare, sign_in, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TITLE_FIELD = re.compile("What is wrong")
BOARD = re.compile(r"/board\?incident=(\d+)$")


def number_of(page) -> int:
    """The incident whose board the window shows."""
    page.wait_for_url(BOARD)
    return int(BOARD.search(page.url)[1])


def count(office) -> int:
    with office.client("hana") as client:
        return len(client.get("/incidents", params={"limit": 200}).json()["incidents"])


def test_a_title_and_enter_declare_and_open_the_board_well_within_ten_seconds(office, open_page):
    page = sign_in(open_page, office, "hana")
    expect(page.get_by_label(TITLE_FIELD)).to_be_focused()
    began = time.perf_counter()
    page.keyboard.type("Checkout errors")
    page.keyboard.press("Enter")
    number = number_of(page)
    expect(page.get_by_text("Checkout errors").first).to_be_visible()
    took_s = time.perf_counter() - began
    assert took_s < 5
    shown = board(office, number)
    told = (shown["title"], shown["kind"], shown["declared_by"])
    assert told == ("Checkout errors", "real", "hana")


def test_a_drill_says_so_before_and_after_it_is_declared(office, open_page):
    page = sign_in(open_page, office, "hana")
    page.get_by_text("Details (optional)").click()
    page.get_by_text("Drill", exact=True).click()
    expect(page.get_by_text("DRILL: none of this is real")).to_be_visible()
    expect(page.get_by_role("button", name="Declare a drill")).to_be_visible()
    page.get_by_label("Summary").fill("Practice of the month")
    page.get_by_label(TITLE_FIELD).fill("決済が失敗する")
    page.get_by_label(TITLE_FIELD).press("Enter")
    number = number_of(page)
    shown = board(office, number)
    assert (shown["kind"], shown["summary"]) == ("drill", "Practice of the month")
    page.goto(f"{office.url}/incidents")
    expect(page.locator(f".st-key-open-{number}").get_by_text("DRILL")).to_be_visible()


def test_a_blank_title_is_refused_where_it_was_typed_and_stores_nothing(office, open_page):
    page = sign_in(open_page, office, "hana")
    before = count(office)
    page.get_by_label(TITLE_FIELD).fill("   ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").get_by_text("is blank; say something")).to_be_visible()
    assert count(office) == before


def test_a_twin_is_shown_and_asked_about_and_still_possible(office, open_page):
    first = declare(office, "ken", "Login page is empty")
    page = sign_in(open_page, office, "hana")
    page.get_by_label(TITLE_FIELD).fill("login page empty")
    page.keyboard.press("Enter")
    known = re.compile(f"Open INC-{first} Login page is empty")
    expect(page.get_by_role("button", name=known)).to_be_visible()
    expect(page.get_by_label(TITLE_FIELD)).to_have_value("login page empty")
    page.get_by_role("button", name="Declare a second one").click()
    second = number_of(page)
    assert second > first
    page.goto(office.url)
    page.get_by_label(TITLE_FIELD).fill("Login page is empty!")
    page.get_by_label(TITLE_FIELD).press("Enter")
    page.get_by_role("button", name=known).click()
    assert number_of(page) == first
    with office.client("hana") as client:
        found = client.get("/incidents", params={"q": "login page"}).json()["incidents"]
    assert [incident["id"] for incident in found] == [second, first]


def test_peoples_words_are_never_markup(office, open_page):
    title = "![x](http://evil.example/a.png) <script>alert(1)</script> :red[a] $b$ **c**"
    number = declare(office, "ken", title)
    page = sign_in(open_page, office, "hana")
    row = page.locator(f".st-key-open-{number}")
    expect(row.get_by_role("link")).to_contain_text("$b$ **c**")
    # A joiner without width keeps Streamlit from finding addresses and icons in the words.
    assert title in row.get_by_role("link").inner_text().replace("\u2060", "")
    assert row.locator("img, script").count() == 0


def test_what_others_declare_appears_by_itself_with_what_is_vacant(office, open_page):
    page = sign_in(open_page, office, "hana")
    number = declare(office, "ken", "Search is slow", severity="SEV2")
    row = page.locator(f".st-key-open-{number}")
    expect(row).to_be_visible(timeout=20_000)
    for said in ("VACANT", "SEV2", "declared"):
        expect(row.get_by_text(said, exact=True)).to_be_visible()
    staff(office, number)
    expect(row.get_by_text(TEAM["hana"])).to_be_visible(timeout=20_000)
    expect(row.get_by_text("VACANT")).to_be_hidden()
    row.get_by_role("link").click()
    assert number_of(page) == number


def test_past_incidents_are_found_by_words_kind_and_state_page_after_page(office, open_page):
    numbers = []
    for n in range(22):
        kind = "drill" if n % 2 else "real"
        # A word, not a number: a number would find the incident that bears it as well.
        numbers.append(declare(office, "hana", f"Old trouble no{n}", kind=kind))
        command(office, numbers[-1], "hana", type="take_command")
        command(office, numbers[-1], "hana", type="cancel", reason="Only a test")
    declare(office, "hana", "Old trouble that still burns")
    page = sign_in(open_page, office, "hana")
    past = page.locator(".st-key-past")
    found = past.get_by_test_id("stPageLink-NavLink")
    search = page.get_by_label("Search")

    def look_for(words) -> None:
        search.fill(words)
        search.press("Enter")

    look_for("old trouble")
    expect(found).to_have_count(20)
    page.get_by_role("button", name="Older").click()
    expect(found).to_have_count(2)
    expect(past.get_by_text("Old trouble no0")).to_be_visible()
    page.get_by_role("button", name="Newer").click()
    expect(found).to_have_count(20)
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Drill", exact=True).click()
    expect(found).to_have_count(11)
    look_for("trouble no21")
    expect(found).to_have_count(1)
    look_for(f"INC-{numbers[3]}")
    expect(past.get_by_text("Old trouble no3")).to_be_visible()
    look_for("nothing like it")
    expect(past.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Real and drill").click()
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="All").click()
    look_for("burns")
    expect(past.get_by_text("Old trouble that still burns")).to_be_visible()
