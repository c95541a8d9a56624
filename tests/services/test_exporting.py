"""What is exported can be verified by anybody, and taken in by another console, whole."""

import json
import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import select

from models.columns import write_time
from models.commands.timeline import Amend
from models.delivery import Delivery
from models.incident import Incident
from models.person import Person
from models.vocabulary import Source
from services import boards, clock, commands, people
from services.commands import Actor
from services.commands.chain import entry_hash, find_broken
from services.db import Database
from services.errors import NotAllowed, NotFound, NotWellFormed
from services.exporting import export_incident
from services.importing import import_timeline
from tests.record import assert_record_holds
from tests.team import Team, actor

RECEIVER = Actor("rie", Source.IMPORT)
CHANNELS = {"investigation": {"id": "C1", "name": "inc-1"}, "report": {"id": "C2", "name": "rep"}}


@contextmanager
def a_team(folder, template):
    """A team on a database of its own, beside those of the other fixtures."""
    shutil.copytree(template, folder)
    database = Database(f"sqlite:///{folder / 'shikikan.db'}")
    yield Team(database)
    assert_record_holds(database)
    database.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory, sqlite_template):
    """A team that did a bit of everything to one incident; its database is only read after."""
    with a_team(tmp_path_factory.mktemp("told") / "database", sqlite_template) as team:
        yield act(team)


@pytest.fixture
def there(tmp_path, sqlite_template):
    """A team at the other console, with nothing done yet."""
    with a_team(tmp_path / "there", sqlite_template) as team:
        yield team


def take_in(database, document):
    return import_timeline(database, document, actor=RECEIVER, may_restore=True)


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
    commands.record_channels(team.database, team.incident_id, CHANNELS)
    stand_down(team)
    return team


def stand_down(team):
    team.give("mio", "set_stand_down_condition", text="calm")
    team.give("mio", "meet_stand_down_condition")
    end = {"recovered_at": "2026-01-01T01:00:00Z", "data_loss": "none"}
    team.give("aya", "draft_notice", stage="resolution", fields=end)
    team.give("mio", "approve_notice", notice=2)
    team.give("aya", "publish_notice", notice=2)
    team.give("jun", "save_report", text="what happened")
    team.give("mio", "stand_down", unresolved_reason="it went away by itself")


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
    assert find_broken(document["entries"]) is None


def test_an_export_of_nothing_is_not_found(database):
    with database.reading() as session, pytest.raises(NotFound):
        export_incident(session, 1)


def test_an_export_holds_names_and_handles_of_people_and_nothing_else(document):
    assert {frozenset(person) for person in document["people"]} == {frozenset({"handle", "name"})}
    assert {p["handle"] for p in document["people"]} == {"hana", "ken", "aya", "jun", "mio"}


def test_another_console_holds_the_same_incident(told, document, elsewhere):
    imported = take_in(elsewhere, document)
    with told.database.reading() as session:
        rows = boards.read_rows(session, told.incident_id)
        board = boards.read_board(session, told.incident_id)
    with elsewhere.reading() as session:
        again = export_incident(session, imported.incident_id)
        assert boards.read_rows(session, imported.incident_id) == rows
        copy = boards.read_board(session, imported.incident_id)
        assert session.exec(select(Delivery)).all() == []
    assert_record_holds(elsewhere)
    assert [e["hash"] for e in again["entries"]] == [e["hash"] for e in document["entries"]]
    assert again["entries"] == document["entries"]
    assert copy.roles == board.roles
    assert copy.notices == board.notices


def test_unknown_people_are_added_without_rights_and_known_ones_stay(document, elsewhere):
    take_in(elsewhere, document)
    with elsewhere.reading() as session:
        known = {person.handle: person for person in session.exec(select(Person))}
    assert known["ken"].name == "Ken of ours"
    assert known["mio"].name == "Mio"
    assert {h for h, person in known.items() if person.is_administrator} == {"rie"}


def test_a_second_import_changes_nothing(document, elsewhere):
    first = take_in(elsewhere, document)
    second = take_in(elsewhere, document)
    assert second.incident_id == first.incident_id
    assert second.is_repeat
    assert second.warnings == ["This incident is here already. Nothing was changed."]
    with elsewhere.reading() as session:
        assert len(session.exec(select(Incident)).all()) == 1


def test_what_is_added_where_it_arrived_is_told_to_no_channel_of_the_other_console(
    document, elsewhere
):
    number = take_in(elsewhere, document).incident_id
    amendment = Amend(entry=1, text="and on")
    commands.execute(elsewhere, amendment, incident_id=number, actor=actor("mio"))
    assert_record_holds(elsewhere)
    with elsewhere.reading() as session:
        export = export_incident(session, number)
    assert find_broken(export["entries"]) is None
    assert len(export["entries"]) == len(document["entries"]) + 1
    with elsewhere.reading() as session:
        assert session.exec(select(Delivery)).all() == []


