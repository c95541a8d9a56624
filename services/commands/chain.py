"""The hash chain of a timeline."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.columns import write_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GENESIS = "0" * 64
"""What the first entry names as the hash of its predecessor."""

HASHED = (
    "seq",
    "kind",
    "text",
    "occurred_at",
    "recorded_at",
    "actor",
    "via",
    "roles",
    "source",
    "data",
    "changes",
    "amends",
    "late",
    "prev_hash",
)
"""The columns that the hash covers: all but the incident's local number and itself."""


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of an entry's columns in canonical JSON.

    Canonical: keys sorted, no white space, UTF-8, times as UTC text with microseconds.
    """
    content = {name: _plain(entry[name]) for name in HASHED}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def find_broken(entries: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the `seq` of the first entry that is not as it was written, or None.

    The entries are a whole timeline in order; a missing one breaks the chain at the place where
    it should stand.
    """
    prev_hash = GENESIS
    for seq, entry in enumerate(entries, 1):
        follows = (entry["seq"], entry["prev_hash"]) == (seq, prev_hash)
        try:
            is_whole = follows and entry_hash(entry) == entry["hash"]
        except UnicodeEncodeError:
            # Half a character has no bytes, so it was never hashed by us.
            is_whole = False
        if not is_whole:
            return seq
        prev_hash = entry["hash"]
    return None


def _plain(value: Any) -> Any:
    return write_time(value) if isinstance(value, datetime) else value
