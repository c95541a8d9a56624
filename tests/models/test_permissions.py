"""Who may give which command, cell by cell.

The tables are written by hand from section 3 of the design and from "Settled where the rules leave
room" in the contract; nothing here is taken from `models.rules`. Each cell is a real command on a
real database, undone afterwards so that every cell begins with the same board.

A cell is `+` (accepted) or the letters of the rules that may be named, where several are broken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models.commands import COMMAND_ADAPTER, COMMANDS
from services import commands
from services.db import Database
from services.errors import RuleBroken
from tests.record import assert_record_holds
from tests.team import Team, actor

RULES = {
    "r": "role-required",
    "c": "commander-only",
    "h": "holder-only",
    "o": "one-holder",
    "x": "sme-exclusive",
    "s": "staffing-order",
    "e": "explicit-handoff",
    "d": "resolved-needs-definition",
    "g": "stand-down-gates",
    "a": "append-only",
    "n": "notice-complete",
    "v": "severity-up",
}
TOMORROW = datetime.now(UTC) + timedelta(days=1)
TIME = TOMORROW.isoformat()
PAST = "2026-01-31T09:30:00+09:00"
FIRST = {"what": "Checkout fails", "impact": "Buyers", "next_update_at": TIME}
RESOLUTION = {"recovered_at": PAST, "data_loss": "none"}

# Fields that begin with @ are filled in by the board under test: the seq of an update, and the
# holder of the custom role `runner`.
UPDATE, RUNNER = "@update", "@runner"

ORDER = ("commander", "primary_sme", "liaison", "scribe", "runner", "nobody")
OPEN: list[tuple[str, dict[str, Any], str]] = [
    # command            fields                                     IC  SME  L    S    any  none
    ("check_in", {}, "                                              +   +    +    +    +    +"),
    ("check_in", {"person": "uma"}, "                               +   +    +    +    +    +"),
    ("check_out", {}, "                                             e   e    e    e    e    +"),
    ("check_out", {"person": "uma"}, "                              +   +    +    +    +    +"),
    ("check_out", {"person": "ken"}, "                              e   e    e    e    e    e"),
    ("assign_role", {"role": "relay", "person": "uma"}, "           +   c    c    c    c    r"),
    ("assign_role", {"role": "relay", "person": "ken"}, "           x   cx   cx   cx   cx   rx"),
    ("assign_role", {"role": "scribe", "person": "uma"}, "          o   co   co   co   co   ro"),
    ("assign_role", {"role": "commander", "person": "uma"}, "       o   co   co   co   co   ro"),
    ("release_role", {"role": "runner", "person": RUNNER}, "        +   ch   ch   ch   +    r"),
    ("release_role", {"role": "scribe"}, "                          +   h    h    +    h    r"),
    ("release_role", {"role": "primary_sme"}, "                     +   +    h    h    h    r"),
    ("release_role", {"role": "commander"}, "                       e   h    h    h    h    r"),
    ("offer_handoff", {"role": "scribe", "to": "uma"}, "            +   h    h    +    h    r"),
    ("offer_handoff", {"role": "commander", "to": "uma"}, "         +   h    h    h    h    r"),
    ("offer_handoff", {"role": "scribe", "to": "ken"}, "            x   hx   hx   x    hx   rx"),
    ("accept_handoff", {"role": "relay"}, "                         e   ex   e    e    e    +"),
    ("decline_handoff", {"role": "relay"}, "                        e   e    e    e    e    +"),
    ("cancel_handoff", {"role": "relay"}, "                         +   h    h    h    h    r"),
    ("take_command", {}, "                                          oe  ex   e    e    e    r"),
    ("take_command", {"reason": "gone"}, "                          oe  x    +    +    +    r"),
    (
        "add_role",
        {"key": "dba", "name_en": "DBA", "name_ja": "DBA", "duty": "db", "single": True},
        "                                                           +   c    c    c    c    r",
    ),
    ("set_situation", {"text": "t"}, "                              +   c    c    c    c    r"),
    ("define_resolved", {"criteria": ["t"]}, "                      +   c    c    c    c    r"),
    ("meet_criterion", {"criterion": 1}, "                          +   c    c    c    c    r"),
    ("unmeet_criterion", {"criterion": 1, "reason": "t"}, "         +   c    c    c    c    r"),
    ("waive_criterion", {"criterion": 1, "reason": "t"}, "          +   c    c    c    c    r"),
    ("set_goal", {"text": "t"}, "                                   +   c    c    c    c    r"),
    ("end_goal", {"goal": 1, "outcome": "achieved"}, "              +   c    c    c    c    r"),
    ("set_course", {"text": "t"}, "                                 +   c    c    c    c    r"),
    ("agree_course", {}, "                                          h   +    h    h    h    r"),
    (
        "post_update",
        {"conditions": "c", "actions": "a", "needs": "n"},
        "                                                           h   +    h    h    h    r",
    ),
    ("acknowledge_update", {"entry": UPDATE}, "                     +   c    c    c    c    r"),
    ("note", {"text": "t"}, "                                       +   +    +    +    +    r"),
    ("status", {"text": "t"}, "                                     h   h    h    +    h    r"),
    ("amend", {"entry": 1, "text": "t"}, "                          h   h    h    +    h    r"),
    ("raise_hypothesis", {"claim": "t"}, "                          h   +    h    h    h    r"),
    (
        "settle_hypothesis",
        {"hypothesis": 1, "outcome": "falsified", "evidence": "t"},
        "                                                           h   +    h    h    h    r",
    ),
    (
        "assign_action",
        {"text": "t", "owner": "uma", "due_at": TIME},
        "                                                           +   +    c    c    c    r",
    ),
    # Action 1 is owned by the holder of the custom role, action 2 by the person without one.
    ("acknowledge_action", {"action": 1}, "                         +   +    c    c    +    r"),
    ("extend_action", {"action": 1, "due_at": TIME}, "              +   +    c    c    +    r"),
    (
        "end_action",
        {"action": 1, "outcome": "done", "result": "t"},
        "                                                           +   +    c    c    +    r",
    ),
    (
        "end_action",
        {"action": 2, "outcome": "done", "result": "t"},
        "                                                           +   +    c    c    c    r",
    ),
    ("propose_decision", {"proposal": "t"}, "                       +   +    +    +    +    r"),
    ("object", {"decision": 1, "reason": "t"}, "                    +   +    +    +    +    r"),
    ("decide", {"decision": 1, "outcome": "go"}, "                  +   c    c    c    c    r"),
    ("status_check", {}, "                                          +   c    c    c    c    r"),
    ("set_severity", {"severity": "SEV2"}, "                        +   c    c    c    c    r"),
    ("set_severity", {"severity": "SEV4"}, "                        v   cv   cv   cv   cv   rv"),
    ("mark", {"name": "mitigated", "at": PAST}, "                   +   ch   ch   +    ch   r"),
    ("set_call", {"url": "https://example.org/"}, "                 +   +    +    +    +    +"),
    ("add_stakeholder", {"name": "t"}, "                            h   h    +    h    h    r"),
    ("draft_notice", {"stage": "first", "fields": {}}, "            h   h    +    h    h    r"),
    ("edit_notice", {"notice": 1, "fields": {}}, "                  h   h    +    h    h    r"),
    ("approve_notice", {"notice": 1}, "                             +   c    c    c    c    r"),
    ("return_notice", {"notice": 1, "reason": "t"}, "               +   c    c    c    c    r"),
    ("publish_notice", {"notice": 1}, "                             hn  hn   n    hn   hn   rn"),
    ("publish_notice", {"notice": 2}, "                             h   h    +    h    h    r"),
    ("log_inquiry", {"from": "Sales", "text": "t"}, "               +   +    +    +    +    +"),
    ("answer_inquiry", {"inquiry": 1, "text": "t"}, "               h   h    +    h    h    r"),
    ("declare_resolved", {}, "                                      d   cd   cd   cd   cd   rd"),
    ("reopen", {"reason": "t"}, "                                   d   cd   cd   cd   cd   rd"),
    ("set_stand_down_condition", {"text": "t"}, "                   +   c    c    c    c    r"),
    ("meet_stand_down_condition", {}, "                             +   c    c    c    c    r"),
    ("save_report", {"text": "t"}, "                                h   h    h    +    h    r"),
    ("stand_down", {}, "                                            g   cg   cg   cg   cg   rg"),
    ("cancel", {"reason": "t"}, "                                   +   c    c    c    c    r"),
    (
        "hold_retrospective",
        {"at": PAST, "attendees": ["ken"]},
        "                                                           ag  ag   ag   ag   ag   rag",
    ),
    (
        "add_retro_item",
        {"kind": "good", "about": "response", "text": "t"},
        "                                                           ag  ag   ag   ag   ag   rag",
    ),
    (
        "add_next_action",
        {"text": "t", "owner": "ken", "due_on": "2026-12-01"},
        "                                                           +   +    +    +    +    r",
    ),
    # Next action 1 is owned by the person without a role.
    ("complete_next_action", {"next_action": 1}, "                  +   +    +    +    +    r"),
]

# Liaison and scribe fall to the commander, the primary SME to nobody; the rest is as above.
VACANT_ORDER = ("commander", "runner", "nobody")
VACANT: dict[str, str] = {
    "                        ": "IC any none",
    "agree_course            ": "h  h   r",
    "post_update             ": "h  h   r",
    "raise_hypothesis        ": "h  h   r",
    "settle_hypothesis       ": "h  h   r",
    "assign_action           ": "+  c   r",
    "acknowledge_action      ": "+  +   r",
    "status                  ": "+  h   r",
    "amend                   ": "+  h   r",
    "save_report             ": "+  h   r",
    "mark                    ": "+  ch  r",
    "add_stakeholder         ": "+  h   r",
    "draft_notice            ": "+  h   r",
    "edit_notice             ": "+  h   r",
    "answer_inquiry          ": "+  h   r",
    "set_situation           ": "+  c   r",
    "approve_notice          ": "+  c   r",
    "note                    ": "+  +   r",
    "set_call                ": "+  +   +",
}

# After stand-down. The person without a role attended the retrospective and owns next action 1.
AFTERWARDS: list[tuple[str, dict[str, Any], str]] = [
    ("amend", {"entry": 1, "text": "t"}, "                          +   h    h    +    h    r"),
    ("set_severity", {"severity": "SEV4"}, "                        +   c    c    c    c    r"),
    (
        "hold_retrospective",
        {"at": PAST, "attendees": ["ken"]},
        "                                                           +   +    +    +    +    r",
    ),
    (
        "add_retro_item",
        {"kind": "bad", "about": "cause", "text": "t"},
        "                                                           +   +    +    +    +    +",
    ),
    (
        "add_next_action",
        {"text": "t", "owner": "ken", "due_on": "2026-12-01"},
        "                                                           +   +    +    +    +    +",
    ),
    ("complete_next_action", {"next_action": 1}, "                  +   +    +    +    +    +"),
    ("complete_next_action", {"next_action": 2}, "                  +   +    +    +    +    r"),
]


class Undone(Database):
    """A database on which a command runs to its last statement and is then undone."""

    is_undoing = False

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with super().writing() as session:
            if self.is_undoing:
                session.commit = session.rollback
            yield session


@pytest.fixture
def board(database_url: str) -> Iterator[Team]:
    database = Undone(database_url)
    yield Team(database)
    assert_record_holds(database)
    database.close()


SEPARATE = {
    "commander": "hana",
    "primary_sme": "ken",
    "liaison": "aya",
    "scribe": "jun",
    "runner": "mio",
    "nobody": "rei",
}


def prepare(board: Team, who: dict[str, str]) -> dict[str, Any]:
    """An open incident with one of everything, in the formation of `who`."""
    board.declare(severity="SEV3")
    ic, sme, scribe = who["commander"], who["primary_sme"], who["scribe"]
    board.staff(ic, sme, who["liaison"], scribe)
    role = {"name_en": "x", "name_ja": "x", "duty": "x"}
    board.give(ic, "add_role", key="runner", single=False, **role)
    board.give(ic, "add_role", key="relay", single=True, **role)
    board.give(ic, "assign_role", role="runner", person=who["runner"])
    board.give(ic, "offer_handoff", role="relay", to=who["nobody"])
    board.give(ic, "set_situation", text="t")
    board.give(ic, "define_resolved", criteria=["one", "two"])
    board.give(ic, "set_goal", text="t")
    board.give(ic, "set_course", text="t")
    update = board.give(sme, "post_update", conditions="c", actions="a", needs="n")
    board.give(sme, "raise_hypothesis", claim="t")
    board.give(ic, "assign_action", text="t", owner=who["runner"], due_at=TIME)
    board.give(ic, "assign_action", text="t", owner=who["nobody"], due_at=TIME)
    board.give(sme, "propose_decision", proposal="t")
    for _ in range(2):
        board.give(who["liaison"], "draft_notice", stage="first", fields=FIRST)
    board.give(ic, "approve_notice", notice=2)
    board.give(who["nobody"], "log_inquiry", **{"from": "Sales"}, text="t")
    board.give(ic, "set_stand_down_condition", text="t")
    board.give(ic, "add_next_action", text="t", owner=who["nobody"], due_on="2026-12-01")
    board.give(ic, "add_next_action", text="t", owner="tom", due_on="2026-12-01")
    return {UPDATE: update.first_seq, RUNNER: who["runner"]}


def stand_down(board: Team, who: dict[str, str]) -> None:
    ic, liaison = who["commander"], who["liaison"]
    board.give(ic, "meet_stand_down_condition")
    board.give(liaison, "draft_notice", stage="resolution", fields=RESOLUTION)
    board.give(ic, "approve_notice", notice=3)
    board.give(liaison, "publish_notice", notice=3)
    board.give(who["scribe"], "save_report", text="t")
    board.give(ic, "stand_down", unresolved_reason="t")


def refusal(board: Team, person: str, kind: str, fields: dict[str, Any]) -> str:
    """What `person` is told: "+", or the letter of the rule; the board stays as it was."""
    command = COMMAND_ADAPTER.validate_python({"type": kind, **fields})
    letters = {rule: letter for letter, rule in RULES.items()}
    try:
        commands.execute(
            board.database, command, incident_id=board.incident_id, actor=actor(person)
        )
    except RuleBroken as refused:
        return letters[refused.rule]
    return "+"


def differences(
    board: Team, known: dict[str, Any], who: dict[str, str], rows: Any
) -> list[tuple[Any, ...]]:
    """Every cell in which the answer is not the expected one."""
    board.database.is_undoing = True
    wrong = []
    for kind, fields, cells in rows:
        filled = {key: known.get(str(value), value) for key, value in fields.items()}
        for role, expected in cells.items():
            told = refusal(board, who[role], kind, filled)
            if told not in expected:
                wrong.append((kind, fields, role, f"expected {expected}, told {told}"))
    board.database.is_undoing = False
    return wrong


def with_columns(rows: Any, order: tuple[str, ...] = ORDER) -> list[Any]:
    return [
        (kind, fields, dict(zip(order, cells.split(), strict=True))) for kind, fields, cells in rows
    ]


def test_the_table_has_every_command():
    assert {kind for kind, _, _ in OPEN} == set(COMMANDS)
    assert len(COMMANDS) == 56


def test_each_role_may_do_its_duties_and_nothing_else_while_the_incident_is_open(board):
    known = prepare(board, SEPARATE)
    assert differences(board, known, SEPARATE, with_columns(OPEN)) == []


def doubled(row: dict[str, str]) -> dict[str, str]:
    """The row for commander and scribe in one person, and liaison and custom role in another."""

    def either(one: str, other: str) -> str:
        return "+" if "+" in (one, other) else one + other

    return {
        "commander": either(row["commander"], row["scribe"]),
        "primary_sme": row["primary_sme"],
        "liaison": either(row["liaison"], row["runner"]),
        "nobody": row["nobody"],
    }


def test_a_double_role_may_do_what_either_role_may(board):
    who = {**SEPARATE, "scribe": "hana", "runner": "aya"}
    known = prepare(board, who)
    rows = [(kind, fields, doubled(cells)) for kind, fields, cells in with_columns(OPEN)]
    # Whoever holds command already cannot take it over, whatever else they hold.
    rows = [(k, f, {**c, "commander": "oe"} if k == "take_command" else c) for k, f, c in rows]
    assert differences(board, known, who, rows) == []


def test_vacant_duties_of_liaison_and_scribe_fall_to_the_commander_and_the_smes_to_nobody(board):
    known = prepare(board, SEPARATE)
    for role in ("primary_sme", "liaison", "scribe"):
        board.give("hana", "release_role", role=role)
    table = {kind.strip(): cells for kind, cells in VACANT.items() if kind.strip()}
    rows = [(kind, fields, table[kind]) for kind, fields, _ in OPEN if kind in table]
    rows.append(("publish_notice", {"notice": 2}, "+ h r"))
    assert len({kind for kind, _, _ in rows}) == len(table) + 1
    assert differences(board, known, SEPARATE, with_columns(rows, VACANT_ORDER)) == []


def test_after_stand_down_only_retrospective_next_actions_and_late_amendments_go_on(board):
    known = prepare(board, SEPARATE)
    stand_down(board, SEPARATE)
    board.give("hana", "hold_retrospective", at=PAST, attendees=["rei", "ken"])
    open_kinds = {kind for kind, _, _ in AFTERWARDS}
    shut = [
        (kind, fields, dict.fromkeys(ORDER, "a"))
        for kind, fields, _ in OPEN
        if kind not in open_kinds
    ]
    assert differences(board, known, SEPARATE, shut) == []
    assert differences(board, known, SEPARATE, with_columns(AFTERWARDS)) == []
    # Who did not attend may not add, and nobody completes what is not theirs without a role.
    absent = {"nobody": "uma"}
    rows = [
        (kind, fields, {"nobody": "r"})
        for kind, fields, _ in AFTERWARDS
        if kind in ("add_retro_item", "add_next_action", "complete_next_action")
    ]
    assert differences(board, known, absent, rows) == []


def test_nothing_at_all_is_accepted_after_a_cancellation(board):
    known = prepare(board, SEPARATE)
    board.give("hana", "cancel", reason="a false alarm")
    rows = [(kind, fields, dict.fromkeys(ORDER, "a")) for kind, fields, _ in OPEN]
    assert differences(board, known, SEPARATE, rows) == []


def test_before_anybody_commands_only_the_commands_of_people_without_a_role_are_open(board):
    board.declare()
    accepted = {"check_in", "check_out", "set_call", "log_inquiry", "take_command"}
    rows = []
    for kind, fields, _ in OPEN:
        if kind in accepted:
            rows.append((kind, fields, {"nobody": "+"}))
        elif kind == "assign_role":
            gives_command = fields["role"] == "commander"
            if fields["role"] != "relay":
                rows.append((kind, fields, {"nobody": "+" if gives_command else "rs"}))
        elif fields.get("role") not in ("relay", "runner"):
            rows.append((kind, fields, {"nobody": "r"}))
    assert differences(board, {UPDATE: 1}, SEPARATE, rows) == []


def test_the_first_staffing_goes_in_its_order_and_later_replacement_is_free(team):
    team.declare()
    team.give("uma", "assign_role", role="commander", person="hana")
    order = [("scribe", "jun"), ("liaison", "aya"), ("primary_sme", "ken")]
    for role, person in order[:2]:
        for attempt in (
            lambda role=role, person=person: team.give(
                "hana", "assign_role", role=role, person=person
            ),
            lambda role=role, person=person: team.give(
                "hana", "offer_handoff", role=role, to=person
            ),
        ):
            with pytest.raises(RuleBroken) as refused:
                attempt()
            assert refused.value.rule == "staffing-order"
    for role, person in reversed(order):
        team.give("hana", "assign_role", role=role, person=person)
    team.give("hana", "release_role", role="primary_sme")
    team.give("jun", "release_role", role="scribe")
    team.give("hana", "assign_role", role="scribe", person="mio")
    assert team.holders() == {"commander": ["hana"], "liaison": ["aya"], "scribe": ["mio"]}
