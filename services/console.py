"""The running program: its settings, its database, its live feed and its sign-in, opened once.

Pages and the HTTP door ask for it by `get_console()`. It belongs to the process, not to a browser:
Streamlit runs page scripts again and again, but imports this module once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services import timeline
from services.db import Database
from services.errors import Unavailable
from services.live import LiveHub
from services.migrating import is_up_to_date, migrate
from services.settings import Settings
from services.sign_in import SignIn, open_sign_in


@dataclass(frozen=True, slots=True)
class Console:
    """Everything that a door needs.

    Attributes:
        settings: as checked at start.
        database: open and migrated.
        hub: tells followers of every commit of this process at once, of others' within a second.
        sign_in: issues and reads sessions and tickets.
    """

    settings: Settings
    database: Database
    hub: LiveHub
    sign_in: SignIn

    def list_failing(self) -> list[str]:
        """The parts that are not ready: `database`, `migrations`, or none."""
        try:
            return [] if is_up_to_date(self.database) else ["migrations"]
        except Unavailable:
            return ["database"]

    def close(self) -> None:
        """Close the database. The hub is ended by leaving it, in its own event loop."""
        self.database.close()


_current: Console | None = None


def open_console(settings: Settings) -> Console:
    """Open the database, bring it up to date, and make this the console of the process.

    Raises:
        Unavailable: the database cannot be opened.
        OSError: the sign-in key can be neither read nor written.
    """
    global _current  # noqa: PLW0603 - one process, one console
    database = Database(settings.database_url)
    migrate(database)

    def read_entries(incident_id: int, after: int, limit: int) -> Sequence[dict[str, Any]]:
        with database.reading() as session:
            return timeline.read_entries(session, incident_id, after, limit)

    def read_revisions(incident_ids: Sequence[int]) -> Mapping[int, int]:
        with database.reading() as session:
            return timeline.read_revisions(session, incident_ids)

    hub = LiveHub(read_entries, read_revisions)
    database.on_commit(hub.announce)
    _current = Console(settings, database, hub, open_sign_in(settings.data_dir))
    return _current


def get_console() -> Console:
    """The console of this process.

    Raises:
        RuntimeError: nothing has opened one.
    """
    if _current is None:
        raise RuntimeError("No console is open; app.py opens it before any page runs.")
    return _current
