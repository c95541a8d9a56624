"""The incident report: write and save it, see its versions, and what standing down still needs."""

import json
from dataclasses import dataclass

import streamlit as st

from models.board import Board
from pages.parts.card import card, line, loud, moment, quiet, strong, tag, words
from pages.parts.choosing import choose_incident, show_drill_banner
from pages.parts.cockpit.sight import Sight, read_sight
from pages.parts.fields import Words
from pages.parts.forms import Guard, form_here
from pages.parts.naming import LACKING, PHASES
from pages.parts.viewer import get_viewer
from pages.parts.words import show_words
from services.console import get_console
from services.exporting import export_incident
from services.report_drafts import list_versions, write_template
from services.reports import write_markdown

_EDITOR_PX = 480


@dataclass(frozen=True, slots=True)
class _ReportText(Words):
    """The text of the report: a large field that keeps showing what was saved."""

    def draw(self, key: str) -> None:
        if key not in st.session_state:
            st.session_state[key] = self.initial
        st.text_area(self.label, key=key, height=_EDITOR_PX, help=self.help)

    def reset(self, key: str) -> None:
        # The next drawing begins with the version that stands then.
        st.session_state.pop(key, None)


def show_page() -> None:
    """The whole page."""
    viewer = get_viewer()
    _ = viewer.translate
    st.title(_("Report"))
    number = choose_incident(viewer)
    if number is None:
        return
    sight = read_sight(number)
    if sight.board.kind == "drill":
        show_drill_banner(viewer)
    writing, beside = st.columns([5, 3], gap="large")
    with writing:
        _show_writing(sight)
    with beside:
        _show_gates(sight)
        _show_downloads(sight)
        _show_versions(sight)


def _show_writing(sight: Sight) -> None:
    _ = sight.translate
    with get_console().database.reading() as session:
        saved = list_versions(session, sight.id)
        standing = saved[0].text if saved else _template(sight)
    if sight.is_over or not sight.may("save_report"):
        st.caption(
            _("The report stays as it was saved last.")
            if sight.is_over
            else _("The scribe writes the report; the commander while there is none.")
        )
        if saved:
            show_words(standing)
        else:
            st.info(_("No report was saved yet."))
        return
    if not saved:
        st.caption(
            _("A first draft from the record. Complete it, and save it as often as you like.")
        )
    form_here(
        _("Save the report"),
        key=f"report-{sight.id}",
        incident_id=sight.id,
        command={"type": "save_report"},
        fields=[_ReportText("text", _("The report, in Markdown"), initial=standing)],
        board=sight.board,
        guard=_guard(sight),
    )


def _template(sight: Sight) -> str:
    with get_console().database.reading() as session:
        return write_template(
            session, sight.board, language=sight.viewer.language, zone=sight.viewer.zone
        )


def _guard(sight: Sight) -> Guard:
    def stands(board: Board) -> tuple[str, str] | None:
        with get_console().database.reading() as session:
            saved = list_versions(session, sight.id)
        return (saved[0].saved_by, saved[0].text) if board.report and saved else None

    return Guard(version=lambda board: board.report and board.report.version, stands=stands)


def _show_gates(sight: Sight) -> None:
    _, board = sight.translate, sight.board
    st.subheader(_("Standing down"))
    if sight.is_over:
        lines = [line(tag(_(PHASES[board.phase])))]
        if board.stood_down_at:
            lines = [line(tag(_(PHASES[board.phase])), moment(board.stood_down_at))]
    else:
        lines = [
            line(strong("✓"), words(_(LACKING[gate.key])), tone="done")
            if gate.ok
            else line(loud("✗"), strong(_(LACKING[gate.key])))
            for gate in board.gates
        ]
    card(lines, viewer=sight.viewer, key=f"report-gates-{sight.id}")
    st.page_link(
        "board.py",
        label=_("To the board, where the commander stands down"),
        icon=":material/dashboard:",
        query_params={"incident": str(sight.id)},
    )


def _show_downloads(sight: Sight) -> None:
    _, viewer, number = sight.translate, sight.viewer, sight.id

    def as_markdown() -> str:
        with get_console().database.reading() as session:
            return write_markdown(session, number, language=viewer.language, zone=viewer.zone)

    def as_json() -> str:
        with get_console().database.reading() as session:
            return json.dumps(export_incident(session, number), ensure_ascii=False, indent=1)

    st.subheader(_("Download"))
    with st.container(horizontal=True):
        st.download_button(
            _("Report and timeline (Markdown)"),
            as_markdown,
            file_name=f"INC-{number}.md",
            mime="text/markdown",
            on_click="ignore",
            key="report-markdown",
        )
        st.download_button(
            _("Everything, with its hashes (JSON)"),
            as_json,
            file_name=f"INC-{number}.json",
            mime="application/json",
            on_click="ignore",
            key="report-json",
        )


def _show_versions(sight: Sight) -> None:
    _ = sight.translate
    st.subheader(_("Versions"))
    with get_console().database.reading() as session:
        saved = list_versions(session, sight.id)
    if not saved:
        st.caption(_("None is saved yet. Every version that is saved stays readable here."))
    for version in saved:
        with st.expander(_("Version {number}").format(number=version.id)):
            card(
                [line(quiet(sight.name(version.saved_by)), moment(version.saved_at))],
                viewer=sight.viewer,
                key=f"report-version-{sight.id}-{version.id}",
            )
            show_words(version.text)


show_page()
