"""Announcements, the liaison's desk: what outsiders were told, are told next, and ask."""

from collections.abc import Mapping

import streamlit as st

from models.board import Board, InquiryPart, NoticePart
from models.messages import N_
from models.notice_fields import missing_fields
from models.vocabulary import NoticeStage, NoticeState, RoleKey
from pages.parts.acting import act_on
from pages.parts.card import Line as CardLine
from pages.parts.card import card, left, line, loud, moment, quiet, strong, tag, words
from pages.parts.choosing import choose_incident, show_drill_banner
from pages.parts.cockpit.sight import Sight, read_sight
from pages.parts.fields import Choice, Line, Words
from pages.parts.forms import Guard, form_behind, form_here
from pages.parts.naming import PHASES
from pages.parts.notice_fields import LANGUAGE_NAMES, NoticeFields
from pages.parts.viewer import get_viewer
from services.language import LANGUAGES, Language
from services.notices import STAGES, label_field, tell_notice

LOOK_AGAIN_S = 5

_STATES: Mapping[str, str] = {
    NoticeState.DRAFT: N_("draft"),
    NoticeState.RETURNED: N_("returned"),
    NoticeState.APPROVED: N_("approved"),
    NoticeState.PUBLISHED: N_("published"),
}


def show_page() -> None:
    """The whole page."""
    viewer = get_viewer()
    st.title(viewer.translate("Announcements"))
    number = choose_incident(viewer)
    if number is not None:
        show_desk(number)


@st.fragment(run_every=LOOK_AGAIN_S)
def show_desk(number: int) -> None:
    """Everything about one incident; looks again by itself, and keeps what is being typed."""
    sight = read_sight(number)
    if sight.board.kind == "drill":
        show_drill_banner(sight.viewer)
    _show_standing(sight)
    left_side, right_side = st.columns([3, 2], gap="large")
    with left_side:
        _show_pending(sight)
        _show_drafting(sight)
        _show_published(sight)
    with right_side:
        _show_inquiries(sight)
        _show_stakeholders(sight)


def _show_standing(sight: Sight) -> None:
    _, board = sight.translate, sight.board
    due_at = board.cadence.next_update_at
    liaison = _holder(board, RoleKey.LIAISON)
    commander = _holder(board, RoleKey.COMMANDER)
    due = (
        left(due_at, _("next update {time} over"), _("next update due in"))
        if due_at and not sight.is_over
        else quiet(_("No next update is promised"))
    )
    people = (
        quiet(_("External liaison")),
        strong(sight.name(liaison)) if liaison else loud(_("VACANT")),
        quiet(_("Commander")),
        strong(sight.name(commander)) if commander else loud(_("VACANT")),
    )
    card(
        [line(tag(_(PHASES[board.phase])), due, *people)],
        viewer=sight.viewer,
        key="announcements-standing",
    )


def _holder(board: Board, role: str) -> str | None:
    return next(each.holder for each in board.roles if each.key == role)


def _list_pending(board: Board) -> list[NoticePart]:
    """Announcements that somebody still has to do something about, the newest first."""
    return [each for each in reversed(board.notices) if each.state != NoticeState.PUBLISHED]


def _show_pending(sight: Sight) -> None:
    _, pending = sight.translate, _list_pending(sight.board)
    if pending:
        st.subheader(_("Not published yet"))
    for notice in pending:
        _show_notice(notice, sight)


def _show_drafting(sight: Sight) -> None:
    _ = sight.translate
    if sight.is_over:
        return
    st.subheader(_("Write an announcement"))
    if not sight.may("draft_notice"):
        said = _("The external liaison writes announcements; the commander while there is none.")
        st.caption(said)
        return
    # What waits above comes first; then the form is folded away, with whatever is typed in it.
    is_first = not _list_pending(sight.board)
    with st.expander(_("A new announcement"), expanded=is_first, key=f"notice-new-{sight.id}"):
        stage = st.segmented_control(
            _("Which one"),
            list(STAGES),
            format_func=lambda stage: _(STAGES[stage]),
            default=_suggest_stage(sight.board),
            required=True,
            key=f"notice-stage-{sight.id}",
        )
        form_here(
            _("Save as draft"),
            key=f"notice-new-{sight.id}-{stage}",
            incident_id=sight.id,
            command={"type": "draft_notice", "stage": stage},
            fields=[NoticeFields("fields", "", stage=stage, viewer=sight.viewer)],
        )
        st.caption(_("A draft may be incomplete. Once saved it survives anything."))


def _suggest_stage(board: Board) -> str:
    if not any(notice.stage == NoticeStage.FIRST for notice in board.notices):
        return NoticeStage.FIRST
    return NoticeStage.RESOLUTION if board.resolved_at else NoticeStage.UPDATE


