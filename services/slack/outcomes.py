"""What can become of a call to Slack, and what each outcome asks of us.

    SlackFailure
    ├── Limited      Slack took nothing and says when to come again
    ├── Unsent       nothing reached Slack; try again
    ├── Unclear      it may or may not have been stored; look before sending again
    └── Declined     Slack said no
        ├── Disconnected   the token or the app is not accepted: nothing works until repaired
        ├── Unfit          this content is never accepted: trying again is useless
        └── Closed         this channel or right is not there: a person must act

The classes of Slack's error names follow its documentation; a name that nobody listed is taken
as `Closed`, so that nothing is lost and somebody is told.
"""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

if TYPE_CHECKING:
    from slack_sdk.web import SlackResponse

_TOO_MANY = 429
_SERVER_ERROR = 500
_UNCLEAR = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
_LIMITED = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
_DISCONNECTED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "enterprise_is_restricted",
        "invalid_auth",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
_UNFIT = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "markdown_text_conflict",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
_NEVER_CONNECTED = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
_UNREACHABLE = frozenset({101, 113})  # ENETUNREACH and EHOSTUNREACH.


class SlackFailure(Exception):
    """A call that did not succeed.

    Attributes:
        error: Slack's error name, or ours; short, and without anything secret.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Limited(SlackFailure):
    """Slack took nothing and says when to come again.

    Attributes:
        wait_s: how long to leave this method (for posts: this channel) alone.
    """

    def __init__(self, wait_s: float, error: str = "ratelimited") -> None:
        super().__init__(error)
        self.wait_s = wait_s


class Unsent(SlackFailure):
    """Nothing reached Slack; trying again is safe."""


class Unclear(SlackFailure):
    """The answer was lost: it may or may not have been stored."""


class Declined(SlackFailure):
    """Slack said no."""


class Disconnected(Declined):
    """The token or the app is not accepted; nothing works until it is repaired."""


class Unfit(Declined):
    """Slack never accepts this content."""


class Closed(Declined):
    """The channel or the right is missing; a person must act, and then it goes on."""


def failure_of(error: Exception) -> SlackFailure:
    """Return what an exception of slack_sdk, or of the connection below it, means."""
    if isinstance(error, SlackApiError):
        return _failure_in(error.response)
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, _NEVER_CONNECTED):
        return Unsent(_name_of(reason))
    if isinstance(reason, OSError) and reason.errno in _UNREACHABLE:
        return Unsent("unreachable")
    if isinstance(error, SlackClientError):
        return Closed("slack_client_error")
    return Unclear(_name_of(reason))


CONNECTION_ERRORS = (SlackClientError, OSError, HTTPException)
"""What a call may raise; an URLError is an OSError."""


def _failure_in(response: SlackResponse) -> SlackFailure:
    status = response.status_code
    error = str(response.get("error") or "no_error_name")
    if status == _TOO_MANY or error in _LIMITED:
        return Limited(_retry_after(response), "ratelimited")
    if status >= _SERVER_ERROR:
        return Unclear(f"http_{status}")
    if error in _UNCLEAR or not error.isascii() or " " in error:
        return Unclear(error if error in _UNCLEAR else f"http_{status}")
    if error in _DISCONNECTED:
        return Disconnected(error)
    return Unfit(error) if error in _UNFIT else Closed(error)


def _retry_after(response: SlackResponse) -> float:
    """Return the whole seconds that Slack asks for; one where it names none."""
    for name, value in response.headers.items():
        if name.lower() == "retry-after":
            given = value[0] if isinstance(value, list) else value
            return float(given) if str(given).isdigit() else 1.0
    return 1.0


def _name_of(reason: object) -> str:
    if isinstance(reason, ConnectionRefusedError):
        return "connection_refused"
    if isinstance(reason, socket.gaierror):
        return "no_such_host"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "certificate_not_trusted"
    if isinstance(reason, TimeoutError):
        return "timeout"
    return "connection_lost"
