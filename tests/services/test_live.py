"""Every entry reaches every follower, once, in order, whoever wrote it, however slow they are."""

import asyncio
import contextlib
import json
import threading
import time

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from services import live
from services.live import LiveHub, encode_entry, live_response


class Record:
    """A timeline in memory behind the two reads that the hub is given."""

    def __init__(self):
        self.entries = {}
        self.lock = threading.Lock()
        self.n_reads = 0
        self.fails = False

    def write(self, incident_id=1, text="x"):
        with self.lock:
            entries = self.entries.setdefault(incident_id, [])
            entries.append({"seq": len(entries) + 1, "kind": "note.added", "text": text})
            return len(entries)

    def read_entries(self, incident_id, after, limit):
        self._maybe_fail()
        with self.lock:
            self.n_reads += 1
            return [dict(e) for e in self.entries.get(incident_id, [])[after : after + limit]]

    def read_revisions(self, incident_ids):
        self._maybe_fail()
        with self.lock:
            return {i: len(self.entries.get(i, [])) for i in incident_ids}

    def _maybe_fail(self):
        if self.fails:
            raise OSError("the database is away")


def hub_of(record, **settings):
    return LiveHub(record.read_entries, record.read_revisions, **settings)


async def take(follower, n, within_s=5):
    seqs = []
    async with asyncio.timeout(within_s):
        while len(seqs) < n:
            seqs.append((await anext(follower))["seq"])
    return seqs


async def until(condition, within_s=5):
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


def run(coroutine):
    return asyncio.run(coroutine)


def test_a_follower_from_now_gets_only_what_comes():
    async def story():
        record = Record()
        for _ in range(3):
            record.write()
        async with hub_of(record, poll_s=60) as hub:
            follower = hub.follow(1)
            first = asyncio.create_task(anext(follower))
            await until(lambda: hub._topics and hub._topics[1].head == 3)
            hub.announce(1, record.write())
            assert (await first)["seq"] == 4
            await follower.aclose()

    run(story())


@pytest.mark.parametrize("after,expected", [(0, [1, 2, 3]), (2, [3]), (-5, [1, 2, 3])])
def test_a_follower_resumes_after_the_entry_it_names(after, expected):
    async def story():
        record = Record()
        for _ in range(3):
            record.write()
        async with hub_of(record, poll_s=60) as hub:
            follower = hub.follow(1, after)
            assert await take(follower, len(expected)) == expected
            await follower.aclose()

    run(story())


def test_a_number_beyond_the_newest_entry_counts_as_the_newest():
    async def story():
        record = Record()
        record.write()
        async with hub_of(record, poll_s=0.01) as hub:
            follower = hub.follow(1, 99)
            first = asyncio.create_task(anext(follower))
            await until(lambda: hub._topics and hub._topics[1].head == 1)
            record.write()
            assert (await first)["seq"] == 2
            await follower.aclose()

    run(story())


def test_writers_in_other_processes_are_found_without_an_announcement():
    async def story():
        record = Record()
        async with hub_of(record) as hub:
            follower = hub.follow(1, 0)
            started = time.monotonic()
            record.write()
            assert await take(follower, 1) == [1]
            record.write()
            assert await take(follower, 1) == [2]
            assert time.monotonic() - started < 2
            await follower.aclose()

    run(story())


def test_many_threads_writing_at_once_are_told_in_order_without_gap_or_repetition():
    async def story():
        record = Record()
        n_threads, n_each = 8, 50
        async with hub_of(record, poll_s=60) as hub:

            def write():
                for _ in range(n_each):
                    hub.announce(1, record.write())

            followers = [hub.follow(1, 0) for _ in range(5)]
            tasks = [asyncio.create_task(take(f, n_threads * n_each, 20)) for f in followers]
            await asyncio.gather(*(asyncio.to_thread(write) for _ in range(n_threads)))
            for seqs in await asyncio.gather(*tasks):
                assert seqs == list(range(1, n_threads * n_each + 1))
            for follower in followers:
                await follower.aclose()

    run(story())


def test_followers_that_joined_at_any_moment_miss_nothing():
    """The moment between reading the revision and following is where entries get lost."""

    async def story():
        record = Record()
        n = 200
        async with hub_of(record, poll_s=60) as hub:

            def write():
                for _ in range(n):
                    hub.announce(1, record.write())
                    time.sleep(0.0005)

            writer = asyncio.create_task(asyncio.to_thread(write))
            tasks = []
            while not writer.done():
                after = len(record.entries.get(1, []))
                follower = hub.follow(1, after)
                tasks.append((after, follower, asyncio.create_task(take(follower, n - after, 20))))
                await asyncio.sleep(0.003)
            for after, follower, task in tasks:
                assert await task == list(range(after + 1, n + 1))
                await follower.aclose()

    run(story())


