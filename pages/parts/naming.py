"""What the keys of the record are called on pages: rules, gates, fields, phases, states."""

from collections.abc import Mapping

from models.board import RoleCard
from models.messages import N_
from models.rules.verdict import Rule
from models.sentences import role_name as sentence_role_name
from services.language import Language, Translator

RULES: Mapping[str, str] = {
    Rule.ROLE_REQUIRED: N_("A role is required"),
    Rule.ONE_HOLDER: N_("One holder"),
    Rule.SME_EXCLUSIVE: N_("The primary SME holds nothing else"),
    Rule.STAFFING_ORDER: N_("Order of staffing"),
    Rule.COMMANDER_ONLY: N_("The commander's alone"),
    Rule.HOLDER_ONLY: N_("The role holder's alone"),
    Rule.EXPLICIT_HANDOFF: N_("Explicit handoff"),
    Rule.RESOLVED_NEEDS_DEFINITION: N_("Resolved needs a definition"),
    Rule.STAND_DOWN_GATES: N_("Gates of standing down"),
    Rule.APPEND_ONLY: N_("Nothing recorded is changed"),
    Rule.TWO_CLOCKS: N_("Two clocks"),
    Rule.KIND_FIXED: N_("Real or drill is fixed"),
    Rule.SEVERITY_UP: N_("Severity only rises"),
    Rule.ACTION_COMPLETE: N_("An action is complete"),
    Rule.NOTICE_COMPLETE: N_("An announcement is complete"),
    Rule.STALE_BOARD: N_("The board has moved on"),
}

LACKING: Mapping[str, str] = {
    "definition": N_("the definition of resolved"),
    "definition_met": N_("the definition of resolved, met"),
    "stand_down_condition_set": N_("the stand-down condition, set"),
    "stand_down_condition_met": N_("the stand-down condition, met"),
    "resolution_notice_published": N_("the resolution announcement, published"),
    "report_saved": N_("the report, saved"),
    "resolved": N_("resolved, or a written reason why not"),
    "approval": N_("the commander's approval"),
}
"""What a refusal or a gate may lack, where it is not a field."""

FIELDS: Mapping[str, str] = {
    "actions": N_("Actions"),
    "as_of": N_("As of"),
    "asked_by": N_("Asked by"),
    "at": N_("When"),
    "attendees": N_("Attendees"),
    "cause": N_("Cause"),
    "changed": N_("What changed"),
    "claim": N_("Claim"),
    "conditions": N_("Conditions"),
    "confirmed": N_("Confirmed"),
    "contact": N_("Contact"),
    "contact_after": N_("Contact from now on"),
    "criteria": N_("Criteria"),
    "data_loss": N_("Data loss"),
    "detected_at": N_("Detected at"),
    "detected_how": N_("How it was detected"),
    "due_at": N_("Due"),
    "due_on": N_("Due on"),
    "duty": N_("Duty"),
    "email": N_("E-mail"),
    "estimate": N_("Estimate (internal)"),
    "evidence": N_("Evidence"),
    "executor": N_("Executor"),
    "fields": N_("Announcement"),
    "from": N_("Asked by"),
    "handle": N_("Handle"),
    "impact": N_("Impact"),
    "impact_from": N_("Impact from"),
    "impact_to": N_("Impact until"),
    "key": N_("Key"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "name_ja": N_("Name in Japanese"),
    "needs": N_("Needs"),
    "next_update_at": N_("Next update at"),
    "next_update_reason": N_("Why no next update"),
    "note": N_("Note"),
    "occurred_at": N_("When it happened"),
    "outcome": N_("Outcome"),
    "owner": N_("Owner"),
    "permanent_measures": N_("Permanent measures"),
    "person": N_("Person"),
    "proposal": N_("Proposal"),
    "provisional_measures": N_("Provisional measures"),
    "reason": N_("Reason"),
    "recovered_at": N_("Recovered at"),
    "report_follows": N_("A report follows"),
    "response_state": N_("State of the response"),
    "result": N_("Result"),
    "risk": N_("Risk"),
    "role": N_("Role"),
    "severity": N_("Severity"),
    "slack_user_id": N_("Slack user id"),
    "state": N_("State"),
    "summary": N_("Summary"),
    "suspected": N_("Suspected"),
    "test": N_("How to test it"),
    "text": N_("Text"),
    "title": N_("Title"),
    "to": N_("To whom"),
    "unresolved_reason": N_("Why it stays unresolved"),
    "url": N_("Link"),
    "what": N_("What is happening"),
    "workaround": N_("Workaround"),
}

PHASES: Mapping[str, str] = {
    "declared": N_("declared"),
    "staffed": N_("staffed"),
    "aligned": N_("aligned"),
    "responding": N_("responding"),
    "mitigated": N_("mitigated"),
    "resolved": N_("resolved"),
    "stood_down": N_("stood down"),
    "reviewed": N_("reviewed"),
    "cancelled": N_("cancelled"),
}

_MALFORMED: Mapping[str, str] = {
    "blank": N_("is blank; say something"),
    "string_too_short": N_("is empty; say something"),
    "string_too_long": N_("is too long; at most {max_length} characters"),
    "too_short": N_("is empty; give at least one"),
    "too_long": N_("has too many; at most {max_length}"),
    "nul_character": N_("contains a NUL character; remove it"),
    "lone_surrogate": N_("contains half of a character; type it again"),
    "missing": N_("is missing"),
    "string_pattern_mismatch": N_("has characters that are not allowed here"),
    "two-clocks": N_("is no time with a date and an offset"),
    "web_address": N_("is no web address; start with https://"),
    "day_format": N_("is no date; write it as 2026-01-31"),
    "no_such_day": N_("is no day that exists"),
    "string_type": N_("is missing"),
    "enum": N_("is missing"),
    "literal_error": N_("is missing"),
}


def name_rule(rule: str, _: Translator) -> str:
    """The name of a rule."""
    return _(RULES[rule])


def name_lacking(key: str, _: Translator) -> str | None:
    """What `missing` of a refusal calls `key`; None when it is people's words, not a key."""
    text = LACKING.get(key) or FIELDS.get(key)
    return _(text) if text else None


def name_field(name: str, _: Translator) -> str:
    """The name of a field of a command; the key itself where it has none."""
    return _(FIELDS[name]) if name in FIELDS else name


def name_role(card: RoleCard, _: Translator, language: Language) -> str:
    """The name of a role of a board. A custom role's name is people's words."""
    return sentence_role_name(card.key, {"en": card.name_en, "ja": card.name_ja}, _, language)


def say_problem(problem: Mapping[str, object], _: Translator) -> tuple[str, str]:
    """The field and the fault of one of pydantic's errors.

    A fault that has no sentence of ours is said in pydantic's own English.
    """
    places = problem.get("loc")
    inner = [str(part) for part in places] if isinstance(places, list | tuple) else []
    # The discriminated union puts the command's type first, a list its index last.
    names = [part for part in inner if part in FIELDS]
    kind = str(problem.get("type", ""))
    if kind not in _MALFORMED:
        return (name_field(names[-1], _) if names else "", str(problem.get("msg", "")))
    context = problem.get("ctx")
    values = context if isinstance(context, Mapping) else {}
    fault = _(_MALFORMED[kind]).format_map({"max_length": "", **values})
    return (name_field(names[-1], _) if names else "", fault)
