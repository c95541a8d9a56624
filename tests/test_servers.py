"""A server under test has its own settings only, and one that does not stop fails its test."""

import sys

import httpx
import pytest

from tests import servers

ANSWERING = """
import http.server, json, os, signal
{on_term}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        own = {{k: v for k, v in os.environ.items() if k.startswith("SHIKIKAN_")}}
        self.wfile.write(json.dumps(own).encode())
address = ("127.0.0.1", int(os.environ["SHIKIKAN_PORT"]))
http.server.HTTPServer(address, Handler).serve_forever()
"""
OBEDIENT = (sys.executable, "-c", ANSWERING.format(on_term=""))
DEAF = (
    sys.executable,
    "-c",
    ANSWERING.format(on_term="signal.signal(signal.SIGTERM, signal.SIG_IGN)"),
)


def test_a_server_gets_the_settings_of_its_test_and_none_of_the_developers(
    start_server, monkeypatch
):
    monkeypatch.setenv("SHIKIKAN_SLACK_BOT_TOKEN", "xoxb-a-real-one")
    server = start_server(command=OBEDIENT, SHIKIKAN_TIMEZONE="Asia/Tokyo")
    settings = httpx.get(server.url).json()
    assert settings == {
        "SHIKIKAN_DATA_DIR": str(server.data_dir),
        "SHIKIKAN_PORT": server.url.rpartition(":")[2],
        "SHIKIKAN_SERVICE_TOKEN": servers.SERVICE_TOKEN,
        "SHIKIKAN_TIMEZONE": "Asia/Tokyo",
    }
    server.stop()
    assert not server.is_running()


def test_a_server_that_does_not_stop_in_time_is_killed_and_fails_the_test(
    start_server, monkeypatch
):
    monkeypatch.setattr(servers, "STOP_WITHIN_S", 0.3)
    server = start_server(command=DEAF)
    with pytest.raises(pytest.fail.Exception, match="did not stop"):
        server.stop()
    assert not server.is_running()


def test_a_server_that_ends_at_its_start_shows_what_it_said(start_server):
    with pytest.raises(pytest.fail.Exception, match=r"ended with 3:\nno such port"):
        start_server(command=("sh", "-c", "echo no such port; exit 3"))


def test_two_servers_run_side_by_side(start_server, tmp_path):
    one = start_server(command=OBEDIENT)
    other = start_server(command=OBEDIENT, data_dir=tmp_path / "other")
    assert one.url != other.url
    one.kill()
    assert other.is_running()
    assert httpx.get(other.url).json()["SHIKIKAN_DATA_DIR"] == str(tmp_path / "other")