def _show_published(sight: Sight) -> None:
    _, board = sight.translate, sight.board
    st.subheader(_("What was told"))
    published = [each for each in board.notices if each.state == NoticeState.PUBLISHED]
    if not published:
        st.info(
            _(
                "Nothing was announced yet. A first announcement is due within five minutes of the"
                " declaration: what is happening, whom it hits, when we speak next."
            )
        )
    for notice in sorted(published, key=lambda each: each.published_at or each.drafted_at)[::-1]:
        _show_notice(notice, sight)


def _show_notice(notice: NoticePart, sight: Sight) -> None:
    key = f"notice-{sight.id}-{notice.id}"
    edit_key = f"notice-editing-{sight.id}-{notice.id}"
    with st.container(border=True, key=key):
        card(_say_history(notice, sight), viewer=sight.viewer, key=f"{key}-head")
        if st.session_state.get(edit_key):
            _show_editing(notice, sight, edit_key)
            return
        _show_preview(notice, sight)
        if notice.state != NoticeState.PUBLISHED and not sight.is_over:
            _show_steps(notice, sight, edit_key)


def _say_history(notice: NoticePart, sight: Sight) -> list[CardLine]:
    _ = sight.translate
    state = _(_STATES[notice.state])
    said = [
        line(strong(f"{notice.id}. {_(STAGES[notice.stage])}"), tag(state), tone="title"),
        line(
            quiet(_("drafted by {person}").format(person=sight.name(notice.drafted_by))),
            moment(notice.drafted_at),
        ),
    ]
    if notice.approved_by and notice.approved_at:
        by = _("approved by {person}").format(person=sight.name(notice.approved_by))
        said.append(line(quiet(by), moment(notice.approved_at)))
    if notice.published_by and notice.published_at:
        by = _("published by {person}").format(person=sight.name(notice.published_by))
        said.append(line(quiet(by), moment(notice.published_at)))
    if notice.state == NoticeState.RETURNED and notice.return_reason:
        reason = line(strong(_("Returned:")), words(notice.return_reason), tone="loud")
        said.append(reason)
    return said


def _show_preview(notice: NoticePart, sight: Sight) -> None:
    first = sight.viewer.language
    languages = [first, *(language for language in LANGUAGES if language != first)]
    tabs = st.tabs([LANGUAGE_NAMES[language] for language in languages])
    for tab, language in zip(tabs, languages, strict=True):
        told = tell_notice(
            notice.stage,
            notice.fields,
            language=language,
            zone=sight.viewer.zone,
            title=sight.board.title,
            kind=sight.board.kind,
        )
        lines = [line(strong(told.heading))]
        lines += [line(quiet(label), words(said)) for label, said in told.lines]
        with tab:
            card(lines, viewer=sight.viewer, key=f"notice-{sight.id}-{notice.id}-{language}")


def _show_steps(notice: NoticePart, sight: Sight, edit_key: str) -> None:
    """What the viewer may do with an announcement that is not published."""
    _ = sight.translate
    missing = [
        label_field(notice.stage, name, _) for name in missing_fields(notice.stage, notice.fields)
    ]
    if missing:
        said = _("Missing before it can be approved: {fields}")
        st.warning(said.format(fields=", ".join(missing)))
    key = f"notice-{sight.id}-{notice.id}"
    is_approved = notice.state == NoticeState.APPROVED
    with st.container(horizontal=True):
        if sight.may("publish_notice") and is_approved:
            command = {"type": "publish_notice", "notice": notice.id}
            act_on(
                _("Publish now"),
                key=f"{key}-publish",
                incident_id=sight.id,
                command=command,
                board=sight.board,
                guard=_guard(notice.id, sight),
                kind="primary",
            )
        if sight.may("approve_notice") and not is_approved:
            command = {"type": "approve_notice", "notice": notice.id}
            act_on(
                _("Approve"),
                key=f"{key}-approve",
                incident_id=sight.id,
                command=command,
                board=sight.board,
                guard=_guard(notice.id, sight),
                kind="primary",
            )
        if sight.may("return_notice") and notice.state != NoticeState.RETURNED:
            form_behind(
                _("Return"),
                key=f"{key}-return",
                incident_id=sight.id,
                command={"type": "return_notice", "notice": notice.id},
                fields=[Words("reason", _("What should change"))],
            )
        if sight.may("edit_notice"):
            st.button(
                _("Edit"),
                key=f"{key}-edit",
                on_click=st.session_state.update,
                args=({edit_key: 1},),
            )
    if not is_approved and not sight.may("approve_notice"):
        st.caption(_("It waits for the commander's approval."))
    if is_approved and not sight.may("publish_notice"):
        st.caption(_("The external liaison publishes it."))


