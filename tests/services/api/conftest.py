"""The API behind a real server in this process, on a real database.

`console`   a console on a migrated database, once on each of the two
`api`       a client of the API that calls with the service token, as nobody in particular
`call`      calls as a person: `call("hana", "POST", "/incidents", json={...})`

What was written through it is held against the record at the end.
"""

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from services import people, timeline
from services.api import mount_api
from services.console import Console
from services.db import Database
from services.live import LiveHub
from services.settings import Settings
from services.sign_in import SignIn
from tests.record import assert_record_holds
from tests.servers import SERVICE_TOKEN
from tests.team import HANDLES

BEARER = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


def reading(database: Database, read: Callable[..., Any]) -> Callable[..., Any]:
    """`read` in a session of its own."""

    def apart(*args: Any) -> Any:
        with database.reading() as session:
            return read(session, *args)

    return apart


def console_on(database: Database, **settings: Any) -> Console:
    """A console on an open database, with a service token."""
    known = Settings(
        _env_file=None,
        database_url=database.url.render_as_string(hide_password=False),
        **{"service_token": SecretStr(SERVICE_TOKEN), **settings},
    )
    hub = LiveHub(
        reading(database, timeline.read_entries), reading(database, timeline.read_revisions)
    )
    return Console(known, database, hub, SignIn("a key that only tests know"))


@contextmanager
def serving(console: Console) -> Iterator[str]:
    """Serves the API of a console as app.py does; yields its address."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with console.hub:
            yield

    config = uvicorn.Config(
        Starlette(routes=[mount_api(lambda: console)], lifespan=lifespan),
        port=0,
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server ended before it had started"
            time.sleep(0.005)
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}/api/v1"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def client_of(console: Console, **options: Any) -> Iterator[httpx.Client]:
    """A client of the API of a console."""
    with serving(console) as url, httpx.Client(base_url=url, timeout=30, **options) as client:
        yield client


@pytest.fixture
def console(database: Database) -> Iterator[Console]:
    """A console on a migrated database with people in it."""
    with database.writing() as session:
        for handle in HANDLES:
            people.add_person(session, people.NewPerson(handle=handle, name=handle.title()))
    console = console_on(database)
    database.on_commit(console.hub.announce)
    yield console
    assert_record_holds(database)


@pytest.fixture
def api(console: Console) -> Iterator[httpx.Client]:
    """A client with the service token and no actor."""
    with client_of(console, headers=BEARER) as client:
        yield client


@dataclass(frozen=True)
class Calling:
    """Calls as somebody; the service token acts for them."""

    client: httpx.Client

    def __call__(self, who: str, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Shikikan-Actor": who, **content.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **content)

    def declare(self, who: str = "hana", **fields: Any) -> dict[str, Any]:
        """The board of a new incident."""
        answer = self(who, "POST", "/incidents", json={"title": "Checkout errors", **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def give(self, who: str, kind: str, /, incident: int = 1, **fields: Any) -> httpx.Response:
        """The answer to one command."""
        body = {"type": kind, **fields}
        return self(who, "POST", f"/incidents/{incident}/commands", json=body)

    def staff(self) -> dict[str, Any]:
        """An incident with four holders: hana, ken, aya, jun."""
        board = self.declare()
        self.give("hana", "take_command")
        roles = (("primary_sme", "ken"), ("liaison", "aya"), ("scribe", "jun"))
        for role, person in roles:
            assert self.give("hana", "assign_role", role=role, person=person).is_success
        return board


@pytest.fixture
def call(api: httpx.Client) -> Calling:
    """Calls as a person, by the service token."""
    return Calling(api)


@pytest.fixture
def empty_api(database: Database) -> Iterator[httpx.Client]:
    """A client of a console where nobody is known yet."""
    with client_of(console_on(database), headers=BEARER) as client:
        yield client


@pytest.fixture
def unset_api(database: Database) -> Iterator[httpx.Client]:
    """A client of a console that has no service token."""
    with client_of(console_on(database, service_token=None)) as client:
        yield client
