"""pytest fixtures that run the emulator as a process of its own, on a free port.

``slack_emulator`` is the shared one, with a fresh workspace and default settings in every test;
``running_emulator`` starts another with options of its own.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.slack_emulator.config import Config
from tests.slack_emulator.identity import BOT, BOT_TOKEN

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.slack_emulator")
START_S = 20


class Control:
    """The control plane: ``control.post("faults", {...})``, ``control.get("state")``."""

    def __init__(self, root: str) -> None:
        self._client = httpx.Client(base_url=f"{root}/_control/", timeout=60, trust_env=False)

    def get(self, verb: str, **query: Any) -> Any:
        """Returns the answer to a question: state, audit, requests, deliveries, faults, config."""
        return self._answer(self._client.get(verb, params=query))

    def post(self, verb: str, body: Any = None) -> Any:
        """Carries out a verb; the answer of the emulator."""
        return self._answer(self._client.post(verb, json={} if body is None else body))

    def delete(self, verb: str) -> Any:
        """Removes what a verb has set up."""
        return self._answer(self._client.delete(verb))

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    @staticmethod
    def _answer(response: httpx.Response) -> Any:
        if response.is_error:
            raise ValueError(response.text)
        return response.json()


@dataclass
class SlackEmulator:
    """A running emulator.

    Attributes:
        url: The Web API, for ``WebClient(base_url=...)`` and ``SHIKIKAN_SLACK_API_URL``.
        process: The emulator's process.
        bot_token: The token that it accepts.
    """

    url: str
    process: subprocess.Popen[str]
    bot_token: str = BOT_TOKEN
    control: Control = field(init=False)

    def __post_init__(self) -> None:
        self.control = Control(self.root)

    @property
    def root(self) -> str:
        """The address without ``/api/``."""
        return self.url.removesuffix("/api/")

    def channels(self) -> dict[str, dict[str, Any]]:
        """The channels by name, each with its members and messages."""
        return {channel["name"]: channel for channel in self.control.get("state")["channels"]}

    def channel(self, name: str) -> dict[str, Any]:
        """One channel by name or id.

        Raises:
            KeyError: there is none.
        """
        channels = self.channels()
        by_id = {channel["id"]: channel for channel in channels.values()}
        return by_id[name] if name in by_id else channels[name]

    def posts(self, name: str) -> list[dict[str, Any]]:
        """What our bot has posted in a channel, in the order in which Slack has it."""
        return [m for m in self.channel(name)["messages"] if m.get("bot_id") == BOT]

    def texts(self, name: str) -> list[str]:
        """The texts that our bot has posted in a channel."""
        return [message["text"] for message in self.posts(name)]

    def requests(self, method: str = "") -> list[dict[str, Any]]:
        """The calls so far, of one method or of all."""
        calls = self.control.get("requests")
        return [call for call in calls if method in ("", call["method"])]

    def outage(self, mode: str = "close") -> None:
        """Answers no call any more, until ``recover``."""
        self.control.post("outage", {"on": True, "mode": mode})

    def recover(self) -> None:
        """Ends an outage."""
        self.control.post("outage", {"on": False})

    def fail(self, action: str, method: str = "*", **more: Any) -> None:
        """Adds a fault; ``faults.Fault`` describes the fields."""
        self.control.post("faults", {"action": action, "method": method, **more})

    def wait_for(
        self, what: Callable[["SlackEmulator"], Any], timeout_s: float = 10, every_s: float = 0.05
    ) -> Any:
        """Returns the first true answer of ``what``.

        Raises:
            TimeoutError: it stayed false.
        """
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if found := what(self):
                return found
            time.sleep(every_s)
        raise TimeoutError(f"still false after {timeout_s} s: {what}")

    def reset(self) -> None:
        """A fresh workspace with the settings of a fresh start."""
        self.recover()
        self.control.post("config", asdict(Config()))
        self.control.post("reset")

    def stop(self) -> None:
        """Ends the process."""
        self.control.close()
        self.process.kill()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def running_emulator(*options: str) -> Iterator[SlackEmulator]:
    """Runs an emulator with options of its own, such as ``"--users", "300"``."""
    quiet = () if "--log" in options else ("--quiet",)
    command = [*COMMAND, "--print-url", *quiet, *options]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."}
    )
    url = process.stdout.readline().strip() if process.stdout else ""
    if not url:
        process.kill()
        raise RuntimeError(f"the emulator ended with code {process.wait(START_S)}")
    emulator = SlackEmulator(url, process)
    try:
        yield emulator
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def _slack_emulator_process() -> Iterator[SlackEmulator]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def slack_emulator(_slack_emulator_process: SlackEmulator) -> SlackEmulator:
    """A Slack of the test's own: fresh workspace, no faults, default settings."""
    _slack_emulator_process.reset()
    return _slack_emulator_process
