"""Announcements, report and settings in a real browser, by the people whose work they are."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browsers import wait_until_settled
from tests.e2e.windows import TEAM, board, command, declare, sign_in, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PAGES = {
    "incidents": ("Incidents", "障害"),
    "board": ("Board", "ボード"),
    "announcements": ("Announcements", "周知"),
    "report": ("Report", "障害報告書"),
    "settings": ("Settings", "設定"),
}


@pytest.fixture
def incident(office) -> int:
    """A staffed incident: Hana commands, Aya is liaison, Jun scribe."""
    number = declare(office, "hana", "Checkout errors")
    staff(office, number)
    return number


@pytest.mark.parametrize("path", PAGES)
def test_an_anonymous_visit_leads_to_the_sign_in_and_back(office, open_page, path):
    page = open_page(f"{office.url}/{path}?incident=1")
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_role("button", name=re.compile("Hana Sato")).click()
    page.wait_for_url(f"{office.url}/{path}?incident=1")
    wait_until_settled(page)
    expect(page.get_by_test_id("stPopover").first).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_a_notice_goes_from_the_liaison_to_the_commander_and_out(office, open_page, incident):
    path = f"/announcements?incident={incident}"
    aya = sign_in(open_page, office, "aya", path)
    hana = sign_in(open_page, office, "hana", path)
    expect(hana.get_by_text("Nothing was announced yet.")).to_be_visible()
    expect(hana.get_by_role("button", name="Save as draft")).to_be_hidden()

    aya.get_by_label("What is happening").first.fill("Payments by card fail")
    aya.get_by_label("Impact").first.fill("One in five orders")
    aya.get_by_role("tab", name="日本語").first.click()
    aya.get_by_label("What is happening").nth(1).fill("カード決済が失敗する")
    aya.get_by_role("button", name="Save as draft").click()
    draft = hana.locator(f".st-key-notice-{incident}-1")
    expect(draft.get_by_text("Payments by card fail")).to_be_visible(timeout=15_000)
    expect(draft.get_by_text("being confirmed").first).to_be_visible()

    draft.get_by_role("button", name="Return").click()
    hana.get_by_label("What should change").fill("Say which cards")
    hana.get_by_role("button", name="Return").last.click()
    mine = aya.locator(f".st-key-notice-{incident}-1")
    expect(mine.get_by_text("Say which cards")).to_be_visible(timeout=15_000)
    mine.get_by_role("button", name="Edit").click()
    what = mine.get_by_label("What is happening").first
    expect(what).to_have_value("Payments by card fail")
    what.fill("Payments by Visa fail")
    mine.get_by_role("button", name="Save the draft").click()
    expect(mine.get_by_text("Payments by Visa fail")).to_be_visible()

    expect(draft.get_by_text("Payments by Visa fail")).to_be_visible(timeout=15_000)
    draft.get_by_role("button", name="Approve").click()
    publish = mine.get_by_role("button", name="Publish now")
    expect(publish).to_be_visible(timeout=15_000)
    publish.click()
    expect(draft.get_by_text("published", exact=True)).to_be_visible(timeout=15_000)
    expect(hana.get_by_text("next update due in")).to_be_visible(timeout=15_000)
    [notice] = board(office, incident)["notices"]
    assert (notice["state"], notice["published_by"], notice["approved_by"]) == (
        "published",
        "aya",
        "hana",
    )
    assert notice["fields"]["what"] == {
        "en": "Payments by Visa fail",
        "ja": "カード決済が失敗する",
    }


def test_a_saved_draft_survives_a_reload_half_written(office, open_page, incident):
    aya = sign_in(open_page, office, "aya", f"/announcements?incident={incident}")
    aya.get_by_text("Resolution announcement").first.click()
    aya.get_by_label("Data loss").first.fill("none")
    aya.get_by_role("button", name="Save as draft").click()
    mine = aya.locator(f".st-key-notice-{incident}-1")
    expect(mine.get_by_text("Missing before it can be approved: Recovered")).to_be_visible()
    aya.reload()
    expect(mine.get_by_text("none", exact=True).first).to_be_visible(timeout=15_000)
    expect(mine.get_by_text("Missing before it can be approved: Recovered")).to_be_visible()


def test_an_incomplete_notice_is_refused_by_name_and_stays(office, open_page, incident):
    sent = {"type": "draft_notice", "stage": "resolution", "fields": {"data_loss": "none"}}
    command(office, incident, "aya", **sent)
    hana = sign_in(open_page, office, "hana", f"/announcements?incident={incident}")
    hana.get_by_role("button", name="Approve").click()
    expect(hana.get_by_text("notice-complete")).to_be_visible()
    assert board(office, incident)["notices"][0]["state"] == "draft"


def test_anybody_logs_an_inquiry_and_the_liaison_answers_it(office, open_page, incident):
    path = f"/announcements?incident={incident}"
    ken = sign_in(open_page, office, "ken", path)
    ken.get_by_role("button", name="Log an inquiry").click()
    ken.get_by_label("Asked by").fill("Sales")
    ken.get_by_label("The question").fill("Are refunds safe?")
    ken.get_by_role("button", name="Log an inquiry").last.click()
    aya = sign_in(open_page, office, "aya", path)
    expect(aya.get_by_text("no answer yet")).to_be_visible()
    aya.get_by_role("button", name="Answer").click()
    aya.get_by_label("The answer").fill("Yes")
    aya.get_by_role("button", name="Answer").last.click()
    expect(aya.get_by_text("no answer yet")).to_be_hidden()
    [inquiry] = board(office, incident)["inquiries"]
    told = (inquiry["from"], inquiry["text"], inquiry["answer"], inquiry["answered_by"])
    assert told == ("Sales", "Are refunds safe?", "Yes", "aya")


def test_the_scribe_saves_the_report_and_every_version_stays(office, open_page, incident):
    jun = sign_in(open_page, office, "jun", f"/report?incident={incident}")
    text = jun.get_by_label("The report, in Markdown")
    expect(text).to_have_value(re.compile(r"# INC-\d+ Checkout errors[\s\S]*Hana Sato"))
    for written in ("# First", "# Second ![x](http://evil.example/)"):
        text.fill(written)
        jun.get_by_role("button", name="Save the report").click()
        wait_until_settled(jun)
        expect(text).to_have_value(written)
    jun.get_by_text("Version 1").click()
    expect(jun.get_by_text("# First", exact=True)).to_be_visible()
    assert board(office, incident)["report"]["version"] == 2
    gates = {gate["key"]: gate["ok"] for gate in board(office, incident)["gates"]}
    assert gates["report_saved"]
    with jun.expect_download() as saved:
        jun.get_by_role("button", name="Everything, with its hashes").click()
    assert '"shikikan-incident"' in saved.value.path().read_text(encoding="utf-8")


def test_two_who_write_the_report_are_shown_both(office, open_page, incident):
    jun = sign_in(open_page, office, "jun", f"/report?incident={incident}")
    jun.get_by_label("The report, in Markdown").fill("Mine")
    command(office, incident, "jun", type="save_report", text="Theirs, saved meanwhile")
    jun.get_by_role("button", name="Save the report").click()
    expect(jun.get_by_text("stale-board")).to_be_visible()
    expect(jun.get_by_text("Theirs, saved meanwhile").first).to_be_visible()
    expect(jun.get_by_label("The report, in Markdown")).to_have_value("Mine")
    assert board(office, incident)["report"]["version"] == 1
    jun.get_by_role("button", name="Save the report").click()
    expect(jun.get_by_text("Version 2")).to_be_visible()


def test_a_token_is_shown_once_works_and_is_revoked(office, open_page):
    page = sign_in(open_page, office, "ken", "/settings")
    page.get_by_role("tab", name="API tokens").click()
    page.get_by_label("What the token is for").fill("deploy script")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()
    secret = page.get_by_test_id("stCode").first.inner_text().strip()

    def who() -> httpx.Response:
        return httpx.get(f"{office.url}/api/v1/me", headers={"Authorization": f"Bearer {secret}"})

    assert who().json()["handle"] == "ken"
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()
    assert who().status_code == 401


def test_only_an_administrator_adds_people(office, open_page):
    hana = sign_in(open_page, office, "hana", "/settings")
    hana.get_by_role("tab", name="People").click()
    hana.get_by_text("Add a person").click()
    hana.get_by_label("Name", exact=True).fill("Rin Mori")
    hana.get_by_role("textbox", name="Handle").fill("ken")
    hana.get_by_role("button", name="Add", exact=True).click()
    expect(hana.get_by_role("alert").get_by_text("is taken")).to_be_visible()
    expect(hana.get_by_label("Name", exact=True)).to_have_value("Rin Mori")
    hana.get_by_role("textbox", name="Handle").fill("rin")
    hana.get_by_role("button", name="Add", exact=True).click()
    expect(hana.get_by_text("@rin", exact=True)).to_be_visible()
    ken = sign_in(open_page, office, "ken", "/settings")
    ken.get_by_role("tab", name="People").click()
    expect(ken.get_by_text("An administrator adds people.")).to_be_visible()
    expect(ken.get_by_text("Add a person")).to_have_count(0)


def test_the_commander_adds_a_role_of_the_incidents_own(office, open_page, incident):
    hana = sign_in(open_page, office, "hana", f"/settings?incident={incident}")
    hana.get_by_role("tab", name="Roles of an incident").click()
    hana.get_by_role("textbox", name="Key").fill("db_lead")
    hana.get_by_label("Name in English").fill("Database lead")
    hana.get_by_label("Name in Japanese").fill("データベース担当")
    hana.get_by_label(re.compile("^Duty")).fill("Answers for the database")
    hana.get_by_role("button", name="Add the role").click()
    expect(hana.get_by_text("Database lead")).to_be_visible()
    roles = {role["key"]: role["name_ja"] for role in board(office, incident)["roles"]}
    assert roles["db_lead"] == "データベース担当"


def test_name_and_zone_are_kept_and_a_blank_name_is_refused(office, open_page):
    page = sign_in(open_page, office, "jun", "/settings", timezone="Asia/Tokyo")
    name = page.get_by_label("My name")
    name.fill("  ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").get_by_text("is blank")).to_be_visible()
    name.fill("Jun Abe-Ito")
    page.get_by_role("combobox", name="Time zone").fill("Europe/Paris")
    page.get_by_role("option", name="Europe/Paris").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    with office.client("jun") as client:
        kept = client.get("/people/jun").json()
        assert (kept["name"], kept["timezone"]) == ("Jun Abe-Ito", "Europe/Paris")
        client.patch("/people/jun", json={"name": TEAM["jun"], "timezone": None})


def test_every_page_speaks_japanese_and_english(office, open_page, incident):
    path = f"/settings?incident={incident}"
    page = sign_in(open_page, office, "ken", path)
    for language, place in (("日本語", 1), ("English", 0)):
        page.goto(office.url + path)
        page.get_by_role("combobox").first.click()
        page.get_by_role("option", name=language).click()
        page.get_by_role("button", name=re.compile("^(Save|保存)$")).click()
        expect(page.get_by_role("link", name=PAGES["settings"][place])).to_be_visible()
        for path_of, titles in PAGES.items():
            page.goto(f"{office.url}/{path_of}?incident={incident}")
            expect(page.get_by_role("link", name=titles[place], exact=True)).to_be_visible()
            wait_until_settled(page)
            shown = page.get_by_test_id("stMain").inner_text()
            has_japanese = len(re.findall(r"[\u3040-\u30ff]", shown)) > 5
            assert has_japanese is (place == 1), (path_of, shown)
