"""What is set in passing (status check, severity, marks, the call), and the two ends."""

import streamlit as st

from models.board import Gate
from models.rules.facts import Facts
from models.sentences import WORDS
from models.vocabulary import CriterionState, MarkName, Phase, Severity
from pages.parts.card import Line, card, line, link, loud, moment, quiet, tag, words
from pages.parts.cockpit.sight import Sight
from pages.parts.fields import Choice, Moment, Words
from pages.parts.fields import Line as TextLine
from pages.parts.forms import Guard, act, form_behind
from pages.parts.naming import LACKING

_CONDITION = Guard(
    version=lambda board: board.stand_down.version,
    stands=lambda board: board.stand_down.condition and ("", board.stand_down.condition),
)
_SEVERITY = Guard(
    version=lambda board: board.severity,
    stands=lambda board: board.severity and ("", board.severity),
)
_CALL = Guard(
    version=lambda board: board.call_url,
    stands=lambda board: board.call_url and ("", board.call_url),
)


def show_desk(sight: Sight) -> None:
    """What is set in passing: status check, severity, marks, the call."""
    _ = sight.translate
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="desk"):
        if sight.board.call_url:
            joined = line(quiet(_("Call")), link(sight.board.call_url))
            card([joined], viewer=sight.viewer, key="call", width="content")
        if sight.may("status_check"):
            act(
                _("Status check"),
                key="status-check",
                incident_id=sight.id,
                command={"type": "status_check"},
            )
        if sight.may("set_severity"):
            _show_severity(sight)
        if sight.may("mark"):
            _show_marking(sight)
        if sight.may("set_call"):
            form_behind(
                _("Change the call") if sight.board.call_url else _("Set the call"),
                key="call-link",
                incident_id=sight.id,
                command={"type": "set_call"},
                fields=[TextLine("url", _("Link"), sight.board.call_url or "")],
                board=sight.board,
                guard=_CALL,
                kind="tertiary",
            )
    marks = [
        line(
            quiet(_(WORDS[mark.name])),
            moment(mark.at),
            words(mark.note) if mark.note else None,
        )
        for mark in sight.board.marks
    ]
    if marks:
        card(marks, viewer=sight.viewer, key="marks")


def _show_severity(sight: Sight) -> None:
    _ = sight.translate
    able = {
        one.value: one.value
        for one in Severity
        if one.value != sight.board.severity
        and sight.find_breach({"type": "set_severity", "severity": one.value}) is None
    }
    if not able:
        return
    form_behind(
        _("Severity"),
        key="severity",
        incident_id=sight.id,
        command={"type": "set_severity"},
        fields=[
            Choice("severity", _("Severity"), options=able),
            TextLine("reason", _("Reason (optional)"), optional=True),
        ],
        board=sight.board,
        guard=_SEVERITY,
        submit=_("Set"),
        kind="tertiary",
    )


def _show_marking(sight: Sight) -> None:
    _ = sight.translate
    form_behind(
        _("Mark"),
        key="mark",
        incident_id=sight.id,
        command={"type": "mark"},
        fields=[
            Choice(
                "name",
                _("What"),
                initial=MarkName.MITIGATED.value,
                options={one.value: _(WORDS[one.value]) for one in MarkName},
            ),
            Moment("at", _("When")),
            TextLine("note", _("Note (optional)"), optional=True),
        ],
        kind="tertiary",
    )


def show_ends(sight: Sight) -> None:
    """Resolved and stood down: two ends, each with what it still lacks."""
    _ = sight.translate
    board = sight.board
    st.markdown("**{}**".format(_("Resolved and stood down")))
    lines: list[Line] = []
    if board.resolved_at:
        lines.append(line(tag(_("resolved")), moment(board.resolved_at)))
    if board.stood_down_at:
        why = words(board.unresolved_reason) if board.unresolved_reason else None
        lines.append(line(tag(_("stood down")), moment(board.stood_down_at), why))
    if board.cancelled_at:
        lines.append(line(tag(_("cancelled")), moment(board.cancelled_at)))
    lines += _condition_lines(sight)
    if not sight.is_over:
        lines += [_gate_line(sight, gate) for gate in board.gates]
    card(lines, viewer=sight.viewer, key="ends")
    if not sight.is_over:
        _show_ending(sight)


