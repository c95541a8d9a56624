"""How much and how often: bodies of a bounded size, calls at a bounded rate."""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from services.api.problems import answer_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1_048_576
LARGEST_IMPORT = 32 * LARGEST_BODY
"""The full export of a long incident holds every change of every row."""
IMPORT_PATH = "/incidents/import"

RATE = 200.0
"""Calls a second; a script that waits for each answer does not come near it."""
BURST = 1_000
MOST_CALLERS = 4_096


class BodyLimit:
    """Middleware: a body is read whole before anything looks at it, and not beyond its limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request with 413, or let it pass with its body at hand."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = LARGEST_IMPORT if scope["path"].endswith(IMPORT_PATH) else LARGEST_BODY
        declared = Headers(scope=scope).get("content-length", "0")
        is_too_large = declared.isascii() and declared.isdigit() and int(declared[:18]) > limit
        body = None if is_too_large else await _read(receive, limit)
        if body is None:
            detail = f"The body is larger than {limit} bytes. Send less at once."
            # What is left of the body is not waited for, so this connection ends here.
            refusal = answer_problem(413, detail, headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)


async def _read(receive: Receive, limit: int) -> list[Message] | None:
    """Return the messages of a body, or None if it is larger than `limit` bytes."""
    messages: list[Message] = []
    n_bytes = 0
    while True:
        message = await receive()
        messages.append(message)
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def receive_again() -> Message:
        for message in waiting:
            return message
        return await receive()

    return receive_again


class RateLimit:
    """Middleware: each token, for each person it acts for, may call so often and no oftener.

    A bucket of `BURST` calls refills at `RATE` a second. Buckets live in memory, so each instance
    of the server counts for itself; the least recently used ones are forgotten.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rate: float = RATE,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request with 429, or let it pass."""
        if scope["type"] == "http":
            wait_s = self._take(_caller_key(scope))
            if wait_s > 0:
                detail = "Too many calls at once. Wait as long as Retry-After says."
                headers = {"Retry-After": str(math.ceil(wait_s))}
                await answer_problem(429, detail, headers=headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _take(self, key: bytes) -> float:
        """Return 0 and count the call, or return after how many seconds the next may come."""
        now = self._clock()
        left, at = self._buckets.pop(key, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._rate)
        is_allowed = left >= 1
        self._buckets[key] = (left - 1 if is_allowed else left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return 0.0 if is_allowed else (1 - left) / self._rate


def _caller_key(scope: Scope) -> bytes:
    headers = Headers(scope=scope)
    token = headers.get("authorization")
    client = scope.get("client")
    who = f"{token}\n{headers.get('shikikan-actor')}" if token else f"\n{client and client[0]}"
    # The digest keeps tokens themselves out of memory that lives long.
    return hashlib.sha256(who.encode()).digest()
