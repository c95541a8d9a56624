"""What is being tried, claimed and decided: actions, hypotheses, decisions, the SME's updates."""

import streamlit as st

from models.board import ActionPart, DecisionPart, HypothesisPart, UpdatePart
from models.sentences import WORDS
from pages.parts.card import Line, card, left, line, loud, moment, quiet, strong, tag, words
from pages.parts.cockpit.direction import N_ENDED_SHOWN, beside, show_heading
from pages.parts.cockpit.sight import Sight
from pages.parts.fields import Choice, Flag, Minutes, Words
from pages.parts.fields import Line as TextLine
from pages.parts.forms import act, form_behind


def show_actions(sight: Sight) -> None:
    """Open actions with owner and time left, the last ones that ended, and a new one."""
    _ = sight.translate
    with show_heading(_("Actions"), "head-actions"):
        if sight.may("assign_action"):
            form_behind(
                _("Assign an action"),
                key="action",
                incident_id=sight.id,
                command={"type": "assign_action"},
                fields=[
                    Words("text", _("What is to be done")),
                    Choice("owner", _("Owner"), options=sight.people),
                    Minutes("due_at", _("Due in (minutes)"), 15),
                ],
                kind="tertiary" if sight.board.actions else "secondary",
            )
    still_open = [action for action in sight.board.actions if action.state == "open"]
    for action in sorted(still_open, key=lambda one: one.due_at):
        _show_action(sight, action)
    if not still_open:
        card([line(quiet(_("No open action.")))], viewer=sight.viewer, key="no-action")
    ended = [action for action in sight.board.actions if action.state != "open"]
    done = [
        line(
            tag(f"A{action.id}"),
            quiet(_(WORDS[action.state])),
            words(action.text),
            words(action.result) if action.result else None,
            tone="done",
        )
        for action in ended[-N_ENDED_SHOWN:]
    ]
    if done:
        card(done, viewer=sight.viewer, key="ended-actions")


def _show_action(sight: Sight, action: ActionPart) -> None:
    _ = sight.translate
    shown = line(
        tag(f"A{action.id}"),
        words(action.text),
        strong(sight.name(action.owner)),
        None if action.acknowledged_at else quiet(_("not acknowledged")),
        left(action.due_at, _("overdue by {time}"), _("due in")),
    )
    named = {"action": action.id}
    with beside():
        card([shown], viewer=sight.viewer, key=f"action-{action.id}")
        if not sight.may("end_action", owner=action.owner):
            return
        if action.acknowledged_at is None and action.owner == sight.viewer.handle:
            act(
                _("I am on it"),
                key=f"on-it-{action.id}",
                incident_id=sight.id,
                command={"type": "acknowledge_action", **named},
                kind="primary",
            )
        form_behind(
            _("End"),
            key=f"end-action-{action.id}",
            incident_id=sight.id,
            command={"type": "end_action", **named},
            fields=[
                Choice(
                    "outcome",
                    _("Outcome"),
                    initial="done",
                    options={one: _(WORDS[one]) for one in ("done", "failed", "dropped")},
                ),
                TextLine("result", _("Result")),
            ],
        )
        form_behind(
            _("Extend"),
            key=f"extend-action-{action.id}",
            incident_id=sight.id,
            command={"type": "extend_action", **named},
            fields=[Minutes("due_at", _("Due in (minutes)"), 15)],
            kind="tertiary",
        )


def show_updates(sight: Sight) -> None:
    """The newest update of the primary SME, and every one that awaits acknowledgement."""
    _ = sight.translate
    updates = sight.board.updates
    may_post = sight.may("post_update")
    if not updates and not may_post:
        return
    with show_heading(_("SME update"), "head-updates"):
        if may_post:
            form_behind(
                _("Post an update"),
                key="update",
                incident_id=sight.id,
                command={"type": "post_update"},
                fields=[
                    Words("conditions", _("Conditions")),
                    Words("actions", _("Actions")),
                    Words("needs", _("Needs")),
                ],
                kind="secondary",
            )
    waiting = [update for update in updates if update.acknowledged_at is None]
    for update in waiting or updates[-1:]:
        _show_update(sight, update)


def _show_update(sight: Sight, update: UpdatePart) -> None:
    _ = sight.translate
    is_waiting = update.acknowledged_at is None
    shown = [
        line(quiet(_("Conditions")), words(update.conditions)),
        line(quiet(_("Actions")), words(update.actions)),
        line(quiet(_("Needs")), words(update.needs)),
        line(
            quiet(sight.name(update.posted_by)),
            moment(update.posted_at),
            loud(_("not acknowledged"))
            if is_waiting
            else quiet(_("acknowledged by {name}").format(name=sight.name(update.acknowledged_by))),
        ),
    ]
    with beside():
        card(shown, viewer=sight.viewer, key=f"update-{update.entry}")
        if is_waiting and sight.may("acknowledge_update"):
            act(
                _("Acknowledge"),
                key=f"acknowledge-{update.entry}",
                incident_id=sight.id,
                command={"type": "acknowledge_update", "entry": update.entry},
                kind="primary",
            )


