"""A server that is told to end has ended within 10 seconds, whatever its clients do."""

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.servers import SERVICE_TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.faults]

N_FOLLOWERS = 50


def declare(server):
    with server.client() as client:
        client.post("/people", json={"handle": "hana", "name": "Hana"}).raise_for_status()
    with server.client("hana") as client:
        answer = client.post("/incidents", json={"title": "Checkout errors"})
        answer.raise_for_status()
        return answer.json()["id"]


def write(server, incident_id, texts):
    with server.client("hana") as client:
        path = f"/incidents/{incident_id}/commands"
        client.post(path, json={"type": "take_command"})
        for text in texts:
            client.post(path, json={"type": "note", "text": text}).raise_for_status()


def open_follower(server, incident_id, receive_buffer=None):
    """A connection that asked for the live feed from the start."""
    address = urlsplit(server.url)
    line = socket.socket()
    if receive_buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    line.settimeout(20)
    line.connect((address.hostname, address.port))
    line.sendall(
        f"GET /api/v1/incidents/{incident_id}/live?after=0 HTTP/1.1\r\n"
        f"Host: {address.netloc}\r\nAuthorization: Bearer {SERVICE_TOKEN}\r\n\r\n".encode()
    )
    return line


def read_until(line, wanted):
    received = b""
    while wanted not in received:
        more = line.recv(65_536)
        assert more, received
        received += more


def seconds_to_end(server):
    started = time.monotonic()
    server.process.terminate()
    server.process.wait(10)
    return time.monotonic() - started


def test_fifty_open_boards_do_not_keep_a_server_alive(start_server):
    server = start_server()
    incident_id = declare(server)
    with contextlib.ExitStack() as lines:
        followers = [
            lines.enter_context(open_follower(server, incident_id)) for _ in range(N_FOLLOWERS)
        ]
        for follower in followers:
            read_until(follower, b"incident.declared")
        taken_s = seconds_to_end(server)
    assert taken_s < 10
    assert "Traceback" not in server.log()


def test_a_client_that_stopped_reading_does_not_keep_a_server_alive(start_server):
    server = start_server()
    incident_id = declare(server)
    # More than the buffers between the two, some 4 MB, can take.
    write(server, incident_id, ["障" * 9_000] * 200)
    with open_follower(server, incident_id, receive_buffer=4_096) as stuck:
        stuck.recv(100)
        time.sleep(0.5)
        taken_s = seconds_to_end(server)
    assert taken_s < 10


def test_a_request_that_never_ends_does_not_keep_a_server_alive(start_server):
    server = start_server()
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port)) as line:
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100"
        head = f"POST /sign-in HTTP/1.1\r\nHost: {address.netloc}\r\n{form}"
        line.sendall(f"{head}\r\n\r\nname=".encode())
        time.sleep(0.3)
        assert seconds_to_end(server) < 10
