"""People's words are kept exactly as typed, or refused; never changed."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from models.commands import COMMAND_ADAPTER
from models.timeline import Entry
from services import commands
from services.errors import NotWellFormed

QUICK = settings(
    deadline=None,
    database=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HOSTILE = (
    "x" * 4_000,
    "障" * 10_000,
    "🔥👩‍👩‍👧‍👦" * 500,
    "\u202egnp.exe\u202c שלום مرحبا",
    "<script>alert(1)</script>",
    "<!channel> <!here> <@U1> <https://example.org|here> &amp; &",
    "'; DROP TABLE entry; --",
    "{title} {0} %s %(x)s",
    "=HYPERLINK(1)",
    "a\r\nb\tc\x0b\x1b[31m\x7f\ufeff\u2028",
    "e\u0301 \u00e9",
    "  spaces stay  ",
    "\\u0000 \\x00",
)
anything = st.text(st.characters(), min_size=1, max_size=300)


@pytest.fixture
def commanded(team):
    team.declare()
    team.staff()
    return team


def is_keepable(said: str) -> bool:
    surrogates = any(0xD800 <= ord(character) <= 0xDFFF for character in said)
    return bool(said.strip()) and "\x00" not in said and not surrogates and len(said) <= 10_000


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_come_back_as_they_were_typed(commanded, said):
    kept_in_every_place(commanded, said)


@QUICK
@given(said=st.one_of(anything, st.text(st.characters(categories=["Cs", "Cc", "Cf", "L"]))))
@example(said="\x00")
@example(said="half \ud83d")
@example(said="\udd25\ud83d")
@example(said="x" * 10_001)
@example(said="\u3000\n")
def test_any_text_is_kept_exactly_or_refused(commanded, said):
    if is_keepable(said):
        kept_in_every_place(commanded, said)
        return
    if not commanded.board().notices:
        commanded.give("aya", "draft_notice", stage="first", fields={})
    before = commanded.board().revision
    for who, kind, fields in (
        ("jun", "note", {"text": said}),
        ("hana", "define_resolved", {"criteria": ["one", said]}),
        ("aya", "draft_notice", {"stage": "first", "fields": {"what": said}}),
        ("aya", "draft_notice", {"stage": "first", "fields": {"what": {"ja": said}}}),
        ("aya", "edit_notice", {"notice": 1, "fields": {"what": said}}),
        ("uma", "log_inquiry", {"from": said, "text": "t"}),
    ):
        with pytest.raises((ValidationError, NotWellFormed)):
            commanded.give(who, kind, **fields)
    assert commanded.board().revision == before


def kept_in_every_place(team, said):
    seq = team.give("jun", "note", text=said).last_seq
    team.give("hana", "set_situation", text=said)
    team.give("hana", "define_resolved", criteria=[said, said])
    team.give("aya", "draft_notice", stage="first", fields={"what": {"ja": said}})
    team.give("uma", "log_inquiry", **{"from": "Sales"}, text=said)
    board = team.board()
    assert board.situation.text == said
    assert [criterion.text for criterion in board.resolved_definition.criteria] == [said, said]
    assert board.notices[-1].fields["what"] == {"ja": said}
    assert board.inquiries[-1].text == said
    with team.database.reading() as session:
        assert session.scalar(select(Entry.text).where(Entry.seq == seq)) == said


@pytest.mark.parametrize("title", ["<!channel>", "障害 🔥" * 40, "\u202e"])
def test_a_title_is_kept_exactly(team, title):
    team.declare(title=title)
    assert team.board().title == title


@pytest.mark.parametrize(
    "title", ["", " ", "\x00", "half \ud83d", "x" * 201, None, 7, ["t"], {"t": 1}]
)
def test_what_is_no_title_is_refused(title):
    with pytest.raises(ValidationError):
        commands.Declaration(title=title)


@pytest.mark.parametrize(
    "moment",
    [
        *("2026-01-31T09:30:00", "2026-01-31", "26-01-31T09:30:00Z", "+12026-01-31T09:30:00Z"),
        *("02026-01-31T09:30:00Z", "2026-13-31T09:30:00Z", "2026-02-29T09:30:00Z", "soon", ""),
        *("2026-01-31T24:00:00Z", "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"),
        *("2026-W05-6T09:30:00Z", "２０２６-01-31T09:30:00Z", 1_769_850_000, 1.5, True),
    ],
)
def test_what_is_no_moment_of_four_digit_years_with_an_offset_is_refused(moment):
    wire = {"type": "note", "text": "t", "occurred_at": moment}
    with pytest.raises(ValidationError):
        COMMAND_ADAPTER.validate_python(wire)
    with pytest.raises(ValidationError):
        commands.Declaration(title="t", detected_at=moment)


@QUICK
@given(
    at=st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001 - given a zone below
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - given a zone below
        timezones=st.timezones(),
    )
)
@example(at=datetime(1, 1, 1, tzinfo=UTC))
@example(at=datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
def test_any_moment_that_can_be_written_is_read_back_as_the_same_instant(commanded, at):
    if at.utcoffset().total_seconds() % 60:
        # ISO-8601 offsets have no seconds; zones of long ago had.
        at = at.astimezone(UTC)
    # Two zones are compared by their wall clocks where one of them shows an hour twice.
    commanded.give("hana", "set_goal", text="t", due_at=at.isoformat())
    assert commanded.board().goals[-1].due_at == at.astimezone(UTC)


@pytest.mark.parametrize("written", ["2026-01-31t09:30:00z", "2026-01-31 09:30Z"])
def test_a_promised_update_may_be_written_in_any_form_of_iso_8601(commanded, written):
    fields = {"what": "t", "next_update_at": written}
    commanded.give("aya", "draft_notice", stage="first", fields=fields)
    commanded.give("hana", "approve_notice", notice=1)
    commanded.give("aya", "publish_notice", notice=1)
    assert commanded.board().cadence.next_update_at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"occurred_at": "garbage"},
        {"occurred_at": {"en": "t"}},
        {"data_loss": "none"},
        {"what": "half \ud83d"},
        {"what": ["t"]},
        {"what": {"fr": "t"}},
        {"x" * 41: "t"},
        {"state": 1},
    ],
)
def test_an_edit_with_malformed_fields_is_refused_as_such(commanded, fields):
    commanded.give("aya", "draft_notice", stage="first", fields={})
    with pytest.raises((ValidationError, NotWellFormed)):
        commanded.give("aya", "edit_notice", notice=1, fields=fields)
    assert commanded.board().notices[0].fields == {"contact": "Aya"}
