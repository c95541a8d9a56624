"""The mirror in the real server: `python app.py` beside an emulated Slack."""

import time
from contextlib import closing

import pytest

pytestmark = pytest.mark.e2e


def slack_of(emulator):
    """The settings of a server whose Slack is the emulator."""
    return {
        "SHIKIKAN_SLACK_BOT_TOKEN": emulator.bot_token,
        "SHIKIKAN_SLACK_API_URL": emulator.url,
        "SHIKIKAN_SLACK_ANNOUNCE_CHANNEL": emulator.channels()["incidents"]["id"],
        "SHIKIKAN_SLACK_ENGINEERS_GROUP": "S0RESPONDERS",
    }


def declare(server):
    """Declares an incident over the API and takes command; returns a client of the declarer."""
    with server.client() as setup:
        assert setup.post("/people", json={"handle": "hana", "name": "Hana"}).status_code == 201
    client = server.client("hana")
    assert client.post("/incidents", json={"title": "Checkout errors"}).status_code == 201
    give(client, type="take_command")
    return client


def give(client, **command):
    """Gives one command."""
    answer = client.post("/incidents/1/commands", json=command)
    assert answer.status_code == 200, answer.text


def wait_for(what, timeout_s=20):
    """Returns once `what` holds."""
    until = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < until, "still false"
        time.sleep(0.1)


def test_an_incident_over_the_api_is_told_in_slack(start_server, slack_emulator):
    server = start_server(**slack_of(slack_emulator))
    with closing(declare(server)) as client:
        give(client, type="note", text="hello")
        wait_for(
            lambda: (
                client.get("/incidents/1").json()["slack"]
                == {
                    "state": "ok",
                    "unsent": 0,
                    "oldest_unsent_s": None,
                }
            )
        )
        channels = client.get("/incidents/1").json()["channels"]
        told = "\n".join(slack_emulator.texts(channels["investigation"]["name"]))
        assert "Hana took command" in told
        assert ": hello" in told
        deliveries = client.get("/incidents/1/deliveries").json()["deliveries"]
        assert {delivery["state"] for delivery in deliveries} == {"sent"}
        assert all(delivery["ts"] for delivery in deliveries)


def test_a_killed_server_goes_on_telling_where_it_was(start_server, slack_emulator):
    server = start_server(**slack_of(slack_emulator))
    with closing(declare(server)) as client:
        for number in range(5):
            give(client, type="note", text=f"before {number}")
    server.kill()
    again = start_server(**slack_of(slack_emulator))
    with again.client("hana") as client:
        give(client, type="note", text="after")
        wait_for(lambda: client.get("/incidents/1").json()["slack"]["unsent"] == 0)
    told = "\n".join(slack_emulator.texts("inc-0001-checkout-errors"))
    words = [f": before {number}" for number in range(5)] + [": after"]
    assert [told.count(word) for word in words] == [1] * 6
    assert [told.index(word) for word in words] == sorted(told.index(word) for word in words)
    assert len(slack_emulator.posts("incidents")) == 1


def test_a_server_whose_slack_is_away_works_and_counts_what_is_unsent(start_server, slack_emulator):
    slack_emulator.outage("hang")
    server = start_server(**slack_of(slack_emulator))
    with closing(declare(server)) as client:
        started = time.monotonic()
        give(client, type="note", text="hello")
        assert time.monotonic() - started < 1
        assert client.get("/incidents/1").json()["slack"]["unsent"] > 0
    server.stop()
