"""A small server with the live timeline over a record in memory; for tests, in its own process.

GET  /feed?ticket=...      the live feed; a ticket is good until POST /expire
POST /write                one entry: {"text": ..., "kind"?, "amends"?, "occurred_at"?}
POST /cut                  ends every follower, as a restarting server would
POST /expire               makes every ticket given so far worthless
GET  /followers            how many there are
"""

import asyncio
import sys
from contextlib import asynccontextmanager

import streamlit as st
from record import RECORD
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from services.ending import hear_signals
from services.live import LiveHub, live_response

hub = LiveHub(RECORD.read_entries, RECORD.read_revisions, poll_s=60)


async def feed(request):
    if request.query_params.get("ticket") != RECORD.ticket():
        return PlainTextResponse("too old", 401)
    return live_response(hub, request, 1)


async def write(request):
    seq = RECORD.write(**await request.json())
    hub.announce(1, seq)
    return JSONResponse({"seq": seq})


async def cut(_request):
    hub.close()
    while hub.n_followers():  # noqa: ASYNC110 - counted, not signalled
        await asyncio.sleep(0.01)
    hub._is_closing = False
    return JSONResponse({})


async def reset(request):
    await cut(request)
    RECORD.reset()
    return JSONResponse({})


async def expire(_request):
    RECORD.n_expired += 1
    return await cut(_request)


async def followers(_request):
    return JSONResponse(hub.n_followers())


@asynccontextmanager
async def lifespan(_app):
    async with hub:
        with hear_signals(hub.close):
            yield


app = st.App(
    "page.py",
    lifespan=lifespan,
    routes=[
        Route("/feed", feed),
        Route("/write", write, methods=["POST"]),
        Route("/cut", cut, methods=["POST"]),
        Route("/reset", reset, methods=["POST"]),
        Route("/expire", expire, methods=["POST"]),
        Route("/followers", followers),
        Route("/healthz", lambda _request: JSONResponse({"status": "ok"})),
    ],
)

if __name__ == "__main__":
    app.run(
        config={
            "server.address": "127.0.0.1",
            "server.port": int(sys.argv[1]),
            "server.headless": True,
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": False,
            "runner.postScriptGC": False,
        }
    )
