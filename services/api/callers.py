"""Who calls, and for whom: tokens, the service token's actor, and tickets of the live feed.

Cookies are not looked at, so a page of somebody else's, opened in a signed-in browser, can do
nothing here.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from models.fields import LARGEST_ID
from models.messages import N_
from models.vocabulary import Source
from services.commands import Actor
from services.console import Console
from services.errors import NotAllowed, NotSignedIn
from services.people import find_person, find_token_holder

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.person import Person

VIA_SERVICE_TOKEN = "service token"  # noqa: S105 - what a timeline says, not a secret
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}", re.ASCII)

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A personal token, or the service token with the header Shikikan-Actor.",
)


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Attributes:
        handle: the person acting; None for the service token without a named actor.
        is_administrator: whether that person is one.
        via: through which token another program acts; None for a personal token.
    """

    handle: str | None
    is_administrator: bool = False
    via: str | None = None

    @property
    def may_administer(self) -> bool:
        """Whether this caller may add people and change what others say of themselves."""
        return self.is_administrator or self.via == VIA_SERVICE_TOKEN


@dataclass(frozen=True)
class ActingCaller(Caller):
    """A caller of whom we know for whom they act."""

    handle: str

    @property
    def actor(self) -> Actor:
        """The actor of a command."""
        return Actor(self.handle, Source.API, self.via)


def get_the_console(request: Request) -> Console:
    """Return the console that this API is a door of."""
    console: Console = request.app.state.find_console()
    return console


TheConsole = Annotated[Console, Depends(get_the_console)]


def get_caller(
    console: TheConsole,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    shikikan_actor: Annotated[
        str | None,
        Header(
            alias="Shikikan-Actor",
            description="With the service token: the handle of the person who acts.",
        ),
    ] = None,
) -> Caller:
    """Return who calls.

    Raises:
        NotSignedIn: the token is missing, unknown or revoked.
        NotAllowed: the token may not act for the person that the header names.
    """
    if credentials is None:
        raise NotSignedIn(N_("Send your token: Authorization: Bearer TOKEN."))
    secret = credentials.credentials
    with console.database.reading() as session:
        if _is_service_token(console, secret):
            return _named_actor(session, shikikan_actor)
        holder = find_token_holder(session, secret)
    if holder is None:
        raise NotSignedIn(N_("This token is unknown or was revoked."))
    if shikikan_actor is not None and shikikan_actor != holder.handle:
        raise NotAllowed(N_("A personal token acts for its own person only."))
    return ActingCaller(holder.handle, holder.is_administrator)


def get_acting_caller(caller: Annotated[Caller, Depends(get_caller)]) -> ActingCaller:
    """Return who acts.

    Raises:
        NotAllowed: the service token came without an actor.
    """
    if not isinstance(caller, ActingCaller):
        raise NotAllowed(N_("Name the person who acts in the header Shikikan-Actor."))
    return caller


def get_token_owner(caller: Annotated[ActingCaller, Depends(get_acting_caller)]) -> ActingCaller:
    """Return whose personal tokens are meant.

    A personal token leaves no trace of who made it, so a program that acts for others could
    become them for good; its own token would be revoked in vain.

    Raises:
        NotAllowed: it is the service token that calls.
    """
    if caller.via == VIA_SERVICE_TOKEN:
        raise NotAllowed(
            N_("Personal tokens are their person's own. The service token acts without them.")
        )
    return caller


def get_follower(
    request: Request,
    console: TheConsole,
    incident_id: int,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ticket: Annotated[
        str | None,
        Query(max_length=500, description="What the page gave a signed-in browser instead."),
    ] = None,
) -> Caller:
    """Return who follows this incident's feed, by token or by ticket.

    A browser's own reader of server-sent events cannot send a header, hence the ticket.

    Raises:
        NotSignedIn: neither is good for this incident.
        NotAllowed: the token may not act for the person that the header names.
    """
    if ticket is None:
        return get_caller(console, credentials, request.headers.get("shikikan-actor"))
    told = console.sign_in.read_ticket(ticket)
    if told is None or told.incident_id != incident_id or incident_id > LARGEST_ID:
        raise NotSignedIn(N_("This ticket is unknown, old, or for another incident."))
    with console.database.reading() as session:
        person = find_person(session, told.handle)
    if person is None:
        raise NotSignedIn(N_("This ticket is unknown, old, or for another incident."))
    return _acting(person)


def _is_service_token(console: Console, secret: str) -> bool:
    kept = console.settings.service_token
    if kept is None:
        return False
    return hmac.compare_digest(secret.encode(), kept.get_secret_value().encode())


def _named_actor(session: Session, handle: str | None) -> Caller:
    if handle is None:
        return Caller(None, via=VIA_SERVICE_TOKEN)
    person = find_person(session, handle) if _HANDLE.fullmatch(handle) else None
    if person is None:
        raise NotAllowed(N_("The header Shikikan-Actor names nobody that is known here."))
    return _acting(person, VIA_SERVICE_TOKEN)


def _acting(person: Person, via: str | None = None) -> ActingCaller:
    return ActingCaller(person.handle, person.is_administrator, via)


AnyCaller = Annotated[Caller, Depends(get_caller)]
Acting = Annotated[ActingCaller, Depends(get_acting_caller)]
TokenOwner = Annotated[ActingCaller, Depends(get_token_owner)]
Follower = Annotated[Caller, Depends(get_follower)]
