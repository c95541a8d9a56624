"""The fields of a form: how each is drawn, and what it means to a command.

Every field keeps what was typed under its key of the session until the form resets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import streamlit as st

from pages.parts.viewer import get_viewer
from services import clock

_LINES_PX = 110


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a command.

    Attributes:
        name: in the command.
        label: in the viewer's language.
        initial: what stands there first.
        help: a hint of ours.
    """

    name: str
    label: str
    initial: Any = None
    help: str | None = None

    def draw(self, key: str) -> None:
        """Draw the widget."""
        raise NotImplementedError

    def read(self, key: str) -> Any:
        """What the command gets; None leaves the field out."""
        return st.session_state.get(key)

    def typed(self, key: str) -> Any:
        """What the person entered: the same for the same, whenever it is asked."""
        return self.read(key)

    def reset(self, key: str) -> None:
        """Put back what stands there first; within a callback only."""
        st.session_state[key] = self.initial

    def _begin(self, key: str) -> None:
        # Set through the session and not as the widget's value: a value that differs from the last
        # run's would make another widget of it, and lose what is being typed.
        if key not in st.session_state:
            self.reset(key)


@dataclass(frozen=True, slots=True)
class Line(Field):
    """One line of text; Enter sends the form."""

    initial: str = ""
    optional: bool = False

    def draw(self, key: str) -> None:
        """Show the field."""
        self._begin(key)
        st.text_input(self.label, key=key, help=self.help, autocomplete="off")

    def read(self, key: str) -> str | None:
        """Return what was typed, as the command takes it."""
        typed: str = st.session_state.get(key) or ""
        return None if self.optional and not typed.strip() else typed


@dataclass(frozen=True, slots=True)
class Words(Line):
    """Text of several lines; Ctrl+Enter sends the form."""

    def draw(self, key: str) -> None:
        """Show the field."""
        self._begin(key)
        st.text_area(self.label, key=key, help=self.help, height=_LINES_PX)


@dataclass(frozen=True, slots=True)
class Each(Words):
    """Several texts, one a line."""

    def read(self, key: str) -> Any:
        """Return what was typed, as the command takes it."""
        typed: str = st.session_state.get(key) or ""
        return [line.strip() for line in typed.splitlines() if line.strip()]


def _choose() -> str:
    _ = get_viewer().translate
    return _("Choose")


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """One of several keys; the options are shown as plain text, never as markup."""

    options: Mapping[str, str] | None = None
    optional: bool = False

    def draw(self, key: str) -> None:
        """Show the field."""
        options = list(self.options or {})
        # Somebody may have left the options since; then nothing is chosen rather than another.
        if st.session_state.get(key) not in options:
            st.session_state[key] = self.initial if self.initial in options else None
        st.selectbox(
            self.label,
            options,
            key=key,
            index=None,
            format_func=(self.options or {}).__getitem__,
            help=self.help,
            placeholder=_choose(),
        )

    def read(self, key: str) -> Any:
        """Return what was typed, as the command takes it."""
        chosen = st.session_state.get(key)
        return chosen if self.optional else (chosen or "")


@dataclass(frozen=True, slots=True)
class Several(Field):
    """Any of several keys."""

    options: Mapping[str, str] | None = None

    def draw(self, key: str) -> None:
        """Show the field."""
        options = list(self.options or {})
        kept = st.session_state.get(key, self.initial or [])
        st.session_state[key] = [one for one in kept if one in options]
        st.multiselect(
            self.label,
            options,
            key=key,
            format_func=(self.options or {}).__getitem__,
            help=self.help,
            placeholder=_choose(),
        )

    def read(self, key: str) -> Any:
        """Return what was typed, as the command takes it."""
        return list(st.session_state.get(key) or [])


@dataclass(frozen=True, slots=True)
class Flag(Field):
    """Yes or no."""

    initial: bool = False

    def draw(self, key: str) -> None:
        """Show the field."""
        self._begin(key)
        st.checkbox(self.label, key=key, help=self.help)


@dataclass(frozen=True, slots=True)
class Minutes(Field):
    """A time so many minutes from the sending on: quicker than a date at three in the morning."""

    initial: int | None = 15
    optional: bool = False

    def draw(self, key: str) -> None:
        """Show the field."""
        self._begin(key)
        st.number_input(
            self.label, key=key, min_value=1, max_value=60 * 24 * 30, step=5, help=self.help
        )

    def read(self, key: str) -> datetime | str | None:
        """Return what was typed, as the command takes it."""
        minutes = st.session_state.get(key)
        if minutes is None:
            return None if self.optional else ""
        return clock.now() + timedelta(minutes=int(minutes))

    def typed(self, key: str) -> int | None:
        """Return the minutes themselves."""
        minutes: int | None = st.session_state.get(key)
        return minutes


@dataclass(frozen=True, slots=True)
class Moment(Field):
    """A date and time in the viewer's zone."""

    initial: datetime | None = None
    optional: bool = False

    def reset(self, key: str) -> None:
        """Begin with what is usual."""
        begin = self.initial or (None if self.optional else clock.now())
        zone = get_viewer().zone
        st.session_state[key] = begin and begin.astimezone(zone).replace(tzinfo=None, microsecond=0)

    def draw(self, key: str) -> None:
        """Show the field."""
        self._begin(key)
        zone = get_viewer().zone
        st.datetime_input(
            f"{self.label} ({zone.key})",
            value=None,
            key=key,
            step=timedelta(minutes=1),
            format="YYYY-MM-DD",
            help=self.help,
        )

    def read(self, key: str) -> datetime | str | None:
        """Return what was typed, as the command takes it."""
        chosen: datetime | None = st.session_state.get(key)
        if chosen is None:
            return None if self.optional else ""
        return chosen.replace(tzinfo=get_viewer().zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Day(Field):
    """A date."""

    initial: date | None = None

    def draw(self, key: str) -> None:
        """Show the field."""
        self._begin(key)
        st.date_input(self.label, value=None, key=key, format="YYYY-MM-DD", help=self.help)

    def read(self, key: str) -> date | str:
        """Return what was typed, as the command takes it."""
        return st.session_state.get(key) or ""
