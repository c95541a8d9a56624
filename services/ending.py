"""How the server ends: soon, whatever its clients do.

uvicorn tells the lifespan to shut down only after the last response has ended, and it waits for
that without a limit. A live feed never ends by itself, so one open board would keep a stopped
server alive for ever. The signal is therefore heard here first: followers are ended at once, and
uvicorn is given a limit for everything else, such as a client that has stopped reading.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

GRACE_S = 4  # The contract gives 10 s from the signal to the end of the process.
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def hear_signals(end_followers: Callable[[], None]) -> Iterator[None]:
    """Call `end_followers` in the running event loop when the process is told to end.

    The handler that was there before, uvicorn's, is called as well. Outside the main thread, where
    no signal is ever delivered, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {int(number): signal.getsignal(number) for number in SIGNALS}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end_followers)
        handler = before[number]
        _limit_waiting(handler)
        if callable(handler):
            handler(number, frame)

    for number in SIGNALS:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in SIGNALS:
            # Whoever changed the handler since knows better.
            if signal.getsignal(number) is hear:
                signal.signal(number, before[number])


def _limit_waiting(handler: Any) -> None:
    """Give the server whose method `handler` is `GRACE_S` for what is still being answered.

    Streamlit starts uvicorn itself and passes no such limit on.
    """
    config = getattr(getattr(handler, "__self__", None), "config", None)
    if config is not None and hasattr(config, "timeout_graceful_shutdown"):
        config.timeout_graceful_shutdown = GRACE_S
