"""The board in real browsers: an incident from its declaration to its end, seen by everybody."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.windows import board, command, declare, sign_in, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SOON_MS = 15_000
NASTY = (
    "![x](http://evil.example/x.png) <script>document.title='owned'</script>"
    ' <img src="http://evil.example/y.png"> [a](javascript:alert(1)) :smile: :red[x] $a$'
    " \u202eabc\u202c <!channel>"
)
FOCUSED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  const name = e.getAttribute("aria-label") || e.textContent || e.placeholder || "";
  const key = e.closest("[class*=st-key-]")?.className ?? "";
  return e.matches("button, input, textarea, a") ? `${key} ${name}` : "";
}"""


@pytest.fixture
def incident(office) -> int:
    """A staffed incident: Hana commands, Ken is primary SME, Aya liaison, Jun scribe."""
    number = declare(office, "hana", "Checkout errors")
    staff(office, number)
    return number


def open_board(open_page, office, handle: str, number: int, **window) -> Page:
    page = sign_in(open_page, office, handle, f"/board?incident={number}", **window)
    expect(page.get_by_text("Resolved and stood down")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("live", exact=True)).to_be_visible(timeout=SOON_MS)
    return page


def part(page: Page, key: str) -> Locator:
    """What stands under a key; forms have the incident's number before it."""
    number = re.search(r"incident=(\d+)", page.url)[1]
    return page.locator(f".st-key-{key}, .st-key-inc{number}-{key}")


def press(page: Page, key: str, name: str) -> None:
    part(page, key).get_by_role("button", name=name).first.click()


def fill(page: Page, key: str, **values: str) -> None:
    """Opens the form of a key, fills its fields and sends it."""
    part(page, f"{key}-open").get_by_role("button").first.click()
    for field, text in values.items():
        box = part(page, f"{key}-{field}").locator("input, textarea").first
        box.fill(text)
    part(page, f"{key}-send").get_by_role("button").click()


def choose(page: Page, key: str, field: str, name: str) -> None:
    """Opens the form of a key, chooses an option and sends it."""
    part(page, f"{key}-open").get_by_role("button").first.click()
    box = part(page, f"{key}-{field}").get_by_role("combobox")
    box.click()
    page.get_by_role("option", name=re.compile(re.escape(name))).click()
    part(page, f"{key}-send").get_by_role("button").click()


def note_line(page: Page) -> Locator:
    return page.get_by_placeholder("Type an entry for the timeline")


def holder(page: Page, role: str, name: str) -> None:
    expect(part(page, f"role-{role}").get_by_text(name, exact=True)).to_be_visible(timeout=SOON_MS)


