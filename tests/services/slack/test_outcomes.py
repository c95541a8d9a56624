"""Every way in which a call can end is classed by what it asks of us."""

import socket
from http.client import IncompleteRead, RemoteDisconnected
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from services.slack.outcomes import (
    Closed,
    Disconnected,
    Limited,
    Unclear,
    Unfit,
    Unsent,
    failure_of,
)


def answer(error, status=200, **headers):
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": error},
        headers=headers,
        status_code=status,
    )
    return SlackApiError("refused", response)


@pytest.mark.parametrize(
    "raised,outcome,error",
    [
        (answer("ratelimited", 429), Limited, "ratelimited"),
        (answer("rate_limited"), Limited, "ratelimited"),
        (answer("Received a response in a non-JSON format: <html>", 503), Unclear, "http_503"),
        (answer("Received a response in a non-JSON format: <html>", 200), Unclear, "http_200"),
        (answer("internal_error"), Unclear, "internal_error"),
        (answer("fatal_error"), Unclear, "fatal_error"),
        (answer("token_revoked"), Disconnected, "token_revoked"),
        (answer("account_inactive"), Disconnected, "account_inactive"),
        (answer("msg_too_long"), Unfit, "msg_too_long"),
        (answer("invalid_blocks"), Unfit, "invalid_blocks"),
        (answer("is_archived"), Closed, "is_archived"),
        (answer("missing_scope"), Closed, "missing_scope"),
        (answer("an_error_of_tomorrow"), Closed, "an_error_of_tomorrow"),
        (URLError(ConnectionRefusedError(111, "refused")), Unsent, "connection_refused"),
        (URLError(socket.gaierror(-2, "unknown")), Unsent, "no_such_host"),
        (URLError(OSError(101, "no route")), Unsent, "unreachable"),
        (URLError(TimeoutError()), Unclear, "timeout"),
        (TimeoutError(), Unclear, "timeout"),
        (ConnectionResetError(), Unclear, "connection_lost"),
        (RemoteDisconnected(), Unclear, "connection_lost"),
        (IncompleteRead(b""), Unclear, "connection_lost"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", ""),
)
def test_an_outcome_is_classed(raised, outcome, error):
    failure = failure_of(raised)
    assert type(failure) is outcome
    assert failure.error == error


@pytest.mark.parametrize("headers,wait_s", [({"Retry-After": "7"}, 7), ({"retry-after": ["9"]}, 9)])
def test_the_wait_is_what_slack_names(headers, wait_s):
    assert failure_of(answer("ratelimited", 429, **headers)).wait_s == wait_s


def test_a_limit_without_a_time_waits_a_second():
    assert failure_of(answer("ratelimited", 429)).wait_s == 1
