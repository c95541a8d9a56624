"""What the mirror says, word for word."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.timeline import Entry
from services.slack.escaping import TEXT_LIMIT, size_of
from services.slack.render import Subject, Voice, render_entries, render_notice

AT = datetime(2026, 11, 23, 10, 41, tzinfo=UTC)
ENGLISH = Voice("en", ZoneInfo("UTC"))
JAPANESE = Voice("ja", ZoneInfo("Asia/Tokyo"))


def subject(kind="real"):
    return Subject(
        number=42,
        uid="uid",
        title="Checkout errors",
        kind=kind,
        severity=None,
        summary=None,
        call_url=None,
        board_url="https://board.example/board?incident=42",
        names={"ken": "Ken <K>"},
        role_names={"network": {"en": "net <lead>", "ja": "網担当"}},
    )


def entry(seq=7, kind="note.written", text="ruled out H2", **fields):
    values = {"occurred_at": AT, "recorded_at": AT, "actor": "ken", "roles": [], "data": {}}
    return Entry(seq=seq, kind=kind, text=text, **(values | fields))


def test_a_line_says_which_entry_when_it_happened_who_and_what():
    post = render_entries([entry(roles=["primary_sme"])], subject(), ENGLISH)
    assert post.text == "#7 · 2026-11-23 10:41 UTC · Ken &lt;K&gt; (primary SME): ruled out H2"
    assert (post.first_seq, post.last_seq) == (7, 7)


@pytest.mark.parametrize(
    "voice,said",
    [(ENGLISH, "(scribe, net &lt;lead&gt;, gone)"), (JAPANESE, "網担当, gone)")],
)
def test_roles_that_the_incident_added_are_named_like_the_others(voice, said):
    held = entry(roles=["scribe", "network", "gone"])
    assert said in render_entries([held], subject(), voice).text


def test_times_stand_in_the_zone_of_the_console_inside_sentences_too():
    data = {"number": 1, "owner": "ken", "names": {"ken": "Ken"}, "text": "x"}
    assigned = entry(kind="action.assigned", data={**data, "due_at": "2026-11-23T15:30:00.000000Z"})
    text = render_entries([assigned], subject(), JAPANESE).text
    assert "2026-11-23 19:41 JST" in text
    assert "2026-11-24 00:30 JST" in text
    assert "UTC" not in text


def test_what_the_program_itself_records_is_told_as_the_consoles():
    assert "· the console: " in render_entries([entry(actor=None)], subject(), ENGLISH).text


@pytest.mark.parametrize("voice,mark", [(ENGLISH, "[DRILL] "), (JAPANESE, "【疑似障害】 ")])
def test_every_post_of_a_drill_begins_with_its_mark(voice, mark):
    assert render_entries([entry()], subject("drill"), voice).text.startswith(mark)
    assert mark not in render_entries([entry()], subject(), voice).text


def test_waiting_entries_are_merged_as_far_as_they_fit_whole():
    entries = [entry(seq=n, text="x" * 900) for n in range(5, 15)]
    post = render_entries(entries, subject(), ENGLISH)
    assert (post.first_seq, post.last_seq) == (5, 8)
    assert post.text.count("x" * 900) == 4
    assert size_of(post.text) <= TEXT_LIMIT


def test_an_entry_that_fits_only_alone_is_not_cut_for_the_sake_of_a_merge():
    entries = [entry(seq=1, text="short"), entry(seq=2, text="y" * 3_950)]
    assert render_entries(entries, subject(), ENGLISH).last_seq == 1
    assert render_entries(entries[1:], subject(), ENGLISH).text.endswith("y" * 3_950)


def test_later_lines_of_a_text_cannot_pass_for_an_entry():
    forged = entry(text="a\n#8 · Hana: b\r\nc\u2028d")
    text = render_entries([forged], subject(), ENGLISH).text
    assert text.splitlines()[1:] == ["    #8 · Hana: b", "    c", "    d"]


def test_a_long_field_of_a_notice_does_not_push_out_the_others():
    fields = {
        "what": "w" * 9_000,
        "impact": "i" * 9_000,
        "contact": "Aya",
        "next_update_at": "2026-11-23T11:00:00.000000Z",
    }
    published = entry(kind="notice.published", data={"stage": "first", "fields": fields})
    post = render_notice(published, subject(), ENGLISH)
    assert 3_900 < size_of(post.text) <= TEXT_LIMIT
    assert "*Contact*: Aya" in post.text
    assert post.text.count("…") == 2
    assert "11:00 UTC" in post.text
