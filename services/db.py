"""Everything that this program knows about its databases.

SQLite is opened twice: one engine writes (`BEGIN IMMEDIATE`, so that two writers queue
rather than lose updates), the other reads (`BEGIN`, `query_only`). PostgreSQL has one
engine for both; writers lock the incident's row.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session

from models.messages import N_
from services.errors import Unavailable
from services.telemetry import DATABASE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

BUSY_TIMEOUT_MS = 10_000
_FIRST_SAFE_WAL = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 can corrupt a database when two connections reset the WAL."""

_READ_SECONDS = DATABASE_SECONDS.labels("read")
_WRITE_SECONDS = DATABASE_SECONDS.labels("write")


def _sqlite_driver() -> ModuleType:
    """Return the DB-API module with the newest SQLite at hand."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - absent on some platforms
    except ImportError:
        return sqlite3
    driver: ModuleType = dbapi2
    return driver if driver.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


class Database:
    """One database: sessions to write and to read, and whom to tell after a commit.

    Attributes:
        url: where it is; never log it, it may hold a password.
        durability: what the self-check found, for people.
    """

    def __init__(self, url: str) -> None:
        """Open the engines and check what they guarantee.

        Raises:
            Unavailable: the database cannot be opened.
        """
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._listeners: list[Callable[[int, int], None]] = []
        # In one process a plain lock hands the turn over at once, where SQLite's own busy
        # handler would sleep and poll. Other processes still wait by BEGIN IMMEDIATE.
        self._turn = threading.Lock()
        if self.is_sqlite:
            driver = _sqlite_driver()
            self.sqlite_version = ".".join(map(str, driver.sqlite_version_info))
            self._journal = "WAL" if driver.sqlite_version_info >= _FIRST_SAFE_WAL else "DELETE"
            self._make_folder()
            self._writer = self._open_sqlite(driver, begin="BEGIN IMMEDIATE", read_only=False)
            self._reader = self._open_sqlite(driver, begin="BEGIN", read_only=True)
        else:
            self._writer = self._reader = self._open_postgresql()
        self.durability = self._check()

    @property
    def engine(self) -> Engine:
        """The engine that may write; migrations use it."""
        return self._writer

    def _make_folder(self) -> None:
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)

    def _open_sqlite(self, driver: ModuleType, *, begin: str, read_only: bool) -> Engine:
        engine = create_engine(
            self.url,
            module=driver,
            pool_size=10,
            max_overflow=20,
            # With isolation_level None the driver opens no transaction of its own, and the
            # BEGIN below is the only one. The driver's default lost updates silently.
            connect_args={"isolation_level": None, "check_same_thread": False},
        )

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            if not read_only:
                cursor.execute(f"PRAGMA journal_mode = {self._journal}")
            # FULL is the only setting under which "Saved" is still true after a power cut.
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
            # Without this, INSERT OR REPLACE would delete an entry past its trigger.
            cursor.execute("PRAGMA recursive_triggers = ON")
            cursor.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _open_postgresql(self) -> Engine:
        engine = create_engine(self.url, pool_pre_ping=True, pool_size=10, max_overflow=10)

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            # The driver reads times in the server's zone, where the first and the last day
            # that the record accepts may lie outside the years that Python knows.
            connection.execute("SET TIME ZONE 'UTC'")
            connection.commit()

        return engine

    def _check(self) -> str:
        """Return in one line what a commit is worth here.

        Raises:
            Unavailable: the database does not answer, or not with the settings we need.
        """
        try:
            with self._writer.connect() as connection:
                if not self.is_sqlite:
                    version = connection.execute(text("SHOW server_version")).scalar_one()
                    commit = connection.execute(text("SHOW synchronous_commit")).scalar_one()
                    return f"PostgreSQL {version}, synchronous_commit={commit}"
                journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
                level = connection.execute(text("PRAGMA synchronous")).scalar_one()
                keys = connection.execute(text("PRAGMA foreign_keys")).scalar_one()
        except DBAPIError as failed:
            raise Unavailable(
                N_("The database cannot be opened. Check its address and rights.")
            ) from failed
        if (level, keys) != (2, 1):
            raise Unavailable(N_("SQLite did not accept synchronous=FULL and foreign_keys=ON."))
        return f"SQLite {self.sqlite_version}, journal_mode={journal}, synchronous=FULL"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session in one write transaction; committed at the end, or undone.

        Raises:
            Unavailable: another writer held the database for longer than 10 s, or it went
                away; nothing was stored.
        """
        with (
            self._my_turn(),
            _WRITE_SECONDS.time(),
            _telling_unavailable(),
            Session(self._writer, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise Unavailable(N_("The database is busy. Nothing was saved; try again."))
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that reads one consistent state and never waits for a writer.

        The database itself refuses to write in it.

        Raises:
            Unavailable: the database does not answer.
        """
        with (
            _READ_SECONDS.time(),
            _telling_unavailable(),
            Session(self._reader, expire_on_commit=False) as session,
        ):
            if not self.is_sqlite:
                session.connection(
                    execution_options={
                        "isolation_level": "REPEATABLE READ",
                        "postgresql_readonly": True,
                    }
                )
            yield session

    def on_commit(self, listener: Callable[[int, int], None]) -> None:
        """Call `listener(incident_id, revision)` after each commit that wrote entries.

        It is called in the writer's thread, outside the transaction, and must be quick.
        """
        self._listeners.append(listener)

    def committed(self, incident_id: int, revision: int) -> None:
        """Tell the listeners that `incident_id` now stands at `revision`."""
        for listener in self._listeners:
            listener(incident_id, revision)

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()


@contextmanager
def _telling_unavailable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as failed:
        raise Unavailable(
            N_("The database is busy or away. Nothing was saved; try again.")
        ) from failed
