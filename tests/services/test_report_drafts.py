"""The first draft of a report knows what the record knows, and every saved version stays."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import people
from services.boards import read_board
from services.commands import Actor, Declaration, declare, execute
from services.db import Database
from services.report_drafts import N_BRIEF, list_versions, write_template

HANA = Actor("hana", Source.PAGE)


@pytest.fixture
def database(database: Database) -> Database:
    """A fresh database with one incident that Hana commands."""
    with database.writing() as session:
        people.add_person(session, people.NewPerson(handle="hana", name="Hana Sato"))
    declare(database, Declaration(title="Checkout errors", summary="Cards fail"), actor=HANA)
    run(database, type="take_command")
    return database


def run(database, **command) -> None:
    execute(database, COMMAND_ADAPTER.validate_python(command), incident_id=1, actor=HANA)


def write(database, language="en") -> str:
    with database.reading() as session:
        board = read_board(session, 1, language=language)
        return write_template(session, board, language=language, zone=ZoneInfo("Asia/Tokyo"))


def test_it_says_title_times_roles_situation_criteria_and_what_happened(database):
    run(database, type="set_situation", text="One in five payments fails")
    run(database, type="define_resolved", criteria=["No errors", "Queue empty"])
    run(database, type="meet_criterion", criterion=1)
    run(database, type="note", text="First 500s", occurred_at=datetime(2020, 1, 1, tzinfo=UTC))
    text = write(database)
    assert text.startswith("# INC-1 Checkout errors\n\nCards fail\n")
    for said in (
        "- incident commander: Hana Sato",
        "- external liaison: –",
        "- Resolved: being confirmed",
        "One in five payments fails",
        "- [x] No errors\n- [ ] Queue empty",
        "- 1 Jan 2020 09:00 First 500s",
        "Times are in Asia/Tokyo",
    ):
        assert said in text
    assert text.index("First 500s") < text.index("Declared: Checkout errors")
    assert "checked in" not in text


def test_it_speaks_japanese_throughout(database):
    text = write(database, "ja")
    assert "- インシデント指揮官: Hana Sato" in text
    assert "確認中" in text
    assert "## タイムライン" in text
    assert "宣言: Checkout errors" in text


def test_its_timeline_is_brief_however_long_the_record_is(database):
    for number in range(N_BRIEF + 5):
        run(database, type="note", text=f"Note {number}")
    assert write(database).count(" Note ") < N_BRIEF


def test_every_saved_version_is_listed_newest_first(database):
    for text in ("one", "two", "three"):
        run(database, type="save_report", text=text)
    with database.reading() as session:
        saved = list_versions(session, 1)
    assert [(version.id, version.text) for version in saved] == [
        (3, "three"),
        (2, "two"),
        (1, "one"),
    ]
