"""A board and its Slack when Slack fails: nothing lost, nothing doubled, nothing out of order."""

import socket
import time

import pytest
from sqlmodel import update

from models.delivery import Delivery
from models.incident import Incident
from services import clock
from services.slack import SlackWorker
from services.slack.calls import SlackCalls
from services.slack.channels import ChannelMaker
from services.slack.mirror import LOOK_AGAIN_S
from services.slack.outbox import STALE_AFTER
from services.slack.render import metadata_of
from tests.services.slack.conftest import GROUP, MEMBERS, Mirrored
from tests.slack_emulator.identity import BOT_SCOPES

pytestmark = pytest.mark.faults


def run_an_incident(mirrored: Mirrored) -> None:
    """Gives the commands of a small incident, one published notice included."""
    give = mirrored.team.give
    mirrored.team.declare()
    mirrored.team.staff()
    give("hana", "set_situation", text="Payments fail")
    give("ken", "raise_hypothesis", claim="cache is cold")
    give("aya", "draft_notice", stage="first", fields={"next_update_reason": "soon"})
    give("hana", "approve_notice", notice=1)
    give("aya", "publish_notice", notice=1)
    give("jun", "note", text="the last word")


def count_words(mirrored: Mirrored, words: str) -> int:
    """How often words were said in all of Slack."""
    channels = mirrored.emulator.channels()
    return sum("\n".join(mirrored.emulator.texts(name)).count(words) for name in channels)


@pytest.mark.parametrize("mode", ["close", "reset", "503", "hang"])
def test_slack_down_for_the_whole_incident_holds_nothing_up_and_is_told_afterwards(mirrored, mode):
    mirrored.emulator.outage(mode)
    started = time.monotonic()
    run_an_incident(mirrored)
    assert time.monotonic() - started < 5, "the board waited for Slack"
    if mode != "hang":
        mirrored.wait_for(lambda: mirrored.status().state == "failing")
    owed = mirrored.status()
    assert owed.unsent == len(mirrored.deliveries())
    assert owed.oldest_unsent_s >= 0

    mirrored.emulator.recover()
    mirrored.wait_until_told(timeout_s=60)
    assert mirrored.status().state == "ok"
    assert count_words(mirrored, "the last word") == 1
    assert len(mirrored.emulator.posts("incidents")) == 1
    assert len(mirrored.posts("report")) == 1


def test_where_nothing_listens_the_board_works_and_the_debt_is_counted(mirrored):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        mirrored.restart_with(slack_api_url=f"http://127.0.0.1:{nobody.getsockname()[1]}/api")
        run_an_incident(mirrored)
        mirrored.wait_for(lambda: mirrored.status().state == "failing")
        assert mirrored.deliveries()[0].error == "connection_refused"
    mirrored.restart_with()
    mirrored.wait_until_told()
    assert count_words(mirrored, "the last word") == 1


@pytest.mark.parametrize("action", ["reset", "close", "truncate", "http"])
def test_a_lost_answer_doubles_nothing(mirrored, action):
    for method in ("chat.postMessage", "conversations.create"):
        mirrored.emulator.fail(action, method, when="after", count=3, skip=1)
    run_an_incident(mirrored)
    mirrored.wait_until_told(timeout_s=60)
    assert count_words(mirrored, "the last word") == 1
    assert len(mirrored.emulator.posts("incidents")) == 1
    made = [name for name in mirrored.emulator.channels() if name.startswith("inc-")]
    assert sorted(made) == ["inc-0001-checkout-errors", "inc-0001-checkout-errors-report"]


def test_a_lost_request_is_sent_again_after_two_looks(mirrored):
    mirrored.team.declare()
    mirrored.wait_until_told()
    mirrored.emulator.fail("close", "chat.postMessage")
    sent = time.monotonic()
    mirrored.team.give("hana", "take_command")
    mirrored.wait_until_told()
    assert time.monotonic() - sent >= LOOK_AGAIN_S
    assert len(mirrored.emulator.requests("conversations.history")) >= 2


def test_many_faults_at_once_lose_and_double_nothing(mirrored):
    for action, when in (("reset", "after"), ("close", "before"), ("http", "after")):
        mirrored.emulator.fail(action, when=when, count=-1, probability=0.15)
    mirrored.emulator.fail("ratelimit", "chat.postMessage", count=3, retry_after=1)
    run_an_incident(mirrored)
    for number in range(10):
        mirrored.team.give("jun", "note", text=f"note {number}")
        time.sleep(0.3)
    mirrored.wait_until_told(timeout_s=90)
    mirrored.emulator.control.delete("faults")
    assert count_words(mirrored, "note 9") == 1


