"""What every refusal of the API looks like."""

import httpx


def problem(answer: httpx.Response, status: int, rule: str | None = None) -> dict:
    """The problem that `answer` is; fails unless it has this status and this rule."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"]
    assert told["title"]
    assert told["detail"]
    assert told.get("rule") == rule, told
    return told
