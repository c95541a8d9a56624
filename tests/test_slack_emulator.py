"""The emulator is as strict as Slack: what the mirror is tested against is itself tested."""

import json
from http.client import IncompleteRead, RemoteDisconnected
from urllib.error import URLError

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from tests.slack_emulator.blocks import check_blocks
from tests.slack_emulator.fixture import SlackEmulator, running_emulator
from tests.slack_emulator.identity import BOT_TOKEN, SIGNING_SECRET
from tests.slack_emulator.methods import METHODS
from tests.slack_emulator.text import normalise

LOST = (ConnectionResetError, RemoteDisconnected, TimeoutError, IncompleteRead)


def client_of(emulator: SlackEmulator, **options) -> WebClient:
    settings = {"token": BOT_TOKEN, "retry_handlers": [], "timeout": 10} | options
    return WebClient(base_url=emulator.url, **settings)


@pytest.fixture
def slack(slack_emulator):
    """A client that never sends anything twice by itself."""
    return client_of(slack_emulator)


@pytest.fixture
def channel(slack):
    """The id of a fresh channel."""
    return slack.conversations_create(name="inc-0042")["channel"]["id"]


def error_of(call, *args, **kwargs):
    """The error that Slack answers a call with."""
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response["error"]


def test_every_method_of_the_mirror_is_there():
    named = (
        "auth.test apps.connections.open chat.postMessage chat.update chat.delete "
        "chat.postEphemeral chat.getPermalink conversations.create conversations.invite "
        "conversations.join conversations.setTopic conversations.setPurpose conversations.archive "
        "conversations.unarchive conversations.history conversations.replies conversations.info "
        "conversations.list conversations.members pins.add pins.list bookmarks.add bookmarks.list "
        "reactions.add users.list users.info users.lookupByEmail usergroups.list "
        "usergroups.users.list views.open"
    )
    assert set(METHODS) == set(named.split())


def test_an_unknown_method_and_a_missing_argument_are_refused(slack):
    assert error_of(slack.api_call, "chat.nothing") == "unknown_method"
    assert error_of(slack.api_call, "chat.postMessage") == "invalid_arguments"


