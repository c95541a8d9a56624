"""People's words in Slack: shown as written, notifying nobody, within Slack's limits. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

TEXT_LIMIT = 4_000
"""chat.update refuses longer texts, and what cannot be edited should not be posted."""
ELLIPSIS = "…"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_REPLACEMENT = "\ufffd"
_HIDDEN = frozenset({"Cc", "Cs"})


def escape(text: str) -> str:
    """Return people's words such that no `<...>` token of theirs is live.

    `&`, `<` and `>` become entities (nothing else may, Slack says), control characters other
    than line breaks and tabs, and halves of characters, become a replacement character.
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _ENTITIES:
        return _ENTITIES[character]
    if unicodedata.category(character) in _HIDDEN and character not in "\n\t":
        return _REPLACEMENT
    return character


def size_of(text: str) -> int:
    """Return the length that Slack may count: UTF-16 units, of which an emoji takes two."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)  # noqa: PLR2004 - the end of the first plane


def fit(words: str, room: int) -> str:
    """Return people's words escaped, cut with an ellipsis if they do not fit into `room`.

    The cut falls between raw characters, never inside an entity.
    """
    whole = escape(words)
    if size_of(whole) <= room:
        return whole
    kept: list[str] = []
    left = room - size_of(ELLIPSIS)
    for character in words:
        shown = _shown(character)
        left -= size_of(shown)
        if left < 0:
            break
        kept.append(shown)
    return "".join(kept).rstrip() + ELLIPSIS if room > 0 else ""


def fair_room(sizes: Sequence[int], room: int) -> int:
    """Return the length to which each of several texts is held so that all fit into `room`.

    Short texts stay whole and leave their share to the long ones: a field of ten thousand
    characters must not push the next update's time out of an announcement.
    """
    share = max(sizes, default=0)
    left, n_left = room, len(sizes)
    for size in sorted(sizes):
        if size * n_left > left:
            return left // n_left
        left, n_left = left - size, n_left - 1
    return share


def link(url: str, label: str) -> str:
    """Return a link of our own; neither part can end it early."""
    address = url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{address}|{escape(label).replace('|', '¦')}>"
