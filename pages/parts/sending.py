"""Sending commands from pages: what was refused is said where it was typed, and stays there.

    if send({"type": "note", "text": text}, incident_id):
        ...                                         # it is stored; every other board knows

`send` shows what went wrong at the place where it is called and returns False. A callback, which
has no place, uses `try_send` and keeps the `Problem`, to show it later with `show_problem`.
`attempt` gives the same treatment to anything else that a page asks of a service.
"""

import logging
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st
from pydantic import ValidationError

from models.commands import COMMAND_ADAPTER
from models.commands.base import Command
from models.vocabulary import Source
from pages.parts.naming import name_field, name_lacking, name_rule, say_problem
from pages.parts.viewer import Viewer, get_viewer, spoken_language
from pages.parts.words import escape, show_words
from services import boards, commands, people, timeline
from services.commands.execute import command_digest
from services.console import get_console
from services.errors import NotWellFormed, RuleBroken, ShikikanError, StaleBoard, Unavailable
from services.explaining import explain
from services.language import Language, Translator, get_translator

DOUBLE_CLICK_S = 3.0
N_SHOWN_CHANGES = 5
_SENT_KEY = "sent-commands"

logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing was stored, in the viewer's language.

    Attributes:
        sentence: what went wrong and what to do.
        rule: the key of the broken rule, if it is one.
        missing: everything that is still needed.
        faults: what is wrong with each field, as `(name, fault)`.
        typed: what the person had, as `(name, words)`, when the board moved on meanwhile.
        typed_title: what stands above it; by default that it is what they had.
        changes: what was written meanwhile, as `(who, what)`, oldest first.
    """

    sentence: str
    rule: str | None = None
    rule_name: str = ""
    missing: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    typed_title: str = ""
    changes: tuple[tuple[str, str], ...] = ()


def send(
    command: Mapping[str, Any],
    incident_id: int,
    *,
    expected_revision: int | None = None,
    command_id: uuid.UUID | None = None,
) -> bool:
    """Whether the command was applied; if not, says here why, and nothing was stored.

    The same command again within 3 seconds is a double click and is applied once.

    Args:
        command: `{"type": ...}` and its fields as plain values: text, numbers, ISO-8601 times or
            aware datetimes.
        expected_revision: the revision that the person saw; if the board has moved on, both what
            they had and what stands are shown.
        command_id: makes a repetition harmless for longer than a double click.
    """
    problem = try_send(
        command, incident_id, expected_revision=expected_revision, command_id=command_id
    )
    if problem is not None:
        show_problem(problem)
    return problem is None


def try_send(
    command: Mapping[str, Any],
    incident_id: int,
    *,
    expected_revision: int | None = None,
    command_id: uuid.UUID | None = None,
) -> Problem | None:
    """Apply a command as `send` does; None when it was applied, else why not."""

    def apply() -> None:
        viewer = get_viewer()
        validated = COMMAND_ADAPTER.validate_python(dict(command))
        kept = _keep_id(validated, incident_id)
        commands.execute(
            get_console().database,
            validated,
            incident_id=incident_id,
            actor=commands.Actor(viewer.handle, Source.PAGE),
            command_id=command_id or kept.command_id,
            expected_revision=expected_revision,
        )
        kept.sent_at = time.monotonic()

    _done, problem = attempt(apply, incident_id=incident_id, typed=command)
    return problem


def attempt(
    do: Callable[[], T],
    *,
    viewer: Viewer | None = None,
    incident_id: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> tuple[T | None, Problem | None]:
    """What `do` returned, or the problem that kept it from being done.

    A refusal is explained. A defect is logged under a reference that the viewer is told; what
    they typed is theirs and is not logged.
    """
    # Not asked of the database, which may be what fails.
    language = viewer.language if viewer else spoken_language()
    _ = get_translator(language)
    try:
        return do(), None
    except ValidationError as malformed:
        return None, _malformed(malformed, _)
    except ShikikanError as refused:
        return None, _refused(refused, language, incident_id, typed or {})
    except Exception:  # The one last handler of pages: whatever it is, the page stays usable.
        reference = secrets.token_hex(2).upper()
        logger.exception("A page could not do what was asked, ref %s", reference)
        said = _("Something failed, ref {reference}; nothing was saved.")
        return None, Problem(said.format(reference=reference))


def show_problem(problem: Problem) -> None:
    """Say a problem here: the rule by name and key, what to do, what is missing."""
    _ = get_translator(spoken_language())
    lines = [escape(problem.sentence)]
    if problem.rule:
        lines[0] = f"**{problem.rule_name}** (`{problem.rule}`): {lines[0]}"
    lines += [f"- {escape(lacking)}" for lacking in problem.missing]
    lines += [f"- **{escape(name)}** {escape(fault)}" for name, fault in problem.faults]
    st.error("\n".join([lines[0], "", *lines[1:]]))
    if problem.typed:
        st.caption(problem.typed_title or _("What you had"))
        for _name, said in problem.typed:
            show_words(said)
    if problem.changes:
        st.caption(_("What was written meanwhile"))
        for who, what in problem.changes:
            show_words(f"{who}: {what}")


@dataclass(slots=True)
class _Kept:
    """The id of a command that this window sent; reusable while it may be the same click."""

    command_id: uuid.UUID
    sent_at: float | None = None

    def is_usable(self) -> bool:
        """Whether the same command now is the same wish: not done yet, or done a moment ago."""
        return self.sent_at is None or time.monotonic() - self.sent_at < DOUBLE_CLICK_S


def _keep_id(command: Command, incident_id: int) -> _Kept:
    kept: dict[str, _Kept] = st.session_state.setdefault(_SENT_KEY, {})
    for digest in [digest for digest, one in kept.items() if not one.is_usable()]:
        del kept[digest]
    digest = f"{incident_id}/{command_digest(command)}"
    return kept.setdefault(digest, _Kept(uuid.uuid4()))


def _malformed(error: ValidationError, _: Translator) -> Problem:
    found = error.errors(include_url=False, include_input=False)
    return Problem(
        _("Please correct this; nothing was saved."),
        faults=tuple(dict.fromkeys(say_problem(one, _) for one in found)),
    )


def _refused(
    error: ShikikanError, language: Language, incident_id: int | None, typed: Mapping[str, Any]
) -> Problem:
    _ = get_translator(language)
    if isinstance(error, NotWellFormed):
        faults = tuple(dict.fromkeys(say_problem(one, _) for one in error.problems))
        return Problem(_("Please correct this; nothing was saved."), faults=faults)
    names, role_names = _read_names(incident_id, error)
    sentence = explain(error, language, names=names, role_names=role_names)
    if not isinstance(error, RuleBroken):
        return Problem(sentence)
    is_stale = isinstance(error, StaleBoard) and incident_id is not None
    return Problem(
        sentence,
        rule=str(error.rule),
        rule_name=name_rule(error.rule, _),
        missing=tuple(name_lacking(key, _) or key for key in error.missing),
        typed=_typed(typed, _) if is_stale else (),
        changes=_read_changes(error, incident_id, language, names) if is_stale else (),
    )


def _read_names(
    incident_id: int | None, error: ShikikanError
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Names of people and of the incident's roles; none when the database is what failed."""
    if isinstance(error, Unavailable):
        return {}, {}
    try:
        with get_console().database.reading() as session:
            names = {person.handle: person.name for person in people.list_people(session)}
            if incident_id is None:
                return names, {}
            board = boards.read_board(session, incident_id)
    except ShikikanError:
        # The refusal is said all the same, with handles and keys.
        return {}, {}
    return names, {card.key: {"en": card.name_en, "ja": card.name_ja} for card in board.roles}


def _typed(command: Mapping[str, Any], _: Translator) -> tuple[tuple[str, str], ...]:
    said = {name: value for name, value in command.items() if name != "type" and value}
    return tuple((name_field(name, _), str(value)) for name, value in said.items())


def _read_changes(
    error: StaleBoard, incident_id: int, language: Language, names: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """What was written since the revision that the person saw: the newest few."""
    with get_console().database.reading() as session:
        after = max(error.expected, error.current - N_SHOWN_CHANGES)
        found = timeline.read_entries(session, incident_id, after, N_SHOWN_CHANGES)
    _ = get_translator(language)
    return tuple(
        (
            names.get(entry["actor"], entry["actor"]) if entry["actor"] else _("system"),
            entry["texts"].get(language, entry["text"]),
        )
        for entry in found
    )
