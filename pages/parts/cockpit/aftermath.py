"""After the end: the retrospective and the next actions, in plain forms."""

from datetime import timedelta

import streamlit as st

from models.board import NextActionPart
from models.sentences import WORDS
from models.vocabulary import RetroAbout, RetroKind
from pages.parts.card import card, line, loud, moment, quiet, strong, tag, words
from pages.parts.cockpit.direction import beside, show_heading
from pages.parts.cockpit.sight import Sight
from pages.parts.fields import Choice, Day, Moment, Several, Words
from pages.parts.fields import Line as TextLine
from pages.parts.forms import form_behind
from services import clock

DUE_IN_DAYS = 14


def show_aftermath(sight: Sight) -> None:
    """The retrospective and the next actions of an incident that was stood down."""
    if not sight.formation.is_stood_down:
        return
    st.divider()
    left_side, right_side = st.columns(2, gap="medium")
    with left_side:
        _show_retrospective(sight)
    with right_side:
        _show_next_actions(sight)


def _show_retrospective(sight: Sight) -> None:
    _ = sight.translate
    held = sight.board.retrospective
    with show_heading(_("Retrospective"), "head-retrospective"):
        if sight.may("hold_retrospective"):
            form_behind(
                _("Record that it was held") if held is None else _("Record another"),
                key="retrospective",
                incident_id=sight.id,
                command={"type": "hold_retrospective"},
                fields=[
                    Moment("at", _("When")),
                    Several(
                        "attendees",
                        _("Attendees"),
                        initial=[person.handle for person in sight.board.people],
                        options=sight.people,
                    ),
                ],
                submit=_("Record"),
                kind="primary" if held is None else "tertiary",
            )
        if held is not None and sight.may("add_retro_item"):
            _show_adding(sight)
    if held is None:
        card([line(quiet(_("Not held yet.")))], viewer=sight.viewer, key="retro-none")
        return
    attendees = ", ".join(sight.name(handle) for handle in held.attendees)
    shown = [
        line(quiet(_("held at")), moment(held.held_at), quiet(_("attended by")), words(attendees))
    ]
    shown += [
        line(
            tag(_(WORDS[item.kind])),
            quiet(_(WORDS[item.about])),
            words(item.text),
            quiet(sight.name(item.added_by)),
        )
        for item in held.items
    ]
    card(shown, viewer=sight.viewer, key="retro")


def _show_adding(sight: Sight) -> None:
    _ = sight.translate
    form_behind(
        _("Add an item"),
        key="retro-item",
        incident_id=sight.id,
        command={"type": "add_retro_item"},
        fields=[
            Choice(
                "kind",
                _("Kind"),
                initial=RetroKind.GOOD.value,
                options={one.value: _(WORDS[one.value]) for one in RetroKind},
            ),
            Choice(
                "about",
                _("About"),
                initial=RetroAbout.RESPONSE.value,
                options={one.value: _(WORDS[one.value]) for one in RetroAbout},
            ),
            Words("text", _("Text")),
        ],
    )


def _show_next_actions(sight: Sight) -> None:
    _ = sight.translate
    with show_heading(_("Next actions"), "head-next-actions"):
        if sight.may("add_next_action"):
            due_on = clock.now().astimezone(sight.viewer.zone).date() + timedelta(DUE_IN_DAYS)
            form_behind(
                _("Add a next action"),
                key="next-action",
                incident_id=sight.id,
                command={"type": "add_next_action"},
                fields=[
                    Words("text", _("What is to be done")),
                    Choice("owner", _("Owner"), options=sight.people),
                    Day("due_on", _("Due on"), due_on),
                ],
            )
    if not sight.board.next_actions:
        said = line(quiet(_("No next action yet.")))
        card([said], viewer=sight.viewer, key="next-none")
    for action in sight.board.next_actions:
        _show_next_action(sight, action)


def _show_next_action(sight: Sight, action: NextActionPart) -> None:
    _ = sight.translate
    is_open = action.completed_at is None
    today = clock.now().astimezone(sight.viewer.zone).date()
    due = _("due {day}").format(day=action.due_on.isoformat())
    shown = line(
        tag(f"N{action.id}"),
        words(action.text),
        strong(sight.name(action.owner)),
        (loud(due) if is_open and action.due_on < today else quiet(due)),
        None if is_open else tag(_("done")),
        words(action.note) if action.note else None,
        tone="plain" if is_open else "done",
    )
    with beside():
        card([shown], viewer=sight.viewer, key=f"next-{action.id}")
        if is_open and sight.may("complete_next_action", owner=action.owner):
            form_behind(
                _("Complete"),
                key=f"complete-{action.id}",
                incident_id=sight.id,
                command={"type": "complete_next_action", "next_action": action.id},
                fields=[TextLine("note", _("Note (optional)"), optional=True)],
            )
