"""The HTTP door: `create_api` gives the application that is mounted at `/api/v1`.

    request
       |  LastHandler   a defect becomes a 500 with a reference
       |  RateLimit     429
       |  BodyLimit     413
       |  callers       401, 403: who calls, and for whom
       |  shapes        422: what is sent has the right form
       v  routes        services.commands and readers; their refusals become problems

Routes that touch the database are plain functions, which run in threads and never hold up the
event loop. The description is at `/api/v1/openapi.json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from services.api import incidents, people, records
from services.api.limits import BodyLimit, RateLimit
from services.api.problems import LastHandler, Problem, handle_problems
from services.console import Console, get_console

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["create_api"]

VERSION = "1"


def create_api(find_console: Callable[[], Console] = get_console) -> FastAPI:
    """Return the API as an application of its own.

    Args:
        find_console: the console that it is a door of; asked at each request.
    """
    # Its pages of documentation would load scripts from another machine.
    api = FastAPI(
        title="Shikikan",
        version=VERSION,
        description="Incidents, their boards and their timelines.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.find_console = find_console
    # What is added last is outermost.
    api.add_middleware(BodyLimit)
    api.add_middleware(RateLimit)
    api.add_middleware(LastHandler)
    handle_problems(api)
    parts = (incidents, records, people)
    for part in parts:
        api.include_router(part.router)
    api.state.api_routes = [
        route for part in parts for route in part.router.routes if isinstance(route, APIRoute)
    ]
    _describe_problems(api)
    return api


def _describe_problems(api: FastAPI) -> None:
    """Put the form of every problem into the description; no route returns it as its own."""

    def openapi() -> dict[str, Any]:
        if not api.openapi_schema:
            described = get_openapi(
                title=api.title,
                version=api.version,
                description=api.description,
                routes=api.routes,
                servers=[{"url": "/api/v1"}],
            )
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = described["components"]["schemas"]
            schemas.update(problem.pop("$defs"))
            schemas["Problem"] = problem
            api.openapi_schema = described
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
