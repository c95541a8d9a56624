"""Where the response is going: situation, definition of resolved, goals, course."""

import streamlit as st

from models.board import Board, CriterionPart, GoalPart
from pages.parts.acting import act_on
from pages.parts.card import card, left, line, loud, moment, quiet, tag, words
from pages.parts.cockpit.sight import Sight
from pages.parts.fields import Choice, Each, Minutes, Words
from pages.parts.fields import Line as TextLine
from pages.parts.forms import Guard, act, form_behind

N_ENDED_SHOWN = 3

_SITUATION = Guard(
    version=lambda board: board.situation and board.situation.version,
    stands=lambda board: board.situation and (board.situation.by, board.situation.text),
)
_COURSE = Guard(
    version=lambda board: board.course and board.course.version,
    stands=lambda board: board.course and (board.course.by, board.course.text),
)


def _definition_text(board: Board) -> str:
    definition = board.resolved_definition
    return "" if definition is None else "\n".join(one.text for one in definition.criteria)


_DEFINITION = Guard(
    version=lambda board: board.resolved_definition and board.resolved_definition.version,
    stands=lambda board: (
        board.resolved_definition and (board.resolved_definition.by, _definition_text(board))
    ),
)


def show_heading(title: str, key: str) -> "st.delta_generator.DeltaGenerator":
    """A heading of ours with room for buttons beside it; returns that room."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=key)
    row.markdown(f"**{title}**")
    return row


def beside() -> "st.delta_generator.DeltaGenerator":
    """A row for a card and what may be done with it, side by side where there is room."""
    return st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall")


def show_situation(sight: Sight) -> None:
    """What is happening, who said so and when."""
    _ = sight.translate
    situation = sight.board.situation
    with show_heading(_("Situation"), "head-situation"):
        if sight.may("set_situation"):
            form_behind(
                _("Change") if situation else _("Set"),
                key="situation",
                incident_id=sight.id,
                command={"type": "set_situation"},
                fields=[Words("text", _("What is happening"), situation.text if situation else "")],
                board=sight.board,
                guard=_SITUATION,
                submit=_("Save"),
                kind="tertiary" if situation else "primary",
            )
    if situation is None:
        shown = [line(loud(_("No situation yet")), tone="loud")]
    else:
        shown = [
            line(words(situation.text)),
            line(quiet(sight.name(situation.by)), moment(situation.at)),
        ]
    card(shown, viewer=sight.viewer, key="situation-card")


def show_definition(sight: Sight) -> None:
    """The definition of resolved, with each criterion and what may be done about it."""
    _ = sight.translate
    definition = sight.board.resolved_definition
    with show_heading(_("Definition of resolved"), "head-definition"):
        if sight.may("define_resolved"):
            form_behind(
                _("Redefine") if definition else _("Define"),
                key="definition",
                incident_id=sight.id,
                command={"type": "define_resolved"},
                fields=[Each("criteria", _("Criteria, one a line"), _definition_text(sight.board))],
                board=sight.board,
                guard=_DEFINITION,
                submit=_("Save"),
                kind="tertiary" if definition else "primary",
                intro=_("A new definition replaces this one, and all its criteria begin open.")
                if definition
                else None,
            )
    if definition is None:
        missing = line(loud(_("No definition of resolved yet")), tone="loud")
        card([missing], viewer=sight.viewer, key="definition-card")
        return
    for criterion in definition.criteria:
        _show_criterion(sight, criterion)


def _show_criterion(sight: Sight, criterion: CriterionPart) -> None:
    _ = sight.translate
    states = {"open": _("open"), "met": _("met"), "waived": _("waived")}
    is_open = criterion.state == "open"
    shown = [
        line(
            tag(states[criterion.state]),
            words(criterion.text),
            tone="plain" if is_open else "done",
        )
    ]
    if criterion.by and criterion.at:
        reason = words(criterion.reason) if criterion.reason else None
        shown.append(
            line(quiet(sight.name(criterion.by)), moment(criterion.at), reason, tone="list")
        )
    names = {"incident_id": sight.id}
    with beside():
        card(shown, viewer=sight.viewer, key=f"criterion-{criterion.id}")
        if not sight.may("meet_criterion"):
            return
        if not is_open:
            form_behind(
                _("Not after all"),
                key=f"unmeet-{criterion.id}",
                command={"type": "unmeet_criterion", "criterion": criterion.id},
                fields=[TextLine("reason", _("Reason"))],
                kind="tertiary",
                **names,
            )
            return
        act(
            _("Met"),
            key=f"meet-{criterion.id}",
            command={"type": "meet_criterion", "criterion": criterion.id},
            **names,
        )
        form_behind(
            _("Waive"),
            key=f"waive-{criterion.id}",
            command={"type": "waive_criterion", "criterion": criterion.id},
            fields=[TextLine("reason", _("Reason"))],
            kind="tertiary",
            **names,
        )


def show_goals(sight: Sight) -> None:
    """Open goals with the time left, and the last ones that ended."""
    _ = sight.translate
    with show_heading(_("Goals"), "head-goals"):
        if sight.may("set_goal"):
            form_behind(
                _("Add a goal"),
                key="goal",
                incident_id=sight.id,
                command={"type": "set_goal"},
                fields=[
                    Words("text", _("Goal")),
                    Choice("owner", _("Owner"), options=sight.people, optional=True),
                    Minutes("due_at", _("Due in (minutes)"), 30, optional=True),
                ],
                kind="tertiary" if sight.board.goals else "secondary",
            )
    still_open = [goal for goal in sight.board.goals if goal.state == "open"]
    ended = [goal for goal in sight.board.goals if goal.state != "open"]
    if not still_open:
        said = line(quiet(_("No open goal.")))
        card([said], viewer=sight.viewer, key="no-goal")
    for goal in still_open:
        _show_goal(sight, goal)
    states = {"achieved": _("achieved"), "dropped": _("dropped")}
    done = [
        line(
            tag(states[goal.state]),
            words(goal.text),
            words(goal.reason) if goal.reason else None,
            tone="done",
        )
        for goal in ended[-N_ENDED_SHOWN:]
    ]
    if done:
        card(done, viewer=sight.viewer, key="ended-goals")


def _show_goal(sight: Sight, goal: GoalPart) -> None:
    _ = sight.translate
    shown = line(
        tag(f"G{goal.id}"),
        words(goal.text),
        quiet(sight.name(goal.owner)) if goal.owner else loud(_("no owner")),
        left(goal.due_at, _("overdue by {time}"), _("due in")) if goal.due_at else None,
    )
    with beside():
        card([shown], viewer=sight.viewer, key=f"goal-{goal.id}")
        if not sight.may("end_goal"):
            return
        act(
            _("Achieved"),
            key=f"achieve-{goal.id}",
            incident_id=sight.id,
            command={"type": "end_goal", "goal": goal.id, "outcome": "achieved"},
        )
        form_behind(
            _("Drop"),
            key=f"drop-goal-{goal.id}",
            incident_id=sight.id,
            command={"type": "end_goal", "goal": goal.id, "outcome": "dropped"},
            fields=[TextLine("reason", _("Reason"))],
            kind="tertiary",
        )


def show_course(sight: Sight) -> None:
    """The course and who agrees with it."""
    _ = sight.translate
    course = sight.board.course
    with show_heading(_("Course"), "head-course"):
        if course and not course.agreed_by_sme and sight.may("agree_course"):
            act_on(
                _("Agree"),
                key="agree",
                incident_id=sight.id,
                command={"type": "agree_course"},
                board=sight.board,
                guard=_COURSE,
                kind="primary",
            )
        if sight.may("set_course"):
            form_behind(
                _("Change") if course else _("Set"),
                key="course",
                incident_id=sight.id,
                command={"type": "set_course"},
                fields=[Words("text", _("Course"), course.text if course else "")],
                board=sight.board,
                guard=_COURSE,
                submit=_("Save"),
                kind="tertiary" if course else "secondary",
            )
    if course is None:
        shown = [line(loud(_("No course yet")))]
    else:
        agreed = (
            quiet(_("agreed by both")) if course.agreed_by_sme else loud(_("not agreed by the SME"))
        )
        shown = [
            line(words(course.text)),
            line(agreed, quiet(sight.name(course.by)), moment(course.at)),
        ]
    card(shown, viewer=sight.viewer, key="course-card")
