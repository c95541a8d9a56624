"""The mirror's thread: it lives as long as the server, and nothing waits for it."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING, Self

from services.errors import Unavailable
from services.slack.mirror import Mirror
from services.slack.turn import turn_of

if TYPE_CHECKING:
    from services.db import Database
    from services.settings import Settings

POLL_S = 1.0
"""How often it looks by itself: other servers' commits wake nobody here."""
STOP_WITHIN_S = 2.0
_AFTER_A_DEFECT_S = 5.0

_log = logging.getLogger(__name__)


class SlackWorker:
    """Tells Slack what is owed, from a thread of its own.

    `wake` after a commit makes it look at once; it is called by itself for commits through
    the database that the worker was given. Without a bot token it does nothing at all.

        async with SlackWorker(settings, database):
            ...  # It tells for as long as this runs.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._is_on = settings.slack_bot_token is not None
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        if self._is_on:
            database.on_commit(self._hear)

    def start(self) -> None:
        """Begin to tell."""
        if not self._is_on or self._thread is not None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="slack", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within two seconds.

        A call to Slack that is under way then is left to itself: its delivery stays `sending`,
        and whoever comes next looks for it before sending it again.
        """
        self._stopping.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)
            self._thread = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.to_thread(self.stop)

    def wake(self) -> None:
        """Look at once. Cheap, and safe from any thread."""
        self._awake.set()

    def _hear(self, _incident_id: int, _revision: int) -> None:
        self.wake()

    def _run(self) -> None:
        mirror = Mirror(self._settings, self._database)
        turn = turn_of(self._database)
        has_begun = False
        try:
            while not self._stopping.is_set():
                wait_s = POLL_S
                try:
                    if turn.is_mine():
                        if not has_begun:
                            mirror.begin()
                            has_begun = True
                        wait_s = min(POLL_S, mirror.round(self._stopping.is_set))
                except Unavailable as unavailable:
                    _log.warning("%s", unavailable)
                except Exception:  # noqa: BLE001 - a defect must not end the mirror
                    _log.exception("The mirror stumbled and goes on in a moment")
                    wait_s = _AFTER_A_DEFECT_S
                self._sleep(wait_s)
        finally:
            turn.give_up()

    def _sleep(self, seconds: float) -> None:
        self._awake.wait(max(seconds, 0.0))
        self._awake.clear()
