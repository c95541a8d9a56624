"""What a timeline entry says, in English and in any language of the catalogue.

The stored text of an entry is the English sentence of its day; a page that speaks another
language says it again from `kind` and `data`. Entries whose text is people's own words
have no sentence here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.messages import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROLE_NAMES: dict[str, str] = {
    "commander": N_("incident commander"),
    "primary_sme": N_("primary SME"),
    "liaison": N_("external liaison"),
    "scribe": N_("scribe"),
}

_PEOPLE = frozenset({"person", "giver", "receiver", "owner", "executor"})

WORDS: dict[str, str] = {
    "achieved": N_("achieved"),
    "dropped": N_("dropped"),
    "falsified": N_("falsified"),
    "supported": N_("supported"),
    "done": N_("done"),
    "failed": N_("failed"),
    "go": N_("go"),
    "no_go": N_("no go"),
    "impact_start": N_("impact start"),
    "mitigated": N_("mitigated"),
    "first": N_("first announcement"),
    "update": N_("update announcement"),
    "resolution": N_("resolution announcement"),
    "good": N_("good"),
    "bad": N_("bad"),
    "surprise": N_("surprise"),
    "response": N_("response"),
    "cause": N_("cause"),
}

_SENTENCES: dict[str, tuple[str, ...]] = {
    "incident.declared": (N_("Declared: {title}"),),
    "person.checked_in": (N_("{person} checked in"),),
    "person.checked_out": (N_("{person} checked out"),),
    "role.assigned": (N_("{person} is {role}"),),
    "role.released": (N_("{person} is no longer {role}"),),
    "role.added": (N_("Role added: {role}. {duty}"),),
    "handoff.offered": (
        N_("{role} offered by {giver} to {receiver}"),
        N_("{role} offered to {receiver}"),
    ),
    "handoff.accepted": (
        N_("{receiver} is {role} (from {giver})"),
        N_("{receiver} is {role}"),
    ),
    "handoff.declined": (
        N_("{receiver} declined {role}: {reason}"),
        N_("{receiver} declined {role}"),
    ),
    "handoff.cancelled": (N_("The offer of {role} to {receiver} was taken back"),),
    "handoff.lapsed": (N_("The offer of {role} to {receiver} lapsed"),),
    "command.taken": (
        N_("{person} took command from {giver}: {reason}"),
        N_("{person} took command: {reason}"),
        N_("{person} took command"),
    ),
    "situation.set": (N_("Situation: {text}"),),
    "resolved_definition.set": (N_("Resolved means: {text}"),),
    "criterion.met": (
        N_("Criterion {number} met: {text} ({note})"),
        N_("Criterion {number} met: {text}"),
    ),
    "criterion.unmet": (N_("Criterion {number} not met after all: {text} ({reason})"),),
    "criterion.waived": (N_("Criterion {number} waived: {text} ({reason})"),),
    "goal.set": (
        N_("Goal {number}: {text} ({owner}, due {due_at})"),
        N_("Goal {number}: {text} ({owner})"),
        N_("Goal {number}: {text} (due {due_at})"),
        N_("Goal {number}: {text}"),
    ),
    "goal.ended": (
        N_("Goal {number} {outcome}: {text} ({reason})"),
        N_("Goal {number} {outcome}: {text}"),
    ),
    "course.set": (N_("Course: {text}"),),
    "course.agreed": (N_("The primary SME agrees the course: {text}"),),
    "update.posted": (
        N_("SME update. Conditions: {conditions} Actions: {actions} Needs: {needs}"),
    ),
    "update.acknowledged": (N_("SME update {entry} acknowledged"),),
    "hypothesis.raised": (
        N_("Hypothesis {number}: {text} (test: {test})"),
        N_("Hypothesis {number}: {text}"),
    ),
    "hypothesis.settled": (N_("Hypothesis {number} {outcome}: {text} ({evidence})"),),
    "action.assigned": (N_("Action {number} for {owner}, due {due_at}: {text}"),),
    "action.acknowledged": (N_("{owner} is on action {number}: {text}"),),
    "action.extended": (N_("Action {number} is now due {due_at}: {text}"),),
    "action.ended": (N_("Action {number} {outcome}: {text} ({result})"),),
    "decision.proposed": (
        N_("Decision {number} proposed: {text} (risk: {risk})"),
        N_("Decision {number} proposed: {text}"),
    ),
    "decision.objected": (N_("Objection to decision {number}: {reason}"),),
    "decision.decided": (
        N_("Decision {number}, {outcome}: {text} (executor: {executor})"),
        N_("Decision {number}, {outcome}: {text}"),
    ),
    "status.checked": (N_("Status check"),),
    "severity.set": (
        N_("Severity {severity}: {reason}"),
        N_("Severity {severity}"),
    ),
    "mark.set": (
        N_("Marked {name} at {marked_at}: {note}"),
        N_("Marked {name} at {marked_at}"),
    ),
    "call.set": (N_("Call: {url}"),),
    "stakeholder.added": (N_("Stakeholder added: {stakeholder}"),),
    "notice.drafted": (N_("Drafted {stage} {number}"),),
    "notice.edited": (N_("Edited {stage} {number}"),),
    "notice.approved": (N_("Approved {stage} {number}"),),
    "notice.returned": (N_("Returned {stage} {number}: {reason}"),),
    "notice.published": (N_("Published {stage} {number}"),),
    "inquiry.logged": (N_("Inquiry {number} from {asked_by}: {text}"),),
    "inquiry.answered": (N_("Inquiry {number} answered: {text}"),),
    "incident.resolved": (N_("Resolved"),),
    "incident.reopened": (N_("Reopened: {reason}"),),
    "stand_down_condition.set": (N_("Stand-down condition: {text}"),),
    "stand_down_condition.met": (
        N_("Stand-down condition met: {note}"),
        N_("Stand-down condition met"),
    ),
    "report.saved": (N_("Report saved (version {number})"),),
    "incident.stood_down": (
        N_("Stood down without being resolved: {reason}"),
        N_("Stood down"),
    ),
    "incident.cancelled": (N_("Cancelled: {reason}"),),
    "retrospective.held": (N_("Retrospective held at {marked_at} with {attendees}"),),
    "retrospective.item_added": (N_("Retrospective, {about}, {kind}: {text}"),),
    "next_action.added": (N_("Next action {number} for {owner}, due {due_on}: {text}"),),
    "next_action.completed": (
        N_("Next action {number} completed: {text} ({note})"),
        N_("Next action {number} completed: {text}"),
    ),
    "channels.created": (N_("Slack channels: {channels}"),),
}

OWN_WORDS = frozenset({"note.written", "status.written", "entry.amended"})
"""Kinds whose text is what the person typed."""

ENTRY_KINDS: tuple[str, ...] = (*_SENTENCES, *sorted(OWN_WORDS))


def has_sentence(kind: str) -> bool:
    """Return whether entries of `kind` are said from their data."""
    return kind in _SENTENCES


def in_utc(moment: datetime) -> str:
    """Return a time of the record as a sentence writes it where no reader's zone is known."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def say(
    kind: str,
    data: Mapping[str, Any],
    translate: Callable[[str], str],
    language: str,
    moment: Callable[[datetime], str] = in_utc,
) -> str:
    """Return the sentence of an entry in one language.

    Args:
        kind: a kind for which `has_sentence` holds.
        data: the entry's data. `names` maps handles to the names of that day, `role_name`
            holds a custom role's name by language.
        translate: gettext of that language.
        language: `en` or `ja`, for names of custom roles.
        moment: how a time (aware UTC) is written.
    """
    places = {
        key: _place(key, value, data, translate, language, moment)
        for key, value in data.items()
        if value is not None
    }
    for template in _SENTENCES[kind]:
        try:
            return translate(template).format_map(places)
        except KeyError:
            # An optional place is empty: the next, shorter sentence does without it.
            continue
    return translate(_SENTENCES[kind][-1])


def role_name(
    key: str, names: Mapping[str, str] | None, translate: Callable[[str], str], language: str
) -> str:
    """Return a role's name; `names` by language are a custom role's own."""
    if key in ROLE_NAMES:
        return translate(ROLE_NAMES[key])
    return (names or {}).get(language) or key


def _place(
    key: str,
    value: Any,
    data: Mapping[str, Any],
    translate: Callable[[str], str],
    language: str,
    moment: Callable[[datetime], str],
) -> Any:
    if key == "role":
        return role_name(value, data.get("role_name"), translate, language)
    if key in _PEOPLE:
        return data.get("names", {}).get(value, value)
    if key == "attendees":
        return ", ".join(data.get("names", {}).get(handle, handle) for handle in value)
    if key.endswith("_at"):
        return moment(datetime.fromisoformat(value))
    if key in ("outcome", "name", "stage", "kind", "about"):
        return translate(WORDS.get(value, value))
    return value
