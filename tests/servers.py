"""The real server as people start it: `python app.py` in a process of its own.

`start_server`  starts one: `start_server(SHIKIKAN_TIMEZONE="Asia/Tokyo")`; as many as a test wants
`server`        one with a fresh SQLite file and the settings that tests need

Each is on a free loopback port, with nothing of the developer's own settings. What still runs at
the end of the test is stopped by SIGTERM; one that takes longer than 10 seconds fails the test.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
SERVICE_TOKEN = "a-service-token-that-only-tests-know"
START_WITHIN_S = 60
STOP_WITHIN_S = 10


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        url: Where it serves, without a slash at the end.
        data_dir: Its SHIKIKAN_DATA_DIR.
        process: Its process, in a process group of its own.
        log_path: What it wrote to its two outputs.
    """

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    log_path: Path

    def client(self, actor: str | None = None) -> httpx.Client:
        """An API client with the service token, in the name of the person `actor`."""
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        if actor:
            headers["Shikikan-Actor"] = actor
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def log(self) -> str:
        """Everything that it wrote so far."""
        return self.log_path.read_text(errors="replace")

    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self.process.poll() is None

    def wait_until_ready(self) -> None:
        """Returns when it answers; fails the test when it ends or stays silent instead."""
        until = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until:
            if not self.is_running():
                pytest.fail(f"The server ended with {self.process.returncode}:\n{self.log()}")
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
        self.kill()
        pytest.fail(f"The server did not answer within {START_WITHIN_S} s:\n{self.log()}")

    def stop(self) -> None:
        """SIGTERM; fails the test when it takes longer than 10 seconds."""
        if self.is_running():
            self.process.terminate()
            try:
                self.process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.kill()
                pytest.fail(f"The server did not stop within {STOP_WITHIN_S} s:\n{self.log()}")

    def kill(self) -> None:
        """SIGKILL to its whole process group, as a power cut would end it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


StartServer = Callable[..., Server]


def find_free_port() -> int:
    """A loopback port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def server_environment(data_dir: Path, port: int, settings: dict[str, str]) -> dict[str, str]:
    """The environment of a server: this one's, less its own settings, plus those given."""
    own = ("SHIKIKAN_", "STREAMLIT_", "PYTEST_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return inherited | {
        "PYTHONUNBUFFERED": "1",
        "SHIKIKAN_DATA_DIR": str(data_dir),
        "SHIKIKAN_PORT": str(port),
        "SHIKIKAN_SERVICE_TOKEN": SERVICE_TOKEN,
        **settings,
    }


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts a server and waits until it answers.

    Called with settings as keywords. `data_dir` names its folder (default: one fresh folder of the
    test, the same at each call, so that a second call restarts on the same data); `command` is what
    to run instead of `python app.py`; `wait=False` returns at once.
    """
    if (ROOT / ".env").exists():
        pytest.fail("Move .env away while tests run: it would lead their servers to its Slack.")
    servers: list[Server] = []

    def start(
        *,
        data_dir: Path | None = None,
        command: tuple[str, ...] = (sys.executable, "app.py"),
        wait: bool = True,
        **settings: str,
    ) -> Server:
        data_dir = data_dir or tmp_path / "data"
        data_dir.mkdir(parents=True, exist_ok=True)
        port = find_free_port()
        log_path = tmp_path / f"server-{len(servers) + 1}.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=server_environment(data_dir, port, settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(f"http://127.0.0.1:{port}", data_dir, process, log_path)
        servers.append(server)
        if wait:
            server.wait_until_ready()
        return server

    try:
        yield start
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            if server.is_running():
                server.kill()


@pytest.fixture
def server(start_server: StartServer) -> Server:
    """A server on a fresh SQLite file, with a service token and no Slack."""
    return start_server()
