"""What is exported can be verified by anybody, and taken in by another console, whole."""

import json
import shutil
from datetime import timedelta

import pytest
from sqlmodel import select

from models.commands.timeline import Note
from models.delivery import Delivery
from models.incident import Incident
from models.person import Person
from models.vocabulary import Source
from services import boards, clock, commands, people
from services.commands import Actor
from services.commands.chain import entry_hash
from services.db import Database
from services.errors import NotFound, NotWellFormed
from services.exporting import export_incident, verify_export
from services.importing import import_timeline
from tests.record import assert_record_holds
from tests.team import Team, actor

RECEIVER = Actor("rie", Source.IMPORT)


@pytest.fixture(scope="module")
def told(tmp_path_factory, sqlite_template):
    """A team that did a bit of everything to one incident; its database is only read after."""
    folder = tmp_path_factory.mktemp("told") / "database"
    shutil.copytree(sqlite_template, folder)
    database = Database(f"sqlite:///{folder / 'shikikan.db'}")
    yield act(Team(database))
    assert_record_holds(database)
    database.close()


def act(team):
    soon = (clock.now() + timedelta(minutes=30)).isoformat()
    team.declare("hana", title="決済 <b>障害</b>", detected_at="2026-01-01T00:00:00+09:00")
    team.staff()
    team.give("hana", "offer_handoff", role="commander", to="mio")
    team.give("mio", "accept_handoff", role="commander")
    team.give("mio", "define_resolved", criteria=["errors < 1 %", "queue empty"])
    team.give("mio", "meet_criterion", criterion=1, note="graph")
    team.give("ken", "post_update", conditions="c", actions="a", needs="n")
    team.give("mio", "assign_action", text="restart", owner="ken", due_at=soon)
    team.give("aya", "draft_notice", stage="first", fields={"what": "x", "next_update_at": soon})
    team.give("mio", "approve_notice", notice=1)
    team.give("aya", "publish_notice", notice=1)
    team.give("jun", "amend", entry=1, text="correction", occurred_at="2026-01-01T00:00:00Z")
    return team


@pytest.fixture
def document(told):
    """Their export, as it arrives elsewhere."""
    with told.database.reading() as session:
        return json.loads(json.dumps(export_incident(session, told.incident_id)))


@pytest.fixture
def elsewhere(database):
    """Another console's database, once on each of the two, which knows one of the people."""
    with database.writing() as session:
        people.add_person(session, people.NewPerson(handle="rie", name="Rie"))
        people.add_person(session, people.NewPerson(handle="ken", name="Ken of ours"))
    return database


def test_an_export_verifies(document):
    assert verify_export(document) is None


def test_an_export_of_nothing_is_not_found(database):
    with database.reading() as session, pytest.raises(NotFound):
        export_incident(session, 1)


def test_an_export_holds_names_and_handles_of_people_and_nothing_else(document):
    assert {frozenset(person) for person in document["people"]} == {frozenset({"handle", "name"})}
    assert {p["handle"] for p in document["people"]} == {"hana", "ken", "aya", "jun", "mio"}


def test_another_console_holds_the_same_incident(told, document, elsewhere):
    imported = import_timeline(elsewhere, document, actor=RECEIVER)
    with told.database.reading() as session:
        rows = boards.read_rows(session, told.incident_id)
        board = boards.read_board(session, told.incident_id)
    with elsewhere.reading() as session:
        again = export_incident(session, imported.incident_id)
        assert boards.read_rows(session, imported.incident_id) == rows
        copy = boards.read_board(session, imported.incident_id)
        assert session.exec(select(Delivery)).all() == []
    assert [e["hash"] for e in again["entries"]] == [e["hash"] for e in document["entries"]]
    assert again["entries"] == document["entries"]
    assert copy.roles == board.roles
    assert copy.notices == board.notices


def test_unknown_people_are_added_without_rights_and_known_ones_stay(document, elsewhere):
    import_timeline(elsewhere, document, actor=RECEIVER)
    with elsewhere.reading() as session:
        known = {person.handle: person for person in session.exec(select(Person))}
    assert known["ken"].name == "Ken of ours"
    assert known["mio"].name == "Mio"
    assert {h for h, person in known.items() if person.is_administrator} == {"rie"}


def test_a_second_import_changes_nothing(document, elsewhere):
    first = import_timeline(elsewhere, document, actor=RECEIVER)
    second = import_timeline(elsewhere, document, actor=RECEIVER)
    assert second.incident_id == first.incident_id
    assert second.is_repeat
    assert second.warnings == ["This incident is here already. Nothing was changed."]
    with elsewhere.reading() as session:
        assert len(session.exec(select(Incident)).all()) == 1


