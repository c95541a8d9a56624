"""What people type is shown as typed, notifies nobody and fits."""

import html
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from services.slack.escaping import ELLIPSIS, escape, fair_room, fit, link, size_of
from tests.slack_emulator.text import MENTION_RE, TOKEN_RE, normalise

PIECES = ("<!channel>", "<@U0BOB>", "<!subteam^S0ONCALL>", "<https://a|b>", "&lt;", "&", "<", ">")
TYPED = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9)), max_size=9).map("".join)


@given(TYPED)
def test_no_token_of_a_person_is_live_and_slack_stores_it_unchanged(typed):
    sent = escape(typed)
    assert not TOKEN_RE.search(sent)
    assert not MENTION_RE.search(normalise(sent))
    assert normalise(sent, autolink=False) == sent


@given(TYPED)
def test_what_is_shown_is_what_was_typed(typed):
    shown = html.unescape(escape(typed).replace("&amp;", "&#38;"))
    hidden = {"Cc", "Cs"}
    kept = "".join(
        "\ufffd" if unicodedata.category(c) in hidden and c not in "\n\t" else c for c in typed
    )
    assert shown == kept


@given(TYPED, st.integers(1, 60))
def test_a_cut_text_fits_and_ends_between_characters(typed, room):
    cut = fit(typed, room)
    assert size_of(cut) <= room
    if cut != escape(typed):
        assert cut.endswith(ELLIPSIS)
        assert escape(typed).startswith(cut.removesuffix(ELLIPSIS))
        assert "&" not in cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


@given(st.lists(st.integers(0, 500), max_size=9), st.integers(0, 900))
def test_texts_share_a_room_so_that_short_ones_stay_whole(sizes, room):
    share = fair_room(sizes, room)
    assert sum(min(size, share) for size in sizes) <= max(room, 0)
    if sum(sizes) <= room:
        assert share == max(sizes, default=0)


def test_an_emoji_counts_as_two():
    assert size_of("🔥a") == 3


def test_a_link_ends_where_we_end_it():
    assert link("https://a.test/?x=1&y=<2>|3", "a|b>c") == (
        "<https://a.test/?x=1&amp;y=%3C2%3E%7C3|a¦b&gt;c>"
    )