def test_retry_after_is_honoured_and_counts_as_waiting(mirrored):
    mirrored.team.declare()
    mirrored.wait_until_told()
    mirrored.emulator.fail("ratelimit", "chat.postMessage", retry_after=3)
    mirrored.team.give("hana", "take_command")
    mirrored.wait_for(lambda: mirrored.emulator.requests()[-1]["status"] == 429)
    limited_at = time.monotonic()
    assert mirrored.status().state == "waiting"
    mirrored.wait_until_told()
    assert time.monotonic() - limited_at > 2.5


def test_a_limited_channel_does_not_hold_up_another_incident(mirrored):
    mirrored.team.declare(title="first")
    mirrored.wait_until_told()
    first = mirrored.team.incident_id
    mirrored.emulator.fail("ratelimit", "chat.postMessage", channel="inc-0001-first", retry_after=8)
    mirrored.team.give("hana", "take_command")
    mirrored.team.declare(title="second")
    mirrored.wait_for(lambda: len(mirrored.posts()) > 0, timeout_s=5)
    mirrored.team.incident_id = first
    assert mirrored.status().unsent > 0
    mirrored.wait_until_told()


@pytest.mark.parametrize("reached_slack", [True, False])
def test_a_crash_between_sending_and_writing_it_down_neither_loses_nor_doubles(
    mirrored, reached_slack
):
    mirrored.team.declare()
    mirrored.wait_until_told()
    with mirrored.stopped():
        mirrored.team.give("hana", "take_command")
        row = mirrored.deliveries("investigation")[-1]
        channel_id = mirrored.channel()["id"]
        with mirrored.database.writing() as session:
            uid = session.get(Incident, 1).uid
            session.exec(
                update(Delivery)
                .where(Delivery.id == row.id)
                .values(state="sending", attempted_at=clock.now(), channel_id=channel_id)
            )
        if reached_slack:
            SlackCalls(mirrored.settings).post(
                channel_id, "told", metadata_of(uid, row.seq, row.seq)
            )
    mirrored.wait_until_told()
    assert mirrored.told(channel_id).count(row.seq) == 1


def test_where_the_history_cannot_be_read_a_double_is_preferred_and_said(mirrored):
    mirrored.team.declare()
    mirrored.wait_until_told()
    scopes = [scope for scope in BOT_SCOPES.split() if "history" not in scope]
    mirrored.emulator.control.post("tokens", {"scopes": scopes})
    mirrored.emulator.fail("close", "chat.postMessage")
    mirrored.team.give("hana", "take_command")
    mirrored.wait_until_told()
    assert mirrored.deliveries()[-1].error == "may be doubled: missing_scope"
    assert mirrored.status().state == "ok"


def test_a_revoked_token_stops_everything_and_loses_nothing(mirrored, monkeypatch):
    monkeypatch.setattr("services.slack.mirror.REPAIR_S", 0.5)
    mirrored.team.declare()
    mirrored.wait_until_told()
    mirrored.emulator.control.post("tokens", {"error": "token_revoked"})
    mirrored.team.give("hana", "take_command")
    mirrored.wait_for(lambda: mirrored.deliveries()[-1].error == "token_revoked")
    calls = len(mirrored.emulator.requests())
    time.sleep(1.2)
    assert len(mirrored.emulator.requests()) - calls < 10, "it does not spin"
    assert mirrored.status().state == "failing"
    mirrored.emulator.control.post("tokens", {"error": None})
    mirrored.wait_until_told()


def test_a_removed_bot_comes_back_by_itself(mirrored):
    mirrored.team.declare()
    mirrored.wait_until_told()
    scopes = [scope for scope in BOT_SCOPES.split() if scope != "chat:write.public"]
    mirrored.emulator.control.post("tokens", {"scopes": scopes})
    name = mirrored.channel()["name"]
    mirrored.emulator.control.post("inject", {"type": "remove_bot", "channel": name})
    mirrored.team.give("hana", "take_command")
    mirrored.wait_until_told()


