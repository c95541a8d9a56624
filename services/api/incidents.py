"""Calls about incidents: declare, list, look, command, import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response
from pydantic import AfterValidator, BeforeValidator, Field

from models.board import Board
from models.commands import COMMANDS
from models.fields import Time, keepable
from models.vocabulary import IncidentKind
from services import clock, listing, timeline
from services.api.callers import Acting, AnyCaller, TheConsole
from services.api.problems import answer_stale, document_problems
from services.api.shapes import (
    COMPANIONS,
    Applied,
    DeclareRequest,
    IncidentId,
    IncidentList,
    Language,
    SentCommand,
)
from services.boards import read_board, read_past_board
from services.commands import Declaration, Receipt, declare, execute
from services.deliveries import read_slack_part
from services.errors import StaleBoard

if TYPE_CHECKING:
    from services.console import Console

router = APIRouter(tags=["incidents"])


def _mend_plus(value: Any) -> Any:
    """A plus sign in a query means a blank, and the offset of a time is often sent with one."""
    return value.replace(" ", "+") if isinstance(value, str) and "T" in value else value


At = Annotated[Time, BeforeValidator(_mend_plus)]
Words = Annotated[
    str,
    Field(max_length=200, json_schema_extra={"pattern": r"^[^\x00]*$"}),
    AfterValidator(keepable),
]


@router.post(
    "/incidents",
    status_code=201,
    response_model=Board,
    operation_id="declare_incident",
    responses=document_problems(403, 404, 409, 413),
)
def declare_incident(
    request: DeclareRequest, caller: Acting, console: TheConsole, response: Response
) -> Board:
    """Declare an incident; its declarer is checked in. The answer is the board."""
    declaration = Declaration.model_validate(request.model_dump(exclude=set(COMPANIONS)))
    receipt = declare(
        console.database, declaration, actor=caller.actor, command_id=request.command_id
    )
    response.headers["Location"] = f"/api/v1/incidents/{receipt.incident_id}"
    return _board(console, receipt.incident_id, None)


@router.get(
    "/incidents",
    response_model=IncidentList,
    operation_id="list_incidents",
    responses=document_problems(403),
)
def list_incidents(
    _caller: AnyCaller,
    console: TheConsole,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    kind: Annotated[IncidentKind | None, Query()] = None,
    q: Annotated[Words | None, Query(description="words of the title or the summary")] = None,
    limit: Annotated[int, Query(ge=1, le=listing.LARGEST_PAGE)] = 50,
    cursor: Annotated[
        str | None, Query(max_length=100, description="`next_cursor` of the page before")
    ] = None,
) -> Any:
    """List incidents, newest first."""
    with console.database.reading() as session:
        found, next_cursor = listing.list_incidents(
            session, state=state, kind=kind, q=q, limit=limit, cursor=cursor
        )
    return IncidentList(incidents=found, next_cursor=next_cursor)


@router.get(
    "/incidents/{incident_id}",
    response_model=Board,
    operation_id="read_board",
    responses=document_problems(403, 404),
)
def show_board(
    incident_id: IncidentId,
    _caller: AnyCaller,
    console: TheConsole,
    at: Annotated[
        At | None, Query(description="the board as it was recorded at that instant")
    ] = None,
    lang: Annotated[Language | None, Query(description="of what is missing")] = None,
) -> Board:
    """Show the board, now or at a past instant."""
    if at is None:
        return _board(console, incident_id, lang)
    language = lang or console.settings.default_language
    with console.database.reading() as session:
        # Of the future nothing is recorded yet, so nothing is overdue in it either.
        return read_past_board(session, incident_id, min(at, clock.now()), language=language)


@router.post(
    "/incidents/{incident_id}/commands",
    response_model=Applied,
    operation_id="give_command",
    responses=document_problems(403, 404, 409, 413),
)
def give_command(
    incident_id: IncidentId,
    sent: Annotated[SentCommand, Body()],
    caller: Acting,
    console: TheConsole,
) -> Any:
    """Give one command; the answer is what it wrote."""
    command, companions = _take_apart(sent)
    try:
        receipt = execute(
            console.database,
            command,
            incident_id=incident_id,
            actor=caller.actor,
            **companions,
        )
    except StaleBoard as stale:
        board = _board(console, incident_id, None)
        return answer_stale(stale, board.model_dump(mode="json"))
    return _applied(console, receipt)


def _take_apart(sent: Any) -> tuple[Any, dict[str, Any]]:
    """Return the command itself, and what accompanied it in the call."""
    content = sent.model_dump(by_alias=True, exclude=set(COMPANIONS))
    companions = {name: getattr(sent, name) for name in COMPANIONS}
    return COMMANDS[sent.type].model_validate(content), companions


def _applied(console: Console, receipt: Receipt) -> dict[str, Any]:
    n_entries = receipt.last_seq - receipt.first_seq + 1
    if n_entries < 1:
        return {"revision": receipt.revision, "entries": []}
    with console.database.reading() as session:
        entries = timeline.read_entries(
            session, receipt.incident_id, receipt.first_seq - 1, n_entries
        )
    return {"revision": receipt.revision, "entries": entries}


def _board(console: Console, incident_id: int, language: Language | None) -> Board:
    with console.database.reading() as session:
        timeline.get_incident(session, incident_id)
        slack = read_slack_part(
            session, incident_id, is_on=console.settings.slack_bot_token is not None
        )
        return read_board(
            session,
            incident_id,
            language=language or console.settings.default_language,
            slack=slack,
        )
