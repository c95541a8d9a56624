"""Writing an incident that another console recorded, entry by entry as it stands there."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt
from sqlalchemy import Date, insert
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from models.columns import UtcTime, table_of
from models.fields import Handle, Name, Number, Time, keepable
from models.history import BrokenRecord, Rows, rebuild
from models.incident import Incident
from models.person import Person
from models.rules.records import find_breach
from models.tables import INCIDENT_TABLES
from models.timeline import Entry
from models.vocabulary import Source
from services import boards, clock, timeline
from services.commands.chain import find_broken
from services.commands.execute import Receipt
from services.commands.recording import key_columns, recorded_columns
from services.errors import NotWellFormed
from services.marks import read_marks
from services.telemetry import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlmodel import Session, SQLModel

    from services.db import Database

FORMAT = "shikikan-incident"
VERSION = 1

_MODELS: dict[str, type[SQLModel]] = {str(model.__tablename__): model for model in INCIDENT_TABLES}

Words = Annotated[str, AfterValidator(keepable)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """A part of an export."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportedPerson(Part):
    """Somebody whom the entries name."""

    handle: Handle
    name: Name


class ExportedChange(Part):
    """Before and after of one row: `services.commands.recording`."""

    table: Words
    key: list[StrictInt | Words]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ExportedEntry(Part):
    """One entry with all that its hash covers."""

    seq: Number
    kind: Annotated[Words, Field(min_length=1, max_length=40)]
    text: Words
    occurred_at: Time
    recorded_at: Time
    actor: Handle | None
    via: Annotated[Words, Field(max_length=80)] | None
    roles: list[Words]
    source: Source
    data: dict[str, Any]
    changes: list[ExportedChange]
    amends: Number | None
    late: StrictBool
    prev_hash: Hash
    hash: Hash

    def columns(self) -> dict[str, Any]:
        """Return the columns of the entry's row, all but the incident's number here."""
        return self.model_dump() | {"source": self.source.value}


class ExportedIncident(Part):
    """Which incident it is; `number` is what the exporting console calls it."""

    uid: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    number: int
    title: str
    kind: str
    revision: Number


class Export(Part):
    """The full export of one incident."""

    format: Literal["shikikan-incident"]
    version: Literal[1]
    incident: ExportedIncident
    people: list[ExportedPerson]
    entries: Annotated[list[ExportedEntry], Field(min_length=1)]


@counted
def restore(database: Database, export: Export) -> Receipt:
    """Store an exported incident: same entries, same hashes, the rows that they rebuild.

    The incident gets a number of this console. People whom it does not know are added without
    rights. Slack is told nothing, now or later; the exporting console has done so, in channels
    of its own. Hence only what is over can move: two consoles that go on with one incident would
    tell two stories. An incident that is here already stays as it is, and its receipt says
    `is_repeat`.

    Raises:
        NotWellFormed: an entry is not as it was written (the first such is named), the record
            contradicts itself or breaks a rule, or the incident is not over.
        Unavailable: the database is busy or away.
    """
    entries = [entry.columns() for entry in export.entries]
    rows = _rebuild(export, entries)
    try:
        with database.writing() as session:
            known = _find_known(session, export.incident.uid)
            if known is not None:
                return known
            _check_over(rows["incident"][()])
            _add_unknown(session, export.people)
            number = _insert_rows(session, rows, revision=len(entries))
            session.execute(insert(Entry), [{**entry, "incident_id": number} for entry in entries])
            _prove(session, number, rows)
    except (StatementError, OverflowError) as unkept:
        # Another import of the same incident may have been faster.
        with database.reading() as session:
            known = _find_known(session, export.incident.uid)
        if known is None:
            raise _malformed("the rows that it leaves contradict each other") from unkept
        return known
    receipt = Receipt(number, len(entries), 1, len(entries))
    database.committed(number, receipt.revision)
    return receipt


def _malformed(problem: str, *place: str | int) -> NotWellFormed:
    return NotWellFormed([{"loc": ["entries", *place], "msg": problem}])


def _find_known(session: Session, uid: str) -> Receipt | None:
    known = session.exec(select(Incident).where(Incident.uid == uid)).one_or_none()
    if known is None or known.id is None:
        return None
    return Receipt(known.id, known.revision, 1, known.revision, is_repeat=True)


