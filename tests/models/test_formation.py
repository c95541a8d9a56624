"""Every command in every order: the program and section 3 of the design always agree."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import ValidationError
from sqlalchemy import select

from models.commands import COMMAND_ADAPTER, COMMANDS
from models.formation import Assignment, Handoff
from models.incident import Incident, Presence
from services import boards, commands
from services.errors import NotFound, NotWellFormed, Refused, RuleBroken, StaleBoard
from tests.models.formation_model import AFTER_STAND_DOWN, BUILT_IN, FormationModel
from tests.models.giving import (
    FORMING,
    MALFORMED,
    PEOPLE,
    a_command,
    a_notice,
    follow_ups,
)
from tests.record import assert_record_holds
from tests.team import Team, actor

KINDS = tuple(COMMANDS)
START = datetime(2026, 1, 31, 0, 30, tzinfo=UTC)
STEPS = settings(
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    # Making a failure smaller takes minutes here, and the test's time would be over before the
    # failure is told. Add Phase.shrink when one is to be understood.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def refusal_key(refused: Refused) -> str:
    """The rule that was named, or what else was wrong."""
    if isinstance(refused, RuleBroken):
        return str(refused.rule)
    return {NotFound: "not-found", NotWellFormed: "not-well-formed"}[type(refused)]


class Formation(RuleBasedStateMachine):
    """One incident, given commands of every type by people in every role."""

    keeps_boards = False

    def __init__(self, team: Team) -> None:
        super().__init__()
        self.team, self.database = team, team.database
        self.now = START
        receipt = commands.declare(
            self.database,
            commands.Declaration(title="Checkout errors", severity="SEV3"),
            actor=actor("rei"),
            now=self.now,
        )
        self.incident_id = receipt.incident_id
        self.model = FormationModel({*PEOPLE, "tom", "uma"}, "rei", "SEV3")
        self.had_commander = False
        self.last: tuple[Any, ...] | None = None
        self.boards: list[tuple[datetime, Any]] = []

    @initialize(n_roles=st.integers(0, 4))
    def some_roles_are_held_from_the_start(self, n_roles):
        for role, person in list(zip(BUILT_IN, PEOPLE, strict=False))[:n_roles]:
            giver = self.model.commander or "rei"
            self.give(giver, {"type": "assign_role", "role": role, "person": person})

    # --- Giving commands ------------------------------------------------------------------

    def give(self, who: str, wire: dict[str, Any]) -> None:
        """Gives a command and compares the answer with the model's."""
        self.now += timedelta(seconds=1)
        expected = self.model.broken(who, wire, self.now)
        command = COMMAND_ADAPTER.validate_python(wire)
        command_id, before = uuid4(), self.revision()
        try:
            receipt = commands.execute(
                self.database,
                command,
                incident_id=self.incident_id,
                actor=actor(who),
                command_id=command_id,
                now=self.now,
            )
        except Refused as refused:
            told = refusal_key(refused)
            assert told in expected, f"{who} {wire}: refused with {told}, expected {expected}"
            assert self.revision() == before, "a refusal wrote something"
            if told == "stand-down-gates" and wire["type"] == "stand_down":
                self.assert_all_gates_are_named(wire, refused.missing)
            return
        assert not expected, f"{who} {wire}: accepted, expected {expected}"
        assert receipt.revision == receipt.last_seq == self.revision()
        assert receipt.first_seq == before + 1
        self.model.apply(who, wire, receipt.last_seq)
        self.last = (who, command, command_id, receipt)
        if self.keeps_boards:
            self.boards.append((self.now, self.read()))

    def assert_all_gates_are_named(self, wire: dict[str, Any], missing: Any) -> None:
        assert len(set(missing)) == self.model.missing_gates(wire)

    def revision(self) -> int:
        with self.database.reading() as session:
            return session.get(Incident, self.incident_id).revision

    def read(self) -> Any:
        with self.database.reading() as session:
            return boards.read_board(session, self.incident_id, now=self.now)

    def wire(self, data: st.DataObject, kind: str) -> dict[str, Any]:
        if kind == "draft_notice":
            return data.draw(a_notice(self.now))
        return data.draw(a_command(kind, self.model, self.now))

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), kind=st.sampled_from(KINDS))
    def anybody_gives_anything(self, data, who, kind):
        self.give(who, self.wire(data, kind))

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), kind=st.sampled_from(FORMING))
    def anybody_changes_the_formation(self, data, who, kind):
        self.give(who, self.wire(data, kind))

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def whoever_may_gives_it(self, data, kind):
        if kind == "cancel" and data.draw(st.integers(0, 9)):
            return
        wire = self.wire(data, kind)
        entitled = [who for who in PEOPLE if not self.model.broken(who, wire, self.now)]
        if entitled:
            self.give(data.draw(st.sampled_from(entitled)), wire)

    def follow_up(self, data: st.DataObject) -> dict[str, Any] | None:
        """A command about something that is there; each type of command is as likely."""
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for wire in follow_ups(self.model):
            by_kind.setdefault(wire["type"], []).append(wire)
        if not by_kind:
            return None
        kind = data.draw(st.sampled_from(sorted(by_kind)))
        return data.draw(st.sampled_from(by_kind[kind]))

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def anybody_goes_on_with_what_is_there(self, data, who):
        wire = self.follow_up(data)
        if wire is not None:
            self.give(who, wire)

    @rule(data=st.data())
    def whoever_may_goes_on_with_what_is_there(self, data):
        wire = self.follow_up(data)
        entitled = [w for w in PEOPLE if wire and not self.model.broken(w, wire, self.now)]
        if entitled:
            self.give(data.draw(st.sampled_from(entitled)), wire)

    @rule(data=st.data())
    def the_formation_fills_up(self, data):
        vacant = [role for role, holders in self.model.held.items() if not holders]
        wishes = [
            {"type": "assign_role", "role": role, "person": person}
            for role in vacant
            for person in PEOPLE
        ]
        giver = self.model.commander or "rei"
        fitting = [wish for wish in wishes if not self.model.broken(giver, wish, self.now)]
        if fitting:
            self.give(giver, data.draw(st.sampled_from(fitting)))

    @precondition(lambda self: self.model.commander and not self.model.is_stood_down)
    @rule(resolved=st.booleans())
    def one_more_gate_is_passed(self, resolved):
        model = self.model
        commander = model.commander
        liaison = next(iter(model.held["liaison"]), commander)
        scribe = next(iter(model.held["scribe"]), commander)
        notices = {n: x for n, x in model.notices.items() if x["stage"] == "resolution"}
        open_criteria = [n for n, state in model.criteria.items() if state == "open"]
        number, notice = max(notices.items(), default=(0, {"state": None, "fields": {}}))
        drafted = {"recovered_at": START.isoformat(), "data_loss": "none"}
        draft = {"type": "draft_notice", "stage": "resolution", "fields": drafted}
        if model.condition is None:
            step = commander, {"type": "set_stand_down_condition", "text": "t"}
        elif model.condition == "set":
            step = commander, {"type": "meet_stand_down_condition"}
        elif not model.has_report:
            step = scribe, {"type": "save_report", "text": "t"}
        elif notice["state"] is None or set(notice["fields"]) != set(drafted):
            step = liaison, draft
        elif notice["state"] in ("draft", "returned"):
            step = commander, {"type": "approve_notice", "notice": number}
        elif notice["state"] == "approved":
            step = liaison, {"type": "publish_notice", "notice": number}
        elif not model.is_defined:
            step = commander, {"type": "define_resolved", "criteria": ["t"]}
        elif open_criteria:
            step = commander, {"type": "meet_criterion", "criterion": open_criteria[0]}
        elif resolved and not model.is_resolved:
            step = commander, {"type": "declare_resolved"}
        else:
            step = commander, {"type": "stand_down", "unresolved_reason": "t"}
        self.give(*step)

    @precondition(lambda self: self.model.is_stood_down)
    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        kind=st.sampled_from(sorted(AFTER_STAND_DOWN)),
    )
    def the_review_goes_on_after_stand_down(self, data, who, kind):
        self.give(who, self.wire(data, kind))

    @rule(wire=st.sampled_from(MALFORMED))
    def what_is_malformed_is_no_command(self, wire):
        with pytest.raises(ValidationError):
            COMMAND_ADAPTER.validate_python(wire)

    @precondition(lambda self: self.last)
    @rule()
    def the_same_command_again_changes_nothing(self):
        who, command, command_id, first = self.last
        before = self.revision()
        again = commands.execute(
            self.database,
            command,
            incident_id=self.incident_id,
            actor=actor(who),
            command_id=command_id,
        )
        assert again.is_repeat
        assert (again.first_seq, again.last_seq) == (first.first_seq, first.last_seq)
        assert self.revision() == before

    @rule(off=st.sampled_from((-1, 1, 5)))
    def a_stale_board_is_refused(self, off):
        before = self.revision()
        with pytest.raises(StaleBoard) as refused:
            commands.execute(
                self.database,
                COMMAND_ADAPTER.validate_python({"type": "log_inquiry", "from": "x", "text": "t"}),
                incident_id=self.incident_id,
                actor=actor("rei"),
                expected_revision=before + off,
            )
        assert refused.value.current == before == self.revision()

    # --- What must never be -----------------------------------------------------------------

    @invariant()
    def the_formation_is_the_models_and_never_a_forbidden_one(self):
        with self.database.reading() as session:
            held = session.execute(
                select(Assignment.role, Assignment.person)
                .where(Assignment.incident_id == self.incident_id, Assignment.ended_at.is_(None))
                .order_by(Assignment.id)
            ).all()
            offers = session.execute(
                select(Handoff.role, Handoff.giver, Handoff.receiver, Handoff.offered_by)
                .where(Handoff.incident_id == self.incident_id, Handoff.state == "offered")
                .order_by(Handoff.id)
            ).all()
            present = session.scalars(
                select(Presence.person).where(
                    Presence.incident_id == self.incident_id, Presence.checked_out_at.is_(None)
                )
            ).all()
            incident = session.get(Incident, self.incident_id)
        model = self.model
        assert sorted(held) == sorted((r, p) for r, people in model.held.items() for p in people)
        assert sorted(map(str, offers)) == sorted(
            str((o["role"], o["giver"], o["to"], o["by"])) for o in model.offers
        )
        assert set(present) == model.present
        assert {person for _, person in held} <= set(present), "a role holder is not here"
        for role, person in held:
            others = [other for other, same in held if same == person and other != role]
            assert role != "primary_sme" or not others, "the primary SME holds something else"
            n_holders = sum(other == role for other, _ in held)
            assert not model.single[role] or n_holders == 1, f"{n_holders} hold {role}"
        has_commander = any(role == "commander" for role, _ in held)
        assert has_commander or not self.had_commander, "command became vacant"
        self.had_commander = has_commander
        assert bool(incident.resolved_at) == model.is_resolved
        assert bool(incident.stood_down_at) == model.is_stood_down
        assert bool(incident.cancelled_at) == model.is_cancelled
        assert incident.is_closed == (model.is_stood_down or model.is_cancelled)
        assert incident.severity == model.severity
        assert incident.kind == "real"

    def teardown(self) -> None:
        assert_record_holds(self.database, self.incident_id)
        self.assert_past_boards()

    def assert_past_boards(self) -> None:
        """Each board read back as of its instant is the one that stood then."""
        with self.database.reading() as session:
            for at, then in self.boards:
                for instant in (at, at + timedelta(milliseconds=999)):
                    past = boards.read_past_board(session, self.incident_id, instant)
                    unknown = {"slack", "missing"}
                    assert past.model_dump(exclude=unknown) == then.model_dump(exclude=unknown)


class KeptBoards(Formation):
    """The same, and the board is kept as it was after each command."""

    keeps_boards = True


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_whatever_is_done_in_whatever_order_follows_the_rules_of_the_formation(team):
    run_state_machine_as_test(
        lambda: Formation(team),
        settings=settings(STEPS, max_examples=45, stateful_step_count=40),
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_board_of_any_past_instant_is_the_board_that_stood_then(team):
    run_state_machine_as_test(
        lambda: KeptBoards(team),
        settings=settings(STEPS, max_examples=8, stateful_step_count=40),
    )
