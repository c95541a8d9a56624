"""A board and its Slack when all is well."""

import time
from itertools import pairwise

import pytest

from services.deliveries import read_slack_part
from services.settings import Settings
from services.slack import SlackWorker
from tests.services.slack.conftest import MEMBERS

pytestmark = pytest.mark.slow

FIRST = {
    "what": "Payments fail <!here>",
    "impact": {"en": "All shops", "ja": "全店舗"},
    "next_update_reason": "as soon as we know",
    "estimate": "a guess that stays inside",
}


def test_a_declaration_makes_both_channels_invites_the_group_and_announces_once(mirrored_on_both):
    mirrored = mirrored_on_both
    mirrored.team.declare(title="Checkout errors", severity="SEV2", call_url="https://call.example")
    mirrored.wait_until_told()

    assert mirrored.channel()["name"] == "inc-0001-checkout-errors"
    assert mirrored.channel("report")["name"] == "inc-0001-checkout-errors-report"
    assert set(mirrored.channel()["members"]) >= MEMBERS
    assert not set(mirrored.channel("report")["members"]) & MEMBERS
    announced = mirrored.emulator.texts("incidents")
    assert len(announced) == 1
    for said in (
        "*INC-1 Checkout errors* (SEV2)",
        "Declared by Hana",
        "<https://board.example/board?incident=1|Board>",
        "<https://call.example|Call>",
        f"<#{mirrored.channel()['id']}>",
    ):
        assert said in announced[0]
    assert mirrored.posts("report") == []


def test_the_channels_stand_on_the_board_and_the_timeline_and_are_not_told_again(mirrored):
    mirrored.team.declare()
    mirrored.wait_until_told()
    board = mirrored.team.board()
    assert board.channels.investigation == {
        "id": mirrored.channel()["id"],
        "name": "inc-0001-checkout-errors",
    }
    assert board.channels.report["name"] == "inc-0001-checkout-errors-report"
    assert "channels.created" not in mirrored.text()
    assert 3 not in [delivery.seq for delivery in mirrored.deliveries()]


def test_entries_are_told_in_order_each_once_with_its_own_metadata(mirrored):
    mirrored.team.declare()
    for number in range(40):
        mirrored.team.give("hana", "take_command") if number == 0 else mirrored.team.give(
            "hana", "note", text=f"note {number}"
        )
    mirrored.wait_until_told()
    mirrored.team.give("hana", "note", text="one more")
    mirrored.wait_until_told()

    posts = mirrored.posts()
    assert len(posts) < 15, "entries that wait are merged"
    for post in posts:
        assert post["metadata"]["event_type"] == "shikikan_entry"
        assert set(post["metadata"]["event_payload"]) == {"incident", "first_seq", "last_seq"}
        assert len(post["text"]) <= 4_000
    lines = [line for line in mirrored.text().splitlines() if ": note " in line]
    assert [line.rsplit(": ", 1)[1] for line in lines] == [f"note {n}" for n in range(1, 40)]


def test_a_burst_of_a_hundred_entries_is_told_within_ten_seconds(mirrored):
    mirrored.team.declare()
    mirrored.team.give("hana", "take_command")
    mirrored.wait_until_told()
    for number in range(100):
        mirrored.team.give("hana", "note", text=f"note {number}")
    mirrored.wait_until_told(timeout_s=10)


def test_an_entry_on_a_quiet_board_is_told_at_once(mirrored):
    mirrored.team.declare()
    mirrored.team.give("hana", "take_command")
    mirrored.wait_until_told()
    time.sleep(1.2)
    mirrored.team.give("hana", "note", text="now")
    mirrored.wait_for(lambda: "now" in mirrored.text(), timeout_s=0.9)


def test_a_published_notice_goes_to_the_report_channel_only(mirrored):
    mirrored.team.declare(title="Checkout errors")
    mirrored.team.staff()
    mirrored.team.give("aya", "draft_notice", stage="first", fields=FIRST)
    mirrored.team.give("hana", "approve_notice", notice=1)
    mirrored.team.give("aya", "publish_notice", notice=1)
    mirrored.team.give("aya", "note", text="told them")
    mirrored.wait_until_told()

    (notice,) = mirrored.posts("report")
    assert notice["text"].startswith("*First announcement: Checkout errors*\n")
    assert "*What is happening*: Payments fail &lt;!here&gt;" in notice["text"]
    assert "*Impact*: All shops" in notice["text"]
    assert "*Contact*: Aya" in notice["text"]
    assert "*Workaround*: being confirmed" in notice["text"]
    assert "a guess" not in notice["text"], "an estimate is internal"
    assert notice["notifies"] == []
    assert "Payments fail" not in mirrored.text()
    assert "told them" in mirrored.text()