class TestMessages:
    def test_a_post_is_stored_with_its_metadata_and_read_back_from_history(self, slack, channel):
        metadata = {"event_type": "told", "event_payload": {"first_seq": 3}}
        ts = slack.chat_postMessage(channel=channel, text="hello", metadata=metadata)["ts"]
        whole = slack.conversations_history(channel=channel, include_all_metadata=True)
        assert whole["messages"][0]["metadata"] == metadata
        assert whole["messages"][0]["ts"] == ts
        plain = slack.conversations_history(channel=channel)
        assert plain["messages"][0]["metadata"] == {"event_type": "told"}

    def test_a_live_mention_notifies_and_an_escaped_one_does_not(
        self, slack, slack_emulator, channel
    ):
        slack.chat_postMessage(channel=channel, text="<!channel> <@U0BOB>")
        slack.chat_postMessage(channel=channel, text="&lt;!channel&gt;")
        notified = [message["notifies"] for message in slack_emulator.posts(channel)]
        assert notified == [["U0BOB", "channel"], []]

    @pytest.mark.parametrize(
        "sent,stored",
        [
            ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
            ("&amp; &lt;", "&amp; &lt;"),
            ("see https://a.test/x.", "see <https://a.test/x>."),
            ("<https://a.test|label> <!here>", "<https://a.test|label> <!here>"),
        ],
    )
    def test_text_is_stored_as_slack_stores_it(self, sent, stored):
        assert normalise(sent) == stored

    def test_text_over_4000_characters_is_refused(self, slack, slack_emulator, channel):
        post = {"channel": channel, "text": "x" * 4001}
        assert error_of(slack.chat_postMessage, **post) == "msg_too_long"
        slack_emulator.control.post("config", {"strict_text": False})
        ts = slack.chat_postMessage(**post)["ts"]
        assert error_of(slack.chat_update, ts=ts, **post) == "msg_too_long"

    def test_where_text_is_not_strict_it_is_cut_at_40000_with_a_warning(
        self, slack, slack_emulator, channel
    ):
        slack_emulator.control.post("config", {"strict_text": False})
        answer = slack.chat_postMessage(channel=channel, text="x" * 40_001)
        assert answer["warning"] == "message_truncated"
        assert len(answer["message"]["text"]) == 40_000

    def test_a_post_without_content_is_refused(self, slack, channel):
        post = {"channel": channel, "text": ""}
        assert error_of(slack.api_call, "chat.postMessage", json=post) == "no_text"

    def test_an_update_with_text_alone_removes_the_blocks_and_keeps_the_metadata(
        self, slack, slack_emulator, channel
    ):
        metadata = {"event_type": "told", "event_payload": {}}
        blocks = [{"type": "divider"}]
        sent = slack.chat_postMessage(channel=channel, text="a", blocks=blocks, metadata=metadata)
        slack.chat_update(channel=channel, ts=sent["ts"], text="b")
        message = slack_emulator.posts(channel)[0]
        assert message["text"] == "b"
        assert "blocks" not in message
        assert message["metadata"] == metadata

    def test_the_bot_edits_and_deletes_only_its_own(self, slack, slack_emulator, channel):
        inject = {"type": "message", "text": "mine", "channel": "inc-0042"}
        ts = slack_emulator.control.post("inject", inject)["result"]["ts"]
        about = {"channel": channel, "ts": ts}
        assert error_of(slack.chat_update, text="x", **about) == "cant_update_message"
        assert error_of(slack.chat_delete, **about) == "cant_delete_message"
        own = slack.chat_postMessage(channel=channel, text="x")["ts"]
        slack.chat_delete(channel=channel, ts=own)
        assert slack_emulator.posts(channel) == []

    def test_a_thread_hangs_on_a_well_formed_and_living_parent(self, slack, channel):
        post = {"channel": channel, "text": "x"}
        parent = slack.chat_postMessage(**post)["ts"]
        slack.chat_postMessage(**post, thread_ts=parent)
        replies = slack.conversations_replies(channel=channel, ts=parent)["messages"]
        assert [reply.get("reply_count") for reply in replies] == [1, None]
        history = slack.conversations_history(channel=channel)["messages"]
        assert [m["ts"] for m in history if "subtype" not in m] == [parent]
        bad = error_of(slack.chat_postMessage, **post, thread_ts="1700000000.5")
        assert bad == "invalid_thread_ts"
        gone = error_of(slack.chat_postMessage, **post, thread_ts="1700000000.500000")
        assert gone == "thread_not_found"

    def test_history_comes_newest_first_in_pages(self, slack, channel):
        sent = [slack.chat_postMessage(channel=channel, text="x")["ts"] for _ in range(4)]
        pages = slack.conversations_history(channel=channel, limit=2)
        seen = [m["ts"] for page in pages for m in page["messages"] if "subtype" not in m]
        assert seen == sent[::-1]
        after = slack.conversations_history(channel=channel, oldest=sent[1])["messages"]
        assert [m["ts"] for m in after] == [sent[3], sent[2]]

    def test_a_message_to_one_member_and_a_permalink(self, slack, slack_emulator, channel):
        ephemeral = {"channel": channel, "text": "psst"}
        assert error_of(slack.chat_postEphemeral, user="U0BOB", **ephemeral) == (
            "user_not_in_channel"
        )
        slack.conversations_invite(channel=channel, users="U0BOB")
        slack.chat_postEphemeral(user="U0BOB", **ephemeral)
        assert slack_emulator.control.get("state")["ephemerals"][0]["text"] == "psst"
        ts = slack.chat_postMessage(channel=channel, text="x")["ts"]
        link = slack.chat_getPermalink(channel=channel, message_ts=ts)["permalink"]
        assert link.endswith(f"{channel}/p{ts.replace('.', '')}")


class TestBlocks:
    @pytest.mark.parametrize(
        "block,complaint",
        [
            ({"type": "nope"}, "unsupported type: nope [json-pointer:/blocks/0/type]"),
            (
                {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
                "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
            ),
            (
                {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
                "must be a valid enum value: plain_text [json-pointer:/blocks/0/text/type]",
            ),
            (
                {"type": "context", "elements": []},
                "must provide a non-empty array [json-pointer:/blocks/0/elements]",
            ),
            (
                {"type": "section"},
                "missing required field: text or fields [json-pointer:/blocks/0]",
            ),
            (
                {"type": "divider", "colour": "red"},
                "invalid additional property: colour [json-pointer:/blocks/0]",
            ),
        ],
    )
    def test_a_bad_block_is_refused_in_slacks_words(self, block, complaint):
        assert check_blocks([block], 50) == [complaint]

    def test_good_blocks_pass(self):
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}}
        button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
        actions = {"type": "actions", "elements": [button]}
        assert check_blocks([section, {"type": "divider"}, actions], 50) == []

    def test_the_whole_is_limited_too(self, slack, channel):
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
        post = {"channel": channel, "text": "x"}
        assert error_of(slack.chat_postMessage, blocks=[section] * 5, **post) == (
            "msg_blocks_too_long"
        )
        assert error_of(slack.chat_postMessage, blocks=[{"type": "divider"}] * 51, **post) == (
            "invalid_blocks"
        )


