"""The fields of an announcement as one field of a form: texts in two languages, times, a state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from models.vocabulary import NoticeStage
from pages.parts.fields import Choice, Field, Line, Moment, Words
from pages.parts.viewer import Viewer
from services import clock
from services.language import LANGUAGES, Language
from services.notices import STATES, TIMES, label_field

LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "ja": "日本語"}

# In the order in which a liaison fills them in.
_ORDER: Mapping[str, tuple[str, ...]] = {
    NoticeStage.FIRST: (
        "next_update_at",
        "occurred_at",
        "detected_at",
        "what",
        "impact",
        "workaround",
        "response_state",
        "contact",
        "title",
        "next_update_reason",
        "estimate",
    ),
    NoticeStage.UPDATE: (
        "state",
        "next_update_at",
        "as_of",
        "changed",
        "impact",
        "confirmed",
        "suspected",
        "actions",
        "workaround",
        "contact",
        "title",
        "next_update_reason",
        "estimate",
    ),
    NoticeStage.RESOLUTION: (
        "recovered_at",
        "impact_from",
        "impact_to",
        "data_loss",
        "criteria",
        "cause",
        "provisional_measures",
        "permanent_measures",
        "report_follows",
        "contact_after",
        "title",
    ),
}
_ONE_LINE = frozenset(("title", "contact", "contact_after", "next_update_reason"))
_NEXT_UPDATE_IN = timedelta(minutes=30)
_N_BESIDE = 2


@dataclass(frozen=True, slots=True)
class NoticeFields(Field):
    """All fields of an announcement of one stage.

    Attributes:
        stage: which announcement.
        viewer: whose language comes first; a text without a language is taken to be in it.
        open_key: a key of the session that goes when the form was sent.
    """

    stage: str = NoticeStage.FIRST
    viewer: Viewer | None = None
    open_key: str = ""

    def draw(self, key: str) -> None:
        """Draw times and state, then one tab for each language."""
        _draw_beside([(part, f"{key}.{part.name}") for part in self._shared()])
        languages = self._languages()
        tabs = st.tabs([LANGUAGE_NAMES[language] for language in languages])
        for tab, language in zip(tabs, languages, strict=True):
            with tab:
                _draw_beside(
                    [(part, f"{key}.{part.name}.{language}") for part in self._texts(language)]
                )

    def read(self, key: str) -> dict[str, Any]:
        """The fields that say something; a draft may lack any of them.

        What the person left as it was drawn stays as it was given, be it a list, yes or no, or a
        text in no language: the form shows such values as text, or not at all.
        """
        given = self.initial or {}
        fields = {name: given[name] for name in given if name not in _ORDER[self.stage]}
        for part in self._shared():
            value = part.read(f"{key}.{part.name}")
            if isinstance(value, datetime):
                value = _as_given(value, given.get(part.name))
            if value:
                fields[part.name] = value
        drawn = self._texts_by_name(lambda part, _key: part.initial, key)
        typed = self._texts_by_name(lambda part, key: part.read(key) or "", key)
        for name, texts in typed.items():
            if texts == drawn[name] and name in given:
                fields[name] = given[name]
            elif any(texts.values()):
                fields[name] = self._say_typed(texts, given.get(name))
        return fields

    def _texts_by_name(
        self, take: Callable[[Field, str], str], key: str
    ) -> dict[str, dict[str, str]]:
        """What `take` gives of each text and language."""
        found: dict[str, dict[str, str]] = {}
        for language in LANGUAGES:
            for part in self._texts(language):
                text = take(part, f"{key}.{part.name}.{language}")
                found.setdefault(part.name, {})[language] = text
        return found

    def _say_typed(self, texts: Mapping[str, str], given: Any) -> Any:
        """The texts that were typed, as lines where the field held lines and still can."""
        said = {language: text for language, text in texts.items() if text}
        if isinstance(given, list) and list(said) == [self._viewer.language]:
            lines = said[self._viewer.language].splitlines()
            return [line.strip() for line in lines if line.strip()]
        return said

    def reset(self, key: str) -> None:
        """Forget what was typed: the next drawing begins with what stands then."""
        for part in self._shared():
            st.session_state.pop(f"{key}.{part.name}", None)
        for language in LANGUAGES:
            for part in self._texts(language):
                st.session_state.pop(f"{key}.{part.name}.{language}", None)
        st.session_state.pop(self.open_key, None)

    def _languages(self) -> list[Language]:
        first = self._viewer.language
        return [first, *(language for language in LANGUAGES if language != first)]

    @property
    def _viewer(self) -> Viewer:
        if self.viewer is None:
            raise ValueError("An announcement's fields are drawn for somebody.")
        return self.viewer

    def _shared(self) -> Iterator[Field]:
        """Times, and the state: the same in every language."""
        _ = self._viewer.translate
        for name in _ORDER[self.stage]:
            label = label_field(self.stage, name, _)
            if name in TIMES:
                yield Moment(name, label, initial=self._initial_time(name), optional=True)
            elif name == "state":
                options = {key: _(text) for key, text in STATES.items()}
                kept = (self.initial or {}).get(name)
                yield Choice(name, label, initial=kept, options=options, optional=True)

    def _texts(self, language: Language) -> Iterator[Field]:
        _ = self._viewer.translate
        for name in _ORDER[self.stage]:
            if name in TIMES or name == "state":
                continue
            draw = Line if name in _ONE_LINE else Words
            yield draw(
                name,
                label_field(self.stage, name, _),
                initial=self._initial_text(name, language),
                optional=True,
            )

    def _initial_time(self, name: str) -> datetime | None:
        if self.initial is None and name == "next_update_at":
            return (clock.now() + _NEXT_UPDATE_IN).replace(second=0, microsecond=0)
        kept = (self.initial or {}).get(name)
        return datetime.fromisoformat(kept) if kept else None

    def _initial_text(self, name: str, language: Language) -> str:
        kept = (self.initial or {}).get(name)
        if isinstance(kept, Mapping):
            return kept.get(language) or ""
        if isinstance(kept, bool) or language != self._viewer.language:
            return ""
        return "\n".join(kept) if isinstance(kept, list) else kept or ""


def _as_given(value: datetime, given: str | None) -> str:
    """A moment as it was given, unless another minute was chosen: the form shows no seconds."""
    if given and _to_minute(datetime.fromisoformat(given)) == _to_minute(value):
        return given
    return value.isoformat()


def _to_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _draw_beside(parts: Sequence[tuple[Field, str]]) -> None:
    """Draw fields in pairs, so that a whole announcement is in sight; on a phone one by one."""
    for first in range(0, len(parts), _N_BESIDE):
        pair = parts[first : first + _N_BESIDE]
        for column, (part, key) in zip(st.columns(_N_BESIDE), pair, strict=False):
            with column:
                part.draw(key)
