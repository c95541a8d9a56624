"""A database that is away, or a defect, is said in the viewer's language; a defect by reference."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.e2e.windows import add_team, board, command, declare, sign_in, staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SOON_MS = 20_000
AWAY = {
    "en": "The database is busy or away. Nothing was saved; try again.",
    "ja": "データベースが混んでいるか、応答しません。何も保存されていません。",
}


@pytest.fixture
def office(server):
    """A server that knows Hana, Ken, Aya and Jun, of its own: it is harmed."""
    add_team(server)
    return server


def harm(office, *statements: str) -> None:
    """Does to the database what nobody does."""
    with closing(sqlite3.connect(office.data_dir / "shikikan.db")) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_database_that_is_away_is_said_and_found_again(office, open_page, language):
    number = declare(office)
    staff(office, number)
    with office.client("jun") as client:
        client.patch("/people/jun", json={"language": language})
    page = sign_in(open_page, office, "jun", f"/announcements?incident={number}")
    harm(office, "ALTER TABLE person RENAME TO person_away")
    # The page looks again by itself, in a fragment of its own; then somebody comes to another.
    expect(page.get_by_text(AWAY[language]).first).to_be_visible(timeout=SOON_MS)
    page.goto(f"{office.url}/report?incident={number}")
    either = page.get_by_text(AWAY["en"]).or_(page.get_by_text(AWAY["ja"]))
    expect(either.first).to_be_visible(timeout=SOON_MS)
    harm(office, "ALTER TABLE person_away RENAME TO person")
    page.reload()
    expect(page.get_by_test_id("stMain").get_by_role("combobox").first).to_be_visible(
        timeout=SOON_MS
    )


def test_a_callback_that_meets_no_database_says_so(office, open_page):
    number = declare(office)
    staff(office, number)
    hana = sign_in(open_page, office, "hana", f"/board?incident={number}")
    expect(hana.locator(".st-key-status-check")).to_be_visible(timeout=SOON_MS)
    before = board(office, number)["revision"]
    harm(office, "ALTER TABLE person RENAME TO person_away")
    hana.locator(".st-key-status-check").get_by_role("button").click()
    expect(hana.get_by_text(AWAY["en"]).first).to_be_visible(timeout=SOON_MS)
    harm(office, "ALTER TABLE person_away RENAME TO person")
    assert board(office, number)["revision"] == before


def test_a_defect_is_told_by_a_reference_that_stands_in_the_log(office, open_page):
    number = declare(office)
    staff(office, number)
    command(office, number, "aya", type="draft_notice", stage="first", fields={"what": "?"})
    harm(office, "UPDATE notice SET stage = 'neither'")
    page = sign_in(open_page, office, "hana", f"/announcements?incident={number}")
    said = page.get_by_text(re.compile(r"Something failed, ref [0-9A-F]{4}; nothing was saved"))
    expect(said).to_be_visible(timeout=SOON_MS)
    reference = re.search(r"ref ([0-9A-F]{4})", said.inner_text())[1]
    assert f"ref {reference}" in office.log()
    expect(page.get_by_text("Traceback")).to_have_count(0)