class TestChannels:
    @pytest.mark.parametrize(
        "name,error",
        [
            ("", "invalid_name_required"),
            ("a" * 81, "invalid_name_maxlength"),
            ("---", "invalid_name_punctuation"),
            ("Inc 42", "invalid_name_specials"),
            ("障害", "invalid_name_specials"),
            ("general", "name_taken"),
        ],
    )
    def test_a_bad_name_is_refused(self, slack, name, error):
        assert error_of(slack.conversations_create, name=name) == error

    def test_an_archived_channel_keeps_its_name_and_takes_nothing(self, slack, channel):
        slack.conversations_archive(channel=channel)
        assert error_of(slack.conversations_create, name="inc-0042") == "name_taken"
        assert error_of(slack.chat_postMessage, channel=channel, text="x") == "is_archived"
        assert error_of(slack.conversations_archive, channel=channel) == "already_archived"
        assert error_of(slack.conversations_unarchive, channel=channel) == "not_in_channel"
        listed = slack.conversations_list(exclude_archived=True)["channels"]
        assert channel not in [one["id"] for one in listed]

    def test_one_bad_user_fails_the_whole_invitation_unless_forced(self, slack, channel):
        users = {"channel": channel, "users": "U0ALICE,U0ZED"}
        assert error_of(slack.conversations_invite, **users) == "cant_invite"
        assert "U0ALICE" not in slack.conversations_members(channel=channel)["members"]
        answer = slack.conversations_invite(**users, force=True)
        assert [e["error"] for e in answer["errors"]] == ["cant_invite"]
        assert error_of(slack.conversations_invite, channel=channel, users="U0ALICE") == (
            "already_in_channel"
        )

    def test_an_invitation_takes_a_hundred(self, slack, channel):
        users = ",".join(f"U{i}" for i in range(101))
        assert error_of(slack.conversations_invite, channel=channel, users=users) == (
            "invalid_arguments"
        )

    def test_a_private_channel_hides_from_those_outside(self, slack, slack_emulator):
        made = slack.conversations_create(name="secret", is_private=True)["channel"]["id"]
        slack_emulator.control.post("inject", {"type": "remove_bot", "channel": "secret"})
        assert error_of(slack.conversations_info, channel=made) == "channel_not_found"
        assert error_of(slack.chat_postMessage, channel=made, text="x") == "channel_not_found"

    def test_topic_and_purpose_leave_one_line_each(self, slack, slack_emulator, channel):
        for _ in range(2):
            slack.conversations_setTopic(channel=channel, topic="t")
            slack.conversations_setPurpose(channel=channel, purpose="p")
        subtypes = [m.get("subtype") for m in slack_emulator.channel(channel)["messages"]]
        assert subtypes == ["channel_join", "channel_topic", "channel_purpose"]
        assert error_of(slack.conversations_setTopic, channel=channel, topic="x" * 251) == (
            "too_long"
        )

    def test_pins_and_reactions_happen_once_and_bookmarks_each_time(self, slack, channel):
        ts = slack.chat_postMessage(channel=channel, text="x")["ts"]
        slack.pins_add(channel=channel, timestamp=ts)
        assert error_of(slack.pins_add, channel=channel, timestamp=ts) == "already_pinned"
        assert slack.pins_list(channel=channel)["items"][0]["message"]["ts"] == ts
        slack.reactions_add(channel=channel, timestamp=ts, name="eyes")
        assert error_of(slack.reactions_add, channel=channel, timestamp=ts, name="eyes") == (
            "already_reacted"
        )
        for _ in range(2):
            slack.bookmarks_add(channel_id=channel, title="Board", type="link", link="http://a")
        assert len(slack.bookmarks_list(channel_id=channel)["bookmarks"]) == 2

    def test_the_directory_knows_people_and_groups(self, slack):
        assert slack.users_lookupByEmail(email="bob@example.test")["user"]["id"] == "U0BOB"
        assert error_of(slack.users_lookupByEmail, email="zed@example.test") == "users_not_found"
        assert slack.usergroups_users_list(usergroup="S0ONCALL")["users"] == ["U0ALICE", "U0BOB"]
        assert error_of(slack.usergroups_users_list, usergroup="S9") == "no_such_subteam"


