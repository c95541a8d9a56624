"""The one place that reads the clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present as an aware UTC datetime."""
    return datetime.now(UTC)
