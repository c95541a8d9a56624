"""Commands for a state machine to give: of every type, sensible or not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.models.formation_model import NOTICE_FIELDS, SEVERITIES, FormationModel

PEOPLE = ("hana", "ken", "aya", "jun", "mio", "rei")
ROLES = ("commander", "primary_sme", "liaison", "scribe", "dba", "runner")
FORMING = (
    *("assign_role", "release_role", "offer_handoff", "accept_handoff", "decline_handoff"),
    *("cancel_handoff", "take_command", "add_role", "check_in", "check_out"),
)
MALFORMED: tuple[dict[str, Any], ...] = (
    {},
    {"type": "no_such_command"},
    {"type": "note"},
    {"type": "note", "text": ""},
    {"type": "note", "text": " \n\u3000"},
    {"type": "note", "text": "x" * 10_001},
    {"type": "note", "text": "NUL \x00"},
    {"type": "note", "text": "half \ud83d"},
    {"type": "note", "text": 7},
    {"type": "note", "text": "t", "kind": "drill"},
    {"type": "note", "text": "t", "occurred_at": "2026-01-31T09:30:00"},
    {"type": "note", "text": "t", "occurred_at": "26-01-31T09:30:00Z"},
    {"type": "note", "text": "t", "occurred_at": "12026-01-31T09:30:00Z"},
    {"type": "note", "text": "t", "occurred_at": "2026-02-30T09:30:00Z"},
    {"type": "note", "text": "t", "occurred_at": 1_769_850_000},
    {"type": "assign_role", "role": "scribe"},
    {"type": "assign_role", "role": "Scribe!", "person": "hana"},
    {"type": "assign_action", "text": "t", "owner": "hana"},
    {"type": "assign_action", "text": "t", "due_at": "2026-01-31T09:30:00Z"},
    {"type": "add_next_action", "text": "t", "due_on": "2026-01-31"},
    {"type": "add_next_action", "text": "t", "owner": "hana", "due_on": "2026-01-32"},
    {"type": "define_resolved", "criteria": []},
    {"type": "end_goal", "goal": "1", "outcome": "achieved"},
    {"type": "end_goal", "goal": True, "outcome": "achieved"},
    {"type": "end_goal", "goal": 0, "outcome": "achieved"},
    {"type": "set_severity", "severity": "SEV0"},
    {"type": "waive_criterion", "criterion": 1},
    {"type": "reopen"},
    {"type": "draft_notice", "stage": "first", "fields": {"data_loss": "none"}},
    {"type": "draft_notice", "stage": "first", "fields": {"next_update_at": "soon"}},
    {"type": "set_call", "url": "javascript:alert(1)"},
)

_person = st.sampled_from((*PEOPLE, *PEOPLE, "zoe"))
_role = st.sampled_from((*ROLES, "commander", "primary_sme"))
_number = st.integers(1, 4)
_words = st.sampled_from(
    ("t", "<script>alert(1)</script>", "<!channel> & <@U1>", "障害 🔥", "\u202ertl", "x" * 4_000)
)
_maybe = st.none() | _words
_reason = st.just("t") | _words


def a_command(kind: str, model: FormationModel, now: datetime) -> st.SearchStrategy[Any]:
    """One command of `kind` in its wire form; optional fields come and go."""
    fields = st.fixed_dictionaries(_fields(kind, model, now))
    return fields.map(
        lambda chosen: {"type": kind, **{k: v for k, v in chosen.items() if v is not None}}
    )


def _moment(now: datetime) -> st.SearchStrategy[str]:
    minutes = st.sampled_from((-1_000_000, -60, -1, 0, 1, 3, 600))
    return minutes.map(lambda n: (now + timedelta(minutes=n)).isoformat())


def _notice(stage: str, now: datetime) -> st.SearchStrategy[dict[str, Any]]:
    values: dict[str, Any] = {
        "state": st.sampled_from(("investigating", "identified", "monitoring")),
    }
    for name in NOTICE_FIELDS[stage]:
        values.setdefault(name, _moment(now) if name.endswith(("_at", "_of")) else _words)
    chosen = st.fixed_dictionaries(
        {name: st.none() | values[name] for name in NOTICE_FIELDS[stage]}
    )
    return chosen.map(lambda fields: {k: v for k, v in fields.items() if v is not None})


def _fields(kind: str, model: FormationModel, now: datetime) -> dict[str, Any]:
    moment = _moment(now)
    future = st.just(datetime(2099, 1, 1, tzinfo=UTC).isoformat())
    any_notice = st.sampled_from(tuple(NOTICE_FIELDS)).flatmap(lambda s: _notice(s, now))
    updates = st.sampled_from((*model.open["update"], 1, model.n_entries + 1))
    table: dict[str, dict[str, Any]] = {
        "check_in": {"person": st.none() | _person},
        "check_out": {"person": st.none() | _person},
        "assign_role": {"role": _role, "person": _person},
        "release_role": {"role": _role, "person": st.none() | _person},
        "offer_handoff": {"role": _role, "to": _person},
        "accept_handoff": {"role": _role},
        "decline_handoff": {"role": _role, "reason": _maybe},
        "cancel_handoff": {"role": _role},
        "take_command": {"reason": _maybe},
        "add_role": {
            "key": st.sampled_from(("dba", "runner", "scribe")),
            "name_en": st.just("Runner"),
            "name_ja": st.just("伝令"),
            "duty": _words,
            "single": st.booleans(),
        },
        "set_situation": {"text": _words},
        "define_resolved": {"criteria": st.lists(_words, min_size=1, max_size=2)},
        "meet_criterion": {"criterion": _number, "note": _maybe},
        "unmeet_criterion": {"criterion": _number, "reason": _reason},
        "waive_criterion": {"criterion": _number, "reason": _reason},
        "set_goal": {"text": _words, "owner": st.none() | _person, "due_at": st.none() | future},
        "end_goal": {
            "goal": _number,
            "outcome": st.sampled_from(("achieved", "dropped")),
            "reason": _maybe,
        },
        "set_course": {"text": _words},
        "set_severity": {"severity": st.sampled_from(SEVERITIES), "reason": _maybe},
        "mark": {
            "name": st.sampled_from(("impact_start", "mitigated")),
            "at": moment,
            "note": _maybe,
        },
        "set_call": {"url": st.just("https://example.org/call?a=1&b=<2>")},
        "post_update": {"conditions": _words, "actions": _words, "needs": _words},
        "acknowledge_update": {"entry": updates},
        "raise_hypothesis": {"claim": _words, "test": _maybe},
        "settle_hypothesis": {
            "hypothesis": _number,
            "outcome": st.sampled_from(("falsified", "supported")),
            "evidence": _words,
        },
        "assign_action": {"text": _words, "owner": _person, "due_at": future},
        "acknowledge_action": {"action": _number},
        "extend_action": {"action": _number, "due_at": future},
        "end_action": {
            "action": _number,
            "outcome": st.sampled_from(("done", "failed", "dropped")),
            "result": _words,
        },
        "propose_decision": {"proposal": _words, "risk": _maybe},
        "object": {"decision": _number, "reason": _reason},
        "decide": {
            "decision": _number,
            "outcome": st.sampled_from(("go", "no_go")),
            "executor": st.none() | _person,
            "emergency": st.none() | st.booleans(),
        },
        "note": {"text": _words, "occurred_at": st.none() | moment},
        "status": {"text": _words, "occurred_at": st.none() | moment},
        "amend": {
            "entry": st.integers(1, model.n_entries + 1),
            "text": _words,
            "occurred_at": st.none() | moment,
            "reason": _maybe,
        },
        "add_stakeholder": {"name": st.just("Sales <b>"), "person": st.none() | _person},
        "edit_notice": {"notice": _number, "fields": any_notice},
        "approve_notice": {"notice": _number},
        "return_notice": {"notice": _number, "reason": _reason},
        "publish_notice": {"notice": _number},
        "log_inquiry": {"from": st.just("営業"), "text": _words},
        "answer_inquiry": {"inquiry": _number, "text": _words},
        "reopen": {"reason": _reason},
        "set_stand_down_condition": {"text": _words},
        "meet_stand_down_condition": {"note": _maybe},
        "save_report": {"text": _words},
        "stand_down": {"unresolved_reason": _maybe},
        "cancel": {"reason": _reason},
        "hold_retrospective": {
            "at": moment,
            "attendees": st.lists(_person, min_size=1, max_size=4),
        },
        "add_retro_item": {
            "kind": st.sampled_from(("good", "bad", "surprise")),
            "about": st.sampled_from(("response", "cause")),
            "text": _words,
        },
        "add_next_action": {
            "text": _words,
            "owner": _person,
            "due_on": st.just(date(2099, 1, 1).isoformat()),
        },
        "complete_next_action": {"next_action": _number, "note": _maybe},
    }
    return table.get(kind, {})


def a_notice(now: datetime) -> st.SearchStrategy[dict[str, Any]]:
    """A draft of any stage, with the fields of that stage."""
    return st.sampled_from(tuple(NOTICE_FIELDS)).flatmap(
        lambda stage: _notice(stage, now).map(
            lambda fields: {"type": "draft_notice", "stage": stage, "fields": fields}
        )
    )


def follow_ups(model: FormationModel) -> list[dict[str, Any]]:
    """Commands about what is there: open offers, goals, criteria, notices, and so on."""
    role_offers = [offer["role"] for offer in model.offers]
    found = [
        {"type": kind, "role": role}
        for role in role_offers
        for kind in ("accept_handoff", "decline_handoff", "cancel_handoff")
    ]
    for role, holders in model.held.items():
        found += [{"type": "offer_handoff", "role": role, "to": to} for to in PEOPLE if holders]
        found += [{"type": "release_role", "role": role, "person": who} for who in holders]
    for number in (*model.criteria, *model.old_criteria):
        found += [
            {"type": "meet_criterion", "criterion": number},
            {"type": "unmeet_criterion", "criterion": number, "reason": "t"},
            {"type": "waive_criterion", "criterion": number, "reason": "t"},
        ]
    ends: dict[str, dict[str, Any]] = {
        "goal": {"type": "end_goal", "outcome": "dropped"},
        "hypothesis": {"type": "settle_hypothesis", "outcome": "supported", "evidence": "t"},
        "decision": {"type": "decide", "outcome": "go"},
        "inquiry": {"type": "answer_inquiry", "text": "t"},
        "update": {"type": "acknowledge_update"},
    }
    for kind, wire in ends.items():
        name = "entry" if kind == "update" else kind
        found += [{**wire, name: number} for number in model.open[kind]]
    found += [{"type": "object", "decision": n, "reason": "t"} for n in model.open["decision"]]
    for number in model.actions:
        found += [
            {"type": "acknowledge_action", "action": number},
            {"type": "extend_action", "action": number, "due_at": "2099-01-01T00:00:00Z"},
            {"type": "end_action", "action": number, "outcome": "done", "result": "t"},
        ]
    for number, notice in model.notices.items():
        found += [
            {"type": "edit_notice", "notice": number, "fields": notice["fields"]},
            {"type": "approve_notice", "notice": number},
            {"type": "return_notice", "notice": number, "reason": "t"},
            {"type": "publish_notice", "notice": number},
        ]
    found += [{"type": "complete_next_action", "next_action": n} for n in model.next_actions]
    found += [{"type": "agree_course"}] * model.has_course
    found += [{"type": "reopen", "reason": "t"}] * model.is_resolved
    item = {"type": "add_retro_item", "kind": "bad", "about": "cause", "text": "t"}
    return found + [item] * model.has_retrospective