def test_a_follower_behind_the_window_catches_up_from_the_record():
    async def story():
        record = Record()
        async with hub_of(record, poll_s=60) as hub:
            slow = hub.follow(1, 0)
            record.write()
            assert await take(slow, 1) == [1]
            n = live.WINDOW * 3
            for _ in range(n):
                hub.announce(1, record.write())
            await until(lambda: hub._topics[1].head == n + 1)
            assert len(hub._topics[1].window) == live.WINDOW
            assert await take(slow, n) == list(range(2, n + 2))
            await slow.aclose()

    run(story())


def test_the_record_is_read_once_for_all_followers():
    async def story():
        record = Record()
        async with hub_of(record, poll_s=60) as hub:
            followers = [hub.follow(1, 0) for _ in range(50)]
            tasks = [asyncio.create_task(anext(f)) for f in followers]
            await until(lambda: hub.n_followers() == 50 and hub._topics[1].head == 0)
            record.n_reads = 0
            hub.announce(1, record.write())
            told = await asyncio.gather(*tasks)
            assert record.n_reads == 1
            assert all(entry is told[0] for entry in told)
            for follower in followers:
                await follower.aclose()

    run(story())


def test_followers_of_one_incident_hear_nothing_of_another():
    async def story():
        record = Record()
        async with hub_of(record, poll_s=60) as hub:
            one, two = hub.follow(1, 0), hub.follow(2, 0)
            waiting = asyncio.create_task(anext(two))
            hub.announce(1, record.write(1))
            assert await take(one, 1) == [1]
            await asyncio.sleep(0.05)
            assert not waiting.done()
            hub.announce(2, record.write(2, "two"))
            assert (await waiting)["text"] == "two"
            await one.aclose()
            await two.aclose()

    run(story())


def test_a_failing_read_does_not_end_the_followers(caplog):
    async def story():
        record = Record()
        async with hub_of(record, poll_s=0.01) as hub:
            follower = hub.follow(1, 0)
            first = asyncio.create_task(anext(follower))
            await until(lambda: hub._topics and hub._topics[1].head == 0)
            record.fails = True
            hub.announce(1, record.write())
            await until(lambda: "could not be read" in caplog.text)
            record.fails = False
            assert (await first)["seq"] == 1
            await follower.aclose()

    run(story())


def test_nothing_is_kept_of_an_incident_that_nobody_follows():
    async def story():
        record = Record()
        record.write()
        async with hub_of(record, poll_s=60) as hub:
            follower = hub.follow(1, 0)
            await take(follower, 1)
            assert hub.n_followers() == 1
            await follower.aclose()
            assert hub.n_followers() == 0
            assert hub._topics == {}

    run(story())


def test_announcing_outside_the_life_of_the_hub_is_harmless():
    record = Record()
    hub = hub_of(record)
    hub.announce(1, 1)

    async def live_for_a_moment():
        async with hub:
            pass

    run(live_for_a_moment())
    hub.announce(1, 2)


