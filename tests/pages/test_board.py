"""What the board offers to whom, and what sending says when nothing was saved."""

import logging
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from pages.parts import sending
from pages.parts import viewer as viewers
from services import commands, people, timeline
from services import console as consoles
from services.errors import Unavailable
from services.settings import Settings
from services.sign_in import SignIn

SHELL = Path(__file__).parent.parent.parent / "pages" / "shell.py"
TEAM = {"hana": "Hana Sato", "ken": "Ken Ito", "aya": "Aya Kudo", "jun": "Jun Abe", "mio": "Mio"}


class Office:
    """An open console with an incident that may be staffed."""

    def __init__(self, console: consoles.Console) -> None:
        self.console = console
        with console.database.writing() as session:
            for handle, name in TEAM.items():
                people.add_person(session, people.NewPerson(handle=handle, name=name))
        declaration = commands.Declaration(title="Checkout errors")
        actor = commands.Actor("hana", Source.PAGE)
        receipt = commands.declare(console.database, declaration, actor=actor)
        self.incident_id = receipt.incident_id

    def give(self, who: str, kind: str, **fields) -> None:
        commands.execute(
            self.console.database,
            COMMAND_ADAPTER.validate_python({"type": kind, **fields}),
            incident_id=self.incident_id,
            actor=commands.Actor(who, Source.PAGE),
        )

    def staff(self) -> None:
        self.give("hana", "take_command")
        for role, person in {"primary_sme": "ken", "liaison": "aya", "scribe": "jun"}.items():
            self.give("hana", "assign_role", role=role, person=person)

    def entries(self) -> list[str]:
        with self.console.database.reading() as session:
            found = timeline.list_entries(session, self.incident_id)
            return [entry.text for entry in found]