def test_the_incident_goes_on_where_it_arrived(document, elsewhere):
    number = import_timeline(elsewhere, document, actor=RECEIVER).incident_id
    note = Note(text="and on")
    commands.execute(elsewhere, note, incident_id=number, actor=actor("mio"))
    with elsewhere.reading() as session:
        export = export_incident(session, number)
    assert verify_export(export) is None
    assert len(export["entries"]) == len(document["entries"]) + 1


def rehash(document):
    """Chains the entries anew, as somebody would who knows how."""
    previous = "0" * 64
    for seq, entry in enumerate(document["entries"], 1):
        entry["seq"], entry["prev_hash"] = seq, previous
        previous = entry["hash"] = entry_hash(entry)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entries: entries[4].update(text="nothing happened"),
        lambda entries: entries[4].update(occurred_at="2020-01-01T00:00:00.000000Z"),
        lambda entries: entries[4]["data"].update(person="rei"),
        lambda entries: entries[4].update(actor=None),
        lambda entries: entries[4].update(hash="0" * 64),
        lambda entries: entries[4].update(late=True),
        lambda entries: entries.pop(4),
        lambda entries: entries.insert(4, dict(entries[3])),
        lambda entries: entries.insert(4, entries.pop(6)),
    ],
)
def test_the_first_entry_that_was_tampered_with_is_named(document, elsewhere, tamper):
    tamper(document["entries"])
    assert verify_export(document) == 5
    with pytest.raises(NotWellFormed, match="entry 5 ") as refused:
        import_timeline(elsewhere, document, actor=RECEIVER)
    assert refused.value.problems[0]["loc"] == ["entries", 4]
    with elsewhere.reading() as session:
        assert session.exec(select(Incident)).all() == []


def first_change(document, table):
    return next(
        change
        for entry in document["entries"]
        for change in entry["changes"]
        if change["table"] == table
    )


@pytest.mark.parametrize(
    "forge",
    [
        lambda d: first_change(d, "incident")["after"].update(kind="exercise"),
        lambda d: first_change(d, "incident")["after"].update(uid="0" * 36),
        lambda d: first_change(d, "incident")["after"].update(declared_at="yesterday"),
        lambda d: first_change(d, "incident")["after"].update(id=7),
        lambda d: first_change(d, "presence")["after"].update(person="nobody"),
        lambda d: first_change(d, "role").update(key=["chef"]),
        lambda d: first_change(d, "role")["after"].update(single="yes"),
        lambda d: first_change(d, "role")["after"].update(position=2**70),
        lambda d: first_change(d, "role")["after"].pop("duty"),
        lambda d: first_change(d, "role").update(table="token"),
        lambda d: first_change(d, "assignment")["after"].update(role="chef"),
        lambda d: first_change(d, "notice")["after"].update(fields=None),
        lambda d: first_change(d, "criterion")["after"].update(text={"a": 1}),
        lambda d: d["entries"][0].update(changes=[]),
        lambda d: d["entries"][0].update(data={"detected_at": "yesterday"}),
        lambda d: d["entries"][-1].update(data={}),
        lambda d: d["entries"][0].update(actor="nobody"),
        lambda d: d["entries"][1].update(changes=d["entries"][1]["changes"] * 2),
    ],
)
def test_a_forged_record_that_contradicts_itself_is_refused_whole(document, elsewhere, forge):
    forge(document)
    rehash(document)
    assert verify_export(document) is None
    with pytest.raises(NotWellFormed):
        import_timeline(elsewhere, document, actor=RECEIVER)
    with elsewhere.reading() as session:
        assert session.exec(select(Incident)).all() == []
        assert {p.handle for p in session.exec(select(Person))} == {"rie", "ken"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("incident"),
        lambda d: d.update(version=2),
        lambda d: d.update(entries=[]),
        lambda d: d["entries"][0].pop("hash"),
        lambda d: d["entries"][0].update(recorded_at="2026-01-01T00:00:00"),
        lambda d: d["entries"][0].update(text="half \ud83d"),
        lambda d: d["people"][0].update(handle="Not A Handle"),
        lambda d: d["people"][0].update(is_administrator=True),
    ],
)
def test_an_export_of_another_shape_is_refused(document, elsewhere, spoil):
    spoil(document)
    with pytest.raises(NotWellFormed):
        import_timeline(elsewhere, document, actor=RECEIVER)


def test_half_a_character_breaks_the_chain_rather_than_the_reader(document):
    document["entries"][3]["text"] = "half \ud83d"
    assert verify_export(document) == 4