class TestLimits:
    def test_a_channel_takes_a_burst_and_then_one_a_second(self, slack, slack_emulator, channel):
        post = {"channel": channel, "text": "x"}
        for _ in range(4):
            slack.chat_postMessage(**post)
        with pytest.raises(SlackApiError) as caught:
            slack.chat_postMessage(**post)
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "1"
        assert error_of(slack.chat_postMessage, **post) == "ratelimited"
        calls = slack_emulator.requests("chat.postMessage")
        assert [call.get("before_retry_after") for call in calls[-2:]] == [False, True]
        slack.chat_postMessage(channel="general", text="another channel goes on")

    def test_a_tier_counts_calls_a_minute(self, slack):
        for i in range(20):
            slack.conversations_create(name=f"c{i}")
        assert error_of(slack.conversations_create, name="c20") == "ratelimited"

    def test_limits_can_be_switched_off(self, slack, slack_emulator, channel):
        slack_emulator.control.post("config", {"rate_scale": 0})
        for _ in range(10):
            slack.chat_postMessage(channel=channel, text="x")


class TestFaults:
    @pytest.mark.parametrize(
        "fault,seen,stored",
        [
            ({"action": "reset"}, LOST, 0),
            ({"action": "reset", "when": "after"}, LOST, 1),
            ({"action": "close"}, LOST, 0),
            ({"action": "close", "when": "after"}, LOST, 1),
            ({"action": "truncate"}, LOST, 1),
            ({"action": "hang", "seconds": 3}, LOST, 0),
            ({"action": "http", "status": 503}, SlackApiError, 0),
            ({"action": "http", "when": "after"}, SlackApiError, 1),
            ({"action": "error", "error": "fatal_error", "when": "after"}, SlackApiError, 1),
            ({"action": "ratelimit", "when": "after"}, SlackApiError, 0),
        ],
        ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
    )
    def test_a_fault_stores_exactly_what_it_says(
        self, slack_emulator, channel, fault, seen, stored
    ):
        slack_emulator.fail(method="chat.*", **fault)
        with pytest.raises((*seen, URLError) if isinstance(seen, tuple) else seen):
            client_of(slack_emulator, timeout=1).chat_postMessage(channel=channel, text="x")
        assert len(slack_emulator.posts(channel)) == stored
        assert slack_emulator.requests()[-1]["committed"] == bool(stored)

    def test_a_phantom_says_yes_and_keeps_nothing(self, slack, slack_emulator, channel):
        slack_emulator.fail("phantom", "chat.postMessage")
        assert slack.chat_postMessage(channel=channel, text="x")["ok"]
        assert slack_emulator.posts(channel) == []

    def test_a_fault_keeps_to_its_channel_its_skips_and_its_count(
        self, slack, slack_emulator, channel
    ):
        slack_emulator.fail("error", "chat.*", channel="inc-0042", skip=1, count=2)
        post = {"channel": channel, "text": "x"}
        slack.chat_postMessage(channel="general", text="elsewhere")
        slack.chat_postMessage(**post)
        assert error_of(slack.chat_postMessage, **post) == "internal_error"
        assert error_of(slack.chat_postMessage, **post) == "internal_error"
        slack.chat_postMessage(**post)
        assert slack_emulator.control.get("faults")[0]["fired"] == 2
        slack_emulator.control.delete("faults")
        assert slack_emulator.control.get("faults") == []

    def test_a_stock_client_posts_twice_after_a_lost_answer(self, slack_emulator, channel):
        """The reason why the mirror passes ``retry_handlers=[]``."""
        slack_emulator.fail("close", "chat.postMessage", when="after")
        stock = WebClient(token=BOT_TOKEN, base_url=slack_emulator.url)
        stock.chat_postMessage(channel=channel, text="once")
        assert slack_emulator.texts(channel) == ["once", "once"]

    def test_an_audit_shows_doubles_and_order(self, slack, slack_emulator, channel):
        for event_id in ("a", "b", "a"):
            metadata = {"event_type": "told", "event_payload": {"event_id": event_id}}
            slack.chat_postMessage(channel=channel, text="x", metadata=metadata)
        audit = slack_emulator.control.get("audit", key="event_id")["inc-0042"]
        assert audit == {"order": ["a", "b", "a"], "duplicates": ["a"]}

    @pytest.mark.parametrize("mode", ["close", "reset", "503"])
    def test_in_an_outage_nothing_works_until_it_is_over(self, slack, slack_emulator, mode):
        slack_emulator.outage(mode)
        with pytest.raises((*LOST, URLError, SlackApiError)):
            slack.auth_test()
        slack_emulator.recover()
        assert slack.auth_test()["ok"]

    def test_an_unknown_fault_or_verb_is_refused(self, slack_emulator):
        with pytest.raises(ValueError, match="action must be one of"):
            slack_emulator.fail("explode")
        with pytest.raises(ValueError, match="no control verb POST nothing"):
            slack_emulator.control.post("nothing")
        with pytest.raises(ValueError, match="no channel nowhere"):
            slack_emulator.control.post("inject", {"type": "message", "channel": "nowhere"})


