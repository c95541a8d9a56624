"""The board now, the board then, and what it says is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from models.board import Board
from services import boards, people
from services.errors import NotFound

NOW = datetime(2026, 1, 31, 0, 30, tzinfo=UTC)


def past(team, at):
    with team.database.reading() as session:
        return boards.read_past_board(session, team.incident_id, at)


def without_now(board):
    return board.model_dump(exclude={"slack", "missing"})


def respond(team):
    """Gives a command a second, of many kinds, and yields the instant after each."""
    fields = {"what": "t", "next_update_at": "2026-01-31T09:40:00+09:00"}
    steps = [
        ("hana", "take_command", {}),
        ("hana", "assign_role", {"role": "primary_sme", "person": "ken"}),
        ("hana", "assign_role", {"role": "liaison", "person": "aya"}),
        ("hana", "offer_handoff", {"role": "liaison", "to": "mio"}),
        ("mio", "accept_handoff", {"role": "liaison"}),
        ("aya", "check_out", {}),
        ("hana", "set_situation", {"text": "one"}),
        ("hana", "set_situation", {"text": "two"}),
        ("hana", "define_resolved", {"criteria": ["a", "b"]}),
        ("hana", "meet_criterion", {"criterion": 1}),
        ("hana", "define_resolved", {"criteria": ["c"]}),
        ("hana", "set_course", {"text": "t"}),
        ("ken", "agree_course", {}),
        ("hana", "set_severity", {"severity": "SEV2"}),
        ("mio", "draft_notice", {"stage": "first", "fields": fields}),
        ("hana", "approve_notice", {"notice": 1}),
        ("mio", "publish_notice", {"notice": 1}),
        ("ken", "propose_decision", {"proposal": "t"}),
        ("mio", "object", {"decision": 1, "reason": "t"}),
        ("hana", "decide", {"decision": 1, "outcome": "no_go"}),
        ("aya", "check_in", {}),
        ("hana", "cancel_handoff", {"role": "scribe"}),
    ]
    for n, (who, kind, said) in enumerate(steps, 1):
        now = NOW + timedelta(hours=24 * 365) + timedelta(seconds=n)
        if kind == "cancel_handoff":
            team.give("hana", "offer_handoff", role="scribe", to="uma", now=now)
        team.give(who, kind, now=now, **said)
        yield now


def test_each_past_board_is_the_board_of_that_instant_on_both_databases(team):
    team.declare()
    stood = [(at, team.board(at)) for at in respond(team)]
    for at, board in stood:
        assert without_now(past(team, at)) == without_now(board)
        assert without_now(past(team, at + timedelta(milliseconds=999))) == without_now(board)
    assert without_now(past(team, NOW + timedelta(days=9_999))) == without_now(team.board())


def test_before_the_declaration_there_is_no_board(team):
    team.declare()
    with pytest.raises(NotFound):
        past(team, NOW - timedelta(days=9_999))
    team.incident_id = 77
    with pytest.raises(NotFound):
        past(team, NOW)
    with pytest.raises(NotFound):
        team.board()


def test_a_board_says_everything_that_the_contract_names(team):
    team.declare()
    team.staff()
    said = team.board().model_dump(mode="json", by_alias=True)
    names = """id number kind title summary severity phase revision declared_at call_url channels
        roles people situation resolved_definition goals course updates hypotheses actions
        decisions stand_down notices cadence inquiries stakeholders gates missing resolved_at
        stood_down_at slack retrospective next_actions"""
    assert set(names.split()) <= set(said)
    assert set(said["channels"]) >= {"investigation", "report"}
    assert set(said["cadence"]) >= {"next_update_at", "overdue"}
    assert set(said["stand_down"]) >= {"condition", "set_at", "met_at"}
    assert set(said["slack"]) >= {"state", "unsent", "oldest_unsent_s"}
    role = {"key", "name_en", "name_ja", "holder", "since", "offered_to"}
    assert all(role <= set(card) for card in said["roles"])
    assert all({"handle", "name", "roles", "checked_in_at"} <= set(p) for p in said["people"])
    Board.model_validate(team.board().model_dump())


def test_the_phase_follows_from_what_was_done(team):
    team.declare()
    seen = [team.board().phase]
    team.staff()
    seen.append(team.board().phase)
    team.give("hana", "set_situation", text="t")
    assert team.board().phase == seen[-1], "a situation alone aligns nobody"
    team.give("hana", "define_resolved", criteria=["t"])
    seen.append(team.board().phase)
    team.give("hana", "set_course", text="t")
    assert team.board().phase == seen[-1], "a course is agreed by both"
    team.give("ken", "agree_course")
    seen.append(team.board().phase)
    team.give("jun", "mark", name="mitigated", at="2026-01-31T09:00:00+09:00")
    seen.append(team.board().phase)
    team.give("hana", "meet_criterion", criterion=1)
    team.give("hana", "declare_resolved")
    seen.append(team.board().phase)
    assert seen == ["declared", "staffed", "aligned", "responding", "mitigated", "resolved"]


@pytest.mark.parametrize("how", ["an action", "an update"])
def test_an_action_or_an_update_is_a_response(team, how):
    team.declare()
    team.staff()
    if how == "an action":
        due_at = "2099-01-01T00:00:00Z"
        team.give("hana", "assign_action", text="t", owner="uma", due_at=due_at)
    else:
        team.give("ken", "post_update", conditions="c", actions="a", needs="n")
    assert team.board().phase == "responding"


def test_what_is_missing_is_said_in_the_readers_language_and_shrinks(team):
    team.declare()

    def missing(language, after=timedelta()):
        now = datetime.now(UTC) + after
        with team.database.reading() as session:
            board = boards.read_board(session, team.incident_id, language=language, now=now)
        return board.missing

    assert missing("en") == ["Nobody commands"]
    team.give("hana", "take_command")
    assert {"No primary SME", "No external liaison", "No scribe"} <= set(missing("en"))
    assert not any("announcement" in lack for lack in missing("en"))
    assert "No first announcement 6 min after the declaration" in missing(
        "en", timedelta(minutes=6, seconds=5)
    )
    assert len(missing("ja")) == len(missing("en"))
    assert not set(missing("ja")) & set(missing("en"))
    team.give("hana", "assign_role", role="primary_sme", person="ken")
    assert "No primary SME" not in missing("en")


def test_a_promised_update_becomes_overdue_and_a_resolution_promises_none(team):
    team.declare()
    team.staff()
    fields = {"what": "t", "next_update_at": "2026-01-31T09:40:00+09:00"}
    team.give("aya", "draft_notice", stage="first", fields=fields)
    team.give("hana", "approve_notice", notice=1)
    team.give("aya", "publish_notice", notice=1)
    due_at = datetime(2026, 1, 31, 0, 40, tzinfo=UTC)
    assert team.board(due_at).cadence.model_dump() == {"next_update_at": due_at, "overdue": False}
    assert team.board(due_at + timedelta(seconds=1)).cadence.overdue
    fields = {"recovered_at": "2026-01-31T09:00:00+09:00", "data_loss": "none"}
    team.give("aya", "draft_notice", stage="resolution", fields=fields)
    team.give("hana", "approve_notice", notice=2)
    team.give("aya", "publish_notice", notice=2)
    assert team.board().cadence.next_update_at is None


def test_those_present_without_a_role_are_shown(team):
    team.declare()
    team.staff()
    team.give("rei", "check_in")
    idle = [person.handle for person in team.board().people if not person.roles]
    assert idle == ["rei"]


def test_a_board_shows_the_names_that_people_have_today(team):
    team.declare()
    team.staff()
    with team.database.writing() as session:
        people.change_preferences(session, "ken", name="Kenji")
    board = team.board()
    assert {person.name for person in board.people} == {"Hana", "Kenji", "Aya", "Jun"}
