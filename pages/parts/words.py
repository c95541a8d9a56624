"""People's words are data: shown as they were typed, never as markup.

    show_words(text)        a text of its own, with its line breaks
    escape(text)            a text within markdown of ours, a label or a message

Streamlit reads markdown in almost every label and message: links, images, `:red[colours]`,
`:material/icons:`, `$formulas$`. Whoever puts people's words there escapes them. Only `st.text`,
the values of inputs and the options of a selectbox are taken as they are.
"""

import re

import streamlit as st

# After a colon or a dash Streamlit still finds emoji, icons and arrows once the escapes are gone;
# a word joiner, which has no width and breaks no line, keeps them apart.
_JOINER = "\u2060"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:=&\"'/@^])")
_FOUND_LATER = re.compile(r"(?<=[:\-<=>~./@])(?=\S)|(?<=\w)(?=[:@])|(?<=www)(?=\.)")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def escape(text: str) -> str:
    """`text` as markdown that shows exactly its characters, in one line and in its own direction.

    Line breaks become spaces. A direction mark within cannot turn what stands around it.
    """
    line = " ".join(text.split())
    kept_apart = _FOUND_LATER.sub(_JOINER, line)
    escaped = _MARKDOWN.sub(r"\\\1", kept_apart)
    return f"{_ISOLATE}{escaped}{_END_ISOLATE}" if _turns(line) else escaped


def show_words(text: str) -> None:
    """Show a text of somebody's own, with its line breaks, as no markup at all."""
    st.text(text, width="stretch")


def _turns(text: str) -> bool:
    """Whether some character is written from right to left or steers the direction."""
    return any(
        "\u0590" <= character <= "\u08ff"
        or "\ufb1d" <= character <= "\ufefc"
        or character in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        for character in text
    )
