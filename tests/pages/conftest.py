"""What tests of pages without a server stand on."""

import pytest

from services import console as consoles
from services import people
from services.settings import Settings

TEAM = {"hana": "Hana Sato", "ken": "Ken Ito", "aya": "Aya 綾", "jun": "Jun Abe"}


@pytest.fixture
def console(sqlite_url, tmp_path, monkeypatch):
    """An open console that knows Hana, its administrator, and three others."""
    monkeypatch.setattr(consoles, "_current", None)
    opened = consoles.open_console(
        Settings(_env_file=None, database_url=sqlite_url, data_dir=tmp_path)
    )
    with opened.database.writing() as session:
        for handle, name in TEAM.items():
            people.add_person(session, people.NewPerson(handle=handle, name=name))
    yield opened
    opened.close()
