"""The calls to Slack that the mirror makes: one attempt each, every outcome classed.

slack_sdk repeats a call whose connection was lost, and with that posts twice; its handlers are
therefore switched off and the policy is `services.slack.mirror`'s.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient

from services.slack.outcomes import CONNECTION_ERRORS, Closed, Limited, Unclear, failure_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.settings import Settings

TIMEOUT_S = 8
INVITED_AT_ONCE = 100
"""Users in one conversations.invite; its argument table says "Up to 100"."""
_PAGE = 200
_ALREADY = frozenset({"already_in_channel", "already_pinned"})


class SlackCalls:
    """Slack's Web API as the mirror uses it.

    Every method raises a `SlackFailure`. A method that Slack limited is left alone until the
    time it named, without a call.
    """

    def __init__(self, settings: Settings) -> None:
        token = settings.slack_bot_token
        self._client = WebClient(
            token=token.get_secret_value() if token else None,
            base_url=f"{settings.slack_api_url}/",
            timeout=TIMEOUT_S,
            retry_handlers=[],
        )
        self._closed_until: dict[str, float] = {}
        self._self: dict[str, str] = {}

    def _call(self, method: str, about: str = "", **arguments: Any) -> dict[str, Any]:
        """Return the answer of one call.

        Args:
            method: Slack's name of it.
            about: what a limit applies to besides the method; the channel of a post.
            arguments: None is left out.
        """
        key = f"{method}:{about}"
        left = self._closed_until.get(key, 0.0) - time.monotonic()
        if left > 0:
            raise Limited(left)
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            answer = self._client.api_call(method, **_encoded(method, given))
        except CONNECTION_ERRORS as error:
            failure = failure_of(error)
            if isinstance(failure, Limited):
                self._closed_until[key] = time.monotonic() + failure.wait_s
            raise failure from error
        data = answer.data
        if not isinstance(data, dict):
            raise Unclear("no_json")
        return data

    def _pages(self, method: str, key: str, **arguments: Any) -> Iterator[Any]:
        cursor = None
        while True:
            answer = self._call(method, limit=_PAGE, cursor=cursor, **arguments)
            yield from answer.get(key) or []
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def own_user_id(self) -> str:
        """Return the id of our bot's user."""
        if not self._self:
            self._self = {"user_id": str(self._call("auth.test")["user_id"])}
        return self._self["user_id"]

    def post(self, channel: str, text: str, metadata: dict[str, Any]) -> str:
        """Return the `ts` of a new message.

        Raises:
            Unclear: also when Slack says yes without a `ts`; only a `ts` proves a message.
        """
        answer = self._call(
            "chat.postMessage",
            channel,
            channel=channel,
            text=text,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        if not answer.get("ts"):
            raise Unclear("no_ts")
        return str(answer["ts"])

    def update(self, channel: str, ts: str, text: str) -> None:
        """Replace the text of our message; the last one wins, so repeating is harmless."""
        self._call("chat.update", channel=channel, ts=ts, text=text)

    def pin(self, channel: str, ts: str) -> None:
        """Pin a message; one that is pinned stays so."""
        try:
            self._call("pins.add", channel=channel, timestamp=ts)
        except Closed as declined:
            if declined.error not in _ALREADY:
                raise

    def list_own_messages(self, channel: str, oldest: float) -> Iterator[dict[str, Any]]:
        """Return our messages since `oldest` (seconds since 1970), newest first, with metadata."""
        me = self.own_user_id()
        for message in self._pages(
            "conversations.history",
            "messages",
            channel=channel,
            oldest=f"{oldest:.6f}",
            include_all_metadata=True,
        ):
            if message.get("user") == me:
                yield message

    def create_channel(self, name: str) -> dict[str, Any]:
        """Return the new public channel."""
        channel: dict[str, Any] = self._call("conversations.create", name=name)["channel"]
        return channel

    def find_channel(self, name: str) -> dict[str, Any] | None:
        """Return the public channel of that name, archived ones too, or None if unseen."""
        for channel in self._pages("conversations.list", "channels", types="public_channel"):
            if channel["name"] == name:
                found: dict[str, Any] = channel
                return found
        return None

    def join(self, channel: str) -> None:
        """Make our bot a member of a public channel."""
        self._call("conversations.join", channel=channel)

    def list_group(self, group: str) -> list[str]:
        """Return the user ids of a user group."""
        answer = self._call("usergroups.users.list", usergroup=group)
        return [str(user) for user in answer.get("users") or []]

    def invite(self, channel: str, users: Sequence[str]) -> None:
        """Invite users in batches; those who are in, or cannot be invited, are passed over."""
        present = set(self._pages("conversations.members", "members", channel=channel))
        absent = [user for user in users if user not in present]
        for start in range(0, len(absent), INVITED_AT_ONCE):
            batch = absent[start : start + INVITED_AT_ONCE]
            try:
                self._call(
                    "conversations.invite", channel=channel, users=",".join(batch), force=True
                )
            except Closed as declined:
                if declined.error not in _ALREADY and declined.error not in _UNINVITABLE:
                    raise


_UNINVITABLE = frozenset(
    {"cant_invite", "cant_invite_self", "user_not_found", "user_is_restricted"}
)
"""With `force` these come back only where nobody of the batch could be invited."""


def _encoded(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as the method takes them: chat.* as JSON, the others as a form."""
    if method.startswith("chat."):
        return {"json": given}
    return {"params": {name: int(v) if isinstance(v, bool) else v for name, v in given.items()}}
