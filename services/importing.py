"""Taking in incidents from elsewhere: timelines that people wrote, and full exports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from sqlmodel import col, select

from models.fields import Handle
from models.marks import read_off
from models.messages import N_
from models.person import Person
from models.vocabulary import Source
from services import clock, people
from services.commands.backfill import GivenTimeline, backfill
from services.commands.restore import FORMAT, Export, restore
from services.commands.unit import Actor
from services.db import Database
from services.errors import NotAllowed, NotWellFormed, ShikikanError
from services.language import get_translator
from services.marks import say_oddity
from services.migrating import migrate
from services.settings import load_settings_or_exit

if TYPE_CHECKING:
    from datetime import datetime

Model = TypeVar("Model", bound=BaseModel)

IMPORTER = people.NewPerson(handle="importer", name="Importer")
_KNOWN_ALREADY = N_("This incident is here already. Nothing was changed.")


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        incident_id: the incident, new or known before.
        warnings: sentences on what is odd about it; nothing was mended.
        is_repeat: whether a full export was here already, and nothing was stored.
    """

    incident_id: int
    warnings: list[str]
    is_repeat: bool = False


def import_timeline(
    database: Database,
    document: Any,
    *,
    actor: Actor,
    title: str | None = None,
    language: str = "en",
    may_restore: bool = False,
    now: datetime | None = None,
) -> Imported:
    """Store what `document` tells, whole or not at all: contract.md section 3.

    Args:
        document: a JSON value: `{"title", "entries", "timezone"?}`, a full export, or, where
            `title` is given, a bare list of entries.
        title: of a bare list.
        language: of the warnings.
        may_restore: whether the actor may take in a full export, which speaks in the name of
            everybody whom it names; for administrators.

    Raises:
        NotAllowed: it is a full export, and the actor may not restore.
        NotWellFormed: it names every bad row; nothing was stored.
        NotFound: the actor is no known person.
        Unavailable: the database is busy or away.
    """
    if isinstance(document, dict) and document.get("format") == FORMAT:
        if not may_restore:
            raise NotAllowed(N_("Only an administrator or the service token may do this."))
        receipt = restore(database, _validate(Export, document, {}))
        told = [get_translator(language)(_KNOWN_ALREADY)] if receipt.is_repeat else []
        return Imported(receipt.incident_id, told, receipt.is_repeat)
    if isinstance(document, list) and title is not None:
        document = {"title": title, "entries": document}
    moment = now or clock.now()
    timeline = _validate(GivenTimeline, document, {"now": moment})
    receipt = backfill(database, timeline, actor=actor, now=moment)
    oddities = read_off(timeline.outlines()).oddities
    return Imported(receipt.incident_id, [say_oddity(oddity, language) for oddity in oddities])


def _validate(model: type[Model], document: Any, context: dict[str, Any]) -> Model:
    try:
        return model.model_validate(document, context=context)
    except ValidationError as malformed:
        problems = malformed.errors(include_input=False, include_url=False, include_context=False)
        raise NotWellFormed(
            [{"loc": list(problem["loc"]), "msg": problem["msg"]} for problem in problems]
        ) from malformed


def find_importer(database: Database) -> str:
    """Return the handle of the first administrator, or of a new person without rights."""
    with database.writing() as session:
        first = session.exec(
            select(Person.handle)
            .where(col(Person.is_administrator))
            .order_by(col(Person.created_at), col(Person.handle))
        ).first()
        if first is not None:
            return first
        if people.find_person(session, IMPORTER.handle) is None:
            session.add(Person(**IMPORTER.model_dump(), created_at=clock.now()))
        return IMPORTER.handle


def import_file(
    file: Annotated[Path, typer.Argument(help="A timeline or a full export, as JSON.")],
    actor: Annotated[
        Handle | None, typer.Option(help="Who imports; by default the first administrator.")
    ] = None,
) -> None:
    """Store a timeline as a closed incident, or a full export as it stands."""
    settings = load_settings_or_exit()
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as unreadable:
        typer.echo(f"{file} cannot be read as JSON: {unreadable}", err=True)
        raise typer.Exit(1) from unreadable
    try:
        database = Database(settings.database_url)
        migrate(database)
        handle = actor or find_importer(database)
        imported = import_timeline(
            database,
            document,
            actor=Actor(handle, Source.IMPORT),
            title=file.name.removesuffix(file.suffix),
            # Who runs this reads and writes the database anyway.
            may_restore=True,
        )
    except NotWellFormed as malformed:
        typer.echo(f"{file} was not imported; nothing was stored.", err=True)
        for problem in malformed.problems:
            place = ".".join(map(str, problem["loc"])) or "document"
            typer.echo(f"  {place}: {problem['msg']}", err=True)
        raise typer.Exit(1) from malformed
    except ShikikanError as failed:
        typer.echo(str(failed), err=True)
        raise typer.Exit(1) from failed
    what = "was here already as" if imported.is_repeat else "is now"
    typer.echo(f"{file} {what} incident {imported.incident_id}")
    for warning in imported.warnings:
        typer.echo(f"  warning: {warning}")


if __name__ == "__main__":
    typer.run(import_file)
