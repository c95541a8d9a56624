"""Too large, too often, failing and away: what the API says then, and what it never shows."""

import logging
import re
import sqlite3

import httpx
import pytest

from services import listing
from services.api.limits import BURST, LARGEST_BODY, RateLimit
from services.errors import Unavailable
from tests.services.api.conftest import BEARER
from tests.services.api.problems import problem


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(call):
    headers = {"Content-Type": "application/json"}
    body = b'{"title": "' + b"x" * LARGEST_BODY + b'"}'
    problem(call("hana", "POST", "/incidents", content=body, headers=headers), 413)
    chunks = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    problem(call("hana", "POST", "/incidents", content=chunks, headers=headers), 413)
    assert call("hana", "GET", "/incidents").json()["incidents"] == []


def test_an_import_may_be_larger_than_a_command(call):
    entries = [
        {"at": "2020-02-20T19:00:00Z", "text": "x" * 9_000, "kind": "observation"}
        for _ in range(150)
    ]
    answer = call("hana", "POST", "/incidents/import", json={"title": "x", "entries": entries})
    assert answer.status_code == 201, answer.text[:500]


def test_a_token_that_calls_too_often_is_told_how_long_to_wait_and_others_are_not():
    now = [0.0]
    limit = RateLimit(lambda *_: None, rate=2, burst=3, clock=lambda: now[0])
    assert [limit._take(b"a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit._take(b"b") == 0
    now[0] = 0.5
    assert [limit._take(b"a") for _ in range(2)] == [0, 0.5]
    now[0] = 1000
    assert [limit._take(b"a") == 0 for _ in range(4)] == [True, True, True, False]


def test_too_many_calls_at_once_are_answered_by_429(console, api, monkeypatch):
    monkeypatch.setattr(RateLimit, "_take", lambda *_: 0.2)
    answer = api.get("/people")
    problem(answer, 429)
    assert answer.headers["retry-after"] == "1"


def test_a_script_without_haste_never_meets_the_limit(api):
    answers = {api.get("/openapi.json").status_code for _ in range(100)}
    assert answers == {200}
    assert BURST >= 300


def test_a_defect_shows_a_reference_that_the_log_has_and_nothing_else(api, monkeypatch, caplog):
    def fail(*_args, **_options):
        raise sqlite3.ProgrammingError("SELECT secret FROM /home/hana/data.db")

    monkeypatch.setattr(listing, "list_incidents", fail)
    with caplog.at_level(logging.ERROR, logger="services.api.problems"):
        told = problem(api.get("/incidents?q=private"), 500)
    assert re.fullmatch(r"[0-9A-F]{8}", told["reference"])
    assert told["reference"] in told["detail"]
    assert told["reference"] in caplog.text
    shown = str(told)
    for hidden in ("SELECT", "secret", "/home", "Traceback", "private", "sqlite"):
        assert hidden not in shown


def test_a_busy_database_is_told_as_such_with_a_time_to_wait(api, monkeypatch, caplog):
    def fail(*_args, **_options):
        raise Unavailable("The database is busy or away. Nothing was saved; try again.")

    monkeypatch.setattr(listing, "list_incidents", fail)
    with caplog.at_level(logging.WARNING, logger="services.api.problems"):
        answer = api.get("/incidents")
    told = problem(answer, 503)
    assert answer.headers["retry-after"] == "2"
    assert told["reference"] in caplog.text


def test_an_answer_that_cannot_be_finished_is_cut_short(api, call, console, monkeypatch):
    call.declare()

    def fail(*_args):
        raise sqlite3.ProgrammingError("gone")

    monkeypatch.setattr(console.hub, "read_revisions", fail)
    with (
        httpx.stream("GET", f"{api.base_url}incidents/1/live", headers=BEARER) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        answer.read()