@pytest.fixture
def office(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setattr(consoles, "_current", None)
    opened = consoles.open_console(
        Settings(_env_file=None, database_url=sqlite_url, data_dir=tmp_path)
    )
    yield Office(opened)
    opened.close()


def open_board(monkeypatch, handle="hana", language="en", incident="1") -> AppTest:
    monkeypatch.setattr(SignIn, "read_session", lambda _self, _cookie: handle)
    monkeypatch.setattr(viewers, "viewer_language", lambda _kept=None: language)
    app = AppTest.from_file(SHELL, default_timeout=60)
    app._page_hash = calc_hash("board")
    app.query_params["incident"] = incident
    app.run()
    assert not app.exception, app.exception
    return app


def buttons(app) -> set[str]:
    return {button.label for button in app.button if not button.disabled}


def test_before_anybody_commands_everybody_may_take_command(office, monkeypatch):
    app = open_board(monkeypatch, "mio")
    assert {"Take command", "Check in"} <= buttons(app)
    assert "Nobody commands" in app.error[0].value
    assert not app.chat_input


def test_each_is_offered_what_is_theirs_and_nothing_else(office, monkeypatch):
    office.staff()
    office.give("hana", "set_situation", text="x")
    office.give("hana", "define_resolved", criteria=["y"])
    office.give("hana", "set_course", text="z")
    office.give("ken", "post_update", conditions="c", actions="a", needs="n")
    commander, sme, stranger = (
        buttons(open_board(monkeypatch, who)) for who in ("hana", "ken", "mio")
    )
    assert {"Status check", "Met", "Acknowledge"} <= commander
    assert "Agree" not in commander
    assert "Agree" in sme
    assert not {"Status check", "Met", "Acknowledge", "Declare resolved"} & sme
    assert stranger == {"Check in"}


def test_the_offer_is_seen_by_its_receiver_alone(office, monkeypatch):
    office.staff()
    office.give("hana", "offer_handoff", role="scribe", to="mio")
    assert "Accept" in buttons(open_board(monkeypatch, "mio"))
    assert "Accept" not in buttons(open_board(monkeypatch, "jun"))
    assert "Take the offer back" in buttons(open_board(monkeypatch, "hana"))


def test_a_past_incident_offers_nothing_but_what_comes_afterwards(office, monkeypatch):
    office.staff()
    office.give("hana", "cancel", reason="a mistake")
    app = open_board(monkeypatch)
    assert not buttons(app)
    assert not app.chat_input


def test_the_board_speaks_japanese(office, monkeypatch):
    app = open_board(monkeypatch, "mio", language="ja")
    assert "指揮を執る" in buttons(app)
    assert "不足" in app.error[0].value


def test_an_unknown_incident_is_said_and_leads_on(office, monkeypatch):
    app = open_board(monkeypatch, incident="77")
    assert "There is no incident 77." in app.error[0].value


# --- Sending ------------------------------------------------------------------------------------


@pytest.fixture
def window(office, monkeypatch):
    """Hana's window: a session and a viewer, without a page."""
    viewer = viewers.Viewer("hana", "Hana Sato", "en", ZoneInfo("UTC"), is_administrator=True)
    session: dict = {}
    monkeypatch.setattr(sending, "get_viewer", lambda: viewer)
    monkeypatch.setattr(sending.st, "session_state", session)
    return session


def test_a_command_is_applied_and_a_double_click_applies_it_once(office, window, monkeypatch):
    office.staff()
    note = {"type": "note", "text": "the cache is warm"}
    assert sending.try_send(note, office.incident_id) is None
    assert sending.try_send(note, office.incident_id) is None
    assert office.entries().count("the cache is warm") == 1
    later = sending.time.monotonic() + sending.DOUBLE_CLICK_S
    monkeypatch.setattr(sending.time, "monotonic", lambda: later)
    assert sending.try_send(note, office.incident_id) is None
    assert office.entries().count("the cache is warm") == 2


def test_a_broken_rule_is_named_with_everything_that_is_missing(office, window):
    office.staff()
    problem = sending.try_send({"type": "stand_down"}, office.incident_id)
    assert (problem.rule, problem.rule_name) == ("stand-down-gates", "Gates of standing down")
    assert "the report, saved" in problem.missing
    assert len(problem.missing) == 5


def test_a_malformed_field_is_named(office, window):
    problem = sending.try_send({"type": "note", "text": "\x00"}, office.incident_id)
    assert problem.faults == (("Text", "contains a NUL character; remove it"),)
    problem = sending.try_send({"type": "note", "text": "x" * 10_001}, office.incident_id)
    assert problem.faults == (("Text", "is too long; at most 10000 characters"),)


def test_a_stale_board_shows_what_one_had_and_what_was_written_by_whom(office, window):
    office.staff()
    seen = len(office.entries())
    office.give("hana", "set_situation", text="as another sees it")
    command = {"type": "set_situation", "text": "as I see it"}
    problem = sending.try_send(command, office.incident_id, expected_revision=seen)
    assert problem.typed == (("Text", "as I see it"),)
    assert problem.changes == (("Hana Sato", "Situation: as another sees it"),)


def test_a_defect_is_logged_under_the_reference_that_is_shown(office, window, monkeypatch, caplog):
    def fail(*_args, **_kwargs):
        raise RuntimeError("a defect")

    monkeypatch.setattr(sending.commands, "execute", fail)
    with caplog.at_level(logging.ERROR):
        problem = sending.try_send({"type": "note", "text": "secret words"}, office.incident_id)
    assert problem.sentence.startswith("Something failed, ref ")
    reference = problem.sentence.split("ref ")[1][:4]
    assert reference in caplog.text
    assert "secret words" not in caplog.text


def test_a_busy_database_is_said_and_the_same_command_may_be_sent_again(
    office, window, monkeypatch
):
    office.staff()
    execute, ids = commands.execute, []

    def busy_once(*args, **kwargs):
        ids.append(kwargs["command_id"])
        if len(ids) == 1:
            raise Unavailable("The database is busy. Try again in a moment.")
        return execute(*args, **kwargs)

    monkeypatch.setattr(sending.commands, "execute", busy_once)
    note = {"type": "note", "text": "again"}
    problem = sending.try_send(note, office.incident_id)
    assert "busy" in problem.sentence
    assert sending.try_send(note, office.incident_id) is None
    assert ids[0] == ids[1]
