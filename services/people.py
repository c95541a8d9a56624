"""People: who can be named on a board, and the tokens that act for them."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.fields import Handle, Name, SlackUser
from models.messages import N_
from models.person import Person, Token
from services import clock
from services.errors import NotFound, Refused

if TYPE_CHECKING:
    from sqlmodel import Session


Email = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+$")
]


class NewPerson(BaseModel):
    """What is needed to add a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handle: Handle
    name: Name
    email: Email | None = None
    slack_user_id: SlackUser | None = None


class AlreadyKnown(Refused):
    """Somebody has that handle, e-mail address or Slack id already."""


def find_person(session: Session, handle: str) -> Person | None:
    """Return the person with that handle, or None."""
    return session.get(Person, handle)


def get_person(session: Session, handle: str) -> Person:
    """Return the person with that handle.

    Raises:
        NotFound: nobody has it.
    """
    person = find_person(session, handle)
    if person is None:
        raise NotFound(N_("There is no person {handle}. Add them first."), handle=handle)
    return person


def list_people(session: Session) -> list[Person]:
    """Return everybody, by name."""
    return list(session.exec(select(Person).order_by(Person.name, Person.handle)))


def add_person(session: Session, new: NewPerson) -> Person:
    """Return the person just added; the first one to be added so is the administrator.

    The caller holds a write transaction.

    Raises:
        AlreadyKnown: the handle, e-mail address or Slack id is taken.
    """
    # People whom an import brought are here without rights, so it is not the first person who
    # counts but the first administrator.
    administrators = select(Person.handle).where(col(Person.is_administrator)).limit(1)
    is_first = session.exec(administrators).first() is None
    person = Person(**new.model_dump(), is_administrator=is_first, created_at=clock.now())
    session.add(person)
    _flush_unless_taken(session, new.handle)
    return person


def change_preferences(session: Session, handle: str, **preferences: Any) -> Person:
    """Return the person with changed `name`, `email`, `language`, `timezone` and the like.

    The caller holds a write transaction.

    Raises:
        NotFound: nobody has that handle.
        AlreadyKnown: the e-mail address or the Slack id is another person's.
    """
    person = get_person(session, handle)
    for name, value in preferences.items():
        setattr(person, name, value)
    _flush_unless_taken(session, handle)
    return person


def _flush_unless_taken(session: Session, handle: str) -> None:
    try:
        session.flush()
    except IntegrityError as taken:
        raise AlreadyKnown(
            N_("The handle {handle}, its e-mail address or its Slack id is taken."), handle=handle
        ) from taken


def add_token(session: Session, handle: str, name: str) -> str:
    """Return the secret of a new personal token; it cannot be read again.

    The caller holds a write transaction.
    """
    get_person(session, handle)
    secret = f"shk_{secrets.token_urlsafe(32)}"
    session.add(Token(person=handle, name=name, digest=_digest(secret), created_at=clock.now()))
    session.flush()
    return secret


def find_token_holder(session: Session, secret: str) -> Person | None:
    """Return the person for whom a personal token acts, or None."""
    token = find_token(session, secret)
    if token is None or token.revoked_at is not None:
        return None
    return session.get(Person, token.person)


def find_token(session: Session, secret: str) -> Token | None:
    """Return the token, revoked or not, that has this secret, or None."""
    return session.exec(select(Token).where(Token.digest == _digest(secret))).first()


def list_tokens(session: Session, handle: str) -> list[Token]:
    """Return a person's tokens, newest first, revoked ones included."""
    return list(
        session.exec(select(Token).where(Token.person == handle).order_by(col(Token.id).desc()))
    )


def revoke_token(session: Session, handle: str, token_id: int) -> None:
    """Make one of a person's tokens worthless.

    The caller holds a write transaction.

    Raises:
        NotFound: the person has no such token.
    """
    token = session.get(Token, token_id)
    if token is None or token.person != handle:
        raise NotFound(N_("You have no token {number}."), number=token_id)
    token.revoked_at = clock.now()


def _digest(secret: str) -> str:
    # A token has 256 random bits, so a plain digest is as good as a slow password hash.
    return hashlib.sha256(secret.encode()).hexdigest()
