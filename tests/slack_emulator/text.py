"""Message text as Slack stores it, and whom it would notify."""

import re
from collections.abc import Iterator
from typing import Any

from tests.slack_emulator.errors import JSON

TOKEN_RE = re.compile(
    r"<(?:[@#][A-Z0-9]+(?:\|[^<>]*)?"
    r"|!(?:here|channel|everyone)(?:\|[^<>]*)?"
    r"|!subteam\^[A-Z0-9]+(?:\|[^<>]*)?"
    r"|!date\^[^<>]+"
    r"|(?:https?://|mailto:|tel:)[^<>|\s]+(?:\|[^<>]*)?)>"
)
URL_RE = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]'\"]")
MENTION_RE = re.compile(
    r"<(?:@([UW][A-Z0-9]+)|!(here|channel|everyone)|!subteam\^(S[A-Z0-9]+))(?:\|[^<>]*)?>"
)


def normalise(text: str, *, autolink: bool = True) -> str:
    """The text as Slack stores it.

    Live ``<...>`` tokens are kept, other ``& < >`` escaped, bare URLs wrapped.
    """
    out: list[str] = []
    last = 0
    for token in TOKEN_RE.finditer(text):
        out += [_plain(text[last : token.start()], autolink=autolink), token[0]]
        last = token.end()
    return "".join([*out, _plain(text[last:], autolink=autolink)])


def _plain(part: str, *, autolink: bool) -> str:
    """A stretch without tokens, escaped."""
    part = re.sub(r"&(?!amp;|lt;|gt;)", "&amp;", part).replace("<", "&lt;").replace(">", "&gt;")
    return URL_RE.sub(lambda found: f"<{found[0]}>", part) if autolink else part


def walk(value: Any) -> Iterator[JSON]:
    """Yields every dict inside a JSON value."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def notified(message: JSON) -> list[str]:
    """Whom a message would ping: user and group ids, ``here``, ``channel``, ``everyone``."""
    parts = walk(message.get("blocks", []))
    written = [part["text"] for part in parts if part.get("type") in ("mrkdwn", "markdown")]
    texts = [message["text"], *written]
    return sorted({a or b or c for text in texts for a, b, c in MENTION_RE.findall(text)})
