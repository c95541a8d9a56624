"""Slack's rate limits as token buckets."""

import math
import time

from tests.slack_emulator.config import Config


class RateLimiter:
    """Tier N allows N calls a minute; posting 1/s a channel after a burst, and 300 a minute."""

    def __init__(self, config: Config) -> None:
        """Starts with full buckets and nobody penalised."""
        self.config = config
        self.buckets: dict[str, tuple[float, float]] = {}  # key -> (tokens, when counted)
        self.penalty: dict[str, float] = {}  # key -> until when every call is refused

    def check(self, method: str, tier: int, channel: str) -> tuple[int, bool] | None:
        """``(Retry-After, whether an earlier one was ignored)`` when the call is refused."""
        limits = self._limits(method, tier, channel)
        scale, now = self.config.rate_scale, time.monotonic()
        left = max(self.penalty.get(key, 0.0) - now for key, _, _ in limits)
        if left > 0:
            return max(1, math.ceil(left)), True
        if not scale:
            return None
        wait = 0.0
        for key, rate, capacity in limits:
            tokens, then = self.buckets.get(key, (float(capacity), now))
            tokens = min(float(capacity), tokens + (now - then) * rate * scale)
            self.buckets[key] = (tokens, now)
            if tokens < 1:
                wait = max(wait, (1 - tokens) / (rate * scale))
                self.penalty[key] = now + math.ceil(wait)
        if wait:
            return max(1, math.ceil(wait)), False
        for key, _, _ in limits:
            self.buckets[key] = (self.buckets[key][0] - 1, now)
        return None

    def _limits(self, method: str, tier: int, channel: str) -> list[tuple[str, float, int]]:
        """The buckets a call draws from: key, tokens a second, capacity."""
        if tier:
            return [(method, tier / 60, tier)]
        return [(method, 5.0, 300), (f"{method}:{channel}", 1.0, self.config.burst)]
