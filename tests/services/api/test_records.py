"""What is recorded, as the API shows it and takes it in."""

import json
import threading

import httpx
import pytest

from services.commands.chain import GENESIS, entry_hash
from tests.services.api.conftest import BEARER, Calling, client_of, console_on
from tests.services.api.problems import problem
from tests.services.api.test_callers import token_of

BACKFILLED = {
    "title": "Index loss",
    "timezone": "Europe/Berlin",
    "entries": [
        {"at": "2020-02-20T19:00:00+01:00", "text": "first 500s", "kind": "impact_start"},
        {"at": "2020-02-20T19:05:00+01:00", "text": "pager", "kind": "alert"},
        {"at": "2020-02-20T18:59:00Z", "text": "rolled back", "kind": "resolved"},
    ],
}


def timeline(call, **query):
    answer = call("mio", "GET", "/incidents/1/timeline", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


def follow(url, headers, n, **query):
    """The first `n` entries of the live feed, each with the id of its event."""
    told, seq = [], None
    with (
        httpx.Client(headers=headers, timeout=10) as client,
        client.stream("GET", f"{url}incidents/1/live", params=query) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("id: "):
                seq = int(line[4:])
            if line.startswith("data: "):
                told.append((seq, json.loads(line[6:])))
            if len(told) == n:
                break
    return told


# --- Timeline ------------------------------------------------------------------------------------


def test_the_timeline_is_narrowed_by_seq_kind_and_words_and_limited(call):
    call.staff()
    call.give("hana", "note", text="決済が遅い")
    call.give("jun", "status", text="Checkout is slow")
    every = timeline(call)
    seqs = [entry["seq"] for entry in every]
    assert seqs == list(range(1, len(every) + 1))
    assert [entry["seq"] for entry in timeline(call, after=3)] == seqs[3:]
    assert [entry["seq"] for entry in timeline(call, before=3)] == [1, 2]
    assert [entry["seq"] for entry in timeline(call, limit=2)] == [1, 2]
    assert [entry["seq"] for entry in timeline(call, limit=2, order="-seq")] == seqs[:-3:-1]
    assert [entry["text"] for entry in timeline(call, q="決済")] == ["決済が遅い"]
    assert [entry["text"] for entry in timeline(call, q="CHECKOUT IS")] == ["Checkout is slow"]
    kinds = {"note.written", "status.written"}
    for asked in ([*kinds], ",".join(kinds)):
        assert {entry["kind"] for entry in timeline(call, kind=asked)} == kinds
    assert timeline(call, kind="no.such") == []
    assert timeline(call, after=2**31 - 1) == []


def test_the_timeline_comes_as_recorded_or_as_it_happened(call):
    call.staff()
    call.give("hana", "note", text="later")
    call.give("hana", "note", text="earlier", occurred_at="2026-01-01T09:00:00+09:00")
    notes = {"kind": "note.written"}
    assert [one["text"] for one in timeline(call, **notes)] == ["later", "earlier"]
    by_time = timeline(call, **notes, order="occurred_at")
    assert [one["text"] for one in by_time] == ["earlier", "later"]
    assert by_time[0]["occurred_at"] == "2026-01-01T00:00:00Z"
    back = timeline(call, **notes, order="-occurred_at")
    assert [one["text"] for one in back] == ["later", "earlier"]


def test_an_amendment_names_the_entry_it_amends_and_the_entry_names_it(call):
    call.staff()
    seq = call.give("hana", "note", text="wrnog").json()["revision"]
    amending = call.give("jun", "amend", entry=seq, text="wrong").json()["entries"][0]
    assert amending["amends"] == seq
    assert timeline(call, after=seq - 1)[0]["amended_by"] == [amending["seq"]]


def test_a_malformed_query_of_the_timeline_is_refused(call):
    call.declare()
    for query in (
        "after=-1", "after=x", "after=2147483648", "limit=0", "limit=1001", "order=text",
        "kind=A", "kind=%00", "kind=a'b", "q=%00", "before=-1", f"q={'x' * 201}",
    ):  # fmt: skip
        problem(call("mio", "GET", f"/incidents/1/timeline?{query}"), 422)


# --- Live ----------------------------------------------------------------------------------------


def test_a_follower_is_told_every_entry_as_the_timeline_shows_it(api, call):
    call.staff()
    every = timeline(call)
    told = follow(str(api.base_url), api.headers, len(every), after=0)
    assert [seq for seq, _ in told] == [entry["seq"] for entry in every]
    shown = [{**entry, "recorded_at": None, "occurred_at": None} for entry in every]
    assert [{**entry, "recorded_at": None, "occurred_at": None} for _, entry in told] == shown
    resumed = {**api.headers, "Last-Event-ID": "3"}
    assert follow(str(api.base_url), resumed, 1, after=0)[0][0] == 4


def test_a_ticket_follows_without_a_header_and_what_comes_is_told_at_once(api, call, console):
    call.staff()
    ticket = console.sign_in.issue_ticket("mio", 1)
    told = []
    after = len(timeline(call))
    thread = threading.Thread(
        target=lambda: told.extend(follow(str(api.base_url), {}, 1, ticket=ticket, after=after))
    )
    thread.start()
    call.give("hana", "note", text="now")
    thread.join(10)
    assert [entry["text"] for _, entry in told] == ["now"]


def test_the_feed_of_nothing_and_a_malformed_place_in_it_are_refused(call):
    call.declare()
    problem(call("mio", "GET", "/incidents/9/live"), 404)
    problem(call("mio", "GET", "/incidents/1/live?after=-1"), 422)
    problem(call("mio", "GET", "/incidents/1/live?after=x"), 422)


def test_a_server_that_ends_sends_followers_elsewhere(call, console):
    call.declare()
    console.hub.close()
    answer = call("mio", "GET", "/incidents/1/live")
    assert problem(answer, 503)["reference"]
    assert int(answer.headers["retry-after"]) >= 1


# --- Brief, marks, report, deliveries ------------------------------------------------------------


def test_the_brief_is_plain_text_of_at_most_15_lines_and_reads_the_same_again(call):
    call.staff()
    call.give("hana", "set_situation", text="Checkout\nis slow")
    first = call("mio", "GET", "/incidents/1/brief")
    assert first.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Checkout is slow" in first.text
    assert len(first.text.splitlines()) <= 15
    assert call("ken", "GET", "/incidents/1/brief?lang=en").text == first.text
    assert "何が起きているのか" in call("mio", "GET", "/incidents/1/brief?lang=ja").text
    problem(call("mio", "GET", "/incidents/1/brief?lang=fr"), 422)


def test_the_marks_are_the_moments_of_the_record(call):
    call.staff()
    answer = call("mio", "GET", "/incidents/1/marks").json()
    assert answer.keys() == {"marks", "minutes", "warnings"}
    board = call("mio", "GET", "/incidents/1").json()
    assert answer["marks"]["declared"] == board["declared_at"]
    assert answer["marks"]["resolved"] is None
    assert 0 <= answer["minutes"]["declare_to_command"] < 5


def test_the_full_export_carries_the_chain_and_every_change(call):
    call.staff()
    export = call("mio", "GET", "/incidents/1/report.json").json()
    assert export["incident"]["revision"] == len(export["entries"])
    assert {person["handle"] for person in export["people"]} == {"hana", "ken", "aya", "jun"}
    previous = GENESIS
    for entry in export["entries"]:
        assert entry["prev_hash"] == previous
        assert entry["hash"] == entry_hash(entry)
        previous = entry["hash"]


def test_the_report_in_markdown_is_the_saved_text_and_the_timeline(call):
    call.staff()
    call.give("hana", "note", text="a | b\n<script>x</script> [link](http://x)")
    empty = call("mio", "GET", "/incidents/1/report.md")
    assert empty.headers["content-type"].startswith("text/markdown")
    assert "No report was saved yet." in empty.text
    assert "\\| b \\<script\\>x\\</script\\> \\[link\\](http://x) |" in empty.text
    call.give("jun", "save_report", text="# What happened\n\nMuch.")
    saved = call("mio", "GET", "/incidents/1/report.md?lang=ja").text
    assert "# What happened\n\nMuch." in saved
    assert "主任SME" in saved


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_time_of_the_report_in_markdown_stands_in_the_zone_that_it_names(database, language):
    with client_of(console_on(database, timezone="Asia/Tokyo"), headers=BEARER) as client:
        client.post("/people", json={"handle": "hana", "name": "Hana"})
        call = Calling(client)
        call.declare(detected_at="2026-01-01T00:00:00Z")
        call.give("hana", "take_command")
        due = "2100-01-01T18:30:00Z"
        call.give("hana", "assign_action", text="restart", owner="hana", due_at=due)
        written = call("hana", "GET", f"/incidents/1/report.md?lang={language}").text
    headings = written[: written.index("| --- |")].splitlines()[-1]
    assert headings.count(" (Asia/Tokyo) |") == 2, "both columns of times name the zone"
    said = {"en": "2 Jan 2100 03:30", "ja": "2100年1月2日 03:30"}[language]
    assert f"{said} (Asia/Tokyo)" in written
    assert "UTC" not in written


def test_forms_of_the_report_that_are_not_there_are_not_found(call):
    call.declare()
    for form in ("report.html", "report.pdf", "report"):
        problem(call("mio", "GET", f"/incidents/1/{form}"), 404)


def test_deliveries_are_what_slack_is_to_be_told(call):
    call.staff()
    deliveries = call("mio", "GET", "/incidents/1/deliveries").json()["deliveries"]
    assert deliveries
    parts = {"seq", "channel", "state", "attempts", "ts", "error", "queued_at", "sent_at"}
    assert deliveries[0].keys() >= parts
    assert {one["state"] for one in deliveries} == {"queued"}
    assert {one["attempts"] for one in deliveries} == {0}
    assert [one["seq"] for one in deliveries] == sorted(one["seq"] for one in deliveries)


# --- Import --------------------------------------------------------------------------------------


def test_an_imported_timeline_is_a_closed_incident_with_its_entries(call):
    answer = call("hana", "POST", "/incidents/import", json=BACKFILLED)
    assert answer.status_code == 201, answer.text
    board = answer.json()
    assert answer.headers["location"] == f"/api/v1/incidents/{board['id']}"
    assert (board["phase"], board["backfilled"]) == ("stood_down", True)
    assert isinstance(board["warnings"], list)
    texts = [entry["text"] for entry in timeline(call)]
    assert [one["text"] for one in BACKFILLED["entries"]] == [
        text for text in texts if text in {"first 500s", "pager", "rolled back"}
    ]
    marks = call("hana", "GET", "/incidents/1/marks").json()["marks"]
    assert marks["impact_start"] == "2020-02-20T18:00:00Z"


@pytest.mark.parametrize(
    "bad",
    [
        {"at": "2020-02-20T19:00:00", "text": "x", "kind": "alert"},
        {"at": "9999-12-31T00:00:00Z", "text": "x", "kind": "alert"},
        {"at": "2020-02-20T19:00:00Z", "text": " ", "kind": "alert"},
        {"at": "2020-02-20T19:00:00Z", "text": "x", "kind": "party"},
    ],
)
def test_an_import_with_a_bad_row_is_refused_whole_and_names_the_row(call, bad):
    sent = {**BACKFILLED, "entries": [*BACKFILLED["entries"], bad]}
    answer = call("hana", "POST", "/incidents/import", json=sent)
    assert answer.status_code == 422
    assert any(3 in error["loc"] for error in answer.json()["errors"])
    assert call("hana", "GET", "/incidents").json()["incidents"] == []


def test_an_export_that_is_here_already_is_not_stored_twice(call):
    call.declare()
    export = call("hana", "GET", "/incidents/1/report.json").json()
    answer = call("hana", "POST", "/incidents/import", json=export)
    assert (answer.status_code, answer.json()["id"]) == (200, 1)
    assert answer.json()["warnings"]
    assert len(call("hana", "GET", "/incidents").json()["incidents"]) == 1


def test_a_full_export_is_taken_in_for_an_administrator_or_the_service_token_only(
    console, api, call
):
    """An export speaks in the name of everybody whom it names; a plain timeline does not."""
    call.declare()
    export = call("hana", "GET", "/incidents/1/report.json").json()
    headers = {"Authorization": f"Bearer {token_of(console, 'ken')}"}
    problem(api.post("/incidents/import", json=export, headers=headers), 403)
    assert api.post("/incidents/import", json=BACKFILLED, headers=headers).status_code == 201
    headers = {"Authorization": f"Bearer {token_of(console, 'hana')}"}
    assert api.post("/incidents/import", json=export, headers=headers).status_code == 200