def test_an_archived_channel_holds_its_own_story_and_no_other(mirrored, monkeypatch):
    monkeypatch.setattr("services.slack.mirror.REPAIR_S", 0.5)
    mirrored.team.declare(title="first")
    mirrored.wait_until_told()
    name = mirrored.channel()["name"]
    mirrored.emulator.control.post("inject", {"type": "archive", "channel": name})
    mirrored.team.give("hana", "take_command")
    mirrored.wait_for(lambda: mirrored.deliveries()[-1].error == "is_archived")
    first = mirrored.team.incident_id
    mirrored.team.declare(title="second")
    mirrored.wait_for(lambda: [d.state for d in mirrored.deliveries()] == ["sent"] * 3)
    mirrored.team.incident_id = first
    mirrored.emulator.control.post("inject", {"type": "unarchive", "channel": name})
    mirrored.wait_until_told()


def test_where_channels_may_not_be_made_people_are_told_all_the_same(mirrored):
    mirrored.emulator.fail("error", "conversations.create", error="restricted_action", count=-1)
    mirrored.team.declare(title="Checkout errors")
    mirrored.wait_for(lambda: mirrored.emulator.posts("incidents"))
    assert "Checkout errors" in mirrored.emulator.texts("incidents")[0]
    assert mirrored.wait_for(
        lambda: mirrored.deliveries("investigation")[0].error == "restricted_action"
    )


def test_a_text_that_slack_never_takes_is_put_aside_and_the_story_goes_on(mirrored):
    mirrored.team.declare()
    mirrored.wait_until_told()
    mirrored.emulator.fail("error", "chat.postMessage", error="invalid_blocks")
    mirrored.team.give("hana", "take_command")
    mirrored.wait_for(lambda: mirrored.deliveries()[-1].state == "failed")
    mirrored.team.give("hana", "note", text="and on it goes")
    mirrored.wait_for(lambda: "and on it goes" in mirrored.text())
    assert mirrored.status().model_dump(include={"state", "unsent"}) == {
        "state": "failing",
        "unsent": 1,
    }


class TestNames:
    def test_a_name_that_is_taken_gets_a_suffix(self, mirrored):
        calls = SlackCalls(mirrored.settings)
        for name in ("inc-0001-checkout-errors", "inc-0001-checkout-errors-2"):
            channel = calls.create_channel(name)
            calls._call("conversations.archive", channel=channel["id"])
        mirrored.team.declare()
        mirrored.wait_until_told()
        assert mirrored.channel()["name"] == "inc-0001-checkout-errors-3"
        assert mirrored.channel("report")["name"] == "inc-0001-checkout-errors-report"

    def test_our_own_channel_of_another_incident_is_not_adopted(self, mirrored):
        """Another console in the same workspace numbers its incidents from 1, too."""
        calls = SlackCalls(mirrored.settings)
        other = calls.create_channel("inc-0001-checkout-errors")
        calls.post(other["id"], "theirs", metadata_of("another-uid", 1, 1))
        mirrored.team.declare()
        mirrored.wait_until_told()
        assert mirrored.channel()["name"] == "inc-0001-checkout-errors-2"

    def test_a_channel_made_before_a_crash_is_adopted(self, mirrored):
        made = SlackCalls(mirrored.settings).create_channel("inc-0001-checkout-errors")
        mirrored.team.declare()
        mirrored.wait_until_told()
        assert mirrored.channel()["id"] == made["id"]
        assert set(mirrored.channel()["members"]) >= MEMBERS

    @pytest.mark.parametrize(
        "difference",
        [{"creator": "U0ALICE"}, {"is_archived": True}, {"created": 1_700_000_000}],
        ids=lambda value: next(iter(value)),
    )
    def test_somebody_elses_channel_an_archived_and_an_older_one_are_not_adopted(
        self, mirrored, difference
    ):
        calls = SlackCalls(mirrored.settings)
        channel = calls.create_channel("inc-0001-x")
        incident = Incident(uid="u", title="x", kind="real", declared_at=clock.now())
        maker = ChannelMaker(mirrored.settings, mirrored.database, calls)
        assert maker._is_ours(channel, incident)
        assert not maker._is_ours(channel | difference, incident)


