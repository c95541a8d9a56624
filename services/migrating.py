"""Bringing a database to the schema that this version needs, at start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.db import Database

_SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK_NUMBER = 0x5348494B
"""The advisory lock under which one of several starting instances migrates PostgreSQL."""


def migrate(database: Database) -> None:
    """Bring the schema up to date; several instances may start at once."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER}
            )
        command.upgrade(config(connection), "head")


def is_up_to_date(database: Database) -> bool:
    """Return whether the schema is the one that this version needs."""
    with database.reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    return current == ScriptDirectory(str(_SCRIPTS)).get_current_head()


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection."""
    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS))
    settings.attributes["connection"] = connection
    return settings
