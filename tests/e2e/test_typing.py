"""What somebody typed and did not send waits for them, whatever page they looked at meanwhile."""

import pytest
from playwright.sync_api import expect

from tests.browsers import wait_until_settled
from tests.e2e.windows import board, command, declare, sign_in, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SOON_MS = 15_000


@pytest.fixture
def incident(office) -> int:
    """A staffed incident: Hana commands, Aya is liaison, Jun scribe."""
    number = declare(office, "hana", "Checkout errors")
    staff(office, number)
    return number


def visit(page, name: str) -> None:
    """Goes to another page by the menu."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    wait_until_settled(page)


def test_half_a_report_is_there_after_a_look_at_the_board(office, open_page, incident):
    jun = sign_in(open_page, office, "jun", f"/report?incident={incident}")
    text = jun.get_by_label("The report, in Markdown")
    text.fill("# Half a rep")
    visit(jun, "Board")
    visit(jun, "Report")
    expect(text).to_have_value("# Half a rep")
    text.press("End")
    text.press_sequentially("ort")
    jun.get_by_role("button", name="Save the report").click()
    expect(jun.get_by_text("Version 1")).to_be_visible(timeout=SOON_MS)
    with office.client("jun") as client:
        assert "# Half a report" in client.get(f"/incidents/{incident}/report.md").text
    # What was sent does not come back over what somebody saved later.
    command(office, incident, "jun", type="save_report", text="Saved elsewhere")
    visit(jun, "Board")
    visit(jun, "Report")
    expect(text).to_have_value("Saved elsewhere")


def test_half_an_announcement_is_there_after_a_look_at_the_board(office, open_page, incident):
    aya = sign_in(open_page, office, "aya", f"/announcements?incident={incident}")
    what = aya.get_by_label("What is happening").first
    what.fill("Cards fa")
    aya.get_by_role("tab", name="日本語").first.click()
    aya.get_by_label("What is happening").nth(1).fill("カードが")
    visit(aya, "Board")
    visit(aya, "Announcements")
    expect(what).to_have_value("Cards fa")
    aya.get_by_role("button", name="Save as draft").click()
    expect(aya.get_by_text("Not published yet")).to_be_visible(timeout=SOON_MS)
    [notice] = board(office, incident)["notices"]
    assert notice["fields"]["what"] == {"en": "Cards fa", "ja": "カードが"}
    visit(aya, "Board")
    visit(aya, "Announcements")
    aya.get_by_text("A new announcement").click()
    stages = aya.locator(f".st-key-notice-stage-{incident}")
    stages.get_by_text("First announcement").click()
    expect(what).to_have_value("")


def test_what_is_typed_for_one_incident_is_not_the_other_incidents(office, open_page, incident):
    other = declare(office, "hana", "Search is slow")
    command(office, other, "hana", type="take_command")
    page = sign_in(open_page, office, "hana", f"/board?incident={incident}")

    def situation(number: int):
        page.locator(f".st-key-inc{number}-situation-open").get_by_role("button").first.click()
        return page.locator(f".st-key-inc{number}-situation-text textarea")

    def look_at(number: int) -> None:
        visit(page, "Report")
        page.get_by_role("combobox").first.click()
        page.get_by_role("option", name=f"INC-{number} ").click()
        wait_until_settled(page)
        visit(page, "Board")
        expect(page.get_by_text(f"INC-{number}", exact=True).first).to_be_visible(timeout=SOON_MS)

    situation(incident).fill("One in five")
    page.keyboard.press("Escape")
    look_at(other)
    box = situation(other)
    expect(box).to_have_value("")
    box.fill("Slow since ten")
    page.keyboard.press("Escape")
    look_at(incident)
    expect(situation(incident)).to_have_value("One in five")
    page.locator(f".st-key-inc{incident}-situation-send").get_by_role("button").click()
    expect(page.get_by_text("One in five", exact=True)).to_be_visible(timeout=SOON_MS)
    assert board(office, incident)["situation"]["text"] == "One in five"
    assert board(office, other)["situation"] is None
    look_at(other)
    expect(situation(other)).to_have_value("Slow since ten")
