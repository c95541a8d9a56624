"""Calls about people, and about the tokens that act for them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from models.fields import LARGEST_ID, Handle
from models.messages import N_
from services import people
from services.api.callers import Acting, AnyCaller, Caller, TheConsole, TokenOwner
from services.api.problems import document_problems
from services.api.shapes import (
    Me,
    NewToken,
    PersonChanges,
    PersonList,
    ShownPerson,
    ShownToken,
    TokenList,
    TokenRequest,
)
from services.errors import NotAllowed

router = APIRouter(tags=["people"])


@router.get(
    "/people",
    response_model=PersonList,
    operation_id="list_people",
    responses=document_problems(403),
)
def list_people(_caller: AnyCaller, console: TheConsole) -> Any:
    """List everybody, by name."""
    with console.database.reading() as session:
        return {"people": people.list_people(session)}


@router.post(
    "/people",
    status_code=201,
    response_model=ShownPerson,
    operation_id="add_person",
    responses=document_problems(403, 409, 413),
)
def add_person(
    request: people.NewPerson, caller: AnyCaller, console: TheConsole, response: Response
) -> Any:
    """Add a person; for administrators and the service token. The first is the administrator."""
    _check_may_administer(caller)
    with console.database.writing() as session:
        person = people.add_person(session, request)
    response.headers["Location"] = f"/api/v1/people/{person.handle}"
    return person


@router.get(
    "/people/{handle}",
    response_model=ShownPerson,
    operation_id="read_person",
    responses=document_problems(403, 404),
)
def show_person(handle: Annotated[Handle, Path()], _caller: AnyCaller, console: TheConsole) -> Any:
    """Show a person."""
    with console.database.reading() as session:
        return people.get_person(session, handle)


@router.patch(
    "/people/{handle}",
    response_model=ShownPerson,
    operation_id="change_person",
    responses=document_problems(403, 404, 409, 413),
)
def change_person(
    handle: Annotated[Handle, Path()],
    request: PersonChanges,
    caller: AnyCaller,
    console: TheConsole,
) -> Any:
    """Change what is known of a person; for that person, administrators and the service token."""
    if caller.handle != handle:
        _check_may_administer(caller)
    with console.database.writing() as session:
        return people.change_preferences(session, handle, **request.model_dump(exclude_unset=True))


@router.get("/me", response_model=Me, operation_id="read_me", responses=document_problems(403))
def show_me(caller: Acting, console: TheConsole) -> Any:
    """Show the person for whom this token acts."""
    with console.database.reading() as session:
        person = people.get_person(session, caller.handle)
    return {**person.model_dump(), "via": caller.via}


@router.get(
    "/tokens",
    response_model=TokenList,
    operation_id="list_tokens",
    responses=document_problems(403),
)
def list_tokens(caller: TokenOwner, console: TheConsole) -> Any:
    """List the caller's own tokens, newest first, revoked ones included."""
    with console.database.reading() as session:
        return {"tokens": people.list_tokens(session, caller.handle)}


@router.post(
    "/tokens",
    status_code=201,
    response_model=NewToken,
    operation_id="add_token",
    responses=document_problems(403, 413),
)
def add_token(
    request: TokenRequest, caller: TokenOwner, console: TheConsole, response: Response
) -> Any:
    """Make a personal token, by another one. Keep its secret, `token`: it is shown this once."""
    with console.database.writing() as session:
        secret = people.add_token(session, caller.handle, request.name)
        token = people.find_token(session, secret)
        shown = ShownToken.model_validate(token).model_dump()
    response.headers["Cache-Control"] = "no-store"
    return {**shown, "token": secret}


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    operation_id="revoke_token",
    responses=document_problems(403, 404),
)
def revoke_token(
    token_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], caller: TokenOwner, console: TheConsole
) -> None:
    """Make one of the caller's own tokens worthless."""
    with console.database.writing() as session:
        people.revoke_token(session, caller.handle, token_id)


def _check_may_administer(caller: Caller) -> None:
    if not caller.may_administer:
        raise NotAllowed(N_("Only an administrator or the service token may do this."))
