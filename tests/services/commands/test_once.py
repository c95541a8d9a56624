"""A command applies once, to the board that its giver saw, or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import commands
from services.errors import NotFound, RuleBroken, StaleBoard
from tests.team import actor

NOW = datetime(2026, 1, 31, 0, 30, tzinfo=UTC)


@pytest.fixture
def staffed(team):
    team.declare()
    team.staff()
    return team


def test_a_repeated_command_id_answers_what_it_did_first_even_on_a_newer_board(staffed):
    command_id, seen = uuid4(), staffed.board().revision
    first = staffed.give("jun", "note", text="t", command_id=command_id, expected_revision=seen)
    staffed.give("jun", "note", text="another")
    again = staffed.give("jun", "note", text="t", command_id=command_id, expected_revision=seen)
    assert (again.revision, again.first_seq, again.last_seq) == (
        first.revision,
        first.first_seq,
        first.last_seq,
    )
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert staffed.board().revision == seen + 2


def test_a_refused_command_may_be_tried_again_with_its_id(staffed):
    command_id = uuid4()
    with pytest.raises(RuleBroken):
        staffed.give("rei", "note", text="t", command_id=command_id)
    staffed.give("hana", "add_role", key="dba", name_en="D", name_ja="D", duty="d", single=True)
    staffed.give("hana", "assign_role", role="dba", person="rei")
    assert not staffed.give("rei", "note", text="t", command_id=command_id).is_repeat


@pytest.mark.parametrize("what", ["words", "person", "incident"])
def test_a_command_id_belongs_to_one_command_of_one_person_in_one_incident(staffed, what):
    command_id = uuid4()
    staffed.give("hana", "note", text="t", command_id=command_id)
    other = staffed.incident_id
    if what == "incident":
        staffed.declare()
        staffed.give("hana", "take_command")
    who = "jun" if what == "person" else "hana"
    said = "other" if what == "words" else "t"
    with pytest.raises(RuleBroken) as refused:
        staffed.give(who, "note", text=said, command_id=command_id)
    assert refused.value.rule == "append-only"
    assert other


@pytest.mark.parametrize("off", [-3, -1, 1])
def test_a_command_for_another_revision_is_refused_and_says_both(staffed, off):
    stands = staffed.board().revision
    with pytest.raises(StaleBoard) as refused:
        staffed.give("hana", "status_check", expected_revision=stands + off)
    assert refused.value.rule == "stale-board"
    assert (refused.value.expected, refused.value.current) == (stands + off, stands)
    assert staffed.give("hana", "status_check", expected_revision=stands).revision == stands + 1


def test_checking_in_twice_is_accepted_and_writes_nothing(staffed):
    staffed.give("rei", "check_in")
    before = staffed.board().revision
    command_id = uuid4()
    for _ in range(2):
        receipt = staffed.give("rei", "check_in", command_id=command_id)
        assert receipt.first_seq > receipt.last_seq
        assert receipt.revision == before == staffed.board().revision
    staffed.give("rei", "check_out")
    assert staffed.give("rei", "check_out").revision == before + 1


def test_assigning_a_role_checks_an_absent_person_in(staffed):
    staffed.give("hana", "release_role", role="scribe")
    receipt = staffed.give("hana", "assign_role", role="scribe", person="uma")
    assert receipt.last_seq == receipt.first_seq + 1
    assert "uma" in {person.handle for person in staffed.board().people}


def test_a_refusal_stores_nothing_at_all(staffed):
    def count() -> list[int]:
        with staffed.database.reading() as session:
            return [
                session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our own names
                for table in ("entry", "delivery", "presence", "assignment", "command_receipt")
            ]

    before = count()
    for who, kind, fields in (
        ("rei", "note", {"text": "t"}),
        ("hana", "assign_role", {"role": "scribe", "person": "uma"}),
        ("hana", "stand_down", {}),
        ("jun", "amend", {"entry": 999, "text": "t"}),
    ):
        with pytest.raises((RuleBroken, NotFound)):
            staffed.give(who, kind, command_id=uuid4(), **fields)
    assert count() == before


def test_listeners_hear_of_each_commit_that_wrote_and_of_no_other(staffed):
    heard = []
    staffed.database.on_commit(lambda number, revision: heard.append((number, revision)))
    receipt = staffed.give("hana", "note", text="t")
    staffed.give("rei", "check_in")
    staffed.give("rei", "check_in")
    with pytest.raises(RuleBroken):
        staffed.give("rei", "note", text="t")
    number = staffed.incident_id
    assert heard == [(number, receipt.revision), (number, receipt.revision + 1)]


def test_an_entry_says_who_wrote_it_in_which_roles_through_which_door(staffed):
    staffed.give("hana", "release_role", role="scribe")
    staffed.give("hana", "assign_role", role="scribe", person="hana")
    receipt = commands.execute(
        staffed.database,
        COMMAND_ADAPTER.validate_python({"type": "note", "text": "t"}),
        incident_id=staffed.incident_id,
        actor=commands.Actor("hana", Source.SLACK, via="bot"),
    )
    with staffed.database.reading() as session:
        row = session.execute(
            text("SELECT actor, source, via, roles FROM entry WHERE seq = :seq"),
            {"seq": receipt.last_seq},
        ).one()
    assert tuple(row)[:3] == ("hana", "slack", "bot")
    assert "commander" in str(row.roles)
    assert "scribe" in str(row.roles)


def test_unknown_people_and_incidents_are_not_found(staffed):
    with pytest.raises(NotFound):
        staffed.give("zoe", "check_in")
    with pytest.raises(NotFound):
        staffed.give("hana", "check_in", person="zoe")
    staffed.incident_id += 1
    with pytest.raises(NotFound):
        staffed.give("hana", "check_in")
    staffed.incident_id -= 1
    with pytest.raises(NotFound):
        commands.declare(
            staffed.database, commands.Declaration(title="t"), actor=actor("zoe"), now=NOW
        )


def test_channels_are_recorded_by_the_program_and_slack_is_not_told(staffed):
    channels = {"investigation": {"id": "C1", "name": "inc-0001"}}
    first = commands.record_channels(staffed.database, staffed.incident_id, channels)
    again = commands.record_channels(staffed.database, staffed.incident_id, channels)
    assert first.first_seq == first.last_seq == again.last_seq
    commands.record_channels(
        staffed.database, staffed.incident_id, {"report": {"id": "C2", "name": "inc-0001-report"}}
    )
    board = staffed.board()
    assert board.channels.model_dump() != {}
    assert board.revision == first.last_seq + 1


def test_our_clock_never_runs_backwards_on_a_timeline(team):
    commands_at = [NOW, NOW - timedelta(hours=1), NOW + timedelta(seconds=1)]
    receipt = commands.declare(
        team.database, commands.Declaration(title="t"), actor=actor("hana"), now=commands_at[0]
    )
    team.incident_id = receipt.incident_id
    team.give("hana", "take_command", now=commands_at[1])
    team.give("hana", "note", text="t", now=commands_at[2])
    with team.database.reading() as session:
        recorded = session.scalars(text("SELECT recorded_at FROM entry ORDER BY seq")).all()
    assert recorded == sorted(recorded)
    assert recorded[0] == recorded[2] < recorded[-1]
