"""Socket Mode: tickets, hello, envelopes, acknowledgements, redelivery and refresh."""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.slack_emulator.config import Config
from tests.slack_emulator.errors import JSON
from tests.slack_emulator.identity import APP

MAX_SOCKETS = 10
WARNING_S = 10  # A socket is warned this long before it is asked to refresh.
REDELIVERY_WAITS_S = (
    0,
    0,
    60,
    300,
)  # An event is tried at once, again at once, after one minute and after five.
DEBUG_INFO = {"host": "applink-emulator"}


@dataclass(eq=False)
class Delivery:
    """One payload for the app and every attempt to hand it over.

    Attributes:
        kind: ``slash_commands``, ``events_api`` or ``interactive``.
        payload: What the app receives.
        attempts: Each envelope with its outcome.
        status: ``pending``, then the latest attempt's: ``acked``, ``timed_out`` or ``undelivered``.
        ack_payload: What the app answered with its acknowledgement.
        tried: Set once the first attempt is settled.
    """

    kind: str
    payload: JSON
    attempts: list[JSON] = field(default_factory=list)
    status: str = "pending"
    ack_payload: Any = None
    tried: asyncio.Event = field(default_factory=asyncio.Event)

    def json(self) -> JSON:
        """The delivery as the control plane shows it."""
        event_type = self.payload.get("event", {}).get("type")
        latencies = [a["latency_ms"] for a in self.attempts if "latency_ms" in a]
        return {
            "kind": self.kind,
            "what": self.payload.get("command") or event_type or self.payload.get("type"),
            "event_id": self.payload.get("event_id"),
            "status": self.status,
            "attempts": self.attempts,
            "latency_ms": latencies[0] if latencies else None,
            "ack_payload": self.ack_payload,
            "payload": self.payload,
        }


class SocketHub:
    """The app's sockets and everything on its way to them."""

    def __init__(self, config: Config, rng: random.Random) -> None:
        """Starts without a socket."""
        self.config = config
        self.random = rng
        self.tickets: set[str] = set()
        self.connections: dict[web.WebSocketResponse, web.Request] = {}
        self.waiting: dict[str, asyncio.Future[Any]] = {}  # envelope id -> its acknowledgement
        self.deliveries: list[Delivery] = []
        self.unknown_acks: list[JSON] = []
        self.tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs work in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def deliver(self, kind: str, payload: JSON) -> Delivery:
        """Starts handing a payload to the app."""
        delivery = Delivery(kind, payload)
        self.deliveries.append(delivery)
        self.spawn(self.run(delivery))
        return delivery

    async def run(self, delivery: Delivery) -> None:
        """Tries commands once and events four times, as documented; each try is a new envelope."""
        is_event = delivery.kind == "events_api"
        reason = ""
        for attempt, wait in enumerate(REDELIVERY_WAITS_S if is_event else (0,)):
            await asyncio.sleep(wait * self.config.time_scale)
            envelope: JSON = {
                "envelope_id": str(uuid.UUID(int=self.random.getrandbits(128))),
                "payload": delivery.payload,
                "type": delivery.kind,
                "accepts_response_payload": not is_event,
            }
            if is_event:
                envelope |= {"retry_attempt": attempt, "retry_reason": reason}
            reason = await self.attempt(delivery, envelope)
            outcomes = {"": "acked", "timeout": "timed_out"}
            delivery.status = outcomes.get(reason, "undelivered")
            delivery.tried.set()
            if not reason:
                return

    async def attempt(self, delivery: Delivery, envelope: JSON) -> str:
        """Sends one envelope and waits for its acknowledgement; says why it failed, or nothing."""
        envelope_id = envelope["envelope_id"]
        record: JSON = {"envelope_id": envelope_id, "sent_at": time.time()}
        delivery.attempts.append(record)
        if not self.connections:
            record["outcome"] = "dispatch_failed"  # What a slash command's user is shown.
            return "connection_failed"  # assumed
        start = time.monotonic()
        acked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting[envelope_id] = acked

        def elapsed_ms() -> float:
            return round((time.monotonic() - start) * 1000, 1)

        try:
            await self.random.choice(list(self.connections)).send_json(envelope)
            delivery.ack_payload = await asyncio.wait_for(
                asyncio.shield(acked), self.config.ack_timeout
            )
        except (TimeoutError, ConnectionError):
            record["outcome"] = "operation_timeout"
            acked.add_done_callback(lambda _: record.update(late_ack_ms=elapsed_ms()))
            return "timeout"
        record |= {"outcome": "acked", "latency_ms": elapsed_ms()}
        return ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket behind a one-time ticket of apps.connections.open."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden(text="invalid ticket")
        self.tickets.remove(ticket)
        ws = web.WebSocketResponse(heartbeat=20)
        await ws.prepare(request)
        if len(self.connections) >= MAX_SOCKETS:
            await self.goodbye(ws, "too_many_websockets", 0)
            return ws
        self.connections[ws] = request
        debugging = request.query.get("debug_reconnects") == "true"
        ttl_s = 360.0 if debugging else self.config.connection_ttl
        refresh = asyncio.create_task(self.refresh_later(ws, ttl_s))
        await ws.send_json(self.hello(ttl_s))
        try:
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self.acknowledge(message.data)
        finally:
            refresh.cancel()
            self.connections.pop(ws, None)
        return ws

    def hello(self, ttl_s: float) -> JSON:
        """The first message on a socket."""
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": APP},
            "debug_info": {
                **DEBUG_INFO,
                "build_number": 1,
                "approximate_connection_time": int(ttl_s),
            },
        }

    def acknowledge(self, raw: str) -> None:
        """Takes ``{"envelope_id": ..., "payload": ...}``; a stray or second one is kept."""
        try:
            body = json.loads(raw)
            self.waiting.pop(body["envelope_id"]).set_result(body.get("payload"))
        except (ValueError, KeyError, TypeError):
            self.unknown_acks.append({"at": time.time(), "raw": raw[:500]})

    async def refresh_later(self, ws: web.WebSocketResponse, ttl_s: float) -> None:
        """Warns ten seconds ahead, then asks for a reconnect."""
        await asyncio.sleep(max(0.0, ttl_s - WARNING_S))
        if ttl_s > WARNING_S:
            await ws.send_json(
                {"type": "disconnect", "reason": "warning", "debug_info": DEBUG_INFO}
            )
            await asyncio.sleep(WARNING_S)
        await self.goodbye(ws, "refresh_requested")

    async def goodbye(self, ws: web.WebSocketResponse, reason: str, grace_s: float = 2) -> None:
        """Asks a client to reconnect, stops using its socket, and closes it if need be."""
        self.connections.pop(ws, None)
        with contextlib.suppress(ConnectionError, RuntimeError):
            await ws.send_json({"type": "disconnect", "reason": reason, "debug_info": DEBUG_INFO})
            await asyncio.sleep(grace_s)
            await ws.close()

    def drop_all(self) -> int:
        """Cuts every socket without a goodbye, as a network failure does; returns how many."""
        cut, self.connections = self.connections, {}
        for request in cut.values():
            if request.transport is not None:
                request.transport.abort()
        return len(cut)
