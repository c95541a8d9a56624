"""A timeline in memory, shared by the server and its page."""

import threading
from datetime import UTC, datetime


class Record:
    def __init__(self):
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        self.entries = []
        self.n_expired = 0

    def ticket(self):
        return f"ticket-{self.n_expired}"

    def write(self, text, kind="note.written", amends=None, occurred_at=None, **more):
        now = datetime.now(UTC).isoformat()
        with self._lock:
            entry = {
                "seq": len(self.entries) + 1,
                "kind": kind,
                "text": text,
                "occurred_at": occurred_at or now,
                "recorded_at": now,
                "actor": "hana",
                "amends": amends,
                "late": False,
            }
            self.entries.append(entry | more)
            return entry["seq"]

    def read_entries(self, _incident_id, after, limit):
        with self._lock:
            return self.entries[after : after + limit]

    def read_revisions(self, incident_ids):
        return dict.fromkeys(incident_ids, len(self.entries))


RECORD = Record()