def _condition_lines(sight: Sight) -> list[Line]:
    _ = sight.translate
    condition = sight.board.stand_down
    if condition.condition is None:
        return [line(quiet(_("Stand-down condition")), quiet(_("not set")))]
    met = moment(condition.met_at) if condition.met_at else None
    state = tag(_("met")) if condition.met_at else tag(_("open"))
    return [line(state, quiet(_("Stand-down condition")), met, words(condition.condition))]


def _gate_line(sight: Sight, gate: Gate) -> Line:
    """A gate that holds is quiet; one that does not says so, and is loud once resolved."""
    _ = sight.translate
    name = _(LACKING[gate.key])
    if gate.ok:
        return line(tag(_("ok")), quiet(name), tone="done")
    is_pressing = sight.board.phase == Phase.RESOLVED
    return line(tag(_("missing")), loud(name) if is_pressing else words(name))


def _show_ending(sight: Sight) -> None:
    _ = sight.translate
    names = {"incident_id": sight.id}
    condition = sight.board.stand_down
    with st.container(horizontal=True, gap="xsmall"):
        if sight.may("set_stand_down_condition"):
            form_behind(
                _("Change the condition") if condition.condition else _("Set the condition"),
                key="condition",
                command={"type": "set_stand_down_condition"},
                fields=[Words("text", _("Stand-down condition"), condition.condition or "")],
                board=sight.board,
                guard=_CONDITION,
                submit=_("Save"),
                kind="tertiary" if condition.condition else "secondary",
                **names,
            )
            if condition.condition and not condition.met_at:
                form_behind(
                    _("Condition met"),
                    key="condition-met",
                    command={"type": "meet_stand_down_condition"},
                    fields=[TextLine("note", _("Note (optional)"), optional=True)],
                    **names,
                )
        if sight.may("declare_resolved"):
            _show_resolving(sight)
        if sight.may("stand_down"):
            _show_standing_down(sight)
        if sight.may("cancel") and not any(one.published_at for one in sight.board.notices):
            form_behind(
                _("Cancel the incident"),
                key="cancel",
                command={"type": "cancel"},
                fields=[TextLine("reason", _("Why it was declared in error"))],
                kind="tertiary",
                **names,
            )


def _show_resolving(sight: Sight) -> None:
    _ = sight.translate
    board = sight.board
    if board.resolved_at:
        form_behind(
            _("Reopen"),
            key="reopen",
            incident_id=sight.id,
            command={"type": "reopen"},
            fields=[TextLine("reason", _("Reason"))],
        )
        return
    definition = board.resolved_definition
    criteria = (
        None
        if definition is None
        else tuple((one.id, one.text, one.state) for one in definition.criteria)
    )
    unsettled = criteria is None or any(state == CriterionState.OPEN for *_x, state in criteria)
    resolve = {"type": "declare_resolved"}
    act(
        _("Declare resolved"),
        key="resolve",
        incident_id=sight.id,
        command=resolve,
        kind="secondary" if unsettled else "primary",
        disabled=sight.find_breach(resolve, Facts(criteria=criteria)),
    )


def _show_standing_down(sight: Sight) -> None:
    """Open even while gates are missing: the refusal then lists them all at once."""
    _ = sight.translate
    gates = [gate for gate in sight.board.gates if gate.key != "definition_met"]
    fields = []
    if not sight.board.resolved_at:
        fields.append(
            TextLine("unresolved_reason", _("Why it stays unresolved (optional)"), optional=True)
        )
    form_behind(
        _("Stand down"),
        key="stand-down",
        incident_id=sight.id,
        command={"type": "stand_down"},
        fields=fields,
        kind="primary" if all(gate.ok for gate in gates) else "secondary",
        intro=_("This ends the response. Afterwards only the retrospective goes on."),
    )
