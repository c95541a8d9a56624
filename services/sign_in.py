"""Who is acting: signed sessions for browsers, signed tickets for the live feed.

The local sign-in believes what people say of themselves, so it is for one machine: the server
refuses to start on any other address. What it gives is still signed, with a key that is made once
in the data folder, so that nobody becomes somebody else by editing a cookie.

A session is a cookie that names a person. A ticket names a person and one incident and opens that
incident's live feed for a short while; it may stand in an address, where a session must not.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

SESSION_COOKIE = "shikikan_session"
SESSION_AGE_S = 14 * 24 * 3600
TICKET_AGE_S = 300
KEY_FILE = "sign_in.key"
_KEY_BYTES = 48


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a ticket names, and the one incident whose feed it opens."""

    handle: str
    incident_id: int


class SignIn:
    """Issues and reads sessions and tickets under one key."""

    def __init__(self, key: str) -> None:
        # Two salts, so that a ticket out of an address is worth nothing as a session.
        self._sessions = URLSafeTimedSerializer(key, salt="session")
        self._tickets = URLSafeTimedSerializer(key, salt="ticket")

    def issue_session(self, handle: str) -> str:
        """The cookie value that says its browser is `handle`."""
        return self._dump(self._sessions, handle)

    def read_session(self, cookie: str | None) -> str | None:
        """The handle in `cookie`; None when it is absent, altered or older than 14 days.

        Whether such a person exists is for the caller to find out.
        """
        handle = self._load(self._sessions, cookie, SESSION_AGE_S)
        return handle if isinstance(handle, str) else None

    def issue_ticket(self, handle: str, incident_id: int) -> str:
        """A ticket with which `handle` may open the live feed of `incident_id` for 5 minutes.

        A feed that is open stays open; the ticket is for opening it.
        """
        return self._dump(self._tickets, [handle, incident_id])

    def read_ticket(self, ticket: str | None) -> Ticket | None:
        """What `ticket` says; None when it is absent, altered or older than 5 minutes."""
        match self._load(self._tickets, ticket, TICKET_AGE_S):
            case [str(handle), int(incident_id)]:
                return Ticket(handle, incident_id)
        return None

    @staticmethod
    def _dump(serializer: URLSafeTimedSerializer, content: object) -> str:
        return str(serializer.dumps(content))

    @staticmethod
    def _load(serializer: URLSafeTimedSerializer, signed: str | None, age_s: int) -> object:
        if not signed or not signed.isascii():
            return None
        try:
            content: object = serializer.loads(signed, max_age=age_s)
        except BadData:
            return None
        return content


def open_sign_in(data_dir: Path) -> SignIn:
    """The sign-in whose key lies in `data_dir`; the key is made on first use, mode 0600.

    Raises:
        OSError: the key can be neither read nor written.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        _make_key(path)
    return SignIn(path.read_text(encoding="ascii").strip())


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; of two processes that try, the first one's stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
