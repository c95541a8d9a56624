"""Both start commands serve the same server, at the address that the settings say."""

import subprocess
import sys

import httpx
import pytest

from tests.servers import ROOT, find_free_port, server_environment

pytestmark = pytest.mark.slow

STREAMLIT_RUN = (sys.executable, "-m", "streamlit", "run", "app.py")


@pytest.mark.parametrize("command", [(sys.executable, "app.py"), STREAMLIT_RUN])
def test_each_command_serves_where_the_settings_say(start_server, command):
    server = start_server(command=command)
    for path in ("/healthz", "/readyz"):
        assert httpx.get(f"{server.url}{path}").json() == {"status": "ok"}
    assert "shikikan_live_followers 0.0" in httpx.get(f"{server.url}/metrics").text
    assert httpx.get(f"{server.url}/board").headers["location"].startswith("/sign-in")
    assert httpx.get(f"{server.url}/_stcore/health").status_code == 200
    server.stop()
    assert "Traceback" not in server.log()


def test_a_port_that_streamlit_run_is_given_counts_where_the_setting_is_not(start_server):
    port = find_free_port()
    command = (*STREAMLIT_RUN, "--server.port", str(port))
    server = start_server(command=command, wait=False, SHIKIKAN_PORT="")
    for _ in range(600):
        try:
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
            break
        except httpx.TransportError:
            assert server.is_running(), server.log()
    else:
        pytest.fail(server.log())


@pytest.mark.parametrize(
    "command,name,value",
    [
        ((sys.executable, "app.py"), "SHIKIKAN_HOST", "0.0.0.0"),  # noqa: S104
        (STREAMLIT_RUN, "SHIKIKAN_HOST", "0.0.0.0"),  # noqa: S104
        ((sys.executable, "app.py"), "SHIKIKAN_DATABASE_URL", "sqlite:////dev/null/no.db"),
    ],
)
def test_a_server_that_cannot_start_says_why_and_ends(tmp_path, command, name, value):
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=server_environment(tmp_path, find_free_port(), {name: value}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "Shikikan cannot start" in done.stderr
    assert "Traceback" not in done.stderr
