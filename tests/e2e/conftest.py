"""One server with four people for a whole file: its tests work on incidents of their own."""

import pytest

from tests.e2e.windows import add_team
from tests.servers import start_server as start_servers


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A server that knows Hana, Ken, Aya and Jun."""
    starting = start_servers.__wrapped__(tmp_path_factory.mktemp("office"))
    server = next(starting)()
    add_team(server)
    yield server
    next(starting, None)
