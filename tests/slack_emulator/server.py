"""The HTTP front: the Web API behind faults and limits, sockets, response URLs, control plane."""

import asyncio
import json
import random
import time
import uuid
from typing import Any, TextIO

from aiohttp import web

from tests.slack_emulator import control
from tests.slack_emulator.api import Api
from tests.slack_emulator.config import Config
from tests.slack_emulator.errors import JSON, SlackError, refuse
from tests.slack_emulator.faults import Fault
from tests.slack_emulator.identity import UPDATE_MAX
from tests.slack_emulator.limits import RateLimiter
from tests.slack_emulator.methods import METHODS
from tests.slack_emulator.transport import arguments, cut, too_many

HOOK_USES = 5
HANG_S = 600
SERVER_ERROR = "<html><title>Server Error | Slack</title></html>"


class Server:
    """One emulated Slack."""

    def __init__(
        self,
        config: Config,
        *,
        seed: int = 0,
        extra_users: int = 0,
        log: TextIO | None = None,
        plan: JSON | None = None,
    ) -> None:
        """Prepares a server.

        Args:
            config: What is tuned.
            seed: Makes ids and fault draws repeatable.
            extra_users: Members beyond the named ones.
            log: Where each request is written, as JSON lines.
            plan: ``{"faults": [...], "timeline": [{"at": s, "verb": v, "body": {...}}]}``.
        """
        self.config = config
        self.seed = seed
        self.extra_users = extra_users
        self.log = log
        self.plan = plan or {}
        self.reset("")

    def reset(self, base: str) -> None:
        """A fresh workspace with no faults."""
        self.api = Api(self.config, self.seed, self.extra_users)
        self.limiter = RateLimiter(self.config)
        self.api.base = base
        self.rng = random.Random(self.seed)
        self.faults: list[Fault] = []
        self.outage = ""  # Nothing, close, reset, hang or 503.
        self.requests: list[JSON] = []

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=8 << 20)
        app.router.add_route("*", "/api/{method}", self.serve_api)
        app.router.add_get("/link/", self.serve_link)
        app.router.add_post("/commands/{hook}", self.serve_hook)
        app.router.add_route("*", "/_control/{verb:.*}", self.serve_control)
        app.on_startup.append(self.start_plan)
        return app

    async def start_plan(self, _app: web.Application) -> None:
        """Arms the fault plan's faults and timeline."""
        self.faults += [Fault(**fault) for fault in self.plan.get("faults", [])]
        for step in self.plan.get("timeline", []):
            self.api.hub.spawn(self.later(step))

    async def later(self, step: JSON) -> None:
        """One step of the timeline: ``{"at": seconds, "verb": "outage", "body": {...}}``."""
        await asyncio.sleep(step["at"])
        await control.carry_out(self, step["verb"], "POST", step.get("body", {}), {})

    async def serve_api(self, request: web.Request) -> web.StreamResponse:
        """One logged Web API call."""
        start, name = time.monotonic(), request.match_info["method"]
        record: JSON = {
            "n": len(self.requests) + 1,
            "at": time.time(),
            "method": name,
            "committed": False,
        }
        self.requests.append(record)
        try:
            response = await self.answer(request, name, record)
            record["status"] = response.status
            return response
        finally:
            record["ms"] = round((time.monotonic() - start) * 1000, 1)
            if self.log:
                self.log.write(json.dumps(record) + "\n")
                self.log.flush()

    async def answer(self, request: web.Request, name: str, record: JSON) -> web.StreamResponse:
        """Outage and faults around the call itself."""
        try:
            args = await arguments(request)
        except SlackError as error:
            return web.json_response(error.body)
        ref = str(args.get("channel") or args.get("channel_id") or "")
        channel = self.api.ws.named(ref)
        record["channel"] = channel.name if channel else ref or None
        record["text"] = str(args.get("text") or "")[:80] or None
        if self.outage:
            record["fault"] = f"outage:{self.outage}"
            return await self.down(request)
        fault = next((f for f in self.faults if f.takes(name, channel, self.rng)), None)
        if fault is None:
            return self.execute(request, name, args, record)
        record["fault"] = f"{fault.action}/{fault.when}"
        if fault.action == "ratelimit":
            self.penalise(name, channel.id if channel else ref, fault.retry_after)
        if fault.when == "before":
            early = await self.fail(request, fault, None)
            if early is not None:
                return early
        response = self.execute(request, name, args, record)
        if fault.action == "phantom" and record["committed"] and channel:
            channel.messages.pop()  # It said yes and kept nothing.
            record["committed"] = False
        if fault.when == "after" or fault.action == "truncate":
            return await self.fail(request, fault, response) or response
        return response

    def penalise(self, name: str, channel: str, seconds: int) -> None:
        """Has every such call refused for a while, as after a real 429."""
        key = f"{name}:{channel}" if name == "chat.postMessage" else name
        self.limiter.penalty[key] = time.monotonic() + seconds

    async def fail(
        self, request: web.Request, fault: Fault, answer: web.Response | None
    ) -> web.StreamResponse | None:
        """Applies a fault; ``None`` means carry on."""
        match fault.action:
            case "ratelimit":
                return too_many(fault.retry_after)
            case "http":
                return web.Response(
                    status=fault.status, text=SERVER_ERROR, content_type="text/html"
                )
            case "error":
                return web.json_response({"ok": False, "error": fault.error})
            case "reset" | "close":
                return cut(request, fault.action)
            case "delay":
                await asyncio.sleep(fault.seconds or 1)
            case "hang":
                await asyncio.sleep(fault.seconds or HANG_S)
                return cut(request, "close")
            case "truncate" if answer is not None and isinstance(answer.body, bytes):
                return await self.truncate(request, answer.body)
        return None

    async def truncate(self, request: web.Request, body: bytes) -> web.Response:
        """Sends the first bytes of an answer and cuts the connection."""
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        await stream.write(body[:20])
        await asyncio.sleep(0.05)
        return cut(request, "close")

    async def down(self, request: web.Request) -> web.Response:
        """Any call while an outage is on."""
        if self.outage == "503":
            return web.Response(status=503, text="Service Unavailable")
        await asyncio.sleep(HANG_S if self.outage == "hang" else 0)
        return cut(request, self.outage)

    def execute(self, request: web.Request, name: str, args: JSON, record: JSON) -> web.Response:
        """Authenticates, limits and runs one call."""
        spec, scopes = METHODS.get(name), ""
        accepted = ",".join(spec.scopes) if spec else ""
        try:
            self.api.token = self.authenticate(request, args, name)
            scopes = ",".join(sorted(self.api.token["scopes"]))
            if spec is None:
                raise SlackError("unknown_method", req_method=name)  # noqa: TRY301
            missing = accepted and not self.api.token["scopes"].intersection(spec.scopes)
            refuse(missing, "missing_scope", needed=accepted, provided=scopes)
            ref = str(args.get("channel") or "")
            named = self.api.ws.named(ref)
            if refused := self.limiter.check(name, spec.tier, named.id if named else ref):
                record |= {
                    "error": "ratelimited",
                    "retry_after": refused[0],
                    "before_retry_after": refused[1],
                }
                return too_many(refused[0])
            body: JSON = {"ok": True, **spec.call(self.api, args)}
            record["committed"] = spec.write
            if request.content_type == "application/json" and request.charset is None:
                warning = {
                    "warning": "missing_charset",
                    "response_metadata": {"warnings": ["missing_charset"]},
                }
                body = warning | body
        except SlackError as error:
            body, record["error"] = error.body, error.error
        headers = {
            "X-OAuth-Scopes": scopes,
            "X-Accepted-OAuth-Scopes": accepted,
            "X-Slack-Req-Id": uuid.uuid4().hex,
        }
        return web.json_response(body, headers=headers)

    def authenticate(self, request: web.Request, args: JSON, name: str) -> JSON:
        """The token of a call, from the header or (but for Socket Mode) the body."""
        connecting = name == "apps.connections.open"
        refuse(connecting and request.method != "POST", "insecure_request")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not token and not connecting:
            token = str(args.get("token") or "")
        refuse(not token, "not_authed")
        refuse(token not in self.api.tokens, "invalid_auth")
        known = self.api.tokens[token]
        refuse(known["error"], str(known["error"]))
        refuse(connecting != (known["kind"] == "app"), "not_allowed_token_type")
        return known

    async def serve_link(self, request: web.Request) -> web.StreamResponse:
        """Socket Mode."""
        return await self.down(request) if self.outage else await self.api.hub.serve(request)

    async def serve_hook(self, request: web.Request) -> web.StreamResponse:
        """A response_url: five uses within thirty minutes."""
        if self.outage:
            return await self.down(request)
        hook = self.api.hooks.get(request.match_info["hook"])
        if hook is None or hook["uses"] >= HOOK_USES or time.monotonic() > hook["expires"]:
            return web.Response(status=404, text="used_url" if hook else "no_service")
        hook["uses"] += 1
        try:
            self.respond(hook, await request.json())
        except SlackError as error:
            return web.Response(status=400, text=error.error)
        return web.Response(text="ok")

    def respond(self, hook: JSON, body: Any) -> None:
        """Shows a command's answer to its user, or to the channel."""
        if not isinstance(body, dict) or not (body.get("text") or body.get("blocks")):
            return
        content = self.api.content(body, UPDATE_MAX)
        channel = self.api.ws.channels[hook["channel"]]
        if body.get("response_type") == "in_channel":
            self.api.add_message(channel, self.api.own(**content))
            return
        shown = {"ts": self.api.ws.new_ts(), "channel": channel.id, "user": hook["user"]}
        self.api.ephemerals.append(shown | content)

    async def serve_control(self, request: web.Request) -> web.Response:
        """``/_control/``; a bad request is answered 400 with the reason."""
        try:
            body = await request.json() if request.can_read_body else {}
            verb = request.match_info["verb"].strip("/")
            query = dict(request.query)
            answer = await control.carry_out(self, verb, request.method, body, query)
            return web.json_response(answer)
        except (KeyError, TypeError, ValueError, AttributeError, SlackError) as error:
            reason = {"error": f"{type(error).__name__}: {error}"}
            return web.json_response(reason, status=400)


async def start(
    server: Server, port: int = 0, host: str = "127.0.0.1"
) -> tuple[web.AppRunner, str]:
    """Starts serving; returns the runner (``await runner.cleanup()`` stops it) and the root URL."""
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    server.api.base = f"http://{host}:{runner.addresses[0][1]}"
    return runner, server.api.base
