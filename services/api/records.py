"""Calls that read what is recorded: timeline, live feed, brief, marks, report, deliveries."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from models.fields import LARGEST_ID
from models.messages import N_
from services import timeline
from services.api.callers import AnyCaller, Follower, TheConsole
from services.api.incidents import Words
from services.api.problems import document_problems
from services.api.shapes import DeliveryList, IncidentId, Language, Marks, Timeline
from services.briefs import read_brief
from services.console import Console
from services.deliveries import list_deliveries
from services.errors import Unavailable
from services.exporting import export_incident
from services.live import live_response
from services.marks import read_marks
from services.reports import write_markdown

router = APIRouter(prefix="/incidents/{incident_id}", tags=["records"])

Seq = Annotated[int, Field(ge=0, le=LARGEST_ID)]
KindList = Annotated[str, Field(max_length=500, pattern=r"^[a-z_.]+(,[a-z_.]+)*$")]


@router.get(
    "/timeline",
    response_model=Timeline,
    operation_id="read_timeline",
    responses=document_problems(403, 404),
)
def read_timeline(
    incident_id: IncidentId,
    _caller: AnyCaller,
    console: TheConsole,
    after: Annotated[Seq, Query(description="only entries with a larger seq")] = 0,
    before: Annotated[Seq | None, Query(description="only entries with a smaller seq")] = None,
    limit: Annotated[int, Query(ge=1, le=timeline.LARGEST_PAGE)] = timeline.LARGEST_PAGE,
    q: Annotated[Words | None, Query(description="only entries that contain this")] = None,
    kind: Annotated[
        list[KindList] | None,
        Query(max_length=50, description="only these kinds; repeated, or with commas between"),
    ] = None,
    order: Annotated[timeline.Order, Query()] = "seq",
) -> Any:
    """Read entries, as they were recorded or as they happened."""
    kinds = [one for listed in kind or () for one in listed.split(",")]
    with console.database.reading() as session:
        incident = timeline.get_incident(session, incident_id)
        found = timeline.list_entries(
            session,
            incident_id,
            after=after,
            before=before,
            limit=limit,
            q=q,
            kinds=kinds,
            order=order,
        )
        return {"revision": incident.revision, "entries": timeline.show(session, found)}


@router.get(
    "/live",
    operation_id="follow_incident",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events: `id` the seq, `event: entry`, `data` the entry",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **document_problems(403, 404),
    },
)
async def follow_incident(
    request: Request,
    incident_id: IncidentId,
    _caller: Follower,
    console: TheConsole,
    after: Annotated[Seq | None, Query(description="without it, from now on")] = None,
) -> Response:
    """Follow an incident: every entry once, in order. `Last-Event-ID` resumes; 0 is the start."""
    await run_in_threadpool(_check_known, console, incident_id)
    if console.hub.is_closing():
        raise Unavailable(N_("The server is ending. Follow again in a moment."))
    return live_response(console.hub, request, incident_id, after)


def _check_known(console: Console, incident_id: int) -> None:
    with console.database.reading() as session:
        timeline.get_incident(session, incident_id)


@router.get(
    "/brief",
    operation_id="read_brief",
    response_class=PlainTextResponse,
    responses=document_problems(403, 404),
)
def show_brief(
    incident_id: IncidentId,
    _caller: AnyCaller,
    console: TheConsole,
    lang: Annotated[Language | None, Query()] = None,
) -> str:
    """Say in at most 15 lines what somebody who joins late must know."""
    with console.database.reading() as session:
        return read_brief(session, incident_id, lang or console.settings.default_language)


@router.get(
    "/marks",
    response_model=Marks,
    operation_id="read_marks",
    responses=document_problems(403, 404),
)
def show_marks(incident_id: IncidentId, _caller: AnyCaller, console: TheConsole) -> Any:
    """Show the moments of an incident and the minutes between them, unrounded."""
    with console.database.reading() as session:
        timeline.get_incident(session, incident_id)
        return read_marks(session, incident_id)


@router.get(
    "/report.json",
    response_model=dict[str, Any],
    operation_id="export_incident",
    responses=document_problems(403, 404),
)
def show_export(incident_id: IncidentId, _caller: AnyCaller, console: TheConsole) -> Any:
    """Export everything, with the hash chain; another console can import it."""
    with console.database.reading() as session:
        return export_incident(session, incident_id)


@router.get(
    "/report.md",
    operation_id="read_report",
    response_class=Response,
    responses={
        200: {
            "description": "The report in Markdown",
            "content": {"text/markdown": {"schema": {"type": "string"}}},
        },
        **document_problems(403, 404),
    },
)
def show_report(
    incident_id: IncidentId,
    _caller: AnyCaller,
    console: TheConsole,
    lang: Annotated[Language | None, Query()] = None,
) -> Response:
    """Show the saved report and the timeline."""
    settings = console.settings
    with console.database.reading() as session:
        text = write_markdown(
            session,
            incident_id,
            language=lang or settings.default_language,
            zone=settings.zone,
        )
    return Response(text, media_type="text/markdown")


@router.get(
    "/deliveries",
    response_model=DeliveryList,
    operation_id="list_deliveries",
    responses=document_problems(403, 404),
)
def show_deliveries(incident_id: IncidentId, _caller: AnyCaller, console: TheConsole) -> Any:
    """List what Slack was, is and will be told."""
    with console.database.reading() as session:
        return {"deliveries": list_deliveries(session, incident_id)}
