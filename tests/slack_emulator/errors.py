"""Slack's refusals: an ``ok: false`` answer under Slack's own error name."""

from typing import Any

JSON = dict[str, Any]


class SlackError(Exception):
    """An ``ok: false`` answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        """Prepares the answer: the error's name and whatever Slack sends beside it."""
        super().__init__(error)
        self.error = error
        self.body: JSON = {"ok": False, "error": error, **extra}


def refuse(when: object, error: str, *messages: str, **extra: Any) -> None:
    """Raises ``error`` if ``when`` holds; messages go into Slack's ``response_metadata``."""
    if not when:
        return
    if messages:
        extra["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in messages]}
    raise SlackError(error, **extra)
