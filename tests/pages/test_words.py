"""People's words within markdown of ours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.words import escape

INVISIBLE = re.compile("[\u2060\u2068\u2069]")


def shown(markdown: str) -> str:
    """What escaped markdown shows, without what has no width."""
    return re.sub(r"\\(.)", r"\1", INVISIBLE.sub("", markdown))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u2060\u2068\u2069")))
def test_every_character_is_shown_as_it_is_and_spaces_are_joined(text):
    assert shown(escape(text)) == " ".join(text.split())


@given(st.text(st.sampled_from("!*_[]()<>`$:#&~|-+.\\\"'=/@^{} ax")))
def test_no_character_of_markup_is_left_without_its_escape(text):
    unescaped = re.sub(r"\\.", "", INVISIBLE.sub("", escape(text)))
    assert re.fullmatch(r"[ax ]*", unescaped)


@pytest.mark.parametrize(
    "text", [":smile:", ":material/delete:", ":red[x]", "a -> b", "1 <= 2", "http://x", "www.x.com"]
)
def test_what_is_found_once_escapes_are_gone_is_kept_apart(text):
    without_escapes = re.sub(r"\\(.)", r"\1", escape(text))
    assert text not in without_escapes


def test_text_from_right_to_left_turns_nothing_around_it():
    assert escape("عمر").startswith("\u2068")
    assert escape("عمر").endswith("\u2069")
    assert escape("\u202eabc")[0] == "\u2068"
    assert escape("Hana") == "Hana"
