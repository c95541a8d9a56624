"""Settings: how I read the console, my API tokens, people, roles of an incident, the server."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import streamlit as st
from pydantic import BaseModel, ConfigDict

from models.fields import Name
from models.messages import N_
from pages.parts.account import choose_language, show_sign_out
from pages.parts.card import card, line, moment, quiet, strong, tag, words
from pages.parts.choosing import choose_incident, show_drill_banner
from pages.parts.cockpit.sight import read_sight
from pages.parts.fields import Flag, Line, Words
from pages.parts.forms import form_here
from pages.parts.notice_fields import LANGUAGE_NAMES
from pages.parts.sending import Problem, attempt, show_problem
from pages.parts.viewer import Viewer, get_viewer
from pages.parts.words import escape
from services import people
from services.console import get_console
from services.errors import NotAllowed
from services.language import LANGUAGES
from services.version import get_version

_SHOWN_ONCE = "token-shown-once"


class _Named(BaseModel):
    """What somebody calls themselves, or a token."""

    model_config = ConfigDict(frozen=True)

    name: Name


def show_page() -> None:
    """The whole page."""
    viewer = get_viewer()
    _ = viewer.translate
    st.title(_("Settings"))
    names = (_("Me"), _("API tokens"), _("People"), _("Roles of an incident"), _("Server"))
    parts = (_show_me, _show_tokens, _show_people, _show_roles, _show_server)
    for tab, show in zip(st.tabs(names, key="settings-tabs"), parts, strict=True):
        with tab:
            show(viewer)


# --- Me ------------------------------------------------------------------------------------------


def _show_me(viewer: Viewer) -> None:
    _ = viewer.translate
    with get_console().database.reading() as session:
        me = people.get_person(session, viewer.handle)
    kept = {"name": me.name, "language": viewer.language, "zone": me.timezone or ""}
    for name, value in kept.items():
        st.session_state.setdefault(f"me-{name}", value)
    seen = st.context.timezone or get_console().settings.timezone
    with st.form("me", border=False, width=640):
        st.text_input(_("My name"), key="me-name", autocomplete="name")
        st.selectbox(
            _("Language"),
            LANGUAGES,
            format_func=LANGUAGE_NAMES.__getitem__,
            key="me-language",
        )
        st.selectbox(
            _("Time zone"),
            ["", *_zones()],
            format_func=lambda zone: zone or _("as this browser says: {zone}").format(zone=seen),
            key="me-zone",
        )
        st.form_submit_button(
            _("Save"), type="primary", key="me-save", on_click=_save_me, args=(viewer,)
        )
    _say_outcome("me", _("Saved."))
    now = datetime.now(viewer.zone)
    said = _("You are @{handle}. It is {time} for you.")
    st.caption(escape(said.format(handle=me.handle, time=f"{now:%H:%M}")))
    if me.is_administrator:
        st.caption(_("You are an administrator: you may add people."))
    with st.container(width=240):
        show_sign_out(viewer, key="settings-sign-out")


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def _save_me(viewer: Viewer) -> None:
    state = st.session_state

    def save() -> None:
        name = _Named(name=state["me-name"]).name
        with get_console().database.writing() as session:
            people.change_preferences(
                session, viewer.handle, name=name, timezone=state["me-zone"] or None
            )
        choose_language(viewer.handle, state["me-language"])

    _do("me", save, viewer)


# --- API tokens ----------------------------------------------------------------------------------


def _show_tokens(viewer: Viewer) -> None:
    _ = viewer.translate
    st.write(_("A token lets a program act in your name over the HTTP API."))
    with st.form("token", border=False, width=640):
        st.text_input(
            _("What the token is for"),
            key="token-name",
            placeholder=_("deploy script"),
            autocomplete="off",
        )
        st.form_submit_button(
            _("Make a token"), type="primary", key="token-add", on_click=_add_token, args=(viewer,)
        )
    _say_outcome("token", "")
    if _SHOWN_ONCE in st.session_state:
        _show_secret(viewer)
    with get_console().database.reading() as session:
        tokens = people.list_tokens(session, viewer.handle)
    if not tokens:
        st.caption(_("You have no token."))
    for token in tokens:
        with st.container(horizontal=True, vertical_alignment="center", key=f"token-{token.id}"):
            state = _("revoked") if token.revoked_at else _("in use")
            lines = [line(strong(token.name), tag(state), moment(token.created_at))]
            card(lines, viewer=viewer, key=f"token-card-{token.id}")
            if token.revoked_at is None:
                st.button(
                    _("Revoke"),
                    key=f"token-revoke-{token.id}",
                    on_click=_revoke_token,
                    args=(viewer, token.id),
                )


def _show_secret(viewer: Viewer) -> None:
    _ = viewer.translate
    secret = st.session_state[_SHOWN_ONCE]
    st.success(_("Copy the token now. It is shown this once and cannot be read again."))
    st.code(secret, language=None)
    st.caption(_("Try it:"))
    url = get_console().settings.public_url
    st.code(
        f'curl -H "Authorization: Bearer {secret}" {url}/api/v1/me', language=None, wrap_lines=True
    )
    st.button(_("I have copied it"), key="token-copied", on_click=_forget_secret)


def _add_token(viewer: Viewer) -> None:
    def add() -> str:
        name = _Named(name=st.session_state["token-name"]).name
        with get_console().database.writing() as session:
            return people.add_token(session, viewer.handle, name)

    secret = _do("token", add, viewer)
    if secret is not None:
        st.session_state[_SHOWN_ONCE] = secret
        st.session_state["token-name"] = ""


def _revoke_token(viewer: Viewer, token_id: int) -> None:
    def revoke() -> None:
        with get_console().database.writing() as session:
            people.revoke_token(session, viewer.handle, token_id)

    _do("token", revoke, viewer)
    _forget_secret()


def _forget_secret() -> None:
    st.session_state.pop(_SHOWN_ONCE, None)


# --- People --------------------------------------------------------------------------------------

_PERSON_KEYS = ("person-handle", "person-name", "person-email", "person-slack")


def _show_people(viewer: Viewer) -> None:
    _ = viewer.translate
    with get_console().database.reading() as session:
        known = people.list_people(session)
    if viewer.is_administrator:
        with st.expander(_("Add a person"), expanded=len(known) == 1):
            _show_adding(viewer)
    else:
        st.caption(_("An administrator adds people."))
    lines = []
    for person in known:
        extra = [quiet(each) for each in (person.email, person.slack_user_id) if each]
        mark = tag(_("administrator")) if person.is_administrator else None
        lines.append(line(strong(person.name), quiet(f"@{person.handle}"), mark, *extra))
    card(lines, viewer=viewer, key="people")


def _show_adding(viewer: Viewer) -> None:
    _ = viewer.translate
    with st.form("person", border=False, width=640):
        st.text_input(_("Name"), key="person-name", autocomplete="off")
        st.text_input(
            _("Handle"),
            key="person-handle",
            placeholder="hana.sato",
            help=_("Small letters, digits, dots and dashes; it never changes."),
            autocomplete="off",
        )
        st.text_input(_("E-mail (optional)"), key="person-email", autocomplete="off")
        st.text_input(_("Slack user id (optional)"), key="person-slack", autocomplete="off")
        st.form_submit_button(
            _("Add"), type="primary", key="person-add", on_click=_add_person, args=(viewer,)
        )
    _say_outcome("person", _("Added."))


def _add_person(viewer: Viewer) -> None:
    state = st.session_state

    def add() -> bool:
        # Asked again here: the right may have gone since the form was drawn.
        if not get_viewer().is_administrator:
            raise NotAllowed(N_("Only an administrator or the service token may do this."))
        new = people.NewPerson(
            handle=state["person-handle"].strip().lower(),
            name=state["person-name"],
            email=state["person-email"].strip() or None,
            slack_user_id=state["person-slack"].strip() or None,
        )
        with get_console().database.writing() as session:
            people.add_person(session, new)
        return True

    if _do("person", add, viewer):
        for key in _PERSON_KEYS:
            state[key] = ""


# --- Roles of an incident ------------------------------------------------------------------------


def _show_roles(viewer: Viewer) -> None:
    _ = viewer.translate
    number = choose_incident(viewer)
    if number is None:
        return
    sight = read_sight(number)
    if sight.board.kind == "drill":
        show_drill_banner(viewer)
    lines = []
    for role in sight.board.roles:
        duty = _(role.duty) if role.built_in else role.duty
        number_held = _("one holder") if role.single else _("several holders")
        lines.append(line(strong(sight.role_name(role)), tag(role.key), quiet(number_held)))
        lines.append(line(words(duty), tone="list"))
    card(lines, viewer=viewer, key=f"roles-{number}")
    if not sight.may("add_role"):
        st.caption(_("The commander adds roles of this incident's own."))
        return
    st.subheader(_("Add a role"))
    form_here(
        _("Add the role"),
        key=f"role-new-{number}",
        incident_id=number,
        command={"type": "add_role"},
        fields=[
            Line("key", _("Key"), help=_("Small letters, digits and underscores: db_lead")),
            Line("name_en", _("Name in English")),
            Line("name_ja", _("Name in Japanese")),
            Words("duty", _("Duty: what whoever holds it answers for")),
            Flag("single", _("At most one holder"), initial=True),
        ],
    )


# --- Server --------------------------------------------------------------------------------------


def _show_server(viewer: Viewer) -> None:
    _ = viewer.translate
    console = get_console()
    settings = console.settings
    facts = {
        _("Version"): get_version(),
        _("Address in links"): settings.public_url,
        _("Database"): console.database.durability,
        "Slack": _("configured") if settings.slack_bot_token else _("not configured"),
        _("Service token"): _("configured") if settings.service_token else _("not configured"),
        _("Zone of reports and Slack"): settings.timezone,
        _("Language unless chosen"): LANGUAGE_NAMES[settings.default_language],
    }
    lines = [line(quiet(label), strong(value)) for label, value in facts.items()]
    card(lines, viewer=viewer, key="server")
    if not settings.slack_bot_token:
        said = _("Without Slack the console runs whole; nothing is told in channels.")
        st.caption(said)
    st.caption(_("These are set by the server's environment, described in the README."))


# --- What every form here does -------------------------------------------------------------------


def _do(name: str, do: Callable[[], Any], viewer: Viewer) -> Any:
    """What `do` returned; keeps the problem, or that there is none, to be said by the form."""
    done, problem = attempt(do, viewer=viewer)
    st.session_state[f"{name}-outcome"] = problem
    return done


def _say_outcome(name: str, success: str) -> None:
    key = f"{name}-outcome"
    if key not in st.session_state:
        return
    problem: Problem | None = st.session_state.pop(key)
    if problem is not None:
        show_problem(problem)
    elif success:
        st.success(success)


show_page()
