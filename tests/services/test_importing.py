"""An import is stored whole, as given, or not at all; what is odd is kept and told."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.delivery import Delivery
from models.incident import Incident
from models.person import Person
from models.timeline import Entry
from models.vocabulary import Phase, Source
from services import boards, marks, people
from services.commands import Actor
from services.db import Database
from services.errors import NotFound, NotWellFormed
from services.importing import find_importer, import_timeline
from tests.record import assert_record_holds

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HANA = Actor("hana", Source.IMPORT)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.writing() as session:
        people.add_person(session, people.NewPerson(handle="hana", name="Hana"))
    yield database
    assert_record_holds(database)
    database.close()


def row(at="2025-03-18T09:36:00+00:00", kind="observation", text="Something happened."):
    return {"at": at, "kind": kind, "text": text}


def take_in(database, *rows, **more):
    document = {"title": "An outage", "entries": list(rows), **more}
    return import_timeline(database, document, actor=HANA, now=NOW)


def problems_of(database, document):
    with pytest.raises(NotWellFormed) as refused:
        import_timeline(database, document, actor=HANA, now=NOW)
    with database.reading() as session:
        assert session.exec(select(Incident)).all() == []
        assert session.exec(select(Entry)).all() == []
    return {tuple(problem["loc"]): problem["msg"] for problem in refused.value.problems}


def test_the_entries_are_exactly_the_given_ones_in_the_given_order(database):
    rows = [
        row("2025-03-18T19:03:00+09:00", "declare", " 障害を宣言 \n"),
        row("2025-03-18T09:36:00.250Z", "report", "<b>=1+1</b>"),
        row("2025-03-18T09:36:00.250Z", "ack", "Same instant, told later."),
    ]
    imported = take_in(database, *rows, timezone="Asia/Tokyo")
    with database.reading() as session:
        entries = session.exec(select(Entry).order_by(Entry.seq)).all()
        incident = session.get_one(Incident, imported.incident_id)
        assert session.exec(select(Delivery)).all() == []
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.text for entry in entries] == [given["text"] for given in rows]
    assert [entry.kind for entry in entries] == ["declare", "report", "ack"]
    assert [entry.occurred_at for entry in entries] == [
        datetime.fromisoformat(given["at"]) for given in rows
    ]
    assert {entry.recorded_at for entry in entries} == {NOW}
    assert {(entry.source, entry.actor) for entry in entries} == {("import", "hana")}
    assert incident.timezone == "Asia/Tokyo"


def test_an_imported_incident_is_stood_down_and_owes_nothing(database):
    imported = take_in(
        database,
        row("2025-03-18T09:36:00Z", "impact_start"),
        row("2025-03-18T09:40:00Z", "alert"),
        row("2025-03-18T09:45:00Z", "declare"),
        row("2025-03-18T10:00:00Z", "mitigated"),
        row("2025-03-18T11:00:00Z", "resolved"),
    )
    assert imported.warnings == []
    with database.reading() as session:
        board = boards.read_board(session, imported.incident_id)
        incident = session.get_one(Incident, imported.incident_id)
    assert board.phase == Phase.STOOD_DOWN
    assert board.backfilled
    assert (board.missing, board.people, board.cadence.overdue) == ([], [], False)
    assert [card.holder for card in board.roles] == [None] * 4
    assert incident.is_closed
    assert incident.stood_down_at is None
    assert incident.detected_at == datetime(2025, 3, 18, 9, 40, tzinfo=UTC)
    assert incident.declared_at == datetime(2025, 3, 18, 9, 45, tzinfo=UTC)
    assert incident.resolved_at == datetime(2025, 3, 18, 11, 0, tzinfo=UTC)


def test_no_declaration_and_no_end_are_invented(database):
    imported = take_in(database, row())
    with database.reading() as session:
        incident = session.get_one(Incident, imported.incident_id)
    assert (incident.declared_at, incident.detected_at, incident.resolved_at) == (None, None, None)
    assert imported.warnings == ["Impact start is not recorded", "Resolved is not recorded"]


def test_every_bad_row_is_named_at_once_and_nothing_is_stored(database):
    skew = timedelta(minutes=2)
    problems = problems_of(
        database,
        {
            "title": "An outage",
            "entries": [
                row(),
                row(at="2025-03-18T09:36:00"),
                row(at=(NOW + skew + timedelta(seconds=1)).isoformat()),
                row(at="12025-03-18T09:36:00Z"),
                row(kind="rumour"),
                row(text=""),
                row(text=" \t\n"),
                row(),
                {"at": 1742290560, "kind": "note.written"},
                "09:36 it broke",
            ],
        },
    )
    assert set(problems) == {
        ("entries", 1, "at"),
        ("entries", 2, "at"),
        ("entries", 3, "at"),
        ("entries", 4, "kind"),
        ("entries", 5, "text"),
        ("entries", 6, "text"),
        ("entries", 8, "at"),
        ("entries", 8, "kind"),
        ("entries", 8, "text"),
        ("entries", 9),
    }
    assert "offset" in problems["entries", 1, "at"]
    assert "future" in problems["entries", 2, "at"]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        [row()],
        {},
        {"title": "", "entries": [row()]},
        {"title": "x", "entries": []},
        {"title": "x", "entries": {}},
        {"title": "x", "entries": [row()], "timezone": "Asia/Edo"},
        {"title": "x", "entries": [row()], "state": "open"},
        {"title": "x", "entries": [row(text="half \ud83d")]},
        {"title": "x", "entries": [row(text="nul \x00")]},
    ],
)
def test_a_document_of_another_shape_is_refused(database, document):
    assert problems_of(database, document)


def test_a_clock_may_be_two_minutes_ahead(database):
    take_in(database, row(at=(NOW + timedelta(minutes=2)).isoformat()))


def test_a_bare_list_takes_the_title_that_comes_with_it(database):
    imported = import_timeline(database, [row()], actor=HANA, title="moj-2025", now=NOW)
    with database.reading() as session:
        assert session.get_one(Incident, imported.incident_id).title == "moj-2025"


def test_contradictions_are_kept_and_told(database):
    rows = [
        row("2025-03-18T10:00:00Z", "mitigated"),
        row("2025-03-18T09:00:00Z", "impact_start"),
        row("2025-03-18T09:01:00Z", "impact_start"),
        row("2025-03-18T11:00:00Z", "declare"),
        row("2025-03-18T12:00:00Z", "resolved"),
        row("2025-03-18T13:00:00Z", "resolved"),
    ]
    imported = take_in(database, *rows)
    assert imported.warnings == [
        "Impact start is recorded 2 times; the first one counts",
        "Resolved is recorded 2 times; the last one counts",
        "Mitigated (2025-03-18 10:00:00 UTC) comes before declared (2025-03-18 11:00:00 UTC)",
        "Entry 2 (2025-03-18 09:00:00 UTC) comes before entry 1 (2025-03-18 10:00:00 UTC)",
    ]
    with database.reading() as session:
        read = marks.read_marks(session, imported.incident_id)
        n_entries = len(session.exec(select(Entry)).all())
    assert n_entries == len(rows)
    assert read["warnings"] == imported.warnings
    assert read["marks"]["resolved"] == "2025-03-18T13:00:00.000000Z"
    assert read["minutes"]["impact_to_resolve"] == 240


def test_warnings_speak_japanese(database):
    document = {"title": "障害", "entries": [row()]}
    imported = import_timeline(database, document, actor=HANA, language="ja", now=NOW)
    assert len(imported.warnings) == 2
    assert all("記録" in warning for warning in imported.warnings)


def test_only_known_people_import(database):
    with pytest.raises(NotFound):
        import_timeline(
            database,
            {"title": "x", "entries": [row()]},
            actor=Actor("nobody", Source.IMPORT),
            now=NOW,
        )


@pytest.mark.load
def test_ten_thousand_entries_take_a_couple_of_seconds_of_processor(database):
    """Processor time, of which other programs take none; on an idle machine one second passes."""
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [
        row((moment + timedelta(seconds=seq)).isoformat(), text=f"{seq} 何かが起きた")
        for seq in range(10_000)
    ]
    started = time.process_time()
    imported = take_in(database, *rows)
    assert time.process_time() - started < 3
    with database.reading() as session:
        assert session.get_one(Incident, imported.incident_id).revision == 10_000


def test_the_importer_is_the_first_administrator(database):
    assert find_importer(database) == "hana"


def test_an_importer_who_had_to_be_added_has_no_rights(sqlite_database):
    assert find_importer(sqlite_database) == find_importer(sqlite_database) == "importer"
    with sqlite_database.reading() as session:
        assert [p.is_administrator for p in session.exec(select(Person))] == [False]


def run_import(url, folder, *arguments):
    environment = {**os.environ, "SHIKIKAN_DATABASE_URL": url, "SHIKIKAN_DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "services.importing", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_names_the_incident_and_what_is_odd(sqlite_url, tmp_path):
    file = tmp_path / "moj-2025.json"
    file.write_text(json.dumps([row()]))
    done = run_import(sqlite_url, tmp_path, file)
    assert done.returncode == 0, done.stderr
    assert "is now incident 1" in done.stdout
    assert "warning: Resolved is not recorded" in done.stdout


def test_the_command_line_names_every_bad_row(sqlite_url, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text(json.dumps([row(kind="rumour"), row(), row(text=" ")]))
    done = run_import(sqlite_url, tmp_path, file)
    assert done.returncode == 1
    assert "entries.0.kind" in done.stderr
    assert "entries.2.text" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_line_says_what_is_no_json(sqlite_url, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text("[{")
    done = run_import(sqlite_url, tmp_path, file)
    assert done.returncode == 1
    assert "cannot be read as JSON" in done.stderr
    assert "Traceback" not in done.stderr
