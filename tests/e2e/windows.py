"""Windows of signed-in people, and incidents for them to work on."""

import re
from urllib.parse import quote

from playwright.sync_api import Page

from tests.browsers import wait_until_settled

TEAM = {"hana": "Hana Sato", "ken": "Ken Ito", "aya": "Aya 綾", "jun": "Jun Abe"}


def add_team(server) -> None:
    """Adds four people; Hana is the administrator."""
    with server.client() as client:
        for handle, name in TEAM.items():
            answer = client.post("/people", json={"handle": handle, "name": name})
            assert answer.status_code == 201, answer.text


def sign_in(open_page, server, handle: str, path: str = "/", **window) -> Page:
    """A window in which `handle` has signed in and sees `path`."""
    page = open_page(f"{server.url}/sign-in?next={quote(path, safe='')}", **window)
    page.locator(f"button[value={handle}]").click()
    page.wait_for_url(re.compile(re.escape(server.url + path.split("?", maxsplit=1)[0])))
    wait_until_settled(page)
    return page


def declare(server, handle: str = "hana", title: str = "Checkout errors", **details) -> int:
    """The number of a new incident."""
    with server.client(handle) as client:
        answer = client.post("/incidents", json={"title": title, **details})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def command(server, number: int, handle: str, **sent) -> None:
    """Gives a command over the API."""
    with server.client(handle) as client:
        answer = client.post(f"/incidents/{number}/commands", json=sent)
    assert answer.status_code == 200, answer.text


def staff(server, number: int) -> None:
    """Hana commands, Ken is primary SME, Aya liaison, Jun scribe."""
    command(server, number, "hana", type="take_command")
    roles = {"primary_sme": "ken", "liaison": "aya", "scribe": "jun"}
    for role, person in roles.items():
        command(server, number, "hana", type="assign_role", role=role, person=person)


def board(server, number: int) -> dict:
    """The board as the API shows it."""
    with server.client("hana") as client:
        return client.get(f"/incidents/{number}").json()
