"""Declaring, listing, looking and commanding, line by line of the contract."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.services.api.problems import problem

PARTS = {
    "id", "number", "kind", "title", "summary", "severity", "phase", "revision", "declared_at",
    "call_url", "channels", "roles", "people", "situation", "resolved_definition", "goals",
    "course", "updates", "hypotheses", "actions", "decisions", "stand_down", "notices", "cadence",
    "inquiries", "stakeholders", "gates", "missing", "resolved_at", "stood_down_at", "slack",
    "retrospective", "next_actions",
}  # fmt: skip
ENTRY = {
    "seq", "kind", "text", "occurred_at", "recorded_at", "actor", "roles", "source", "data",
    "amends", "amended_by", "late", "prev_hash", "hash",
}  # fmt: skip


def in_hours(hours):
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


# --- Declaring -----------------------------------------------------------------------------------


def test_a_declaration_is_answered_by_the_board(call):
    sent = {
        "title": "決済が失敗する",
        "summary": "Cards are refused",
        "kind": "drill",
        "severity": "SEV2",
        "detected_at": "2026-01-31T09:30:00+09:00",
        "detected_how": "alert",
        "call_url": "https://meet.example.com/x",
    }
    answer = call("hana", "POST", "/incidents", json=sent)
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/incidents/1"
    board = answer.json()
    assert board.keys() >= PARTS
    assert board | {**sent, "detected_at": "2026-01-31T00:30:00Z"} == board
    assert board["phase"] == "declared"
    assert [role["key"] for role in board["roles"]] == [
        "commander", "primary_sme", "liaison", "scribe",
    ]  # fmt: skip
    assert [person["handle"] for person in board["people"]] == ["hana"]
    assert call("ken", "GET", "/incidents/1").json()["title"] == sent["title"]


def test_a_title_is_enough_and_the_incident_is_real(call):
    board = call.declare("ken", title="x")
    assert (board["kind"], board["severity"], board["summary"]) == ("real", None, None)


def test_a_declaration_sent_again_with_its_id_declares_once(call):
    sent = {"title": "x", "command_id": str(uuid4())}
    first, again = (call("hana", "POST", "/incidents", json=sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert len(call("hana", "GET", "/incidents").json()["incidents"]) == 1


MALFORMED_DECLARATIONS = [
    ({}, ["body", "title"]),
    ({"title": ""}, ["body", "title"]),
    ({"title": " \n"}, ["body", "title"]),
    ({"title": 7}, ["body", "title"]),
    ({"title": "x" * 201}, ["body", "title"]),
    ({"title": "a\x00b"}, ["body", "title"]),
    ({"title": "x", "kind": "test"}, ["body", "kind"]),
    ({"title": "x", "severity": "SEV5"}, ["body", "severity"]),
    ({"title": "x", "call_url": "javascript:alert(1)"}, ["body", "call_url"]),
    ({"title": "x", "colour": "red"}, ["body", "colour"]),
    ({"title": "x", "command_id": "7"}, ["body", "command_id"]),
    ([], ["body"]),
    ("x", ["body"]),
    (None, ["body"]),
]


def test_a_malformed_declaration_names_each_bad_place_and_stores_nothing(call):
    for sent, place in MALFORMED_DECLARATIONS:
        told = problem(call("hana", "POST", "/incidents", json=sent), 422)
        assert [error["loc"] for error in told["errors"]] == [place], sent
        assert all(error.keys() == {"loc", "msg"} for error in told["errors"])
    assert call("hana", "GET", "/incidents").json()["incidents"] == []


NOT_JSON_OR_NO_TEXT = [
        b"{", b"", b"\xff\xfe", b'"\\ud800"', b'{"title": "\\ud800"}', b'{"\\ud800": 1}', b"NaN",
        b"[" * 100_000, b'{"title": ' + b"9" * 5_000 + b"}", b'{"title": "\xc3("}',
        b'{"title": "a\\u0000b"}', b'{"title": "x", "summary": "\\ud800"}',
        b'{"title": "x", "kind": "\\udfff"}', b'{"title": "x", "command_id": "\\udfff"}',
    ]  # fmt: skip


def test_a_body_that_is_no_json_or_no_text_is_refused_without_being_repeated(call):
    headers = {"Content-Type": "application/json"}
    for place in ("/incidents", "/incidents/import"):
        for body in NOT_JSON_OR_NO_TEXT:
            answer = call("hana", "POST", place, content=body, headers=headers)
            problem(answer, 422)
            assert "9999" not in answer.text


def test_a_body_of_another_type_is_told_what_to_send(call):
    told = problem(call("hana", "POST", "/incidents", data={"title": "x"}), 422)
    assert "application/json" in told["errors"][0]["msg"]


MALFORMED_TIMES = [
        "2026-01-31T09:30:00", "2026-01-31", "31.1.2026", "12026-01-31T09:30:00Z", 1769851800,
        "2026-02-30T09:30:00Z", "", True, "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00",
    ]  # fmt: skip


def test_a_malformed_time_is_refused_by_the_rule_of_the_two_clocks(call):
    for time in MALFORMED_TIMES:
        answer = call("hana", "POST", "/incidents", json={"title": "x", "detected_at": time})
        told = problem(answer, 422, "two-clocks")
        assert told["errors"][0]["loc"] == ["body", "detected_at"]


def test_a_time_in_the_future_is_refused_by_the_rule_of_the_two_clocks(call):
    sent = {"title": "x", "detected_at": in_hours(1)}
    problem(call("hana", "POST", "/incidents", json=sent), 409, "two-clocks")
    call.declare()
    note = call.give("hana", "note", text="x", occurred_at=in_hours(1))
    problem(note, 403, "role-required")
    call.give("hana", "take_command")
    problem(call.give("hana", "note", text="x", occurred_at=in_hours(1)), 409, "two-clocks")


# --- Listing -------------------------------------------------------------------------------------


def test_the_list_is_newest_first_and_comes_page_by_page(call):
    for number in range(5):
        call.declare(title=f"incident {number}")
    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = call("hana", "GET", "/incidents", params=query).json()
        seen += [incident["id"] for incident in page["incidents"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == ([5, 4, 3, 2, 1], None)


def test_the_list_is_narrowed_by_state_kind_and_words(call):
    call.declare(title="Checkout errors")
    call.declare(title="検索が遅い", kind="drill")
    call.declare(title="Search is slow")
    call.give("hana", "take_command", incident=3)
    assert call.give("hana", "cancel", incident=3, reason="no incident").is_success

    def found(**query):
        page = call("hana", "GET", "/incidents", params=query).json()
        return [incident["id"] for incident in page["incidents"]]

    assert found(state="open") == [2, 1]
    assert found(state="closed") == [3]
    assert found(kind="drill") == [2]
    assert found(kind="real") == [3, 1]
    assert found(q="検索") == [2]
    assert found(q="CHECKOUT") == [1]
    assert found(q="100%") == []


MALFORMED_QUERIES = [
        "limit=0", "limit=1001", "limit=x", "state=all", "kind=test", "cursor=%00", "cursor=-1",
        "cursor=99999999999999999999", "q=%00", "q=a%00b", "limit=99999999999999999999",
    ]  # fmt: skip


def test_a_malformed_query_of_the_list_is_refused(api):
    for query in MALFORMED_QUERIES:
        problem(api.get(f"/incidents?{query}"), 422)


def test_odd_words_find_nothing_and_break_nothing(api, call):
    call.declare()
    for query in ("q=%ff", "q=%ed%a0%80", "q=%25_%5C", "q=", "q='"):
        assert api.get(f"/incidents?{query}").status_code == 200, query
        assert api.get(f"/incidents/1/timeline?{query}").status_code == 200, query


# --- Looking -------------------------------------------------------------------------------------


def test_the_board_of_a_past_instant_is_what_was_recorded_by_then(call):
    call.staff()
    call.give("hana", "set_situation", text="first")
    then = call("hana", "GET", "/incidents/1/timeline").json()["entries"][-1]["recorded_at"]
    call.give("hana", "set_situation", text="second")

    def situation(at):
        board = call("ken", "GET", "/incidents/1", params={"at": at}).json()
        return board["situation"]["text"]

    assert situation(then) == "first"
    assert situation(then.replace("Z", "+00:00")) == "first"
    assert situation(in_hours(1)) == "second"
    # A plus sign that was not escaped reaches us as a blank.
    unescaped = call("ken", "GET", f"/incidents/1?at={then.replace('Z', '+00:00')}")
    assert unescaped.json()["situation"]["text"] == "first"
    before = call("ken", "GET", "/incidents/1", params={"at": "2020-01-01T00:00:00Z"})
    problem(before, 404)
    problem(call("ken", "GET", "/incidents/1?at=2026-01-31T09:30:00"), 422, "two-clocks")


NOT_THERE = [
        ("/incidents/9", 404), ("/incidents/0", 422), ("/incidents/-1", 422),
        ("/incidents/2147483648", 422), ("/incidents/99999999999999999999", 422),
        ("/incidents/x", 422), ("/incidents/%00", 422), ("/nothing", 404), ("/incidents/", 404),
        ("/incidents/9/timeline", 404), ("/incidents/9/brief", 404), ("/incidents/9/marks", 404),
        ("/incidents/9/report.md", 404), ("/incidents/9/report.json", 404),
        ("/incidents/9/deliveries", 404), ("/incidents/9/live", 404), ("/people/%00", 422),
        ("/people/nobody", 404), ("/tokens/99999999999999999999", 405), ("/%00", 404),
        ("/people/%0A", 422), ("/people/a%0Ab", 422), ("/people/%0A%C2%82U", 422), ("/%0Ax", 404),
    ]  # fmt: skip


def test_what_is_not_there_is_refused_in_form(call):
    for path, status in NOT_THERE:
        problem(call("hana", "GET", path), status)


def test_a_command_for_no_incident_is_not_found(call):
    problem(call.give("hana", "check_in", incident=9), 404)


def test_a_method_that_a_place_does_not_take_is_told_which_it_takes(api):
    for method, path, allowed in (
        ("PUT", "/incidents", "GET, POST"),
        ("GET", "/incidents/import", "POST"),
        ("GET", "/incidents/1/commands", "POST"),
        ("DELETE", "/people/hana", "GET, PATCH"),
    ):
        answer = api.request(method, path)
        problem(answer, 405)
        assert answer.headers["allow"] == allowed


# --- Commanding ----------------------------------------------------------------------------------


def test_a_command_is_answered_by_the_revision_and_the_entries_it_wrote(call):
    board = call.declare()
    answer = call.give("hana", "take_command")
    assert answer.status_code == 200
    applied = answer.json()
    assert applied.keys() == {"revision", "entries"}
    assert applied["revision"] > board["revision"]
    assert [one["seq"] for one in applied["entries"]][-1] == applied["revision"]
    assert applied["entries"][0].keys() >= ENTRY
    timeline = call("hana", "GET", "/incidents/1/timeline").json()["entries"]
    assert timeline[-len(applied["entries"]) :] == applied["entries"]


def test_a_command_that_changes_nothing_writes_nothing(call):
    board = call.declare()
    applied = call.give("hana", "check_in").json()
    assert applied == {"revision": board["revision"], "entries": []}


def test_the_same_command_id_again_gives_the_first_answer(call):
    call.staff()
    sent = {"text": "once", "command_id": str(uuid4())}
    first = call.give("hana", "note", **sent)
    call.give("hana", "note", text="in between")
    again = call.give("hana", "note", **sent, expected_revision=1)
    assert again.status_code == 200
    assert again.json() == first.json()
    texts = [one["text"] for one in call("hana", "GET", "/incidents/1/timeline").json()["entries"]]
    assert texts.count("once") == 1


def test_a_command_id_used_for_another_command_is_refused(call):
    call.staff()
    sent = {"text": "once", "command_id": str(uuid4())}
    call.give("hana", "note", **sent)
    problem(call.give("hana", "note", **{**sent, "text": "twice"}), 409, "append-only")


def test_a_stale_board_is_refused_with_both_revisions_and_the_board_as_it_stands(call):
    seen = call.staff()["revision"]
    answer = call.give("hana", "set_situation", text="x", expected_revision=seen)
    told = problem(answer, 409, "stale-board")
    current = call("hana", "GET", "/incidents/1").json()
    assert told["expected_revision"] == seen
    assert told["current_revision"] == current["revision"] > seen
    assert told["board"]["situation"] is None
    assert told["board"]["revision"] == current["revision"]
    fresh = call.give("hana", "set_situation", text="x", expected_revision=current["revision"])
    assert fresh.is_success


def test_who_may_not_is_forbidden_and_what_may_not_be_is_a_conflict(call):
    call.staff()
    problem(call.give("mio", "note", text="x"), 403, "role-required")
    problem(call.give("ken", "set_situation", text="x"), 403, "commander-only")
    problem(call.give("jun", "raise_hypothesis", claim="x"), 403, "holder-only")
    assign = call.give("hana", "assign_role", role="liaison", person="mio")
    problem(assign, 409, "one-holder")
    problem(call.give("ken", "check_out"), 409, "explicit-handoff")
    unresolved = problem(call.give("hana", "declare_resolved"), 409, "resolved-needs-definition")
    assert unresolved["missing"]
    gates = problem(call.give("hana", "stand_down"), 409, "stand-down-gates")
    assert len(gates["missing"]) >= 4
    before = call("hana", "GET", "/incidents/1").json()["revision"]
    assert before == len(call("hana", "GET", "/incidents/1/timeline").json()["entries"])


def test_objects_that_are_not_on_the_board_are_not_found(call):
    call.staff()
    problem(call.give("hana", "end_goal", goal=7, outcome="dropped", reason="x"), 404)
    problem(call.give("hana", "assign_role", role="scribe", person="nobody"), 404)


MALFORMED_COMMANDS = [
    ({}, ["body"]),
    ({"type": "explode"}, ["body"]),
    ({"type": 7}, ["body"]),
    ({"type": "note"}, ["body", "text"]),
    ({"type": "note", "text": 7}, ["body", "text"]),
    ({"type": "note", "text": "x" * 10_001}, ["body", "text"]),
    ({"type": "note", "text": "x", "more": 1}, ["body", "more"]),
    ({"type": "end_goal", "goal": "1", "outcome": "dropped"}, ["body", "goal"]),
    ({"type": "end_goal", "goal": True, "outcome": "dropped"}, ["body", "goal"]),
    ({"type": "end_goal", "goal": 2**31, "outcome": "dropped"}, ["body", "goal"]),
    ({"type": "end_goal", "goal": 10**400, "outcome": "dropped"}, ["body", "goal"]),
    ({"type": "note", "text": "x", "expected_revision": "1"}, ["body", "expected_revision"]),
    ({"type": "note", "text": "x", "expected_revision": -1}, ["body", "expected_revision"]),
    ({"type": "note", "text": "x", "command_id": 1}, ["body", "command_id"]),
    ({"type": "define_resolved", "criteria": ["a", ""]}, ["body", "criteria", 1]),
]


def test_a_malformed_command_names_each_bad_place_and_writes_nothing(call):
    revision = call.declare()["revision"]
    for sent, place in MALFORMED_COMMANDS:
        told = problem(call("hana", "POST", "/incidents/1/commands", json=sent), 422)
        assert [error["loc"] for error in told["errors"]] == [place], sent
    assert call("hana", "GET", "/incidents/1").json()["revision"] == revision


def test_a_field_of_the_wire_has_its_wire_name(call):
    call.staff()
    applied = call.give("mio", "log_inquiry", **{"from": "Sales", "text": "When?"})
    assert applied.is_success, applied.text
    board = call("hana", "GET", "/incidents/1").json()
    assert board["inquiries"][0]["from"] == "Sales"
    problem(call.give("mio", "log_inquiry", asked_by="Sales", text="When?"), 422)


def test_a_malformed_announcement_is_refused_when_drafted_and_when_edited(call):
    call.staff()
    bad = {"what": 7}
    problem(call.give("aya", "draft_notice", stage="first", fields=bad), 422)
    assert call.give("aya", "draft_notice", stage="first", fields={"what": "x"}).is_success
    problem(call.give("aya", "edit_notice", notice=1, fields=bad), 422)
