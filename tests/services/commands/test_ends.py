"""Resolved and stood down, the two clocks, severity, notices, late amendments."""

from datetime import UTC, datetime, timedelta

import pytest

from services import commands, timeline
from services.errors import RuleBroken
from tests.team import actor

NOW = datetime(2026, 1, 31, 0, 30, tzinfo=UTC)
PAST = "2026-01-31T09:00:00+09:00"
FIRST = {"what": "Checkout fails", "next_update_at": "2099-01-01T00:00:00Z"}
RESOLUTION = {"recovered_at": PAST, "data_loss": "none"}


@pytest.fixture
def staffed(team):
    team.declare()
    team.staff()
    return team


def refusal(team, who, kind, /, **fields):
    """The refusal of a command that must be refused."""
    with pytest.raises(RuleBroken) as refused:
        team.give(who, kind, **fields)
    return refused.value


def publish(team, stage="resolution", fields=RESOLUTION):
    team.give("aya", "draft_notice", stage=stage, fields=fields)
    number = team.board().notices[-1].id
    team.give("hana", "approve_notice", notice=number)
    team.give("aya", "publish_notice", notice=number)


def stand_down(team, **fields):
    team.give("hana", "set_stand_down_condition", text="calm for an hour")
    team.give("hana", "meet_stand_down_condition")
    publish(team)
    team.give("jun", "save_report", text="what happened")
    team.give("hana", "stand_down", **fields)


# --- Stand-down gates ---------------------------------------------------------------------------


def test_all_missing_gates_are_listed_at_once_and_fewer_as_they_are_passed(staffed):
    def missing(**fields):
        return list(refusal(staffed, "hana", "stand_down", **fields).missing)

    gates = [
        "stand_down_condition_set",
        "stand_down_condition_met",
        "resolution_notice_published",
        "report_saved",
        "resolved",
    ]
    assert missing() == gates
    assert missing(unresolved_reason="vendor") == gates[:4]
    staffed.give("hana", "set_stand_down_condition", text="calm")
    assert missing() == gates[1:]
    staffed.give("hana", "meet_stand_down_condition")
    assert missing() == gates[2:]
    staffed.give("aya", "draft_notice", stage="resolution", fields=RESOLUTION)
    staffed.give("hana", "approve_notice", notice=1)
    assert missing() == gates[2:], "an approved notice is not a published one"
    staffed.give("aya", "publish_notice", notice=1)
    assert missing() == gates[3:]
    staffed.give("jun", "save_report", text="t")
    assert missing() == gates[4:]
    board = {gate.key: gate.ok for gate in staffed.board().gates}
    assert [key for key in gates if not board[key]] == ["resolved"]
    staffed.give("hana", "define_resolved", criteria=["t"])
    staffed.give("hana", "waive_criterion", criterion=1, reason="t")
    staffed.give("hana", "declare_resolved")
    staffed.give("hana", "stand_down")
    board = staffed.board()
    assert board.phase == "stood_down"
    assert board.stood_down_at


def test_a_new_stand_down_condition_has_yet_to_be_met(staffed):
    staffed.give("hana", "set_stand_down_condition", text="one")
    staffed.give("hana", "meet_stand_down_condition")
    staffed.give("hana", "set_stand_down_condition", text="two")
    assert "stand_down_condition_met" in refusal(staffed, "hana", "stand_down").missing


def test_a_condition_that_was_never_set_is_not_met(staffed):
    refused = refusal(staffed, "hana", "meet_stand_down_condition")
    assert refused.rule == "stand-down-gates"


def test_a_first_notice_is_no_resolution_notice(staffed):
    publish(staffed, "first", FIRST)
    assert "resolution_notice_published" in refusal(staffed, "hana", "stand_down").missing


def test_a_reason_stands_in_for_resolved_and_reopening_takes_resolved_back(staffed):
    staffed.give("hana", "define_resolved", criteria=["t"])
    staffed.give("hana", "meet_criterion", criterion=1)
    staffed.give("hana", "declare_resolved")
    assert staffed.board().phase == "resolved"
    staffed.give("hana", "reopen", reason="errors again")
    assert staffed.board().phase != "resolved"
    stand_down(staffed, unresolved_reason="the vendor goes on")
    assert staffed.board().phase == "stood_down"


