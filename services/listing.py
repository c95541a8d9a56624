"""The list of incidents: search, pages, and twins of one that is being declared."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, literal, or_, union
from sqlmodel import col, select

from models.closing import Retrospective
from models.direction import Course, Mark, ResolvedDefinition, Situation
from models.fields import LARGEST_ID, keepable
from models.formation import Assignment
from models.incident import Incident
from models.outside import Notice
from models.person import Person
from models.phase import phase_of
from models.vocabulary import IncidentKind, NoticeState, Phase, RoleKey
from models.work import Action, SmeUpdate
from services import clock
from services.errors import NotWellFormed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from models.history import Rows

IncidentState = Literal["open", "closed"]

LARGEST_PAGE = 200
TWIN_WITHIN = timedelta(minutes=2)
_TWIN_LIKENESS = 0.75
"""How much of two titles must agree, of 1, to be taken for one: "決済が失敗する" and
"決済が失敗している" agree by 0.75, "Checkout errors" and "Search errors" by 0.64."""


class ListedIncident(BaseModel):
    """One line of the list.

    Attributes:
        commander: the handle; None while command is vacant.
        commander_name: the name that goes with it.
        next_update_at: what the last announcement promised; None when nothing is promised.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    title: str
    kind: IncidentKind
    severity: str | None
    phase: Phase
    revision: int
    declared_at: datetime | None
    commander: str | None
    commander_name: str | None
    next_update_at: datetime | None
    resolved_at: datetime | None
    stood_down_at: datetime | None
    is_closed: bool
    backfilled: bool


