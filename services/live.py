"""The live feed: every new timeline entry reaches every follower, once, in order, without a gap.

    write transaction commits
            |  hub.announce(incident_id, revision)          any thread
      one reader per incident fetches what is new           one query for all followers
            |  each entry is serialised once
      a window of the newest entries  <---- each follower holds only its own position
            |                               one that fell behind the window reads the database
      server-sent events (`live_response`)

A follower has no queue that could grow: a slow one is a position in the past, whose socket is given
up when it takes nothing for `SEND_TIMEOUT_S`. Writers in other processes announce nothing here, so
every `poll_s` one query asks for the revisions of all followed incidents.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

Entry = dict[str, Any]
ReadEntries = Callable[[int, int, int], Sequence[Entry]]
ReadRevisions = Callable[[Sequence[int]], Mapping[int, int]]

POLL_S = 0.5
HEARTBEAT_S = 10.0  # The contract promises a comment line at least every 15 s.
PAGE = 500  # Entries read at once: a late joiner of a long incident costs no great list.
WINDOW = 512  # Newest entries kept serialised per followed incident.
SEND_TIMEOUT_S = 30.0

logger = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as it is told: `frame` is its server-sent event, shared by all followers."""

    seq: int
    entry: Entry
    frame: bytes


def encode_entry(entry: Entry) -> Told:
    """The entry with its event: `id` is the seq, `data` is JSON on a single line."""
    data = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    try:
        body = data.encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8; escaped as JSON allows, it arrives as it was.
        body = json.dumps(entry, separators=(",", ":")).encode()
    seq = int(entry["seq"])
    return Told(seq, entry, b"id: %d\nevent: entry\ndata: %b\n\n" % (seq, body))


