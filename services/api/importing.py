"""The call that takes a whole incident in."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool

from models.vocabulary import Source
from services.api.callers import Acting, ActingCaller, TheConsole
from services.api.problems import document_problems
from services.api.shapes import ImportedBoard
from services.boards import read_board
from services.commands import Actor
from services.commands.backfill import GivenTimeline
from services.commands.restore import Export
from services.console import Console
from services.errors import NotWellFormed
from services.importing import import_timeline

router = APIRouter(tags=["incidents"])

_refs, _described = models_json_schema(
    [(GivenTimeline, "validation"), (Export, "validation")],
    ref_template="#/components/schemas/{model}",
)
DEFINITIONS: dict[str, Any] = _described["$defs"]
"""The forms of what may be imported, for the description."""


@router.post(
    "/incidents/import",
    status_code=201,
    response_model=ImportedBoard,
    operation_id="import_incident",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"anyOf": list(_refs.values())}}},
        }
    },
    responses={
        200: {"model": ImportedBoard, "description": "The export was here already"},
        **document_problems(403, 409, 413),
    },
)
async def import_incident(
    request: Request, caller: Acting, console: TheConsole, response: Response
) -> ImportedBoard:
    """Take in a past incident, or a full export; all of it or, with every reason named, nothing."""
    body = await request.body()
    # A long record takes a while to read; the event loop serves others meanwhile.
    board, is_repeat = await run_in_threadpool(_import, console, caller, body)
    response.headers["Location"] = f"/api/v1/incidents/{board.id}"
    if is_repeat:
        response.status_code = 200
    return board


@router.get("/incidents/import", include_in_schema=False)
def show_no_import() -> None:
    """Say that there is nothing to look at; else `import` would be read as a number."""
    raise HTTPException(405)


def _import(console: Console, caller: ActingCaller, body: bytes) -> tuple[ImportedBoard, bool]:
    language = console.settings.default_language
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as unreadable:
        problem = {"loc": ["body"], "msg": "cannot be read as JSON"}
        raise NotWellFormed([problem]) from unreadable
    imported = import_timeline(
        console.database,
        document,
        actor=Actor(caller.handle, Source.IMPORT, caller.via),
        language=language,
        may_restore=caller.may_administer,
    )
    with console.database.reading() as session:
        board = read_board(session, imported.incident_id, language=language)
    told = ImportedBoard(**dict(board), warnings=imported.warnings)
    return told, imported.is_repeat


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