def test_the_commander_goes_on_between_resolved_and_stood_down(staffed):
    staffed.give("hana", "define_resolved", criteria=["t"])
    staffed.give("hana", "meet_criterion", criterion=1)
    staffed.give("hana", "declare_resolved")
    for kind, fields in (
        ("set_situation", {"text": "t"}),
        ("set_goal", {"text": "t"}),
        ("status_check", {}),
        ("release_role", {"role": "scribe"}),
        ("assign_role", {"role": "scribe", "person": "uma"}),
    ):
        staffed.give("hana", kind, **fields)
    assert staffed.board().phase == "resolved"


def test_what_was_declared_in_error_is_cancelled_only_before_a_notice_was_published(staffed):
    publish(staffed, "first", FIRST)
    assert refusal(staffed, "hana", "cancel", reason="t").is_about_who is False
    staffed.declare()
    staffed.give("hana", "take_command")
    staffed.give("hana", "cancel", reason="a test alert")
    assert staffed.board().phase == "cancelled"
    assert refusal(staffed, "hana", "note", text="t").rule == "append-only"


# --- Resolved -----------------------------------------------------------------------------------


def test_resolved_needs_a_definition_and_lists_every_open_criterion(staffed):
    assert list(refusal(staffed, "hana", "declare_resolved").missing) == ["definition"]
    staffed.give("hana", "define_resolved", criteria=["one", "two", "three"])
    staffed.give("hana", "meet_criterion", criterion=2)
    refused = refusal(staffed, "hana", "declare_resolved")
    assert refused.rule == "resolved-needs-definition"
    assert ["one" in refused.missing[0], "three" in refused.missing[1]] == [True, True]
    assert len(refused.missing) == 2
    staffed.give("hana", "meet_criterion", criterion=1)
    staffed.give("hana", "waive_criterion", criterion=3, reason="not today")
    staffed.give("hana", "unmeet_criterion", criterion=1, reason="down again")
    assert len(refusal(staffed, "hana", "declare_resolved").missing) == 1
    staffed.give("hana", "meet_criterion", criterion=1)
    staffed.give("hana", "declare_resolved")


def test_a_new_definition_begins_open_and_the_old_criteria_are_the_past(staffed):
    staffed.give("hana", "define_resolved", criteria=["one"])
    staffed.give("hana", "meet_criterion", criterion=1)
    staffed.give("hana", "define_resolved", criteria=["one"])
    assert staffed.board().resolved_definition.version == 2
    assert refusal(staffed, "hana", "meet_criterion", criterion=1).rule == "append-only"
    assert refusal(staffed, "hana", "declare_resolved").missing


# --- Two clocks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, field, fields",
    [
        ("note", "occurred_at", {"text": "t"}),
        ("status", "occurred_at", {"text": "t"}),
        ("amend", "occurred_at", {"entry": 1, "text": "t"}),
        ("mark", "at", {"name": "impact_start"}),
    ],
)
def test_what_happened_lies_at_most_two_minutes_ahead_of_our_clock(staffed, kind, field, fields):
    now = datetime.now(UTC) + timedelta(hours=1)
    edge = now + timedelta(minutes=2)
    staffed.give("jun", kind, now=now, **fields, **{field: edge.isoformat()})
    over = (edge + timedelta(microseconds=1)).isoformat()
    assert refusal(staffed, "jun", kind, now=now, **fields, **{field: over}).rule == "two-clocks"


def test_an_incident_was_not_detected_in_the_future(staffed):
    declaration = commands.Declaration(title="t", detected_at="2026-01-31T00:33:00Z")
    with pytest.raises(RuleBroken) as refused:
        commands.declare(staffed.database, declaration, actor=actor("hana"), now=NOW)
    assert refused.value.rule == "two-clocks"


