"""The wire: arguments in, refusals, signatures and cut connections out."""

import hashlib
import hmac
import socket
import struct
import time

from aiohttp import web

from tests.slack_emulator.errors import JSON, SlackError, refuse
from tests.slack_emulator.identity import SIGNING_SECRET

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def sign(body: str, secret: str = SIGNING_SECRET, timestamp: int | None = None) -> dict[str, str]:
    """The headers of Slack's HTTP mode, as slack_sdk's SignatureVerifier checks them."""
    stamp = str(timestamp or int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


async def arguments(request: web.Request) -> JSON:
    """The arguments of a call, from the query and a form or JSON body."""
    args: JSON = dict(request.query)
    if request.method != "POST" or not request.can_read_body:
        return args
    if request.content_type == "application/json":
        try:
            body: JSON = await request.json()
        except ValueError:
            raise SlackError("invalid_json") from None
        refuse(not isinstance(body, dict), "json_not_object")
        return args | body
    refuse("Content-Type" not in request.headers, "missing_post_type")
    refuse(request.content_type not in FORMS, "invalid_post_type")
    form = await request.post()
    return args | {key: value for key, value in form.items() if isinstance(value, str)}


def too_many(seconds: int) -> web.Response:
    """Slack's rate-limit answer."""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def cut(request: web.Request, how: str) -> web.Response:
    """Ends the connection without an answer: ``reset`` sends RST, ``close`` FIN."""
    if (transport := request.transport) is not None:
        if how == "reset" and (sock := transport.get_extra_info("socket")):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
