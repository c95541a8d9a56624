"""Example incidents for people who look around: two live ones, and seven that were real.

Everything goes through the doors that people use; nothing is written past the rules.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import select

from models.incident import Incident
from models.vocabulary import Source
from services import clock
from services.commands import Actor
from services.demo import checkout, drill
from services.demo.cast import HOST, add_cast
from services.importing import import_timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.db import Database

TIMELINES = Path(__file__).parent / "timelines"


def holds_incidents(database: Database) -> bool:
    """Return whether there is any incident yet; then examples would only be in the way."""
    with database.reading() as session:
        return session.exec(select(Incident.id).limit(1)).first() is not None


def fill(database: Database) -> Iterator[str]:
    """Add the people and the incidents, one after the other, and yield what each one is."""
    now = clock.now()
    add_cast(database)
    for file in sorted(TIMELINES.glob("*.json")):
        imported = import_timeline(
            database,
            json.loads(file.read_text(encoding="utf-8")),
            actor=Actor(HOST, Source.IMPORT),
            title=file.stem,
            now=now,
        )
        yield f"incident {imported.incident_id}: {file.stem}, imported"
    yield f"incident {drill.play(database, now)}: a drill in full swing"
    yield f"incident {checkout.play(database, now)}: a live incident, 41 minutes old"