@pytest.mark.parametrize(
    "stage, field",
    [
        ("first", "occurred_at"),
        ("first", "detected_at"),
        ("update", "as_of"),
        ("resolution", "recovered_at"),
        ("resolution", "impact_from"),
        ("resolution", "impact_to"),
    ],
)
def test_a_notice_tells_of_no_future_as_if_it_had_happened(staffed, stage, field):
    fields = {field: "2099-01-01T00:00:00Z"}
    refused = refusal(staffed, "aya", "draft_notice", stage=stage, fields=fields)
    assert refused.rule == "two-clocks"
    staffed.give("aya", "draft_notice", stage=stage, fields={})
    refused = refusal(staffed, "aya", "edit_notice", notice=1, fields=fields)
    assert refused.rule == "two-clocks"


# --- Severity -----------------------------------------------------------------------------------


def test_severity_is_optional_may_rise_and_falls_only_after_stand_down(staffed):
    assert staffed.board().severity is None
    staffed.give("hana", "set_severity", severity="SEV3")
    staffed.give("hana", "set_severity", severity="SEV3")
    staffed.give("hana", "set_severity", severity="SEV1")
    for lower in ("SEV2", "SEV3", "SEV4"):
        assert refusal(staffed, "hana", "set_severity", severity=lower).rule == "severity-up"
    stand_down(staffed, unresolved_reason="t")
    staffed.give("hana", "set_severity", severity="SEV4", reason="it was small")
    assert staffed.board().severity == "SEV4"


# --- Notices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stage, complete, needed",
    [
        ("first", FIRST, "next_update_at"),
        ("update", {"state": "monitoring", "next_update_reason": "it is over"}, "state"),
        ("update", {"state": "monitoring", "next_update_reason": "t"}, "next_update_reason"),
        ("resolution", RESOLUTION, "recovered_at"),
        ("resolution", RESOLUTION, "data_loss"),
    ],
)
def test_an_incomplete_notice_is_drafted_but_not_approved(staffed, stage, complete, needed):
    fields = {name: value for name, value in complete.items() if name != needed}
    staffed.give("aya", "draft_notice", stage=stage, fields=fields)
    refused = refusal(staffed, "hana", "approve_notice", notice=1)
    assert refused.rule == "notice-complete"
    assert len(refused.missing) == 1
    staffed.give("aya", "edit_notice", notice=1, fields=complete)
    staffed.give("hana", "approve_notice", notice=1)
    staffed.give("aya", "publish_notice", notice=1)


def test_a_first_notice_names_the_liaison_unless_it_names_another_contact(staffed):
    staffed.give("aya", "draft_notice", stage="first", fields=FIRST)
    staffed.give("aya", "draft_notice", stage="first", fields={**FIRST, "contact": "Desk 7"})
    staffed.give("hana", "release_role", role="liaison")
    staffed.give("hana", "draft_notice", stage="first", fields=FIRST)
    contacts = [notice.fields["contact"] for notice in staffed.board().notices]
    assert contacts == ["Aya", "Desk 7", "Hana"]


def test_what_was_published_stays_as_it_was(staffed):
    publish(staffed, "first", FIRST)
    for who, kind, fields in (
        ("aya", "edit_notice", {"fields": {}}),
        ("hana", "approve_notice", {}),
        ("hana", "return_notice", {"reason": "t"}),
        ("aya", "publish_notice", {}),
    ):
        assert refusal(staffed, who, kind, notice=1, **fields).rule == "append-only"


def test_an_edit_or_a_return_takes_the_approval_back(staffed):
    staffed.give("aya", "draft_notice", stage="first", fields=FIRST)
    staffed.give("hana", "approve_notice", notice=1)
    staffed.give("aya", "edit_notice", notice=1, fields={**FIRST, "what": "more"})
    assert refusal(staffed, "aya", "publish_notice", notice=1).rule == "notice-complete"
    staffed.give("hana", "approve_notice", notice=1)
    staffed.give("hana", "return_notice", notice=1, reason="say whom")
    assert refusal(staffed, "aya", "publish_notice", notice=1).rule == "notice-complete"
    assert staffed.board().notices[0].return_reason == "say whom"


# --- After the end ------------------------------------------------------------------------------