def show_hypotheses(sight: Sight) -> None:
    """What is believed, what was ruled out, and by which evidence."""
    _ = sight.translate
    hypotheses = sight.board.hypotheses
    may_raise = sight.may("raise_hypothesis")
    if not hypotheses and not may_raise:
        return
    with show_heading(_("Hypotheses"), "head-hypotheses"):
        if may_raise:
            form_behind(
                _("Raise a hypothesis"),
                key="hypothesis",
                incident_id=sight.id,
                command={"type": "raise_hypothesis"},
                fields=[
                    Words("claim", _("Claim")),
                    TextLine("test", _("How to test it (optional)"), optional=True),
                ],
                kind="tertiary" if hypotheses else "secondary",
            )
    for hypothesis in hypotheses:
        if hypothesis.state == "open":
            _show_hypothesis(sight, hypothesis)
    settled = [_settled(sight, one) for one in hypotheses if one.state != "open"]
    if settled:
        card(settled[-N_ENDED_SHOWN:], viewer=sight.viewer, key="settled")


def _settled(sight: Sight, hypothesis: HypothesisPart) -> Line:
    return line(
        tag(f"H{hypothesis.id}"),
        quiet(sight.translate(WORDS[hypothesis.state])),
        words(hypothesis.claim),
        words(hypothesis.evidence) if hypothesis.evidence else None,
        tone="done",
    )


def _show_hypothesis(sight: Sight, hypothesis: HypothesisPart) -> None:
    _ = sight.translate
    shown = [line(tag(f"H{hypothesis.id}"), words(hypothesis.claim))]
    if hypothesis.test:
        shown.append(line(quiet(_("test")), words(hypothesis.test), tone="list"))
    outcomes = {one: _(WORDS[one]) for one in ("falsified", "supported")}
    with beside():
        card(shown, viewer=sight.viewer, key=f"hypothesis-{hypothesis.id}")
        if not sight.may("settle_hypothesis"):
            return
        form_behind(
            _("Settle"),
            key=f"settle-{hypothesis.id}",
            incident_id=sight.id,
            command={"type": "settle_hypothesis", "hypothesis": hypothesis.id},
            fields=[
                Choice("outcome", _("Outcome"), initial="falsified", options=outcomes),
                TextLine("evidence", _("Evidence")),
            ],
        )


def show_decisions(sight: Sight) -> None:
    """What is to be decided, the objections, and what was decided."""
    _ = sight.translate
    decisions = sight.board.decisions
    may_propose = sight.may("propose_decision")
    if not decisions and not may_propose:
        return
    with show_heading(_("Decisions"), "head-decisions"):
        if may_propose:
            form_behind(
                _("Propose a decision"),
                key="decision",
                incident_id=sight.id,
                command={"type": "propose_decision"},
                fields=[
                    Words("proposal", _("Proposal")),
                    TextLine("risk", _("Risk (optional)"), optional=True),
                ],
                kind="tertiary" if decisions else "secondary",
            )
    for decision in decisions:
        if decision.state == "proposed":
            _show_decision(sight, decision)
    made = [_made(sight, one) for one in decisions if one.state != "proposed"]
    if made:
        card(made[-N_ENDED_SHOWN:], viewer=sight.viewer, key="made")


def _made(sight: Sight, decision: DecisionPart) -> Line:
    _ = sight.translate
    return line(
        tag(f"D{decision.id}"),
        quiet(_(WORDS[decision.state])),
        words(decision.proposal),
        quiet(_("executor")) if decision.executor else None,
        strong(sight.name(decision.executor)) if decision.executor else None,
        tag(_("emergency")) if decision.emergency else None,
        tone="done",
    )


def _show_decision(sight: Sight, decision: DecisionPart) -> None:
    _ = sight.translate
    shown = [
        line(
            tag(f"D{decision.id}"),
            words(decision.proposal),
            quiet(sight.name(decision.proposed_by)),
        )
    ]
    if decision.risk:
        shown.append(line(quiet(_("risk")), words(decision.risk), tone="list"))
    shown += [
        line(
            loud(_("objection")),
            quiet(sight.name(objection.objected_by)),
            words(objection.reason),
            tone="list",
        )
        for objection in decision.objections
    ]
    named = {"decision": decision.id}
    card(shown, viewer=sight.viewer, key=f"decision-{decision.id}")
    with st.container(horizontal=True, gap="xsmall"):
        if sight.may("decide"):
            _show_deciding(sight, decision)
        if sight.may("object"):
            form_behind(
                _("Object"),
                key=f"object-{decision.id}",
                incident_id=sight.id,
                command={"type": "object", **named},
                fields=[TextLine("reason", _("Reason"))],
                kind="tertiary",
            )


def _show_deciding(sight: Sight, decision: DecisionPart) -> None:
    _ = sight.translate
    named = {"type": "decide", "decision": decision.id}
    form_behind(
        _("Go"),
        key=f"go-{decision.id}",
        incident_id=sight.id,
        command={**named, "outcome": "go"},
        fields=[
            Choice("executor", _("Executor (optional)"), options=sight.people, optional=True),
            Flag("emergency", _("Emergency: decided without waiting for objections")),
        ],
        kind="primary",
    )
    act(
        _("No go"),
        key=f"no-go-{decision.id}",
        incident_id=sight.id,
        command={**named, "outcome": "no_go"},
    )
