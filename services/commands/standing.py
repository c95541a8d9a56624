"""What stands before a command, read from the tables for the rules to decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as core
from pydantic_core import PydanticCustomError
from sqlmodel import col, select

from models import work
from models.closing import Attendee, NextAction, Report, Retrospective
from models.columns import table_of
from models.direction import Course, Criterion, Goal, ResolvedDefinition, StandDownCondition
from models.formation import Assignment, Handoff, Role
from models.messages import N_
from models.notice_fields import check_fields, times_in
from models.outside import Inquiry, Notice
from models.rules.facts import Facts, Formation, Offer, RoleDefinition
from models.timeline import Entry
from models.vocabulary import (
    ActionState,
    DecisionState,
    GoalState,
    HandoffState,
    HypothesisState,
    NoticeStage,
    NoticeState,
    RoleKey,
)
from services.commands.unit import target
from services.errors import NotFound, NotWellFormed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from models.columns import IncidentScoped
    from models.incident import Incident
    from services.commands.unit import Unit


_ROLE, _ASSIGNMENT, _HANDOFF = table_of(Role).c, table_of(Assignment).c, table_of(Handoff).c

# Every command reads these, so they are put together once.
_ROLES = (
    core.select(_ROLE.key, _ROLE.single, _ASSIGNMENT.person, _ASSIGNMENT.ended_at)
    .join_from(table_of(Role), table_of(Assignment), isouter=True)
    .where(_ROLE.incident_id == core.bindparam("incident_id"))
    .order_by(_ROLE.position, _ASSIGNMENT.id)
)
_OFFERS = (
    core.select(_HANDOFF.id, _HANDOFF.role, _HANDOFF.giver, _HANDOFF.receiver, _HANDOFF.offered_by)
    .where(
        _HANDOFF.incident_id == core.bindparam("incident_id"),
        _HANDOFF.state == HandoffState.OFFERED.value,
    )
    .order_by(_HANDOFF.id)
)


def read_formation(session: Session, incident: Incident) -> Formation:
    """Return who holds and offers what in `incident`, and how far it has come."""
    connection, scope = session.connection(), {"incident_id": incident.id}
    roles: dict[str, RoleDefinition] = {}
    held: dict[str, tuple[str, ...]] = {}
    staffed: set[str] = set()
    for role, single, person, ended_at in connection.execute(_ROLES, scope):
        roles[role] = RoleDefinition(role, single)
        if person is None:
            continue
        staffed.add(role)
        if ended_at is None:
            held[role] = (*held.get(role, ()), person)
    return Formation(
        roles=roles,
        held=held,
        staffed=frozenset(staffed),
        offers=tuple(Offer(*offer) for offer in connection.execute(_OFFERS, scope)),
        is_resolved=incident.resolved_at is not None,
        is_stood_down=incident.stood_down_at is not None or incident.backfilled,
        is_cancelled=incident.cancelled_at is not None,
        severity=incident.severity,
    )


def read_facts(unit: Unit, command: Any) -> Facts:
    """Return what the objects that `command` names are like.

    Raises:
        NotFound: it names an object, role or person that does not exist.
        NotWellFormed: its fields do not fit the object that they are for.
    """
    reader = _READERS.get(command.type)
    return reader(unit, command) if reader else Facts()


def latest(unit: Unit, model: type[IncidentScoped]) -> Any:
    """Return the row of `model` with the highest version, or None."""
    return unit.session.scalar(
        select(model)
        .where(model.incident_id == unit.number)  # type: ignore[arg-type]
        .order_by(model.id.desc())  # type: ignore[attr-defined]
        .limit(1)
    )


def _exists(unit: Unit, *conditions: Any) -> bool:
    return unit.session.scalar(select(1).where(*conditions).limit(1)) is not None


def _known_role(unit: Unit, key: str) -> None:
    if key not in unit.formation.roles:
        raise NotFound(N_("There is no role {role} in this incident."), role=key)


def _presence(unit: Unit, command: Any) -> Facts:
    person = command.person or unit.person
    unit.name_of(person)
    return Facts(person=person)


def _assign_role(unit: Unit, command: Any) -> Facts:
    _known_role(unit, command.role)
    unit.name_of(command.person)
    return Facts(person=command.person)


def _release_role(unit: Unit, command: Any) -> Facts:
    _known_role(unit, command.role)
    holders = unit.formation.holders(command.role)
    person = command.person
    if person is None:
        is_commander = unit.person in unit.formation.holders(RoleKey.COMMANDER)
        sole = holders[0] if is_commander and len(holders) == 1 else None
        person = unit.person if unit.person in holders or sole is None else sole
    unit.name_of(person)
    return Facts(person=person)


def _offer_handoff(unit: Unit, command: Any) -> Facts:
    _known_role(unit, command.role)
    unit.name_of(command.to)
    holders = unit.formation.holders(command.role)
    if unit.person in holders:
        return Facts(holder=unit.person)
    return Facts(holder=holders[0] if len(holders) == 1 else None)


def _handoff(unit: Unit, command: Any) -> Facts:
    _known_role(unit, command.role)
    return Facts()


def _criterion(unit: Unit, command: Any) -> Facts:
    row = target(unit, Criterion, command.criterion)
    return Facts(is_open=row.definition == latest(unit, ResolvedDefinition).id)


def _set_goal(unit: Unit, command: Any) -> Facts:
    if command.owner:
        unit.name_of(command.owner)
    return Facts()


def _agree_course(unit: Unit, _command: Any) -> Facts:
    if latest(unit, Course) is None:
        raise NotFound(N_("There is no course to agree. The commander sets it first."))
    return Facts()


def _acknowledge_update(unit: Unit, command: Any) -> Facts:
    update = find_update(unit, command.entry)
    return Facts(is_open=update.acknowledged_at is None)


def find_update(unit: Unit, entry: int) -> work.SmeUpdate:
    """Return the SME update that stands at a timeline entry.

    Raises:
        NotFound: no update stands there.
    """
    update = unit.session.exec(
        select(work.SmeUpdate).where(
            work.SmeUpdate.incident_id == unit.number, work.SmeUpdate.entry == entry
        )
    ).one_or_none()
    if update is None:
        raise NotFound(N_("Entry {entry} is no SME update."), entry=entry)
    return update


def _amend(unit: Unit, command: Any) -> Facts:
    if unit.session.get(Entry, (unit.number, command.entry)) is None:
        raise NotFound(N_("There is no entry {entry} in this incident."), entry=command.entry)
    return _occurred(unit, command)


def _occurred(_unit: Unit, command: Any) -> Facts:
    return Facts(past_times={"occurred_at": command.occurred_at} if command.occurred_at else {})


def _mark(_unit: Unit, command: Any) -> Facts:
    return Facts(past_times={"at": command.at})


def _hypothesis(unit: Unit, command: Any) -> Facts:
    row = target(unit, work.Hypothesis, command.hypothesis)
    return Facts(is_open=row.state == HypothesisState.OPEN)


def _goal(unit: Unit, command: Any) -> Facts:
    row = target(unit, Goal, command.goal)
    return Facts(is_open=row.state == GoalState.OPEN)


def _assign_action(unit: Unit, command: Any) -> Facts:
    unit.name_of(command.owner)
    return Facts()


def _action(unit: Unit, command: Any) -> Facts:
    row = target(unit, work.Action, command.action)
    return Facts(is_open=row.state == ActionState.OPEN, owner=row.owner)


def _object(unit: Unit, command: Any) -> Facts:
    target(unit, work.Decision, command.decision)
    return Facts()


def _decide(unit: Unit, command: Any) -> Facts:
    row = target(unit, work.Decision, command.decision)
    if command.executor:
        unit.name_of(command.executor)
    return Facts(is_open=row.state == DecisionState.PROPOSED)


def _add_stakeholder(unit: Unit, command: Any) -> Facts:
    if command.person:
        unit.name_of(command.person)
    return Facts()


def _draft_notice(_unit: Unit, command: Any) -> Facts:
    return Facts(past_times=times_in(command.stage, command.fields))


def _notice(unit: Unit, command: Any) -> Facts:
    row = target(unit, Notice, command.notice)
    edited = getattr(command, "fields", None)
    if edited is not None:
        _fit_the_stage(row.stage, edited)
    return Facts(
        notice_stage=row.stage,
        notice_state=row.state,
        notice_fields=row.fields,
        past_times=times_in(row.stage, edited) if edited is not None else {},
    )


def _fit_the_stage(stage: str, fields: dict[str, Any]) -> None:
    try:
        check_fields(stage, fields)
    except PydanticCustomError as malformed:
        raise NotWellFormed([{"loc": ["fields"], "msg": malformed.message()}]) from malformed


def _answer_inquiry(unit: Unit, command: Any) -> Facts:
    row = target(unit, Inquiry, command.inquiry)
    return Facts(is_open=row.answered_at is None)


def _declare_resolved(unit: Unit, _command: Any) -> Facts:
    definition = latest(unit, ResolvedDefinition)
    if definition is None:
        return Facts()
    criteria = unit.session.exec(
        select(Criterion.id, Criterion.text, Criterion.state)
        .where(Criterion.incident_id == unit.number, Criterion.definition == definition.id)
        .order_by(col(Criterion.id))
    )
    return Facts(criteria=tuple((number, text, state) for number, text, state in criteria))


def _gates(unit: Unit, _command: Any) -> Facts:
    condition = latest(unit, StandDownCondition)
    published = (Notice.incident_id == unit.number, Notice.state == NoticeState.PUBLISHED)
    return Facts(
        is_open=condition is None or condition.met_at is None,
        gates={
            "stand_down_condition_set": condition is not None,
            "stand_down_condition_met": condition is not None and condition.met_at is not None,
            "resolution_notice_published": _exists(
                unit, *published, Notice.stage == NoticeStage.RESOLUTION
            ),
            "report_saved": _exists(unit, Report.incident_id == unit.number),
        },
        any_published=_exists(unit, *published),
    )


def _retrospective(unit: Unit, _command: Any) -> Facts:
    return Facts(
        has_retrospective=_exists(unit, Retrospective.incident_id == unit.number),
        attended=_exists(unit, Attendee.incident_id == unit.number, Attendee.person == unit.person),
    )


def _hold_retrospective(unit: Unit, command: Any) -> Facts:
    for handle in command.attendees:
        unit.name_of(handle)
    return Facts(past_times={"at": command.at})


def _add_next_action(unit: Unit, command: Any) -> Facts:
    unit.name_of(command.owner)
    return _retrospective(unit, command)


def _next_action(unit: Unit, command: Any) -> Facts:
    row = target(unit, NextAction, command.next_action)
    return Facts(is_open=row.completed_at is None, owner=row.owner)


_READERS: dict[str, Callable[[Unit, Any], Facts]] = {
    "check_in": _presence,
    "check_out": _presence,
    "assign_role": _assign_role,
    "release_role": _release_role,
    "offer_handoff": _offer_handoff,
    "accept_handoff": _handoff,
    "decline_handoff": _handoff,
    "cancel_handoff": _handoff,
    "meet_criterion": _criterion,
    "unmeet_criterion": _criterion,
    "waive_criterion": _criterion,
    "set_goal": _set_goal,
    "end_goal": _goal,
    "agree_course": _agree_course,
    "acknowledge_update": _acknowledge_update,
    "note": _occurred,
    "status": _occurred,
    "amend": _amend,
    "mark": _mark,
    "settle_hypothesis": _hypothesis,
    "assign_action": _assign_action,
    "acknowledge_action": _action,
    "extend_action": _action,
    "end_action": _action,
    "object": _object,
    "decide": _decide,
    "add_stakeholder": _add_stakeholder,
    "draft_notice": _draft_notice,
    "edit_notice": _notice,
    "approve_notice": _notice,
    "return_notice": _notice,
    "publish_notice": _notice,
    "answer_inquiry": _answer_inquiry,
    "declare_resolved": _declare_resolved,
    "meet_stand_down_condition": _gates,
    "stand_down": _gates,
    "cancel": _gates,
    "hold_retrospective": _hold_retrospective,
    "add_retro_item": _retrospective,
    "add_next_action": _add_next_action,
    "complete_next_action": _next_action,
}
