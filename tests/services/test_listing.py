"""The list of incidents: the same facts as the boards, found again, page after page."""

from datetime import UTC, datetime, timedelta

import pytest

from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import people
from services.boards import read_board
from services.commands import Actor, Declaration, declare, execute
from services.db import Database
from services.errors import NotWellFormed
from services.listing import is_alike, list_incidents, list_twins

HANA, KEN = Actor("hana", Source.PAGE), Actor("ken", Source.PAGE)


@pytest.fixture
def database(database: Database) -> Database:
    """A fresh database that knows Hana and Ken."""
    with database.writing() as session:
        for handle in ("hana", "ken"):
            people.add_person(session, people.NewPerson(handle=handle, name=handle.title()))
    return database


def open_incident(database, title="Checkout errors", **details) -> int:
    return declare(database, Declaration(title=title, **details), actor=HANA).incident_id


def listed(database, **asked):
    with database.reading() as session:
        return list_incidents(session, **asked)


def titles(database, **asked) -> list[str]:
    return [incident.title for incident in listed(database, **asked)[0]]


def run(database, number, actor, **command) -> None:
    execute(database, COMMAND_ADAPTER.validate_python(command), incident_id=number, actor=actor)


def test_every_line_agrees_with_its_board_after_every_command(database):
    soon = datetime.now(UTC) + timedelta(minutes=30)
    number = open_incident(database, severity="SEV2")
    open_incident(database, "Another one, untouched")
    steps = (
        (HANA, {"type": "take_command"}),
        (HANA, {"type": "assign_role", "role": "primary_sme", "person": "ken"}),
        (HANA, {"type": "set_situation", "text": "Checkout fails"}),
        (HANA, {"type": "define_resolved", "criteria": ["no errors"]}),
        (HANA, {"type": "set_course", "text": "Roll back"}),
        (KEN, {"type": "agree_course"}),
        (HANA, {"type": "draft_notice", "stage": "first", "fields": {"next_update_at": f"{soon}"}}),
        (HANA, {"type": "approve_notice", "notice": 1}),
        (HANA, {"type": "publish_notice", "notice": 1}),
        (HANA, {"type": "mark", "name": "mitigated", "at": f"{datetime.now(UTC)}"}),
        (HANA, {"type": "meet_criterion", "criterion": 1}),
        (HANA, {"type": "declare_resolved"}),
        (HANA, {"type": "reopen", "reason": "Back again"}),
        (HANA, {"type": "release_role", "role": "primary_sme", "person": "ken"}),
    )
    phases = set()
    for actor, command in steps:
        run(database, number, actor, **command)
        with database.reading() as session:
            board = read_board(session, number)
            lines, _ = list_incidents(session)
        line = next(line for line in lines if line.id == number)
        for fact in ("title", "kind", "severity", "phase", "revision", "declared_at", "backfilled"):
            assert getattr(line, fact) == getattr(board, fact), (command, fact)
        assert (line.resolved_at, line.stood_down_at) == (board.resolved_at, board.stood_down_at)
        assert line.commander == board.roles[0].holder
        assert line.next_update_at == board.cadence.next_update_at
        phases.add(line.phase)
    assert {"declared", "staffed", "aligned", "responding", "mitigated", "resolved"} <= phases
    assert lines[0].phase == "declared"
    assert lines[0].commander is None


def test_newest_first_and_every_one_once_page_after_page(database):
    declared = [open_incident(database, f"Incident {n}") for n in range(7)]
    seen, cursor = [], None
    for _ in range(4):
        page, cursor = listed(database, limit=2, cursor=cursor)
        seen += [incident.id for incident in page]
    assert seen == declared[::-1]
    assert cursor is None


def test_found_by_words_number_kind_and_state(database):
    first = open_incident(database, "Checkout errors", summary="決済ができない")
    open_incident(database, "100% disk_full", kind="drill")
    open_incident(database, "Nothing alike")
    run(database, first, HANA, type="take_command")
    run(database, first, HANA, type="cancel", reason="Declared in error")
    assert titles(database, q="ERRORS check") == ["Checkout errors"]
    assert titles(database, q="決済") == ["Checkout errors"]
    assert titles(database, q=f"inc-{first}") == ["Checkout errors"]
    assert titles(database, q="100%") == ["100% disk_full"]
    assert titles(database, q="_") == ["100% disk_full"]
    assert titles(database, q="errors disk") == []
    assert titles(database, kind="drill") == ["100% disk_full"]
    assert titles(database, state="closed") == ["Checkout errors"]
    assert titles(database, state="open", kind="real") == ["Nothing alike"]
    assert listed(database, state="closed")[0][0].phase == "cancelled"


@pytest.mark.parametrize("q", ["\x00", "\ud800", "a\x00b", "'; DROP TABLE incident; --", "9" * 30])
def test_odd_searches_find_nothing_and_break_nothing(database, q):
    open_incident(database)
    assert titles(database, q=q) == []


@pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 30, "4294967296", "1;"])
def test_a_cursor_that_is_none_of_ours_is_refused(database, cursor):
    with pytest.raises(NotWellFormed):
        listed(database, cursor=cursor)


def test_no_incidents_is_an_empty_list(database):
    assert listed(database) == ([], None)


def test_a_twin_is_open_recent_alike_and_of_the_same_kind(database):
    now = datetime.now(UTC)
    number = open_incident(database, "Checkout errors")

    def twins(title="checkout  error", kind="real", now=now) -> list[int]:
        with database.reading() as session:
            return [twin.id for twin in list_twins(session, title, kind, now=now)]

    assert twins() == [number]
    assert twins(kind="drill") == []
    assert twins("Search errors") == []
    assert twins(now=now + timedelta(minutes=2, seconds=5)) == []
    run(database, number, HANA, type="take_command")
    run(database, number, HANA, type="cancel", reason="Declared in error")
    assert twins() == []


@pytest.mark.parametrize(
    "one, other, alike",
    [
        ("Checkout errors", "ＣＨＥＣＫＯＵＴ errors", True),
        ("決済が失敗する", "決済が失敗している", True),
        ("Checkout errors", "Search errors", False),
        ("決済が失敗する", "検索が遅い", False),
    ],
)
def test_titles_are_alike_when_people_would_say_so(one, other, alike):
    assert is_alike(one, other) is alike
