"""The schema is the sum of the migrations, whoever brings it up to date."""

import subprocess
import sys
from operator import itemgetter
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - makes the metadata complete
from services import migrating
from services.db import Database

ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty(empty_database_url):
    database = Database(empty_database_url)
    yield database
    database.close()


def tables(database):
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_the_tables_are_the_sum_of_the_migrations(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_indexes_and_checks_come_from_the_migrations_as_from_the_tables(empty):
    """Partial indexes and CHECKs, which the comparison above does not look into."""
    migrating.migrate(empty)
    migrated = described(empty)
    with empty.engine.begin() as connection:
        command.downgrade(migrating.config(connection), "base")
    SQLModel.metadata.create_all(empty.engine)
    assert migrated == described(empty)


def described(database):
    """Every index and CHECK of the database, as it tells them."""
    known = {}
    with database.engine.connect() as connection:
        inspector = inspect(connection)
        for table in sorted(tables(database)):
            known[table] = (
                [
                    (
                        index["name"],
                        index["column_names"],
                        index["unique"],
                        {name: str(said) for name, said in index["dialect_options"].items()},
                    )
                    for index in sorted(inspector.get_indexes(table), key=itemgetter("name"))
                ],
                sorted(
                    (check["name"], check["sqltext"])
                    for check in inspector.get_check_constraints(table)
                ),
            )
    return known


def test_down_and_up_again_leaves_nothing_behind(empty):
    assert not migrating.is_up_to_date(empty)
    migrating.migrate(empty)
    assert migrating.is_up_to_date(empty)
    first = tables(empty)
    assert first == set(SQLModel.metadata.tables)
    with empty.engine.begin() as connection:
        command.downgrade(migrating.config(connection), "base")
    assert tables(empty) == set()
    assert not migrating.is_up_to_date(empty)
    migrating.migrate(empty)
    assert tables(empty) == first


def test_migrating_again_changes_nothing(database):
    before = tables(database)
    migrating.migrate(database)
    assert migrating.is_up_to_date(database)
    assert tables(database) == before


def test_two_processes_that_start_at_once_migrate_once(empty_database_url, empty):
    program = (
        "import sys; from services.db import Database; from services.migrating import migrate;"
        "database = Database(sys.argv[1]); print('ready', flush=True); sys.stdin.readline();"
        "migrate(database)"
    )
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    for process in starting:
        assert process.stdout.readline() == "ready\n"
    for process in starting:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in starting:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert migrating.is_up_to_date(empty)
    with empty.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