def test_an_incident_goes_from_declaration_to_stand_down_by_clicking(office, open_page):
    number = declare(office, "hana", "Search is slow")
    hana = open_board(open_page, office, "hana", number)
    ken = open_board(open_page, office, "ken", number)
    expect(part(hana, "missing").get_by_text("Nobody commands")).to_be_visible()

    press(hana, "role-commander", "Take command")
    holder(hana, "commander", "Hana Sato")
    for role, name in {"primary_sme": "Ken Ito", "liaison": "Aya", "scribe": "Jun Abe"}.items():
        expect(part(hana, f"assign-{role}-open").get_by_role("button")).to_be_enabled(
            timeout=SOON_MS
        )
        choose(hana, f"assign-{role}", "person", name)
        holder(hana, role, "Aya 綾" if name == "Aya" else name)
    holder(ken, "scribe", "Jun Abe")

    fill(hana, "situation", text="p99 of search is 9 s since 10:05")
    expect(ken.get_by_text("p99 of search is 9 s since 10:05", exact=True)).to_be_visible(
        timeout=SOON_MS
    )
    fill(hana, "definition", criteria="p99 under 300 ms\nno empty answers")
    expect(ken.get_by_text("no empty answers", exact=True)).to_be_visible(timeout=SOON_MS)
    fill(hana, "course", text="Go back to the old index")
    press(ken, "agree", "Agree")
    expect(hana.get_by_text("agreed by both")).to_be_visible(timeout=SOON_MS)

    fill(ken, "hypothesis", claim="The new index is cold")
    fill(ken, "update", conditions="Index restored", actions="Watching", needs="Nothing")
    hana.get_by_role("button", name="Acknowledge").click()
    expect(hana.get_by_text("acknowledged by Hana Sato")).to_be_visible(timeout=SOON_MS)
    for criterion in (1, 2):
        press(hana, f"meet-{criterion}", "Met")
        expect(part(hana, f"unmeet-{criterion}-open")).to_be_visible(timeout=SOON_MS)
    press(hana, "resolve", "Declare resolved")
    expect(part(hana, "reopen-open")).to_be_visible(timeout=SOON_MS)

    fill(hana, "condition", text="Quiet for an hour")
    fill(hana, "condition-met")
    part(hana, "stand-down-open").get_by_role("button").click()
    part(hana, "stand-down-send").get_by_role("button").click()
    refusal = hana.get_by_role("alert").filter(has_text="stand-down-gates")
    expect(refusal).to_contain_text("the resolution announcement, published", timeout=SOON_MS)
    expect(refusal).to_contain_text("the report, saved")

    fields = {"recovered_at": board(office, number)["resolved_at"], "data_loss": "none"}
    command(office, number, "aya", type="draft_notice", stage="resolution", fields=fields)
    command(office, number, "hana", type="approve_notice", notice=1)
    command(office, number, "aya", type="publish_notice", notice=1)
    command(office, number, "jun", type="save_report", text="What happened")
    part(hana, "stand-down-send").get_by_role("button").click()
    expect(hana.get_by_text("Next actions")).to_be_visible(timeout=SOON_MS)
    expect(ken.get_by_text("Next actions")).to_be_visible(timeout=SOON_MS)
    assert board(office, number)["phase"] == "stood_down"

    note_line(ken).fill("one more thing")
    note_line(ken).press("Enter")
    expect(ken.get_by_role("alert").filter(has_text="append-only")).to_be_visible(timeout=SOON_MS)
    expect(note_line(ken)).to_have_value("one more thing")
    aya = open_board(open_page, office, "aya", number)
    expect(aya.get_by_text("This incident is over", exact=False)).to_be_visible()
    expect(note_line(aya)).to_be_hidden()


