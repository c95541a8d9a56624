"""Building the board from an incident's rows: pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.board import Board, Cadence, Gate, RoleCard, SlackPart
from models.missing import list_lacks
from models.phase import phase_of
from models.rules.ends import GATES
from models.vocabulary import CriterionState, HandoffState, NoticeStage, NoticeState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from models.history import Rows

Row = dict[str, Any]


def build_board(
    rows: Rows,
    *,
    number: int,
    revision: int,
    names: Mapping[str, str],
    now: datetime,
    slack: SlackPart | None = None,
    translate: Callable[[str], str] = str,
) -> Board:
    """Return the board that `rows` show at `now`.

    Args:
        rows: the incident's rows, as `models.history` describes them.
        number: the incident's number here.
        revision: the `seq` of the newest entry that the rows contain.
        names: the name of every handle in the rows.
        now: for what is overdue.
        slack: the mirror's state; of a past instant nothing is known.
        translate: gettext of the reader's language, for `missing`.
    """
    incident = next(iter(rows["incident"].values()))
    parts: Row = {
        **incident,
        "id": number,
        "number": number,
        "revision": revision,
        "phase": phase_of(rows),
        "names": dict(names),
        "roles": _roles(rows),
        "people": _people(rows, names),
        "situation": _versioned(rows, "situation"),
        "resolved_definition": _definition(rows),
        "goals": _listed(rows, "goal"),
        "course": _course(rows),
        "updates": _listed(rows, "sme_update"),
        "hypotheses": _listed(rows, "hypothesis"),
        "actions": _listed(rows, "action"),
        "decisions": _decisions(rows),
        "marks": _listed(rows, "mark"),
        "stand_down": _stand_down(rows),
        "notices": _listed(rows, "notice"),
        "cadence": _cadence(rows, now),
        "inquiries": _listed(rows, "inquiry"),
        "stakeholders": _listed(rows, "stakeholder"),
        "gates": _gates(rows),
        "missing": [],
        "report": _report(rows),
        "slack": slack or SlackPart(),
        "retrospective": _retrospective(rows),
        "next_actions": _listed(rows, "next_action"),
    }
    board = Board.model_validate(parts)
    board.missing = [
        translate(lack.message).format_map(lack.params) for lack in list_lacks(board, now)
    ]
    return board


def _listed(rows: Rows, table: str) -> list[Row]:
    found = rows.get(table, {})
    return [found[key] for key in sorted(found)]


def _newest(rows: Rows, table: str) -> Row | None:
    found = rows.get(table, {})
    return found[max(found)] if found else None


def _roles(rows: Rows) -> list[RoleCard]:
    held: dict[str, list[Row]] = {}
    for assignment in _listed(rows, "assignment"):
        if not assignment["ended_at"]:
            held.setdefault(assignment["role"], []).append(assignment)
    offered: dict[str, list[Row]] = {}
    for handoff in _listed(rows, "handoff"):
        if handoff["state"] == HandoffState.OFFERED:
            offered.setdefault(handoff["role"], []).append(handoff)
    cards = sorted(rows.get("role", {}).values(), key=lambda role: role["position"])
    return [_card(role, held.get(role["key"], []), offered.get(role["key"], [])) for role in cards]


def _card(role: Row, held: list[Row], offered: list[Row]) -> RoleCard:
    return RoleCard.model_validate(
        {
            **role,
            "holder": held[0]["person"] if held else None,
            "since": held[0]["started_at"] if held else None,
            "offered_to": offered[0]["receiver"] if offered else None,
            "holders": [assignment["person"] for assignment in held],
            "offers": [
                {key: offer[key] for key in ("giver", "receiver", "offered_by", "offered_at")}
                for offer in offered
            ],
        }
    )


def _people(rows: Rows, names: Mapping[str, str]) -> list[Row]:
    roles: dict[str, list[str]] = {}
    for assignment in _listed(rows, "assignment"):
        if not assignment["ended_at"]:
            roles.setdefault(assignment["person"], []).append(assignment["role"])
    here = [row for row in rows.get("presence", {}).values() if not row["checked_out_at"]]
    return [
        {
            "handle": row["person"],
            "name": names.get(row["person"], row["person"]),
            "roles": roles.get(row["person"], []),
            "checked_in_at": row["checked_in_at"],
        }
        for row in sorted(here, key=lambda row: (row["checked_in_at"], row["person"]))
    ]


def _versioned(rows: Rows, table: str) -> Row | None:
    row = _newest(rows, table)
    if row is None:
        return None
    return {**row, "version": row["id"], "at": row["set_at"], "by": row["set_by"]}


def _definition(rows: Rows) -> Row | None:
    definition = _versioned(rows, "resolved_definition")
    if definition is None:
        return None
    criteria = [
        {**row, "by": row["changed_by"], "at": row["changed_at"]}
        for row in _listed(rows, "criterion")
        if row["definition"] == definition["version"]
    ]
    return {**definition, "criteria": criteria}


def _course(rows: Rows) -> Row | None:
    course = _versioned(rows, "course")
    if course is None:
        return None
    return {
        **course,
        "agreed_by_commander": True,
        "agreed_by_sme": course["agreed_at"] is not None,
    }


def _decisions(rows: Rows) -> list[Row]:
    objections = _listed(rows, "objection")
    return [
        {**row, "objections": [o for o in objections if o["decision"] == row["id"]]}
        for row in _listed(rows, "decision")
    ]


def _stand_down(rows: Rows) -> Row:
    row = _newest(rows, "stand_down_condition")
    if row is None:
        return {}
    return {
        "condition": row["text"],
        "version": row["id"],
        "set_at": row["set_at"],
        "met_at": row["met_at"],
    }


def _published(rows: Rows) -> list[Row]:
    notices = [row for row in _listed(rows, "notice") if row["state"] == NoticeState.PUBLISHED]
    return sorted(notices, key=lambda row: row["published_at"])


def _cadence(rows: Rows, now: datetime) -> Cadence:
    """Return the promise of the last notice; a resolution promises nothing more."""
    published = _published(rows)
    promised = published[-1]["fields"].get("next_update_at") if published else None
    if promised is None:
        return Cadence()
    due_at = datetime.fromisoformat(promised)
    incident = next(iter(rows["incident"].values()))
    is_over = incident["stood_down_at"] or incident["cancelled_at"]
    return Cadence(next_update_at=due_at, overdue=not is_over and due_at < now)


def _gates(rows: Rows) -> list[Gate]:
    incident = next(iter(rows["incident"].values()))
    definition = _definition(rows)
    unsettled = (
        ["definition"]
        if definition is None
        else [
            f"{criterion['id']}: {criterion['text']}"
            for criterion in definition["criteria"]
            if criterion["state"] == CriterionState.OPEN
        ]
    )
    condition = _newest(rows, "stand_down_condition")
    holds = {
        "stand_down_condition_set": condition is not None,
        "stand_down_condition_met": condition is not None and bool(condition["met_at"]),
        "resolution_notice_published": any(
            row["stage"] == NoticeStage.RESOLUTION for row in _published(rows)
        ),
        "report_saved": bool(rows.get("report")),
        "resolved": bool(incident["resolved_at"]) or bool(incident["unresolved_reason"]),
    }
    return [
        Gate(key="definition_met", ok=not unsettled, missing=unsettled),
        *(Gate(key=key, ok=holds[key], missing=[] if holds[key] else [key]) for key in GATES),
    ]


def _report(rows: Rows) -> Row | None:
    row = _newest(rows, "report")
    return None if row is None else {**row, "version": row["id"]}


def _retrospective(rows: Rows) -> Row | None:
    row = _newest(rows, "retrospective")
    if row is None:
        return None
    attendees = dict.fromkeys(attendee["person"] for attendee in _listed(rows, "attendee"))
    return {**row, "attendees": list(attendees), "items": _listed(rows, "retro_item")}
