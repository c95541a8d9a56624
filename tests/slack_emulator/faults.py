"""Faults: what may go wrong with a call, and when."""

import fnmatch
import random
from dataclasses import dataclass

from tests.slack_emulator.workspace import Channel

ACTIONS = ("ratelimit", "http", "error", "reset", "close", "truncate", "delay", "hang", "phantom")


@dataclass
class Fault:
    """One rule of the fault plan; ``when="after"`` commits first, so the outcome is ambiguous.

    Attributes:
        action: One of ``ACTIONS``: reset is a TCP RST, close a FIN, hang no answer, phantom "ok"
            but nothing stored.
        method: Glob over Web API methods.
        channel: Only calls about this channel, by id or name.
        when: ``before`` or ``after``.
        count: How often it fires; -1 for ever.
        skip: Matching calls to let through first.
        probability: Chance of firing at each matching call.
        seconds: For delay (0: one second) and hang (0: ten minutes, then the connection is closed).
        status: HTTP status, for http.
        retry_after: Whole seconds, for ratelimit.
        error: Slack's error name, for error.
        fired: How often it has fired.
    """

    action: str
    method: str = "*"
    channel: str | None = None
    when: str = "before"
    count: int = 1
    skip: int = 0
    probability: float = 1.0
    seconds: float = 0.0
    status: int = 500
    retry_after: int = 1
    error: str = "internal_error"
    fired: int = 0

    def __post_init__(self) -> None:
        """Refuses what cannot be carried out."""
        if self.action not in ACTIONS or self.when not in ("before", "after"):
            message = f"action must be one of {ACTIONS}, when before or after"
            raise ValueError(message)
        if self.action == "ratelimit":
            self.when = "before"  # A 429 is never ambiguous.

    def takes(self, method: str, channel: Channel | None, rng: random.Random) -> bool:
        """Whether this rule fires for a call; counts it."""
        if self.count == 0 or not fnmatch.fnmatchcase(method, self.method):
            return False
        if self.channel and not self._is_about(channel):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if rng.random() >= self.probability:
            return False
        self.count -= self.count > 0
        self.fired += 1
        return True

    def _is_about(self, channel: Channel | None) -> bool:
        wanted = (self.channel or "").lstrip("#")
        return channel is not None and wanted in (channel.id, channel.name)
