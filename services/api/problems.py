"""Refusals and failures as `application/problem+json` (RFC 9457).

What a person can mend says so; what they cannot carries a reference that the log has too.
No answer repeats what was sent, and none shows a stack trace, a statement or a path.
"""

from __future__ import annotations

import json
import logging
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from models.commands import COMMANDS
from models.rules.verdict import Rule
from services.errors import (
    NotAllowed,
    NotFound,
    NotSignedIn,
    NotWellFormed,
    Refused,
    RuleBroken,
    StaleBoard,
    Unavailable,
)
from services.explaining import explain
from services.people import AlreadyKnown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
_LONGEST_PLACE = 80

logger = logging.getLogger(__name__)


class InputError(BaseModel):
    """One bad place of the input: where it is, and what is wrong with it."""

    loc: list[str | int]
    msg: str


class Problem(BaseModel):
    """Why nothing was stored, and what to do."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`about:blank`, or `urn:shikikan:rule:` and the rule's key")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    rule: str | None = Field(None, description="the key of the rule that says no")
    missing: list[str] | None = Field(None, description="everything that is still needed")
    errors: list[InputError] | None = Field(None, description="each bad place of the input")
    expected_revision: int | None = Field(None, description="of a stale board: what was seen")
    current_revision: int | None = Field(None, description="of a stale board: what stands")
    board: dict[str, Any] | None = Field(None, description="of a stale board: the board now")
    reference: str | None = Field(None, description="of a failure: the log has it too")


def answer_problem(
    status: int,
    detail: str,
    *,
    rule: str | None = None,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """Return the problem as a response; members that are None are left out."""
    content: dict[str, Any] = {
        "type": f"urn:shikikan:rule:{rule}" if rule else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "rule": rule,
        **members,
    }
    told = {name: value for name, value in content.items() if value is not None}
    body = json.dumps(told, ensure_ascii=False, allow_nan=False)
    # Half of a surrogate pair has no UTF-8; whoever sent one gets a question mark back.
    return Response(body.encode(errors="replace"), status, headers, MEDIA_TYPE)


def document_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with these problems.

    Any call may need a token, come too often, or find the server failing or the database away.
    """
    every = sorted({401, 422, 429, 500, 503, *statuses})
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in every
    }


def handle_problems(app: FastAPI) -> None:
    """Make `app` answer every refusal and failure in this form."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _not_well_formed)
    app.add_exception_handler(HTTPException, _http)


def answer_stale(stale: StaleBoard, board: dict[str, Any]) -> Response:
    """Return the answer to whoever acted on an old board: both revisions, and the board now."""
    return answer_problem(
        409,
        explain(stale, "en"),
        rule=stale.rule,
        expected_revision=stale.expected,
        current_revision=stale.current,
        board=board,
    )


async def _refused(_request: Request, error: Exception) -> Response:
    if isinstance(error, RuleBroken):
        status = 403 if error.is_about_who else 409
        missing = list(error.missing)
        if status == 403 and not missing:  # noqa: PLR2004 - who may not needs no list
            return answer_problem(status, explain(error, "en"), rule=error.rule)
        return answer_problem(status, explain(error, "en"), rule=error.rule, missing=missing)
    if isinstance(error, NotWellFormed):
        return _answer_errors(error.problems)
    if not isinstance(error, Refused):
        raise error
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedIn) else None
    return answer_problem(_status_of(error), explain(error, "en"), headers=headers)


def _status_of(refused: Refused) -> int:
    by_class = ((NotSignedIn, 401), (NotAllowed, 403), (NotFound, 404), (AlreadyKnown, 409))
    return next((status for known, status in by_class if isinstance(refused, known)), 409)


async def _unavailable(_request: Request, error: Exception) -> Response:
    reference = _new_reference()
    logger.warning("API: unavailable, ref %s", reference, exc_info=error)
    return answer_problem(
        503, str(error), reference=reference, headers={"Retry-After": str(RETRY_AFTER_S)}
    )


async def _not_well_formed(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return answer_errors(error.errors())


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # The framework's word for a body that is no UTF-8, nested too deep and the like.
        return _answer_errors([{"loc": ["body"], "msg": "cannot be read as JSON"}])
    detail = {
        404: "There is no such place. The description is at /api/v1/openapi.json.",
        405: "This place does not take that method; the Allow header says which it takes.",
    }.get(error.status_code, error.detail)
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_list_methods(request))
    return answer_problem(error.status_code, detail, headers=headers)


def _list_methods(request: Request) -> list[str]:
    """Return what the place takes; the framework names the methods of one of its routes only."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found = [
        route
        for route in request.app.state.api_routes
        if route.include_in_schema and route.path_regex.fullmatch(path)
    ]
    exactly = [route for route in found if not route.param_convertors]
    return sorted({method for route in exactly or found for method in route.methods})


def answer_errors(details: Iterable[Any]) -> Response:
    """Return the answer to input that pydantic refused, without the input."""
    found = list(details)
    rule = Rule.TWO_CLOCKS if any(one["type"] == Rule.TWO_CLOCKS for one in found) else None
    errors = [{"loc": _place(one["loc"]), "msg": _message(one)} for one in found]
    return _answer_errors(errors, rule=rule)


def _answer_errors(errors: Sequence[Mapping[str, Any]], *, rule: str | None = None) -> Response:
    return answer_problem(
        422,
        "The input is not well formed; `errors` names each bad place.",
        rule=rule,
        errors=[{"loc": list(one["loc"]), "msg": str(one["msg"])} for one in errors],
    )


def _place(loc: Sequence[Any]) -> list[str | int]:
    # pydantic names the member of a union after "body"; whoever sent the object wrote no such key.
    place = [*loc[:1], *loc[2:]] if len(loc) > 1 and loc[1] in COMMANDS else list(loc)
    return [one if isinstance(one, int) else str(one)[:_LONGEST_PLACE] for one in place]


def _message(detail: Mapping[str, Any]) -> str:
    """What is wrong, in words that never repeat what was sent."""
    by_type = {
        "json_invalid": "is no JSON",
        "union_tag_invalid": "is no known command; /api/v1/openapi.json lists them",
        "union_tag_not_found": "has no `type`",
        "uuid_parsing": "is no UUID",
        "model_attributes_type": "is no JSON object; send one as application/json",
    }
    return by_type.get(detail["type"], str(detail["msg"]))


def _new_reference() -> str:
    return secrets.token_hex(4).upper()


class LastHandler:
    """The outermost middleware: a defect is logged with a reference and shown as one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, and answer for whatever could not."""
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            reference = _new_reference()
            place = f"{scope.get('method')} {scope.get('path')!r}"
            logger.exception("API: failed, ref %s, at %s", reference, place)
            if started or scope["type"] != "http":
                # Half an answer cannot be mended; cutting it short at least shows.
                raise
            # It may have failed after the commit, while the answer was written.
            detail = f"Something failed, ref {reference}. Look before you send it again."
            await answer_problem(500, detail, reference=reference)(scope, receive, send)