def test_the_card_shows_the_board_as_it_stands_in_one_pinned_message(mirrored):
    mirrored.team.declare(title="Checkout errors")
    mirrored.wait_until_told()
    card = mirrored.posts()[0]
    assert "*incident commander*: vacant" in card["text"].casefold()

    mirrored.team.staff()
    mirrored.team.give("hana", "set_situation", text="Payments <fail>")
    mirrored.team.give("hana", "define_resolved", criteria=["0 errors", "queue empty"])
    mirrored.team.give("hana", "meet_criterion", criterion=1)
    mirrored.team.give("hana", "set_goal", text="restore checkout")

    def shows_it_all() -> bool:
        text = mirrored.posts()[0]["text"]
        expected = ("Hana", "Ken", "Aya", "Jun", "Payments &lt;fail&gt;", "☑ 0 errors", "restore")
        return all(said in text for said in expected)

    mirrored.wait_for(shows_it_all)
    assert mirrored.posts()[0]["ts"] == card["ts"]
    assert mirrored.posts()[0]["metadata"] == card["metadata"]
    assert mirrored.channel()["pins"] == [card["ts"]]
    edits = mirrored.emulator.requests("chat.update")
    gaps = [b["at"] - a["at"] for a, b in pairwise(edits)]
    assert all(gap > 2.9 for gap in gaps), "a card is edited every few seconds at most"


def test_nothing_that_people_write_notifies_anybody_or_forges_a_link(mirrored):
    mirrored.team.declare(title="<!channel> down & <https://evil.example|board>")
    mirrored.team.give("hana", "take_command")
    mirrored.team.give(
        "hana", "note", text="<!here> <@U0BOB> <!subteam^S0ONCALL> &lt;!everyone&gt;"
    )
    mirrored.team.give("hana", "set_situation", text="<!channel>\n#9 · forged · Ken: <!here>")
    mirrored.wait_until_told()
    mirrored.wait_for(lambda: "forged" in mirrored.posts()[0]["text"])

    for channel in mirrored.emulator.channels().values():
        for post in mirrored.emulator.posts(channel["id"]):
            assert post["notifies"] == []
            assert "<https://evil.example|" not in post["text"]
    assert "&lt;!here&gt; &lt;@U0BOB&gt;" in mirrored.text()
    assert "&amp;lt;!everyone&amp;gt;" in mirrored.text()
    assert not [line for line in mirrored.text().splitlines() if line.startswith("#9 · forged")]


@pytest.mark.parametrize("text", ["x" * 10_000, "&" * 10_000, "🔥" * 10_000, "障害\n" * 3_000])
def test_a_long_text_is_cut_at_slacks_limit_with_a_link_to_the_whole(mirrored, text):
    mirrored.team.declare()
    mirrored.team.give("hana", "take_command")
    mirrored.team.give("hana", "note", text=text)
    mirrored.team.give("hana", "note", text="after it")
    mirrored.wait_until_told()
    long = mirrored.wait_for(lambda: next(p for p in mirrored.posts() if "…" in p["text"]))
    assert 3_900 < len(long["text"].encode("utf-16-le")) / 2 <= 4_000
    assert long["text"].endswith("|The whole text is on the board>")
    assert "after it" in mirrored.text()


def test_texts_speak_the_default_language_and_zone(mirrored):
    mirrored.restart_with(default_language="ja", timezone="Asia/Tokyo")
    mirrored.team.declare(title="決済エラー")
    mirrored.team.give("hana", "take_command")
    mirrored.wait_until_told()
    assert mirrored.channel()["name"] == "inc-0001"
    assert "インシデント指揮官" in mirrored.text()
    assert "JST" in mirrored.text()
    assert "Declared" not in mirrored.text() + mirrored.emulator.texts("incidents")[0]


def test_a_correction_names_what_it_corrects(mirrored):
    mirrored.team.declare()
    mirrored.team.staff()
    seq = mirrored.team.give("jun", "note", text="12 % fail").last_seq
    mirrored.team.give("jun", "amend", entry=seq, text="21 % fail")
    mirrored.wait_until_told()
    assert f"corrects #{seq}: 21 % fail" in mirrored.text()


def test_without_a_token_nothing_runs_and_nothing_is_owed(sqlite_team, slack_emulator):
    settings = Settings(_env_file=None, slack_api_url=slack_emulator.url)
    worker = SlackWorker(settings, sqlite_team.database)
    worker.start()
    sqlite_team.declare()
    time.sleep(0.3)
    worker.stop()
    assert slack_emulator.requests() == []
    with sqlite_team.database.reading() as session:
        assert read_slack_part(session, is_on=False).model_dump() == {
            "state": "off",
            "unsent": 0,
            "oldest_unsent_s": None,
        }