def _rebuild(export: Export, entries: list[dict[str, Any]]) -> Rows:
    """Return the rows that the entries leave.

    Raises:
        NotWellFormed: the chain is broken, or the changes do not fit each other.
    """
    broken = find_broken(entries)
    if broken is not None:
        raise _malformed(
            f"entry {broken} is missing or is not as it was written; the export was changed",
            broken - 1,
        )
    _check_changes(entries)
    try:
        rows = rebuild(change for entry in entries for change in entry["changes"])
    except BrokenRecord as contradiction:
        raise _malformed(str(contradiction)) from contradiction
    for table, found in rows.items():
        keys = key_columns(_MODELS[table])
        if any(key != tuple(row[name] for name in keys) for key, row in found.items()):
            raise _malformed(f"a row of {table} stands under another key than its own")
    try:
        breach = find_breach(entries, clock.now())
    except TypeError as odd:
        raise _malformed("they name a role or a person that is no text") from odd
    if breach is not None:
        raise _malformed(f"{breach.rule}: {breach.problem}", breach.at, breach.column)
    incident = rows.get("incident", {}).get(())
    if incident is None or incident["uid"] != export.incident.uid:
        raise _malformed("they tell of another incident than the one that is named")
    return rows


def _check_over(incident: dict[str, Any]) -> None:
    is_over = incident["stood_down_at"] or incident["cancelled_at"] or incident["backfilled"]
    if not (is_over and incident["is_closed"]):
        raise _malformed(
            "the incident is not over; export it again once it is stood down or cancelled"
        )


def _check_changes(entries: Iterable[dict[str, Any]]) -> None:
    for at, entry in enumerate(entries):
        for change in entry["changes"]:
            model = _MODELS.get(change["table"])
            if model is None:
                raise _malformed(f"there is no table {change['table']}", at, "changes")
            columns = set(recorded_columns(model))
            before, after = change["before"], change["after"]
            named = set(before or ()) | set(after or ())
            if not named <= columns or (before is None and set(after or ()) != columns):
                raise _malformed(f"{change['table']} has other columns", at, "changes")


def _add_unknown(session: Session, people: Iterable[ExportedPerson]) -> None:
    known = set(session.exec(select(Person.handle)))
    now = clock.now()
    unknown = {person.handle: person.name for person in people if person.handle not in known}
    for handle, name in unknown.items():
        session.add(Person(handle=handle, name=name, created_at=now))
    session.flush()


def _insert_rows(session: Session, rows: Rows, *, revision: int) -> int:
    """Insert the rows, parents first, and return the incident's number here."""
    values = next(_values(Incident, rows["incident"].values()))
    number: int = session.execute(
        insert(Incident)
        .values(**values, revision=revision, restored=True)
        .returning(col(Incident.id))
    ).scalar_one()
    for table, model in _MODELS.items():
        if model is Incident or not rows.get(table):
            continue
        session.execute(
            insert(model),
            [{**row, "incident_id": number} for row in _values(model, rows[table].values())],
        )
    return number


def _values(model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield recorded rows as column values; what is no such value becomes None."""
    readers = {
        column.name: _reader(column.type)
        for column in table_of(model).columns
        if column.name in recorded_columns(model)
    }
    for row in rows:
        yield {name: _read(readers[name], recorded) for name, recorded in row.items()}


def _reader(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    return lambda recorded: recorded


def _read(reader: Callable[[Any], Any], recorded: Any) -> Any:
    if recorded is None:
        return None
    try:
        return reader(recorded)
    except (TypeError, ValueError):
        return None


def _prove(session: Session, number: int, rows: Rows) -> None:
    """Read the incident in every way once: what is not kept or cannot be shown is not taken.

    Raises:
        NotWellFormed: its board, marks or timeline cannot be made from it.
    """
    if boards.read_rows(session, number) != rows:
        raise _malformed("they hold values that their columns cannot")
    try:
        boards.read_board(session, number)
        read_marks(session, number)
        after = 0
        while page := timeline.read_entries(session, number, after, timeline.LARGEST_PAGE):
            after = page[-1]["seq"]
    except (AttributeError, LookupError, TypeError, ValueError) as unreadable:
        raise _malformed("they cannot be read as an incident") from unreadable
