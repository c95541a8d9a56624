"""The turn to speak: of all servers on one database, one at a time tells Slack.

Two that speak at once would tell out of order and twice. The turn is held by what ends with
its holder, however the holder ends: on SQLite a lock on a file beside the database, on
PostgreSQL an advisory lock of a session.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.db import Database

_ADVISORY_KEY = 0x5368696B  # "Shik"; any number that nobody else uses in this database.

if sys.platform == "win32":

    def _lock(_file: IO[bytes]) -> None:
        """Lock nothing: only one server may run here."""

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        """Lock a file until it is closed, or its holder ends.

        Raises:
            OSError: somebody else holds it.
        """
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Turn(Protocol):
    """The right to speak, which may have to be waited for."""

    def is_mine(self) -> bool:
        """Return whether we hold it, having tried to take it if it was free."""

    def give_up(self) -> None:
        """Let another server speak."""


def turn_of(database: Database) -> Turn:
    """Return the turn of a database; taken when it is first asked for."""
    if not database.is_sqlite:
        return SessionTurn(database)
    return FileTurn(database.url.database)


class FileTurn:
    """The turn on SQLite."""

    def __init__(self, database_path: str | None) -> None:
        in_memory = database_path in (None, "", ":memory:")
        self._path = None if in_memory else Path(f"{database_path}-slack")
        self._file: IO[bytes] | None = None

    def is_mine(self) -> bool:
        """Return whether the file is locked by us."""
        if self._path is None or self._file is not None:
            return True
        file = self._path.open("ab")
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def give_up(self) -> None:
        """Unlock the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


class SessionTurn:
    """The turn on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._connection: Connection | None = None

    def is_mine(self) -> bool:
        """Return whether our session holds the lock; a session that died has lost it."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            connection = self._engine.connect()
        except DBAPIError:
            self.give_up()
            return False
        try:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            query = text("SELECT pg_try_advisory_lock(:key)")
            if connection.execute(query, {"key": _ADVISORY_KEY}).scalar_one():
                self._connection = connection
                return True
        except DBAPIError:
            # The session may hold the lock all the same; only its end gives that back.
            with contextlib.suppress(DBAPIError):
                connection.invalidate()
        finally:
            if self._connection is not connection:
                connection.close()
        return False

    def give_up(self) -> None:
        """End the session, and the lock with it."""
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