def test_the_main_line_goes_by_keyboard_alone(office, open_page):
    number = declare(office, "hana", "Login is down")
    page = open_board(open_page, office, "hana", number)

    def reach(name: str, key: str = "") -> None:
        """Tab until a control of that name has the focus, which is then visible."""
        for _step in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if key in focused and name in focused:
                return
        pytest.fail(f"No control {name!r} within 60 steps of Tab.")

    reach("Take command")
    page.keyboard.press("Enter")
    holder(page, "commander", "Hana Sato")
    expect(part(page, "situation-open")).to_be_visible(timeout=SOON_MS)
    reach("Set", "situation-open")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What is happening")).to_be_visible(timeout=SOON_MS)
    reach("What is happening")
    page.keyboard.type("Nobody can log in")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nobody can log in", exact=True)).to_be_visible(timeout=SOON_MS)
    reach("Type an entry")
    page.keyboard.type("first reports at 03:02")
    page.keyboard.press("Enter")
    expect(page.get_by_text("first reports at 03:02", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(note_line(page)).to_be_focused()
    page.keyboard.type("and a second entry without leaving the keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("and a second entry", exact=False).first).to_be_visible(timeout=SOON_MS)


def test_what_one_does_is_on_every_other_board_by_itself(office, open_page, incident):
    hana = open_board(open_page, office, "hana", incident)
    ken = open_board(open_page, office, "ken", incident)
    note_line(hana).fill("the cache is warm")
    note_line(hana).press("Enter")
    expect(ken.get_by_text("the cache is warm", exact=True)).to_be_visible(timeout=SOON_MS)
    part(hana, "offer-scribe-open").get_by_role("button").click()
    box = part(hana, "offer-scribe-to").get_by_role("combobox")
    box.click()
    # The primary SME holds nothing else, so Ken is not among those to whom it can be offered.
    expect(hana.get_by_role("option", name=re.compile("Aya"))).to_be_visible()
    expect(hana.get_by_role("option", name=re.compile("Ken"))).to_have_count(0)
    hana.get_by_role("option", name=re.compile("Aya")).click()
    part(hana, "offer-scribe-send").get_by_role("button").click()
    offered = part(ken, "role-scribe").get_by_text("Aya 綾", exact=True)
    expect(offered).to_be_visible(timeout=SOON_MS)

    aya = open_board(open_page, office, "aya", incident)
    press(aya, "accept-scribe", "Accept")
    for page in (hana, ken, aya):
        expect(part(page, "role-scribe").get_by_text("double role")).to_be_visible(timeout=SOON_MS)
    press(aya, "release-liaison-aya", "Release")
    for page in (hana, ken):
        expect(part(page, "role-liaison").get_by_text("VACANT")).to_be_visible(timeout=SOON_MS)


def test_a_rerun_does_not_eat_what_somebody_is_typing(office, open_page, incident):
    hana = open_board(open_page, office, "hana", incident)
    note_line(hana).press_sequentially("half a sen")
    part(hana, "situation-open").get_by_role("button").first.click()
    area = hana.get_by_label("What is happening")
    area.press_sequentially("Half of them")
    command(office, incident, "hana", type="release_role", role="scribe", person="jun")
    command(office, incident, "hana", type="set_goal", text="Restore logins")
    expect(part(hana, "role-scribe").get_by_text("VACANT")).to_be_visible(timeout=SOON_MS)
    expect(hana.get_by_text("Restore logins", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(area).to_be_focused()
    area.press_sequentially(" fail")
    expect(area).to_have_value("Half of them fail")
    expect(note_line(hana)).to_have_value("half a sen")
    hana.keyboard.press("Escape")
    expect(area).to_be_hidden()
    part(hana, "situation-open").get_by_role("button").first.click()
    expect(area).to_have_value("Half of them fail")


def test_a_refusal_names_its_rule_and_keeps_the_text(office, open_page, incident):
    jun = open_board(open_page, office, "jun", incident)
    note_line(jun).fill("a line that is refused")
    command(office, incident, "hana", type="release_role", role="scribe", person="jun")
    expect(jun.get_by_text("You hold no role here", exact=False)).to_be_visible(timeout=SOON_MS)
    note_line(jun).press("Enter")
    refusal = jun.get_by_role("alert").filter(has_text="role-required")
    expect(refusal).to_contain_text("A role is required", timeout=SOON_MS)
    expect(note_line(jun)).to_have_value("a line that is refused")
    command(office, incident, "hana", type="assign_role", role="scribe", person="jun")
    expect(jun.get_by_text("You hold no role here", exact=False)).to_be_hidden(timeout=SOON_MS)
    note_line(jun).press("Enter")
    expect(jun.get_by_text("a line that is refused", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(note_line(jun)).to_have_value("")


def test_a_refused_form_stays_open_with_what_was_typed(office, open_page, incident):
    ken = open_board(open_page, office, "ken", incident)
    fill(ken, "update", conditions="Half of it", actions="", needs="")
    refusal = ken.get_by_role("alert").filter(has_text="nothing was saved")
    expect(refusal).to_contain_text("Actions is empty; say something", timeout=SOON_MS)
    expect(ken.get_by_label("Conditions")).to_have_value("Half of it")
    ken.get_by_label("Actions").fill("Restoring")
    ken.get_by_label("Needs").fill("Nothing")
    part(ken, "update-send").get_by_role("button").click()
    expect(ken.get_by_text("Half of it", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(ken.get_by_label("Conditions")).to_be_hidden()


def test_who_changes_the_same_thing_is_told_and_sees_both(office, open_page, incident):
    command(office, incident, "hana", type="set_situation", text="As it was")
    hana = open_board(open_page, office, "hana", incident)
    part(hana, "situation-open").get_by_role("button").first.click()
    area = hana.get_by_label("What is happening")
    expect(area).to_have_value("As it was")
    area.fill("As I see it")
    command(office, incident, "hana", type="note", text="this disturbs nobody")
    command(office, incident, "hana", type="set_situation", text="As another sees it")
    part(hana, "situation-send").get_by_role("button").click()
    refusal = hana.get_by_role("alert").filter(has_text="stale-board")
    expect(refusal).to_be_visible(timeout=SOON_MS)
    popover = hana.get_by_test_id("stPopoverBody")
    expect(popover.get_by_text("As I see it").first).to_be_visible()
    expect(popover.get_by_text("As another sees it")).to_be_visible()
    assert board(office, incident)["situation"]["text"] == "As another sees it"
    part(hana, "situation-send").get_by_role("button").click()
    expect(area).to_be_hidden(timeout=SOON_MS)
    assert board(office, incident)["situation"]["text"] == "As I see it"


def test_a_double_click_applies_once(office, open_page, incident):
    hana = open_board(open_page, office, "hana", incident)
    before = board(office, incident)["revision"]
    part(hana, "status-check").get_by_role("button").dblclick()
    expect(hana.get_by_text("Status check", exact=True).nth(1)).to_be_visible(timeout=SOON_MS)
    time.sleep(1)
    assert board(office, incident)["revision"] == before + 1


def test_peoples_words_are_neither_run_nor_fetched(office, open_page, incident):
    command(office, incident, "hana", type="set_situation", text=NASTY)
    command(office, incident, "hana", type="define_resolved", criteria=[NASTY, "x" * 4_000])
    command(office, incident, "hana", type="set_goal", text=NASTY)
    command(office, incident, "hana", type="set_course", text=NASTY)
    command(office, incident, "jun", type="note", text=NASTY)
    name = NASTY[:70]
    with office.client() as client:
        client.post("/people", json={"handle": "nasty", "name": name})
    overdue = {"text": "x", "owner": "nasty", "due_at": "2026-01-01T00:00:00Z"}
    command(office, incident, "hana", type="assign_action", **overdue)
    hana = open_board(open_page, office, "hana", incident)
    shown = hana.get_by_text(NASTY, exact=True)
    expect(shown.first).to_be_visible(timeout=SOON_MS)
    assert shown.count() >= 4
    missing = part(hana, "missing").inner_text()
    assert f"({name})" in re.sub("[\u2060\u2068\u2069]", "", missing)
    assert part(hana, "missing").locator("img, a, .katex").count() == 0
    part(hana, "resolve").hover()
    assert "owned" not in hana.title()
    assert hana.locator("img[src*=evil]").count() == 0


def test_a_latecomer_on_a_phone_sees_the_situation_and_no_buttons_that_fail(
    office, open_page, incident
):
    command(office, incident, "hana", type="set_situation", text="One in five fails")
    with office.client() as client:
        client.post("/people", json={"handle": "late", "name": "Lou Late"})
    page = open_board(open_page, office, "late", incident, viewport={"width": 390, "height": 844})
    expect(page.get_by_text("One in five fails", exact=True)).to_be_visible()
    expect(page.get_by_text("You hold no role here", exact=False)).to_be_visible()
    expect(note_line(page)).to_be_hidden()
    expect(part(page, "situation-open")).to_have_count(0)
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390
    press(page, "check-in", "Check in")
    expect(part(page, "check-out")).to_be_visible(timeout=SOON_MS)


def test_at_twice_the_size_nothing_is_out_of_reach(office, open_page, incident):
    command(office, incident, "ken", type="propose_decision", proposal="Skip the canary")
    page = open_board(open_page, office, "hana", incident, viewport={"width": 640, "height": 400})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 640
    part(page, "go-1-open").get_by_role("button").click()
    expect(page.get_by_text("Executor (optional)")).to_be_visible(timeout=SOON_MS)
    part(page, "go-1-send").get_by_role("button").click()
    expect(part(page, "go-1-open")).to_have_count(0, timeout=SOON_MS)


def test_without_an_incident_the_board_says_where_to_begin(start_server, open_page):
    server = start_server()
    with server.client() as client:
        client.post("/people", json={"handle": "hana", "name": "Hana Sato"})
    page = sign_in(open_page, server, "hana", "/board")
    expect(page.get_by_text("No incident is open. All is quiet.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Declare an incident")).click()
    expect(page).to_have_url(re.compile("/(incidents)?$"))
