"""What the API takes and gives, as far as `models` and `services` have no shape for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StrictInt, create_model

from models.board import Board
from models.commands import COMMANDS
from models.commands.base import Command
from models.fields import LARGEST_ID, Name, SlackUser, Zone
from services.commands import Declaration
from services.listing import ListedIncident
from services.people import Email

IncidentId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="the incident's number")]
Language = Literal["en", "ja"]
Revision = Annotated[StrictInt, Field(ge=0, le=LARGEST_ID)]
CommandId = Annotated[
    UUID, Field(description="makes a repetition harmless: it is answered by what happened first")
]


class Shape(BaseModel):
    """What is shown; read from rows where there are rows."""

    model_config = ConfigDict(from_attributes=True)


class ShownEntry(Shape):
    """A timeline entry. `hash` covers it and `prev_hash`; `texts` says it in other languages."""

    seq: int
    kind: str
    text: str
    texts: dict[str, str]
    occurred_at: datetime
    recorded_at: datetime
    actor: str | None
    via: str | None
    roles: list[str]
    source: str
    data: dict[str, Any]
    amends: int | None
    amended_by: list[int]
    late: bool
    prev_hash: str
    hash: str


class Applied(Shape):
    """What a command did: the revision that it left, and the entries that it wrote."""

    revision: int
    entries: list[ShownEntry]


class Timeline(Shape):
    """Entries, and the incident's revision when they were read."""

    revision: int
    entries: list[ShownEntry]


class IncidentList(Shape):
    """A page of the list; with `next_cursor` as `cursor` comes the next one."""

    incidents: list[ListedIncident]
    next_cursor: str | None


class ShownDelivery(Shape):
    """What one place in Slack was, is or will be told; `ts` is Slack's id of the message."""

    seq: int
    destination: str
    channel: str | None
    state: str
    attempts: int
    ts: str | None
    error: str | None
    queued_at: datetime
    sent_at: datetime | None


class DeliveryList(Shape):
    """Every delivery of an incident, in the order of its entries."""

    deliveries: list[ShownDelivery]


class Marks(Shape):
    """The moments of an incident, the minutes between them, and what is odd about them."""

    marks: dict[str, datetime | None]
    minutes: dict[str, float]
    warnings: list[str]


class ImportedBoard(Board):
    """The board of an incident just imported, and what is odd about its record."""

    warnings: list[str]


class ShownPerson(Shape):
    """A person who can be named on a board."""

    handle: str
    name: str
    email: str | None
    slack_user_id: str | None
    language: str | None
    timezone: str | None
    is_administrator: bool
    created_at: datetime


class PersonList(Shape):
    """Everybody, by name."""

    people: list[ShownPerson]


class Me(ShownPerson):
    """The person for whom this token acts; `via` says so if it is another program's."""

    via: str | None


class ShownToken(Shape):
    """A personal token, without its secret."""

    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None


class TokenList(Shape):
    """A person's tokens, newest first."""

    tokens: list[ShownToken]


class NewToken(ShownToken):
    """A token just made. This is the only time that its secret is shown."""

    token: str


class TokenRequest(BaseModel):
    """What the token is called, so that one knows later which to revoke."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name


class PersonChanges(BaseModel):
    """What of a person changes; null empties what may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # What is not sent stays as it is, so this default is never kept.
    name: Name = Field(default_factory=str)
    email: Email | None = None
    slack_user_id: SlackUser | None = None
    language: Language | None = None
    timezone: Zone | None = None


class DeclareRequest(Declaration):
    """What is known when an incident is declared; only the title is needed."""

    command_id: CommandId | None = None


def _as_sent(command: type[Command]) -> type[Command]:
    """Return the command with what may accompany it in a call."""
    # In a call the type tells commands apart, so it has no default.
    own_type: Any = command.model_fields["type"].annotation
    return create_model(
        command.__name__,
        __base__=command,
        __doc__=command.__doc__,
        __module__=__name__,
        type=(own_type, ...),
        command_id=(CommandId | None, None),
        expected_revision=(
            Revision | None,
            Field(None, description="the revision that you saw; anything newer is refused"),
        ),
    )


COMPANIONS = frozenset({"command_id", "expected_revision"})

if TYPE_CHECKING:
    SentCommand = Command
else:
    SentCommand = Annotated[
        Union[tuple(_as_sent(command) for command in COMMANDS.values())],  # noqa: UP007 - built from a tuple
        Field(discriminator="type"),
    ]
