"""Two writers at the same moment, in real threads on real databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from models.incident import Incident
from models.timeline import Entry
from services import commands
from services.errors import Refused, RuleBroken
from tests.team import Team, actor

N_THREADS = 8


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """Runs each attempt in a thread of its own, all let go together; refusals are answers."""
    gate = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return attempt()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(attempts)) as pool:
        return [done.result() for done in [pool.submit(run, attempt) for attempt in attempts]]


def the_one_refused(answers: list[Any]) -> RuleBroken:
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 1, answers
    assert isinstance(refused[0], RuleBroken)
    return refused[0]


def test_of_two_people_assigned_one_role_at_once_one_gets_it(team):
    for _ in range(5):
        team.declare()
        team.staff()
        team.give("hana", "release_role", role="scribe")
        refused = the_one_refused(
            at_once(
                lambda: team.give("hana", "assign_role", role="scribe", person="mio"),
                lambda: team.give("hana", "assign_role", role="scribe", person="rei"),
            )
        )
        assert refused.rule == "one-holder"
        assert team.holders()["scribe"] in (["mio"], ["rei"])


def test_of_two_people_taking_a_vacant_command_at_once_one_has_it(team):
    for _ in range(5):
        team.declare()
        answers = at_once(
            lambda: team.give("hana", "take_command"), lambda: team.give("mio", "take_command")
        )
        assert the_one_refused(answers).rule == "role-required"
        assert len(team.holders()["commander"]) == 1


def test_nobody_becomes_primary_sme_and_scribe_by_two_writers(team):
    for _ in range(5):
        team.declare()
        team.staff()
        team.give("hana", "release_role", role="scribe")
        team.give("hana", "release_role", role="primary_sme")
        refused = the_one_refused(
            at_once(
                lambda: team.give("hana", "assign_role", role="scribe", person="mio"),
                lambda: team.give("hana", "assign_role", role="primary_sme", person="mio"),
            )
        )
        assert refused.rule == "sme-exclusive"


def test_a_handoff_is_either_accepted_or_taken_back(team):
    for _ in range(5):
        team.declare()
        team.staff()
        team.give("aya", "offer_handoff", role="liaison", to="mio")
        refused = the_one_refused(
            at_once(
                lambda: team.give("mio", "accept_handoff", role="liaison"),
                lambda: team.give("aya", "cancel_handoff", role="liaison"),
            )
        )
        # The one who came second no longer has a role to speak with, or no offer.
        assert refused.rule in ("role-required", "explicit-handoff")
        liaison = team.board().roles[2]
        assert liaison.holder in ("mio", "aya")
        assert liaison.offered_to is None


def test_accepting_two_roles_at_once_keeps_the_primary_sme_exclusive(team):
    for _ in range(5):
        team.declare()
        team.staff()
        team.give("ken", "offer_handoff", role="primary_sme", to="mio")
        team.give("aya", "offer_handoff", role="liaison", to="mio")
        refused = the_one_refused(
            at_once(
                lambda: team.give("mio", "accept_handoff", role="primary_sme"),
                lambda: team.give("mio", "accept_handoff", role="liaison"),
            )
        )
        assert refused.rule == "sme-exclusive"


def test_eight_writers_of_one_timeline_leave_no_gap_and_lose_nothing(team):
    team.declare()
    team.give("hana", "take_command")
    before = team.board().revision

    def write(thread: int) -> None:
        for n in range(25):
            team.give("hana", "note", text=f"{thread}/{n}")

    answers = at_once(*[lambda thread=thread: write(thread) for thread in range(N_THREADS)])
    assert answers == [None] * N_THREADS
    assert team.board().revision == before + 200
    with team.database.reading() as session:
        texts = session.scalars(
            select(Entry.text).where(Entry.kind == "note.written").order_by(Entry.seq)
        ).all()
    assert sorted(texts) == sorted(f"{t}/{n}" for t in range(N_THREADS) for n in range(25))
    for thread in range(N_THREADS):
        own = [text for text in texts if text.startswith(f"{thread}/")]
        assert own == [f"{thread}/{n}" for n in range(25)], "a writer's own order is kept"


def receipts_agree(answers: list[Any]) -> None:
    assert all(isinstance(answer, commands.Receipt) for answer in answers), answers
    assert len({(a.incident_id, a.revision, a.first_seq, a.last_seq) for a in answers}) == 1
    assert sum(not answer.is_repeat for answer in answers) == 1


def test_one_command_id_from_eight_threads_applies_once_and_all_get_its_receipt(team):
    team.declare()
    team.give("hana", "take_command")
    before = team.board().revision
    for n in range(1, 4):
        note = partial(team.give, "hana", "note", text="t", command_id=uuid4())
        receipts_agree(at_once(*[note] * N_THREADS))
        assert team.board().revision == before + n


def test_one_command_id_from_eight_threads_declares_once(team):
    for n in range(1, 4):
        declare = partial(
            commands.declare,
            team.database,
            commands.Declaration(title="One"),
            actor=actor("hana"),
            command_id=uuid4(),
        )
        receipts_agree(at_once(*[declare] * N_THREADS))
        with team.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Incident)) == n


def test_incidents_are_written_side_by_side(team):
    numbers = [team.declare("hana").incident_id for _ in range(4)]

    def respond(number: int) -> None:
        for n in range(15):
            team_of(team, number).give("uma", "log_inquiry", **{"from": "Sales"}, text=f"{n}")

    assert at_once(*[lambda n=n: respond(n) for n in numbers]) == [None] * 4
    for number in numbers:
        assert team_of(team, number).board().revision == 2 + 15


def team_of(team: Team, number: int) -> Team:
    """The same people, who give their commands to another incident."""
    other = object.__new__(Team)
    other.database, other.incident_id = team.database, number
    return other


def test_declarations_at_once_are_numbered_apart(team):
    answers = at_once(
        *[
            lambda: commands.declare(
                team.database, commands.Declaration(title="t"), actor=actor("hana")
            )
        ]
        * N_THREADS
    )
    assert len({answer.incident_id for answer in answers}) == N_THREADS