class TestTokens:
    def test_a_wrong_a_revoked_and_a_poor_token_are_told_apart(self, slack, slack_emulator):
        assert error_of(client_of(slack_emulator, token="xoxb-wrong").auth_test) == "invalid_auth"
        slack_emulator.control.post("tokens", {"error": "token_revoked"})
        assert error_of(slack.auth_test) == "token_revoked"
        slack_emulator.control.post("tokens", {"error": None, "scopes": ["users:read"]})
        with pytest.raises(SlackApiError) as caught:
            slack.chat_postMessage(channel="general", text="x")
        answer = caught.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
        assert answer["provided"] == "users:read"

    def test_signature_headers_satisfy_slacks_verifier(self, slack_emulator):
        headers = slack_emulator.control.post("sign", {"body": "a=b"})
        verifier = SignatureVerifier(SIGNING_SECRET)
        assert verifier.is_valid_request("a=b", headers)
        assert not verifier.is_valid_request("a=c", headers)


class TestStart:
    def test_a_fault_plan_is_armed_from_the_start(self, tmp_path):
        plan = tmp_path / "plan.json"
        faults = [{"action": "error", "method": "auth.test"}]
        timeline = [{"at": 0, "verb": "config", "body": {"burst": 9}}]
        plan.write_text(json.dumps({"faults": faults, "timeline": timeline}))
        with running_emulator("--fault-plan", str(plan)) as emulator:
            assert error_of(client_of(emulator).auth_test) == "internal_error"
            assert emulator.control.get("config")["burst"] == 9

    def test_options_set_users_seed_and_limits(self):
        options = ("--users", "250", "--seed", "7", "--rate-scale", "0", "--strict-text", "false")
        ids = []
        for _ in range(2):
            with running_emulator(*options) as emulator:
                slack = client_of(emulator)
                ids.append(slack.conversations_create(name="c")["channel"]["id"])
                members = [u for page in slack.users_list(limit=100) for u in page["members"]]
                config = emulator.control.get("config")
        assert ids[0] == ids[1]
        assert len(members) == 258
        assert (config["rate_scale"], config["strict_text"]) == (0, False)

    def test_requests_are_logged_as_json_lines(self, tmp_path):
        log = tmp_path / "requests.jsonl"
        with running_emulator("--log", str(log)) as emulator:
            client_of(emulator).auth_test()
        line = json.loads(log.read_text())
        assert (line["n"], line["method"], line["status"]) == (1, "auth.test", 200)

    def test_a_reset_gives_a_fresh_workspace(self, slack, slack_emulator, channel):
        slack_emulator.fail("error", count=-1)
        slack_emulator.reset()
        assert set(slack_emulator.channels()) == {"general", "incidents"}
        assert slack_emulator.control.get("faults") == []
        assert slack_emulator.requests() == []
        assert error_of(slack.chat_postMessage, channel=channel, text="x") == "channel_not_found"

    def test_the_control_plane_lists_itself(self, slack_emulator):
        verbs = httpx.get(f"{slack_emulator.root}/_control/", trust_env=False).json()
        assert "inject" in verbs["POST"]