def _show_editing(notice: NoticePart, sight: Sight, edit_key: str) -> None:
    _ = sight.translate
    if notice.state == NoticeState.APPROVED:
        st.caption(_("Once it is changed, it needs the commander's approval again."))
    form_here(
        _("Save the draft"),
        key=f"notice-edit-{sight.id}-{notice.id}",
        incident_id=sight.id,
        command={"type": "edit_notice", "notice": notice.id},
        fields=[
            NoticeFields(
                "fields",
                "",
                initial=notice.fields,
                stage=notice.stage,
                viewer=sight.viewer,
                open_key=edit_key,
            )
        ],
        board=sight.board,
        guard=_guard(notice.id, sight),
    )
    if st.button(_("Stop editing"), key=f"notice-edit-stop-{sight.id}-{notice.id}"):
        del st.session_state[edit_key]
        st.rerun(scope="fragment")


def _guard(number: int, sight: Sight) -> Guard:
    def find(board: Board) -> NoticePart:
        return next(notice for notice in board.notices if notice.id == number)

    def say(board: Board, language: Language) -> str:
        told = tell_notice(
            find(board).stage,
            find(board).fields,
            language=language,
            zone=sight.viewer.zone,
            title=board.title,
            kind=board.kind,
        )
        return "\n".join(f"{label}: {said}" for label, said in told.lines)

    def stands(board: Board) -> tuple[str, str]:
        parts = [f"{LANGUAGE_NAMES[one]}\n{say(board, one)}" for one in LANGUAGES]
        return find(board).drafted_by, "\n\n".join(parts)

    return Guard(version=lambda board: (find(board).fields, find(board).state), stands=stands)


def _show_inquiries(sight: Sight) -> None:
    _, inquiries = sight.translate, sight.board.inquiries
    st.subheader(_("Inquiries"))
    if not inquiries:
        st.caption(_("Nobody has asked yet. Anybody may log a question, with or without a role."))
    for inquiry in sorted(inquiries, key=lambda each: (each.answered_at is not None, -each.id)):
        with st.container(border=True, key=f"inquiry-{sight.id}-{inquiry.id}"):
            _show_inquiry(inquiry, sight)
    if sight.is_over:
        return
    form_behind(
        _("Log an inquiry"),
        key=f"inquiry-new-{sight.id}",
        incident_id=sight.id,
        command={"type": "log_inquiry"},
        fields=[Line("from", _("Asked by")), Words("text", _("The question"))],
    )


def _show_inquiry(inquiry: InquiryPart, sight: Sight) -> None:
    _ = sight.translate
    asked = line(
        strong(inquiry.asked_by),
        moment(inquiry.logged_at),
        None if inquiry.answer is not None else loud(_("no answer yet")),
    )
    lines = [asked, line(words(inquiry.text))]
    if inquiry.answer is not None and inquiry.answered_at:
        by = _("answered by {person}").format(person=sight.name(inquiry.answered_by))
        lines += [line(quiet(by), moment(inquiry.answered_at)), line(words(inquiry.answer))]
    card(lines, viewer=sight.viewer, key=f"inquiry-card-{sight.id}-{inquiry.id}")
    if inquiry.answer is None and sight.may("answer_inquiry"):
        form_behind(
            _("Answer"),
            key=f"inquiry-answer-{sight.id}-{inquiry.id}",
            incident_id=sight.id,
            command={"type": "answer_inquiry", "inquiry": inquiry.id},
            fields=[Words("text", _("The answer"))],
        )


def _show_stakeholders(sight: Sight) -> None:
    _, stakeholders = sight.translate, sight.board.stakeholders
    st.subheader(_("Stakeholders"))
    if stakeholders:
        lines = []
        for stakeholder in stakeholders:
            known = stakeholder.person and f"@{stakeholder.person}"
            extra = [quiet(each) for each in (known, stakeholder.slack_user_id) if each]
            lines.append(line(strong(stakeholder.name), *extra))
        card(lines, viewer=sight.viewer, key=f"stakeholders-{sight.id}")
    else:
        st.caption(_("Nobody is listed. List whom this hits and who must be told."))
    if not sight.may("add_stakeholder"):
        return
    form_behind(
        _("Add a stakeholder"),
        key=f"stakeholder-new-{sight.id}",
        incident_id=sight.id,
        command={"type": "add_stakeholder"},
        fields=[
            Line("name", _("Who: a person, a team, a department")),
            Choice(
                "person",
                _("Known here as (optional)"),
                options=dict(sight.people),
                optional=True,
            ),
            Line("slack_user_id", _("Slack user id (optional)"), optional=True),
        ],
    )


show_page()