@dataclass(eq=False)
class _Topic:
    """One followed incident. Touched by the event loop's thread alone."""

    incident_id: int
    head: int | None = None  # The newest seq that followers were told; None until first read.
    wanted: int = 0  # The newest revision heard of.
    window: deque[Told] = field(default_factory=lambda: deque(maxlen=WINDOW))
    n_followers: int = 0
    reader: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Let every waiting follower look again."""
        # Followers wait on the event of their time; a new one is laid for the next change.
        self.changed.set()
        self.changed = asyncio.Event()


class LiveHub:
    """Followers of incidents in this process. Lives in one event loop, between start and stop.

    Attributes:
        read_entries: `(incident_id, after, limit)` gives the entries with `seq > after`, ascending,
            at most `limit`, as dicts that JSON can hold. Called in a thread.
        read_revisions: `(incident_ids)` gives the current revision of each. Called in a thread.
    """

    def __init__(
        self,
        read_entries: ReadEntries,
        read_revisions: ReadRevisions,
        *,
        poll_s: float = POLL_S,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self.read_entries = read_entries
        self.read_revisions = read_revisions
        self._poll_s = poll_s
        self._heartbeat_s = heartbeat_s
        self._topics: dict[int, _Topic] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poller: asyncio.Task[None] | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._is_closing = False

    async def __aenter__(self) -> Self:
        """Start polling in the running event loop."""
        self._loop = asyncio.get_running_loop()
        # Threads of its own: a board must not wait because page scripts keep the others busy.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="live")
        self._poller = asyncio.create_task(self._poll(), name="live-poll")
        self._is_closing = False
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every follower, the poll and the readers."""
        self.close()
        tasks = [self._poller, *(topic.reader for topic in self._topics.values())]
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._loop = None

    def is_closing(self) -> bool:
        """Whether followers are being ended and new ones refused."""
        return self._is_closing

    def n_followers(self) -> int:
        """How many followers there are now, over all incidents."""
        return sum(topic.n_followers for topic in self._topics.values())

    def announce(self, incident_id: int, revision: int) -> None:
        """Say that `incident_id` has reached `revision`; call it after the commit.

        From any thread. Never blocks and never fails: what is missed here, the poll finds.
        """
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # The loop closed a moment ago.
                loop.call_soon_threadsafe(self._heard, incident_id, revision)

    def close(self) -> None:
        """End every follower; each resumes elsewhere or later. For the loop's thread only."""
        self._is_closing = True
        for topic in self._topics.values():
            topic.wake()

    async def follow(
        self, incident_id: int, after: int | None = None
    ) -> AsyncGenerator[Entry, None]:
        """Yield each entry after `after` in the order of `seq`; None: those that come from now on.

        0 is from the start. A number beyond the newest entry counts as the newest.
        """
        async with contextlib.aclosing(self.follow_told(incident_id, after)) as told:
            async for one in told:
                if isinstance(one, Told):
                    yield one.entry

    async def follow_told(
        self, incident_id: int, after: int | None = None
    ) -> AsyncGenerator[Told | int | None, None]:
        """As `follow`, with the event of each entry; None whenever `heartbeat_s` was quiet.

        First comes the `seq` after which it tells.
        """
        topic = self._topics.setdefault(incident_id, _Topic(incident_id))
        topic.n_followers += 1
        try:
            newest = await self._find_newest(topic)
            position = newest if after is None else max(0, min(after, newest))
            yield position
            while not self.is_closing():
                changed = topic.changed
                batch = await self._read_after(topic, position)
                for told in batch:
                    if self.is_closing():
                        return
                    yield told
                    position = told.seq
                if not batch and not await self._wait(changed):
                    yield None
        finally:
            topic.n_followers -= 1
            if topic.n_followers == 0 and self._topics.get(incident_id) is topic:
                del self._topics[incident_id]
                if topic.reader is not None:
                    topic.reader.cancel()

    async def _find_newest(self, topic: _Topic) -> int:
        """The current revision; the first follower's becomes the head of the topic."""
        revisions = await self._in_thread(self.read_revisions, [topic.incident_id])
        newest = revisions.get(topic.incident_id, 0)
        if topic.head is None:
            topic.head = newest
        # Whatever was announced while the query ran is fetched now rather than by the poll.
        self._heard(topic.incident_id, max(newest, topic.wanted))
        return newest

    async def _read_after(self, topic: _Topic, position: int) -> list[Told]:
        """Up to a page of what follows `position`: of the window, or of the database behind it."""
        head = topic.head or 0
        if position >= head:
            return []
        if topic.window and topic.window[0].seq <= position + 1:
            return [told for told in topic.window if told.seq > position]
        entries = await self._in_thread(self.read_entries, topic.incident_id, position, PAGE)
        # What is newer than the head is left to the reader, so that nobody is told it twice.
        return [encode_entry(entry) for entry in entries if int(entry["seq"]) <= head]

    async def _wait(self, changed: asyncio.Event) -> bool:
        """Whether there was a change before the heartbeat fell due."""
        try:
            async with asyncio.timeout(self._heartbeat_s):
                await changed.wait()
        except TimeoutError:
            return False
        return True

    def _heard(self, incident_id: int, revision: int) -> None:
        topic = self._topics.get(incident_id)
        if topic is None or self._is_closing:
            return
        topic.wanted = max(topic.wanted, revision)
        behind = topic.head is not None and topic.wanted > topic.head
        if behind and (topic.reader is None or topic.reader.done()):
            topic.reader = asyncio.create_task(self._fetch(topic), name=f"live-{incident_id}")

    async def _fetch(self, topic: _Topic) -> None:
        """Bring the window of `topic` up to what was heard of, then tell its followers."""
        while topic.head is not None and topic.wanted > topic.head:
            try:
                entries = await self._in_thread(
                    self.read_entries, topic.incident_id, topic.head, PAGE
                )
            except Exception:
                # Whatever a read raises, the followers stay, and the poll tries again soon.
                logger.exception("Live feed: incident %s could not be read", topic.incident_id)
                return
            if not entries:
                # Announced before it could be read; the poll brings it.
                topic.wanted = topic.head
                return
            for entry in entries:
                topic.window.append(encode_entry(entry))
            topic.head = topic.window[-1].seq
            topic.wake()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            if not self._topics:
                continue
            try:
                revisions = await self._in_thread(self.read_revisions, list(self._topics))
            except Exception:
                logger.exception("Live feed: the revisions could not be read")
                continue
            for incident_id, revision in revisions.items():
                self._heard(incident_id, revision)

    async def _in_thread(self, function: Callable[..., _T], *args: Any) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *args)


class _EventStream(StreamingResponse):
    """A stream that gives up a client which has taken nothing for `SEND_TIMEOUT_S`."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        except TimeoutError:
            logger.info("Live feed: a follower took nothing for %s s", SEND_TIMEOUT_S)
        finally:
            # Not left to the garbage collector: the count of followers is to be true now.
            await self._events.aclose()


def live_response(
    hub: LiveHub, request: Request, incident_id: int, after: int | None = None
) -> Response:
    """The server-sent events of `incident_id`; the caller has authorised the request.

    `Last-Event-ID` of the request wins over `after`, because a browser that reconnects repeats the
    address it began with. Malformed, it counts as absent.
    """
    if hub.is_closing():
        return PlainTextResponse("The server is ending.", 503, headers={"Retry-After": "2"})
    resumed = request.headers.get("last-event-id", "").strip()
    if resumed.isascii() and resumed.isdigit():
        after = int(resumed[:18])
    return _EventStream(_write_events(hub, incident_id, after))


async def _write_events(
    hub: LiveHub, incident_id: int, after: int | None
) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(hub.follow_told(incident_id, after)) as told:
        async for one in told:
            if isinstance(one, int):
                # A comment and no more: an `id` or a `retry` alone would be an event without data
                # to readers less strict than browsers. What is committed from here on is told.
                yield b": following\n\n"
            else:
                yield b": quiet\n\n" if one is None else one.frame