@pytest.mark.parametrize(
    "text",
    ["障害 🚨", "line\nbreak\r\nand\x00nul", "\u2028\u2029", "\ud800 alone", "<script>", "שלום"],
)
def test_any_text_is_told_on_one_line_exactly(text):
    told = encode_entry({"seq": 7, "text": text})
    identity, event, data, *rest = told.frame.decode().split("\n")
    assert (identity, event, rest) == ("id: 7", "event: entry", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {"seq": 7, "text": text}


# --- Over HTTP -----------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def serving(record, **settings):
    """The feed on a real server; yields the hub and its address."""
    hub = hub_of(record, **settings)

    async def feed(request):
        after = request.query_params.get("after")
        return live_response(hub, request, 1, None if after is None else int(after))

    config = uvicorn.Config(
        Starlette(routes=[Route("/live", feed)]),
        port=0,
        lifespan="off",
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    async with hub:
        serving = asyncio.create_task(server._serve())
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield hub, f"http://127.0.0.1:{port}/live"
        finally:
            hub.close()
            server.should_exit = True
            await asyncio.wait_for(serving, 10)


async def read_lines(lines, until_line, within_s=10):
    """The lines up to the one that begins with `until_line`, or to the end of the answer."""
    read = []
    async with asyncio.timeout(within_s):
        async for line in lines:
            read.append(line)
            if line.startswith(until_line):
                break
    return read


@pytest.mark.parametrize(
    "query,headers,first",
    [
        ("?after=0", {}, 1),
        ("?after=2", {}, 3),
        ("", {"Last-Event-ID": "1"}, 2),
        ("?after=0", {"Last-Event-ID": "2"}, 3),
        ("?after=1", {"Last-Event-ID": "nonsense"}, 2),
        ("?after=1", {"Last-Event-ID": "²"}, 2),
        ("?after=0", {"Last-Event-ID": "0"}, 1),
    ],
)
def test_the_feed_resumes_where_the_browser_says(query, headers, first):
    async def story():
        record = Record()
        for _ in range(3):
            record.write()
        raw = [(name, value.encode()) for name, value in headers.items()]
        async with (
            serving(record) as (_, url),
            httpx.AsyncClient() as client,
            client.stream("GET", url + query, headers=raw) as response,
        ):
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["cache-control"] == "no-store"
            lines = await read_lines(response.aiter_lines(), "data: ")
            assert f"id: {first}" in lines
            assert "event: entry" in lines
            assert json.loads(lines[-1].removeprefix("data: "))["seq"] == first

    run(story())


@pytest.mark.parametrize("query,known", [("", 3), ("?after=1", 1), ("?after=99", 3)])
def test_the_first_frame_is_a_comment_after_which_nothing_is_missed(query, known):
    async def story():
        record = Record()
        for _ in range(3):
            record.write()
        async with (
            serving(record) as (_hub, url),
            httpx.AsyncClient() as client,
            client.stream("GET", url + query) as response,
        ):
            lines = response.aiter_lines()
            assert await first_block(lines) == [": following"]
            record.write()
            read = await read_lines(lines, "data: ")
            assert json.loads(read[-1].removeprefix("data: "))["seq"] == known + 1

    run(story())


async def first_block(lines):
    """The lines up to the first blank one, at which browsers take in what they read."""
    block = []
    async with asyncio.timeout(10):
        async for line in lines:
            if not line:
                break
            block.append(line)
    return block


def test_a_quiet_feed_sends_a_comment_line():
    async def story():
        async with (
            serving(Record(), heartbeat_s=0.05) as (_, url),
            httpx.AsyncClient() as client,
            client.stream("GET", url) as response,
        ):
            assert (await read_lines(response.aiter_lines(), ": quiet"))[-1] == ": quiet"

    run(story())


def test_the_promised_comment_line_comes_at_least_every_15_s():
    assert live.HEARTBEAT_S <= 15


def test_a_browser_that_leaves_is_no_longer_counted():
    async def story():
        async with serving(Record()) as (hub, url), httpx.AsyncClient() as client:
            async with client.stream("GET", url) as response:
                await read_lines(response.aiter_lines(), ": following")
                assert hub.n_followers() == 1
            await until(lambda: hub.n_followers() == 0)

    run(story())


def test_a_browser_that_stops_reading_is_given_up_and_the_others_are_not_held_up(monkeypatch):
    monkeypatch.setattr(live, "SEND_TIMEOUT_S", 0.3)

    async def story():
        record = Record()
        for _ in range(400):
            record.write(text="x" * 20_000)
        async with serving(record) as (hub, url):
            port = int(url.split(":")[2].split("/")[0])
            _, stuck = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            stuck.write(b"GET /live?after=0 HTTP/1.1\r\nHost: x\r\n\r\n")
            await until(lambda: hub.n_followers() == 1)
            async with (
                httpx.AsyncClient() as client,
                client.stream("GET", url + "?after=400") as response,
            ):
                lines = response.aiter_lines()
                await read_lines(lines, ": following")
                hub.announce(1, record.write(text="new"))
                read = await read_lines(lines, "data: ")
                assert json.loads(read[-1].removeprefix("data: "))["text"] == "new"
            await until(lambda: hub.n_followers() == 0)
            stuck.transport.abort()

    run(story())


def test_an_ending_server_ends_its_followers_and_takes_no_new_ones():
    async def story():
        async with serving(Record()) as (hub, url), httpx.AsyncClient() as client:
            async with client.stream("GET", url) as response:
                lines = response.aiter_lines()
                await read_lines(lines, ": following")
                hub.close()
                await read_lines(lines, "no such line", within_s=2)
            assert (await client.get(url)).status_code == 503

    run(story())
