"""English and Japanese: the texts of the catalogues, and how times and durations are written.

English stands in the code; `locales/ja/LC_MESSAGES/shikikan.po` holds the Japanese. The catalogue
is read as it is committed, so a fresh clone needs no compile step before `python app.py`.

In a page:

    _ = get_translator(viewer.language)
    st.button(_("Declare an incident"))

A text that is chosen in one place and shown in another is marked with `N_("...")`
(`models.messages`) where it is written, and passed through the translator where it is shown.
Placeholders are filled in after the translation: `_("{name} is commander").format(name=name)`.
"""

import gettext
import io
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.units import format_unit

Language: TypeAlias = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Translator: TypeAlias = Callable[[str], str]

DOMAIN = "shikikan"
LOCALES = Path(__file__).parent.parent / "locales"

# 24-hour clocks in both languages: at 3 a.m. nobody should have to ask "which 3?".
_DATE_AND_TIME = {"en": "d MMM y HH:mm", "ja": "y年M月d日 HH:mm"}


def catalogue_path(language: Language) -> Path:
    """The catalogue of a language; English has none, it stands in the code."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def _translations(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    if language not in LANGUAGES:
        raise LookupError(f"No texts in language {language!r}; there are {', '.join(LANGUAGES)}.")
    with catalogue_path(language).open("rb") as source:
        catalogue = read_po(source, locale=language, domain=DOMAIN, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def get_translator(language: str) -> Translator:
    """The function that turns an English text of the code into `language`.

    A text that the catalogue lacks comes back in English. The empty text stays empty (gettext
    itself would answer with the header of the catalogue).

    Raises:
        LookupError: there are no texts in that language.
    """
    translations = _translations(language)

    def translate(text: str) -> str:
        return translations.gettext(text) if text else ""

    return translate


def format_moment(at: datetime, language: Language, zone: ZoneInfo) -> str:
    """The date and time in `zone`, to the minute: `23 Nov 2026 03:07`, `2026年11月23日 03:07`."""
    return format_datetime(_in_zone(at, zone), _DATE_AND_TIME[language], locale=language)


def format_duration(seconds: float, language: Language) -> str:
    """A duration in its two largest units: `1 hr 12 min`, `1 時間 12 分`; `0 sec` when none.

    Cut, not rounded: a clock that shows `1 min` has run for at least a minute. A negative duration
    carries one minus sign in front.
    """
    whole = abs(int(seconds))
    amounts = {
        "duration-day": whole // 86_400,
        "duration-hour": whole // 3_600 % 24,
        "duration-minute": whole // 60 % 60,
        "duration-second": whole % 60,
    }
    units = list(amounts)
    first = next((i for i, unit in enumerate(units) if amounts[unit]), len(units) - 1)
    shown = [unit for unit in units[first : first + 2] if amounts[unit]] or [units[-1]]
    locale = Locale(language)
    text = " ".join(format_unit(amounts[unit], unit, "short", locale=locale) for unit in shown)
    return f"-{text}" if seconds <= -1 else text


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError("A time without an offset cannot be shown in a zone.")
    return at.astimezone(zone)
