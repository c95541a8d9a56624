"""What the database itself refuses, and how it is opened."""

import sqlite3
from datetime import datetime

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from models.delivery import Delivery
from models.formation import Assignment
from models.timeline import Entry
from services import db
from services.db import Database
from services.errors import Unavailable

ATTACKS = {
    "change": "UPDATE entry SET text = 'never said' WHERE seq = 1",
    "change of nothing": "UPDATE entry SET text = text",
    "deletion": "DELETE FROM entry WHERE seq = 1",
    "deletion of the incident": "DELETE FROM incident",
    "truncation": "TRUNCATE entry CASCADE",
    "replacement": "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
    "second of the same": "INSERT INTO entry SELECT * FROM entry WHERE seq = 1",
    "upsert": "INSERT INTO entry SELECT * FROM entry WHERE seq = 1"
    " ON CONFLICT (incident_id, seq) DO UPDATE SET text = 'never said'",
    "renumbering": "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 2",
}
OF_ONE_DIALECT = {
    "truncation": "postgresql",
    "replacement": "sqlite",
    "renumbering": "sqlite",
    "upsert": "postgresql",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_entry_is_never_changed_deleted_or_replaced(team, attack):
    team.declare()
    dialect = "sqlite" if team.database.is_sqlite else "postgresql"
    if OF_ONE_DIALECT.get(attack, dialect) != dialect:
        return
    with team.database.reading() as session:
        before = session.execute(select(Entry.seq, Entry.text, Entry.hash)).all()
    with pytest.raises((DBAPIError, Unavailable)), team.database.writing() as session:
        session.execute(text(ATTACKS[attack]))
    with team.database.reading() as session:
        assert session.execute(select(Entry.seq, Entry.text, Entry.hash)).all() == before


@pytest.mark.parametrize("attack", ["change", "deletion", "replacement", "renumbering"])
def test_another_tool_on_the_sqlite_file_is_refused_as_well(sqlite_team, attack):
    sqlite_team.declare()
    connection = sqlite3.connect(sqlite_team.database.url.database)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(ATTACKS[attack])
    connection.close()


def a_row(**changes):
    return {
        "incident_id": 1,
        "id": 99,
        "role": "scribe",
        "person": "rei",
        "single": True,
        "started_at": "2026-01-31T09:30:00.000000Z",
        **changes,
    }


def insert_assignment(team, **changes):
    with team.database.writing() as session:
        session.execute(
            text(
                "INSERT INTO assignment (incident_id, id, role, person, single, started_at)"
                " VALUES (:incident_id, :id, :role, :person, :single, :started_at)"
            ),
            a_row(**changes),
        )


@pytest.mark.parametrize("role", ["commander", "primary_sme", "liaison", "scribe"])
def test_a_second_holder_of_a_single_role_does_not_get_past_the_database(team, role):
    team.declare()
    team.staff()
    with pytest.raises(IntegrityError):
        insert_assignment(team, role=role)


@pytest.mark.parametrize(
    "changes", [{"person": "zoe"}, {"role": "no_such_role"}, {"incident_id": 77}]
)
def test_a_row_that_points_nowhere_does_not_get_past_the_database(team, changes):
    team.declare()
    with pytest.raises(IntegrityError):
        insert_assignment(team, **changes)


def test_a_delivery_needs_its_entry_and_comes_once_a_place(team):
    team.declare()
    row = {"incident_id": 1, "destination": "report", "attempts": 0, "state": "queued"}
    with team.database.reading() as session:
        queued_at = session.scalar(select(Delivery.queued_at))
    for seq, destination in ((77, "report"), (1, "announce")):
        values = {**row, "seq": seq, "destination": destination, "queued_at": queued_at}
        with pytest.raises(IntegrityError), team.database.writing() as session:
            session.execute(insert(Delivery), [values])


@pytest.mark.parametrize(
    "column", ["kind = 'trial'", "severity = 'SEV0'", "id = NULL", "title = NULL"]
)
def test_words_outside_the_closed_lists_do_not_get_past_the_database(team, column):
    team.declare()
    with pytest.raises(DBAPIError), team.database.writing() as session:
        session.execute(text(f"UPDATE incident SET {column}"))  # noqa: S608 - from the list above


def test_a_reading_session_cannot_write(team):
    team.declare()
    with pytest.raises((Unavailable, DBAPIError)), team.database.reading() as session:
        session.execute(text("UPDATE incident SET title = 'changed'"))
    assert team.board().title == "Checkout errors"


def test_a_reading_session_sees_one_state_and_waits_for_no_writer(team):
    team.declare()
    title = text("SELECT title FROM incident")
    with team.database.reading() as reader:
        assert reader.scalar(title) == "Checkout errors"
        with team.database.writing() as writer:
            writer.execute(text("UPDATE incident SET call_url = 'https://x' WHERE title = 'none'"))
            team.board()
        team.give("hana", "take_command")
        revision = reader.scalar(text("SELECT revision FROM incident"))
    assert revision == 2
    assert team.board().revision == 3


def test_an_exception_undoes_the_whole_transaction(team):
    team.declare()

    def half() -> None:
        with team.database.writing() as session:
            session.execute(text("UPDATE incident SET title = 'half'"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert team.board().title == "Checkout errors"


def test_a_time_without_a_zone_never_reaches_the_database(team):
    team.declare()
    with pytest.raises(Exception, match="naive"), team.database.writing() as session:
        session.add(Assignment(**a_row(started_at=datetime(2026, 1, 31))))  # noqa: DTZ001 - naive on purpose


def test_sqlite_is_opened_with_the_settings_under_which_saved_is_true(sqlite_database):
    database = sqlite_database
    assert "synchronous=FULL" in database.durability
    with database.writing() as session:
        settings = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    safe = tuple(map(int, database.sqlite_version.split("."))) >= (3, 51, 3)
    assert settings == {
        "journal_mode": "wal" if safe else "delete",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }
    with database.reading() as session:
        assert session.scalar(text("PRAGMA query_only")) == 1


@pytest.mark.parametrize(
    "version, journal",
    [
        ((3, 40, 1), "delete"),
        ((3, 51, 2), "delete"),
        ((3, 51, 3), "wal"),
        ((3, 53, 0), "wal"),
    ],
)
def test_sqlite_with_the_wal_reset_bug_uses_the_rollback_journal(
    tmp_path, monkeypatch, version, journal
):
    driver = db._sqlite_driver()

    class OfThatVersion:
        sqlite_version_info = version

        def __getattr__(self, name):
            return getattr(driver, name)

    monkeypatch.setattr(db, "_sqlite_driver", OfThatVersion)
    database = Database(f"sqlite:///{tmp_path / 'shikikan.db'}")
    assert f"journal_mode={journal}" in database.durability
    assert ".".join(map(str, version)) in database.durability
    database.close()


def test_settings_that_sqlite_did_not_take_stop_the_start(tmp_path, monkeypatch):
    driver = db._sqlite_driver()

    class Careless(driver.Connection):
        def cursor(self):
            return CarelessCursor(self)

    class CarelessCursor(driver.Cursor):
        def execute(self, statement, *args):
            return super().execute(statement.replace("= FULL", "= OFF"), *args)

    class CarelessDriver:
        def __getattr__(self, name):
            return getattr(driver, name)

        def connect(self, *args, **kwargs):
            return driver.connect(*args, factory=Careless, **kwargs)

    monkeypatch.setattr(db, "_sqlite_driver", CarelessDriver)
    with pytest.raises(Unavailable, match="synchronous=FULL"):
        Database(f"sqlite:///{tmp_path / 'shikikan.db'}")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////proc/no/such/folder/x.db",
        "postgresql+psycopg://nobody@/none?host=/no/such/socket",
    ],
)
def test_a_database_that_cannot_be_opened_is_unavailable_and_its_address_is_not_said(url):
    with pytest.raises((Unavailable, OSError)) as failed:
        Database(url)
    assert "nobody" not in str(failed.value)


def test_a_writer_who_waits_too_long_is_told_to_try_again(sqlite_team, monkeypatch):
    sqlite_team.declare()
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 100)
    # Another database object stands for another process.
    other = Database(sqlite_team.database.url.render_as_string())
    late = text("UPDATE incident SET title = 'late'")
    with sqlite_team.database.writing() as first:
        # A session begins its transaction with its first statement.
        first.scalar(text("SELECT 1"))
        with pytest.raises(Unavailable), other.writing() as second:
            second.execute(late)
    other.close()


def test_an_exhausted_pool_is_unavailable_not_a_defect(sqlite_database):
    def wait() -> None:
        with sqlite_database.reading():
            raise PoolTimeoutError

    with pytest.raises(Unavailable):
        wait()
