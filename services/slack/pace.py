"""When to try again: one message a second and channel, and patience that grows with failure."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Hashable

POST_INTERVAL_S = 1.0
"""Slack's limit: "1 message per second to a specific channel"."""
_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 10.0
_JITTER = 0.2


class Pace:
    """Which keys (lanes, channels, the whole of Slack) must be left alone, and until when."""

    def __init__(self) -> None:
        self._until: dict[Hashable, float] = {}
        self._n_failures: defaultdict[Hashable, int] = defaultdict(int)

    def left(self, *keys: Hashable) -> float:
        """Return the seconds until none of `keys` is held, 0 if none is."""
        now = time.monotonic()
        return max(0.0, *(self._until.get(key, 0.0) - now for key in keys))

    def hold(self, key: Hashable, seconds: float) -> None:
        """Leave `key` alone for so long, or longer if it is held longer already."""
        until = time.monotonic() + seconds
        self._until[key] = max(until, self._until.get(key, 0.0))

    def failed(self, key: Hashable) -> None:
        """Leave `key` alone, twice as long at each failure in a row, up to ten seconds."""
        wait = min(_FIRST_WAIT_S * 2 ** self._n_failures[key], _LONGEST_WAIT_S)
        self._n_failures[key] += 1
        spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - it spreads load, it hides nothing
        self.hold(key, wait * spread)

    def worked(self, key: Hashable) -> None:
        """Forget the failures of `key`."""
        self._n_failures.pop(key, None)

    def next_due(self) -> float:
        """Return the seconds until the first of what is held now is free; large if nothing is."""
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return min(self._until.values(), default=now + _LONGEST_WAIT_S) - now
