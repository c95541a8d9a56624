"""How far an incident has come: contract.md section 2, "Phase"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.vocabulary import MarkName, Phase, RoleKey

if TYPE_CHECKING:
    from models.history import Rows


def phase_of(rows: Rows) -> Phase:
    """Return the furthest phase whose condition holds; cancelled stands alone."""
    incident = next(iter(rows["incident"].values()))
    if incident["cancelled_at"]:
        return Phase.CANCELLED
    conditions = (
        (Phase.REVIEWED, bool(rows.get("retrospective"))),
        (Phase.STOOD_DOWN, bool(incident["stood_down_at"]) or incident["backfilled"]),
        (Phase.RESOLVED, bool(incident["resolved_at"])),
        (Phase.MITIGATED, _is_mitigated(rows)),
        (Phase.RESPONDING, _is_responding(rows)),
        (Phase.ALIGNED, bool(rows.get("situation")) and bool(rows.get("resolved_definition"))),
        (Phase.STAFFED, {RoleKey.COMMANDER, RoleKey.PRIMARY_SME} <= _held(rows)),
    )
    return next((phase for phase, holds in conditions if holds), Phase.DECLARED)


def _held(rows: Rows) -> set[str]:
    return {row["role"] for row in rows.get("assignment", {}).values() if not row["ended_at"]}


def _is_mitigated(rows: Rows) -> bool:
    return any(row["name"] == MarkName.MITIGATED for row in rows.get("mark", {}).values())


def _is_responding(rows: Rows) -> bool:
    if rows.get("action") or rows.get("sme_update"):
        return True
    courses = rows.get("course", {})
    return bool(courses) and bool(courses[max(courses)]["agreed_at"])
