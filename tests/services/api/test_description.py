"""The API does what its description says, whatever it is sent."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.commands import COMMANDS
from services.api import create_api
from services.api.limits import RateLimit
from tests.servers import SERVICE_TOKEN
from tests.services.api.conftest import console_on, serving
from tests.team import Team

METHODS = {"get", "post", "patch", "put", "delete"}


def described():
    return create_api().openapi()


def operations():
    return [
        (path, method, operation)
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_every_call_of_the_contract_is_described():
    calls = {(method.upper(), path) for path, method, _ in operations()}
    one = "/incidents/{incident_id}"
    assert calls >= {
        ("POST", "/people"),
        ("GET", "/people"),
        ("POST", "/incidents"),
        ("GET", "/incidents"),
        ("GET", one),
        ("POST", f"{one}/commands"),
        *(("GET", f"{one}/{name}") for name in ("timeline", "live", "brief", "marks")),
        *(("GET", f"{one}/{name}") for name in ("report.md", "report.json", "deliveries")),
        ("POST", "/incidents/import"),
    }


def test_every_call_says_what_it_may_refuse_and_that_it_needs_a_token():
    for path, method, operation in operations():
        statuses = set(operation["responses"])
        assert statuses >= {"401", "403", "422", "429", "500", "503"}, (method, path)
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                problem = response["content"]["application/problem+json"]["schema"]
                assert problem == {"$ref": "#/components/schemas/Problem"}
        assert operation["security"] == [{"token": []}], (method, path)
        assert operation["operationId"].isidentifier()


def test_every_command_of_the_contract_may_be_sent():
    body = described()["paths"]["/incidents/{incident_id}/commands"]["post"]["requestBody"]
    mapping = body["content"]["application/json"]["schema"]["discriminator"]["mapping"]
    assert list(mapping) == list(COMMANDS)


def test_the_description_leads_to_no_other_machine(api):
    assert api.get("/docs").status_code == 404
    assert "http" not in str(described()["servers"])
    assert api.get("/openapi.json").json() == described()


@pytest.fixture
def filled_url(database, monkeypatch):
    """The address of an API with a team in the middle of an incident, and no limit of its rate."""
    monkeypatch.setattr(RateLimit, "_take", lambda *_: 0.0)
    team = Team(database)
    team.declare()
    team.staff()
    team.give("hana", "set_situation", text="Checkout is slow")
    team.give("hana", "define_resolved", criteria=["no errors", "no queue"])
    team.give("hana", "set_goal", text="restore checkout")
    team.give("ken", "post_update", conditions="hot", actions="cooling", needs="nothing")
    team.give("aya", "draft_notice", stage="first", fields={"what": "Checkout is slow"})
    console = console_on(database)
    database.on_commit(console.hub.announce)
    with serving(console) as url:
        yield url


CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_that_is_sent_makes_the_api_fail_or_break_its_description(
    filled_url, database, tmp_path
):
    # The systematic cases are many and the same on both; chance differs with each database.
    phases = "coverage,fuzzing" if database.is_sqlite else "fuzzing"
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{filled_url}/openapi.json",
        f"--header=Authorization: Bearer {SERVICE_TOKEN}",
        "--header=Shikikan-Actor: hana",
        f"--checks={','.join(CHECKS)}",
        # A live feed has no end, so no answer of it is ever complete.
        "--exclude-path-regex=/live$",
        f"--phases={phases}",
        "--max-examples=10",
        "--continue-on-failure",
        "--no-color",
        "--generation-database=none",
        "--seed=1",
    ]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=540, check=False
    )
    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr


@pytest.mark.e2e
def test_the_real_server_has_the_api_in_its_place(server):
    with server.client() as nobody, server.client("hana") as hana:
        assert nobody.post("/people", json={"handle": "hana", "name": "Hana"}).status_code == 201
        assert hana.post("/incidents", json={"title": "Checkout errors"}).status_code == 201
        assert hana.post("/incidents/1/commands", json={"type": "take_command"}).status_code == 200
        # A line break in a path is no way round the API to a page.
        for path in ("/people/%0Ax", "/people/%0A", "/%0A%0A"):
            answer = hana.get(path)
            assert answer.headers["content-type"] == "application/problem+json", path
        assert hana.get("/openapi.json").json()["servers"] == [{"url": "/api/v1"}]
