"""`make demo` fills an empty console once, through the doors that people use."""

import os
import subprocess
import sys

import pytest
from sqlmodel import select

from models.incident import Incident
from models.person import Person
from models.vocabulary import IncidentKind, Phase
from services import clock, demo
from services.boards import read_board
from services.db import Database
from services.timeline import list_entries
from tests.record import assert_record_holds


@pytest.fixture
def filled(database):
    lines = list(demo.fill(database))
    assert len(lines) == 9
    yield database
    assert_record_holds(database)


def run_demo(url, folder, **more):
    return subprocess.run(
        [sys.executable, "-m", "services.demo"],
        env={
            **os.environ,
            "SHIKIKAN_DATABASE_URL": url,
            "SHIKIKAN_DATA_DIR": str(folder),
            **more,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_are_seven_past_incidents_a_drill_and_a_live_one(filled):
    with filled.reading() as session:
        incidents = session.exec(select(Incident).order_by(Incident.id)).all()
        names = [person.name for person in session.exec(select(Person))]
        administrators = session.exec(select(Person.handle).where(Person.is_administrator)).all()
    assert [incident.backfilled for incident in incidents] == [True] * 7 + [False] * 2
    assert [incident.kind for incident in incidents[7:]] == [IncidentKind.DRILL, IncidentKind.REAL]
    assert any(name.isascii() for name in names)
    assert any(not name.isascii() for name in names)
    assert administrators == [demo.HOST]


def test_the_live_incident_is_in_mid_flight(filled):
    now = clock.now()
    with filled.reading() as session:
        board = read_board(session, 9, now=now)
        entries = list_entries(session, 9)
    cards = {card.key: card for card in board.roles}
    assert board.phase == Phase.RESPONDING
    assert all(card.holder for card in cards.values())
    assert cards["liaison"].holder == cards["scribe"].holder
    assert cards["scribe"].offered_to == "leo"
    assert {person.handle for person in board.people if not person.roles} >= {"mio", "grace"}
    assert [criterion.state for criterion in board.resolved_definition.criteria].count("met") == 1
    assert board.course.agreed_by_sme
    assert board.updates
    assert {hypothesis.state for hypothesis in board.hypotheses} == {"falsified", "supported"}
    due = [action.due_at for action in board.actions if action.state == "open"]
    assert any(at < now for at in due)
    assert any(at > now for at in due)
    assert [notice.state for notice in board.notices] == ["published"]
    assert not board.cadence.overdue
    assert 0 < (board.cadence.next_update_at - now).total_seconds() < 600
    assert [inquiry.answered_at is None for inquiry in board.inquiries] == [False, True]
    assert all(entry.recorded_at <= now for entry in entries)


def test_the_drill_still_lacks_a_scribe_and_its_first_notice(filled):
    with filled.reading() as session:
        board = read_board(session, 8)
    assert board.kind == IncidentKind.DRILL
    assert "No scribe" in board.missing
    assert [notice.state for notice in board.notices] == ["draft"]


def test_a_second_run_says_so_and_changes_nothing(sqlite_url, tmp_path):
    first = run_demo(sqlite_url, tmp_path)
    assert first.returncode == 0, first.stderr
    second = run_demo(sqlite_url, tmp_path)
    assert second.returncode == 0, second.stderr
    assert "already" in second.stdout
    database = Database(sqlite_url)
    with database.reading() as session:
        assert len(session.exec(select(Incident)).all()) == 9
    database.close()


def test_examples_never_reach_slack(sqlite_url, tmp_path):
    refused = run_demo(
        sqlite_url,
        tmp_path,
        SHIKIKAN_SLACK_BOT_TOKEN="xoxb-1-2-abc",
        SHIKIKAN_SLACK_APP_TOKEN="xapp-1-2-abc",
    )
    assert refused.returncode == 1
    assert "Slack" in refused.stderr
    database = Database(sqlite_url)
    assert not demo.holds_incidents(database)
    database.close()
