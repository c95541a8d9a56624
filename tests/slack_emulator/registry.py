"""The Web API methods by name, and how their arguments are read."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.slack_emulator.errors import JSON, SlackError, refuse

if TYPE_CHECKING:
    from tests.slack_emulator.api import Api

    Call = Callable[[Api, JSON], JSON]

MANAGE = "channels:manage groups:write"
HISTORY = "channels:history groups:history"
READ = "channels:read groups:read"
POSTING = 0  # Not a tier: marks the special limits of chat.postMessage.
TIER_2 = 20
TIER_3 = 50
TIER_4 = 100
PAGE_MAX = 1000


@dataclass(frozen=True)
class Method:
    """A Web API method.

    Attributes:
        call: Takes the arguments and returns the rest of an ``ok: true`` answer.
        tier: Calls a minute; 0 marks the special limits of chat.postMessage.
        scopes: Any one of them suffices.
        write: Whether it changes the workspace.
    """

    call: Call
    tier: int
    scopes: tuple[str, ...]
    write: bool


METHODS: dict[str, Method] = {}


def method(
    name: str, tier: int, scopes: str = "", *, write: bool = False
) -> Callable[[Call], Call]:
    """Registers a Web API method."""

    def register(call: Call) -> Call:
        METHODS[name] = Method(call, tier, tuple(scopes.split()), write)
        return call

    return register


def flag(args: JSON, name: str) -> bool:
    """A boolean argument."""
    return args.get(name) in (True, 1, "1", "true", "True")


def decoded(args: JSON, name: str, error: str, kind: type) -> Any:
    """A structured argument, sent as JSON or as a form field holding JSON text."""
    value = args.get(name)
    if isinstance(value, str) and value:
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    refuse(value is not None and not isinstance(value, kind), error)
    return value


def limit_of(args: JSON, default: int, most: int) -> int:
    """``limit``; bad values are adjusted to something sensible, as Slack does."""
    text = str(args.get("limit") or default)
    return max(1, min(int(text) if text.isdigit() else default, most))


def encoded_cursor(text: str) -> str:
    """A cursor that stands for a text."""
    return base64.b64encode(text.encode()).decode()


def cursor_of(args: JSON, prefix: str) -> str:
    """What a cursor stands for."""
    with contextlib.suppress(ValueError):
        text = base64.b64decode(str(args.get("cursor") or ""), validate=True).decode()
        rest = text.removeprefix(prefix)
        if not text or (text.startswith(prefix) and re.fullmatch(r"[\d.]+", rest)):
            return rest
    raise SlackError("invalid_cursor")


def page(key: str, items: list[Any], args: JSON, default: int) -> JSON:
    """One page of a cursor-paginated collection."""
    start = int(cursor_of(args, "offset:") or 0)
    end = start + limit_of(args, default, PAGE_MAX)
    more = encoded_cursor(f"offset:{end}") if end < len(items) else ""
    return {key: items[start:end], "response_metadata": {"next_cursor": more}}
