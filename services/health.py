"""What machines ask the server about itself: alive, ready, and how it does."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services import telemetry
from services.console import Console
from services.errors import Unavailable


def create_health_routes(console: Console) -> Sequence[Route]:
    """The routes `/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    # Plain functions run in threads, where a database may take its time.
    def readyz(_request: Request) -> Response:
        failing = console.list_failing()
        body = {"status": "failing", "failing": failing} if failing else {"status": "ok"}
        return JSONResponse(body, 503 if failing else 200)

    def metrics(_request: Request) -> Response:
        try:
            told = telemetry.render(
                console.database,
                n_followers=console.hub.n_followers(),
                tells_slack=console.settings.slack_bot_token is not None,
            )
        except Unavailable:
            return PlainTextResponse("The database does not answer.", 503)
        return Response(told, media_type="text/plain; version=0.0.4; charset=utf-8")

    return (
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    )