@pytest.mark.parametrize("is_over", [True, False])
def test_only_an_incident_that_is_over_moves(there, elsewhere, is_over):
    there.declare("hana")
    there.staff()
    if is_over:
        there.give("hana", "cancel", reason="a false alarm")
    with there.database.reading() as session:
        document = json.loads(json.dumps(export_incident(session, there.incident_id)))
    if is_over:
        assert take_in(elsewhere, document).incident_id == 1
        assert_record_holds(elsewhere)
        return
    with pytest.raises(NotWellFormed, match="not over"):
        take_in(elsewhere, document)
    with elsewhere.reading() as session:
        assert session.exec(select(Incident)).all() == []


def test_who_may_not_restore_is_told_so(document, elsewhere):
    with pytest.raises(NotAllowed):
        import_timeline(elsewhere, document, actor=RECEIVER)


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
    assert find_broken(document["entries"]) == 5
    with pytest.raises(NotWellFormed, match="entry 5 ") as refused:
        take_in(elsewhere, document)
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
        lambda d: next(e for e in d["entries"] if e["amends"]).update(data={}),
        lambda d: d["entries"][0].update(actor="nobody"),
        lambda d: d["entries"][1].update(changes=d["entries"][1]["changes"] * 2),
    ],
)
def test_a_forged_record_that_contradicts_itself_is_refused_whole(document, elsewhere, forge):
    forge(document)
    rehash(document)
    assert find_broken(document["entries"]) is None
    with pytest.raises(NotWellFormed):
        take_in(elsewhere, document)
    with elsewhere.reading() as session:
        assert session.exec(select(Incident)).all() == []
        assert {p.handle for p in session.exec(select(Person))} == {"rie", "ken"}


def when(seconds):
    """A moment so many seconds from now, as a record writes it."""
    return write_time(clock.now() + timedelta(seconds=seconds))


def all_from(document, place, **change):
    for entry in document["entries"][place:]:
        entry.update(change)


def hold(document, role, person, place=-1, **fields):
    """Puts into an entry that somebody holds a role beside whoever does."""
    after = {
        **first_change(document, "assignment")["after"],
        "id": 90,
        "role": role,
        "person": person,
        "ended_at": None,
        **fields,
    }
    change = {"table": "assignment", "key": [90], "before": None, "after": after}
    document["entries"][place]["changes"].append(change)


def end_last(document):
    """Lets the holder of before end again what `hold` began, an entry later."""
    ended = {"ended_at": document["entries"][-1]["recorded_at"]}
    change = {"table": "assignment", "key": [90], "before": {"ended_at": None}, "after": ended}
    document["entries"][-1]["changes"].append(change)


@pytest.mark.parametrize(
    "rule,entry,forge",
    [
        ("one-holder", -1, lambda d: hold(d, "commander", "jun")),
        ("one-holder", -2, lambda d: (hold(d, "commander", "jun", -2), end_last(d))),
        ("one-holder", -1, lambda d: hold(d, "commander", "jun", single=False)),
        ("one-holder", -1, lambda d: hold(d, "commander", "mio")),
        ("sme-exclusive", -2, lambda d: (hold(d, "scribe", "ken", -2), end_last(d))),
        ("append-only", -1, lambda d: hold(d, "scribe", "ken", ended_at=when(-1))),
        ("two-clocks", -1, lambda d: all_from(d, -1, recorded_at=when(180))),
        ("two-clocks", 4, lambda d: d["entries"][4].update(recorded_at=when(-3600))),
        ("two-clocks", 4, lambda d: d["entries"][4].update(occurred_at=when(180))),
    ],
)
def test_a_forged_record_that_breaks_a_rule_is_refused_by_its_name(
    document, elsewhere, rule, entry, forge
):
    if rule == "sme-exclusive":
        end_scribe(document)
    forge(document)
    rehash(document)
    with pytest.raises(NotWellFormed, match=rule) as refused:
        take_in(elsewhere, document)
    assert refused.value.problems[0]["loc"][:2] == ["entries", entry % len(document["entries"])]
    with elsewhere.reading() as session:
        assert session.exec(select(Incident)).all() == []


def end_scribe(document):
    """Lets the scribe lay the role down at stand-down, so that it is free to be held."""
    key = next(
        change["key"]
        for entry in document["entries"]
        for change in entry["changes"]
        if change["table"] == "assignment" and change["after"].get("role") == "scribe"
    )
    ended = {"ended_at": document["entries"][-2]["recorded_at"]}
    change = {"table": "assignment", "key": key, "before": {"ended_at": None}, "after": ended}
    document["entries"][-2]["changes"].append(change)


def test_a_clock_of_the_other_console_may_run_two_minutes_ahead(document, elsewhere):
    moment = when(100)
    all_from(document, -1, recorded_at=moment, occurred_at=moment)
    rehash(document)
    assert take_in(elsewhere, document).incident_id == 1
    assert_record_holds(elsewhere)


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
        take_in(elsewhere, document)


def test_half_a_character_breaks_the_chain_rather_than_the_reader(document):
    document["entries"][3]["text"] = "half \ud83d"
    assert find_broken(document["entries"]) == 4
