"""The HTTP door: `mount_api` gives it at its place, `/api/v1`; `create_api` is the application.

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

import re
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import Mount

from services.api import importing, incidents, people, records
from services.api.limits import BodyLimit, RateLimit
from services.api.problems import LastHandler, Problem, handle_problems
from services.console import Console, get_console

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["create_api", "mount_api"]

PREFIX = "/api/v1"
VERSION = "1"


def mount_api(find_console: Callable[[], Console] = get_console) -> Mount:
    """Return the API at its place, for the server's routes.

    Starlette's own mount overlooks a path that holds a line break, which a page would then answer.
    """
    mount = Mount(PREFIX, create_api(find_console))
    mount.path_regex = re.compile(mount.path_regex.pattern.replace("$", r"\Z"), re.DOTALL)
    return mount


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
    parts = (importing, incidents, records, people)
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
                servers=[{"url": PREFIX}],
            )
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = described["components"]["schemas"]
            schemas.update(problem.pop("$defs"))
            schemas["Problem"] = problem
            schemas.update(importing.DEFINITIONS)
            api.openapi_schema = described
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
