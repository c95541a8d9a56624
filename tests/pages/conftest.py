"""What tests of pages without a server stand on."""

import pytest

from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import console as consoles
from services import people
from services.commands import Actor, Declaration, declare, execute
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


@pytest.fixture
def give(console):
    """Gives a command to incident 1, of which Hana is commander and Aya liaison."""
    declare(console.database, Declaration(title="Checkout"), actor=Actor("hana", Source.PAGE))

    def give(who, kind, /, **fields):
        command = COMMAND_ADAPTER.validate_python({"type": kind, **fields})
        execute(console.database, command, incident_id=1, actor=Actor(who, Source.API))

    give("hana", "take_command")
    for role, person in {"primary_sme": "ken", "liaison": "aya", "scribe": "jun"}.items():
        give("hana", "assign_role", role=role, person=person)
    return give