class TestDrills:
    def test_a_drill_beside_a_real_incident_never_reaches_the_real_places(self, mirrored):
        general = mirrored.emulator.channels()["general"]["id"]
        mirrored.restart_with(slack_drill_announce_channel=general, slack_drill_group="S0ONCALL")
        mirrored.team.declare(title="real one")
        mirrored.team.give("hana", "take_command")
        mirrored.wait_until_told()
        mirrored.team.declare(title="practice", kind="drill")
        mirrored.team.staff()
        mirrored.team.give("aya", "draft_notice", stage="first", fields={"next_update_reason": "x"})
        mirrored.team.give("hana", "approve_notice", notice=1)
        mirrored.team.give("aya", "publish_notice", notice=1)
        mirrored.wait_until_told()

        assert mirrored.channel()["name"] == "drill-0002-practice"
        assert mirrored.channel("report")["name"] == "drill-0002-practice-report"
        assert {"U0ALICE", "U0BOB"} <= set(mirrored.channel()["members"])
        assert not {"U0CAROL", "U0DAVE"} & set(mirrored.channel()["members"])
        for post in [
            *mirrored.posts(),
            *mirrored.posts("report"),
            *mirrored.emulator.posts("general"),
        ]:
            assert "[DRILL] " in post["text"]
        for name in ("incidents", "inc-0001-real-one", "inc-0001-real-one-report"):
            assert "DRILL" not in "\n".join(mirrored.emulator.texts(name))
            assert "practice" not in "\n".join(mirrored.emulator.texts(name))
        assert len(mirrored.emulator.posts("general")) == 1

    def test_a_drill_without_places_of_its_own_notifies_nobody(self, mirrored):
        assert mirrored.settings.slack_engineers_group == GROUP
        mirrored.team.declare(title="practice", kind="drill")
        mirrored.wait_until_told()
        assert mirrored.emulator.posts("incidents") == []
        assert not MEMBERS & set(mirrored.channel()["members"])
        (announcement,) = mirrored.deliveries("announce")
        assert (announcement.state, announcement.error) == ("failed", "nobody_to_tell")
        assert mirrored.status().model_dump(include={"state", "unsent"}) == {
            "state": "ok",
            "unsent": 0,
        }


class TestServers:
    def test_of_two_servers_on_one_database_one_speaks(self, mirrored_on_both):
        mirrored = mirrored_on_both
        second = SlackWorker(mirrored.settings, mirrored.database)
        second.start()
        try:
            mirrored.team.declare()
            for number in range(10):
                mirrored.team.give("hana", "take_command") if not number else mirrored.team.give(
                    "hana", "note", text=f"note {number}"
                )
            mirrored.wait_for(lambda: len(mirrored.posts()) > 1)
            mirrored.worker.stop()
            mirrored.team.give("hana", "note", text="the other speaks")
            mirrored.wait_until_told()
        finally:
            second.stop()
        assert "the other speaks" in mirrored.text()

    @pytest.mark.parametrize("mode", ["hang", "close"])
    def test_it_stops_within_two_seconds_and_a_little(self, mirrored, mode):
        mirrored.emulator.outage(mode)
        mirrored.team.declare()
        time.sleep(0.5)
        started = time.monotonic()
        mirrored.worker.stop()
        assert time.monotonic() - started < 3
        mirrored.emulator.recover()
        mirrored.worker = SlackWorker(mirrored.settings, mirrored.database)
        mirrored.worker.start()
        mirrored.wait_until_told(timeout_s=60)

    def test_setting_slack_up_does_not_announce_last_months_incidents(self, mirrored):
        long_ago = clock.now() - 2 * STALE_AFTER
        with mirrored.stopped():
            mirrored.declare_at(long_ago)
            mirrored.team.give("hana", "take_command", now=long_ago)
            mirrored.team.give("hana", "cancel", reason="declared in error", now=long_ago)
        mirrored.wait_until_told()
        assert {d.error for d in mirrored.deliveries()} == {"told_too_late"}
        assert mirrored.emulator.posts("incidents") == []
        assert mirrored.status().state == "ok"

    def test_an_incident_that_was_open_when_slack_was_set_up_is_told_whole(self, mirrored):
        long_ago = clock.now() - 2 * STALE_AFTER
        with mirrored.stopped():
            mirrored.declare_at(long_ago)
            mirrored.team.give("hana", "take_command", now=long_ago)
        mirrored.wait_until_told()
        assert mirrored.emulator.posts("incidents") == [], "an old announcement alarms nobody"
        assert "Declared" in mirrored.text()
        assert "took command" in mirrored.text()