def test_an_amendment_after_stand_down_is_marked_late_and_one_before_is_not(staffed):
    noted = staffed.give("jun", "note", text="frist", occurred_at=PAST).last_seq
    early = staffed.give("jun", "amend", entry=noted, text="first", reason="typing").last_seq
    stand_down(staffed, unresolved_reason="t")
    late = staffed.give("hana", "amend", entry=noted, text="the first").last_seq
    with staffed.database.reading() as session:
        shown = {
            entry["seq"]: entry
            for entry in timeline.show(session, timeline.list_entries(session, 1, limit=1_000))
        }
    assert (shown[noted]["text"], shown[noted]["amended_by"]) == ("frist", [early, late])
    assert (shown[early]["late"], shown[late]["late"]) == (False, True)
    assert (shown[early]["amends"], shown[late]["amends"]) == (noted, noted)
    assert shown[late]["occurred_at"] == shown[noted]["occurred_at"]


def test_a_retrospective_is_added_to_by_those_who_attended_and_next_actions_by_their_owners(
    staffed,
):
    stand_down(staffed, unresolved_reason="t")
    item = {"kind": "surprise", "about": "cause", "text": "t"}
    assert refusal(staffed, "hana", "add_retro_item", **item).rule == "stand-down-gates"
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    refused = refusal(staffed, "hana", "hold_retrospective", at=future, attendees=["hana"])
    assert refused.rule == "two-clocks"
    staffed.give("hana", "hold_retrospective", at=PAST, attendees=["uma", "uma", "ken"])
    staffed.give("uma", "add_retro_item", **item)
    staffed.give("uma", "add_next_action", text="t", owner="tom", due_on="2026-12-01")
    assert refusal(staffed, "rei", "add_retro_item", **item).rule == "role-required"
    assert refusal(staffed, "uma", "complete_next_action", next_action=1).rule == "role-required"
    staffed.give("tom", "complete_next_action", next_action=1, note="done")
    assert refusal(staffed, "tom", "complete_next_action", next_action=1).rule == "append-only"
    board = staffed.board()
    assert board.phase == "reviewed"
    assert sorted(board.retrospective.attendees) == ["ken", "uma"]


# --- Handoffs -----------------------------------------------------------------------------------


def test_an_offer_lapses_when_the_giver_loses_the_role(staffed):
    staffed.give("aya", "offer_handoff", role="liaison", to="mio")
    staffed.give("hana", "release_role", role="liaison")
    assert staffed.board().roles[2].offered_to is None
    refused = refusal(staffed, "mio", "accept_handoff", role="liaison")
    assert refused.rule in ("explicit-handoff", "role-required")


def test_exclusivity_is_judged_at_the_offer_and_again_at_acceptance(staffed):
    assert (
        refusal(staffed, "hana", "offer_handoff", role="scribe", to="ken").rule == "sme-exclusive"
    )
    staffed.give("ken", "offer_handoff", role="primary_sme", to="mio")
    staffed.give("aya", "offer_handoff", role="liaison", to="mio")
    staffed.give("mio", "accept_handoff", role="liaison")
    assert refusal(staffed, "mio", "accept_handoff", role="primary_sme").rule == "sme-exclusive"
    assert staffed.holders()["primary_sme"] == ["ken"]


def test_the_giver_holds_the_role_until_the_receiver_accepts(staffed):
    staffed.give("hana", "offer_handoff", role="commander", to="mio")
    assert staffed.holders()["commander"] == ["hana"]
    staffed.give("hana", "status_check")
    staffed.give("mio", "decline_handoff", role="commander", reason="busy")
    assert staffed.holders()["commander"] == ["hana"]
    staffed.give("hana", "offer_handoff", role="commander", to="mio")
    staffed.give("mio", "accept_handoff", role="commander")
    assert staffed.holders()["commander"] == ["mio"]
    assert refusal(staffed, "hana", "note", text="t").rule == "role-required"


def test_the_former_commanders_offers_lapse_when_command_is_taken(staffed):
    staffed.give("hana", "offer_handoff", role="commander", to="mio")
    staffed.give("jun", "take_command", reason="no answer for ten minutes")
    assert staffed.holders()["commander"] == ["jun"]
    assert staffed.board().roles[0].offered_to is None
    assert refusal(staffed, "mio", "accept_handoff", role="commander").rule in (
        "explicit-handoff",
        "role-required",
    )