def list_incidents(
    session: Session,
    *,
    state: IncidentState | None = None,
    kind: str | None = None,
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[list[ListedIncident], str | None]:
    """Return incidents, the newest record first, and the cursor of the next page, if any.

    Args:
        state: only open or only closed ones (stood down, cancelled or imported).
        kind: only real ones, or only drills.
        q: only those in whose title or summary each of these words occurs, letters' case
            aside; a number, with or without `INC-`, finds that incident too.
        limit: how many at most; held to 200.
        cursor: where the page before ended.

    Raises:
        NotWellFormed: the cursor is none of ours.
    """
    conditions = [*_conditions(state, kind), *_search(q or "")]
    if cursor is not None:
        conditions.append(col(Incident.id) < _read_cursor(cursor))
    size = max(1, min(limit, LARGEST_PAGE))
    found = session.exec(
        select(Incident).where(*conditions).order_by(col(Incident.id).desc()).limit(size + 1)
    ).all()
    page = found[:size]
    next_cursor = str(page[-1].id) if len(found) > size else None
    return _show(session, page), next_cursor


def find_incident(session: Session, incident_id: int) -> ListedIncident | None:
    """Return the line of one incident, or None if there is no such incident."""
    found = session.get(Incident, incident_id) if incident_id <= LARGEST_ID else None
    return None if found is None else _show(session, [found])[0]


def list_twins(
    session: Session, title: str, kind: str, *, now: datetime | None = None
) -> list[ListedIncident]:
    """Return the open incidents of this kind, of the last two minutes, with nearly this title."""
    since = (now or clock.now()) - TWIN_WITHIN
    recent = session.exec(
        select(Incident)
        .where(*_conditions("open", kind), col(Incident.declared_at) >= since)
        .order_by(col(Incident.id).desc())
        .limit(LARGEST_PAGE)
    )
    return _show(session, [known for known in recent if is_alike(known.title, title)])


def is_alike(one: str, other: str) -> bool:
    """Whether two titles say nearly the same: width, letters' case and spaces aside."""
    first, second = _plain(one), _plain(other)
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _TWIN_LIKENESS


def _plain(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def _conditions(state: str | None, kind: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(col(Incident.is_closed).is_(state == "closed"))
    if kind is not None:
        conditions.append(col(Incident.kind) == kind)
    return conditions


def _search(q: str) -> list[ColumnElement[bool]]:
    return [_says(word) for word in q.split()]


def _says(word: str) -> ColumnElement[bool]:
    try:
        keepable(word)
    except ValueError:
        # The record cannot hold such a character, so nothing in it can match.
        return literal(value=False).is_(other=True)
    places = [
        col(place).icontains(word, autoescape=True) for place in (Incident.title, Incident.summary)
    ]
    number = re.fullmatch(r"(?:inc-|#)?(\d{1,9})", word, re.ASCII | re.IGNORECASE)
    if number:
        places.append(col(Incident.id) == int(number[1]))
    return or_(*places)


def _read_cursor(cursor: str) -> int:
    if re.fullmatch(r"\d{1,10}", cursor, re.ASCII) and int(cursor) <= LARGEST_ID:
        return int(cursor)
    raise NotWellFormed(
        [{"loc": ["cursor"], "msg": "is no cursor of this list; begin without one"}]
    )


def _show(session: Session, incidents: Sequence[Incident]) -> list[ListedIncident]:
    """Return the lines of these incidents, in their order: four queries, however many."""
    by_id = {incident.id: incident for incident in incidents if incident.id is not None}
    numbers = list(by_id)
    if not numbers:
        return []
    phases = _read_phases(session, by_id)
    commanders = _read_commanders(session, numbers)
    promises = _read_promises(session, numbers)
    return [
        ListedIncident(
            **incident.model_dump(
                include={
                    "id",
                    "title",
                    "kind",
                    "severity",
                    "revision",
                    "declared_at",
                    "resolved_at",
                    "stood_down_at",
                    "is_closed",
                    "backfilled",
                }
            ),
            phase=phases[number],
            commander=commanders.get(number, (None, None))[0],
            commander_name=commanders.get(number, (None, None))[1],
            next_update_at=promises.get(number),
        )
        for number, incident in by_id.items()
    ]


def _read_phases(session: Session, incidents: dict[int, Incident]) -> dict[int, Phase]:
    """Return the phase of each incident, by the rows that `phase_of` looks at and no others."""
    numbers = list(incidents)
    rows: dict[int, Rows] = {number: {} for number in numbers}
    for number, incident in incidents.items():
        rows[number]["incident"] = {(number,): incident.model_dump()}
    facts = union(
        *(
            select(
                col(model.incident_id),
                literal(str(model.__tablename__)).label("table"),
                detail.label("detail"),
            ).where(col(model.incident_id).in_(numbers), *conditions)
            for model, detail, *conditions in (
                (Retrospective, literal("")),
                (Situation, literal("")),
                (ResolvedDefinition, literal("")),
                (Action, literal("")),
                (SmeUpdate, literal("")),
                (Mark, col(Mark.name)),
                (Assignment, col(Assignment.role), col(Assignment.ended_at).is_(None)),
            )
        )
    )
    for number, table, detail in session.execute(facts):
        found = rows[number].setdefault(table, {})
        found[(len(found),)] = {"name": detail, "role": detail, "ended_at": None}
    courses = select(Course.incident_id, Course.id, Course.agreed_at)
    for number, course, agreed_at in session.exec(
        courses.where(col(Course.incident_id).in_(numbers))
    ):
        rows[number].setdefault("course", {})[(course,)] = {"agreed_at": agreed_at}
    return {number: phase_of(of_incident) for number, of_incident in rows.items()}


def _read_commanders(session: Session, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    held = session.exec(
        select(Assignment.incident_id, Person.handle, Person.name)
        .join(Person, col(Assignment.person) == col(Person.handle))
        .where(
            col(Assignment.incident_id).in_(numbers),
            Assignment.role == RoleKey.COMMANDER.value,
            col(Assignment.ended_at).is_(None),
        )
    )
    return {number: (handle, name) for number, handle, name in held}


def _read_promises(session: Session, numbers: Sequence[int]) -> dict[int, datetime]:
    """Return when the last published announcement of each incident promised the next."""
    published = session.exec(
        select(Notice.incident_id, Notice.fields)
        .where(col(Notice.incident_id).in_(numbers), Notice.state == NoticeState.PUBLISHED.value)
        .order_by(col(Notice.published_at), col(Notice.id))
    )
    last: dict[int, Any] = dict(iter(published))
    promised = {number: fields.get("next_update_at") for number, fields in last.items()}
    return {number: datetime.fromisoformat(at) for number, at in promised.items() if at}
