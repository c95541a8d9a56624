"""The interface is complete in both languages, and writes times as the viewer reads them."""

import ast
import inspect
import re
import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services import errors, people
from services.language import (
    LANGUAGES,
    catalogue_path,
    format_duration,
    format_moment,
    get_translator,
)
from tests.catalogue import (
    ROOT,
    TRANSLATED,
    extract_texts,
    is_translated,
    merge,
    parse,
    read_catalogue,
    render,
    source_files,
)

TOKYO = ZoneInfo("Asia/Tokyo")
NIGHT = datetime(2026, 11, 22, 18, 7, 5, tzinfo=UTC)


def placeholders(text: str) -> set[str]:
    """The names that the program fills in: `{name}` and `%(name)s`."""
    named = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    return named | set(re.findall(r"%\((\w+)\)", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_code_is_in_the_catalogue(language):
    catalogue = read_catalogue(language)
    in_catalogue = {message.id for message in catalogue if message.id}
    missing = {text: files for text, files in extract_texts().items() if text not in in_catalogue}
    assert not missing, "run `make messages` and translate"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_untranslated_or_fuzzy(language):
    messages = [message for message in read_catalogue(language) if message.id]
    assert messages
    assert not [m.id for m in messages if not is_translated(m)]
    assert not [m.id for m in messages if m.fuzzy]


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_no_text_that_left_the_code(language):
    in_code = set(extract_texts())
    catalogue = read_catalogue(language)
    assert not [m.id for m in catalogue if m.id and m.id not in in_code], "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_text(language):
    for message in read_catalogue(language):
        if not message.id or not is_translated(message):
            continue
        expected = placeholders(
            " ".join([message.id] if isinstance(message.id, str) else message.id)
        )
        strings = [message.string] if isinstance(message.string, str) else message.string
        for text in strings:
            # One form serves singular and plural in Japanese; it may leave out nothing but may
            # not invent a name either.
            assert placeholders(text) == expected, message.id


# Which argument of these calls is the sentence that a person reads.
REFUSALS = {
    name: 0
    for module in (errors, people)
    for name, value in inspect.getmembers(module, inspect.isclass)
    if issubclass(value, errors.ShikikanError)
} | {"Broken": 1}


def told_without_translation(path):
    """The sentences of a file that refuse in English, whoever reads them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        if name == "__init__" and path.name == "errors.py":
            name = "ShikikanError"
        place = REFUSALS.get(name)
        if place is None:
            continue
        said = {word.arg: word.value for word in node.keywords}.get("message")
        said = node.args[place] if said is None and len(node.args) > place else said
        if isinstance(said, ast.Constant | ast.JoinedStr | ast.BinOp):
            yield f"{path.relative_to(ROOT)}:{said.lineno} {ast.unparse(said)}"


def test_every_refusal_is_marked_for_translation():
    assert {"NotFound", "StaleBoard", "AlreadyKnown", "Unavailable"} <= REFUSALS.keys()
    found = [told for path in source_files() for told in told_without_translation(path)]
    assert not found, "put the sentence in N_()"


PEOPLE = ("{n} person", "{n} people")


def update(content, texts, *, prune=False):
    """What `make messages` makes of a catalogue when the code holds these texts."""
    return render("ja", merge(parse("ja", content), texts), prune=prune)


def test_updating_a_catalogue_keeps_translations_and_brings_back_what_waited():
    catalogue = merge(parse("ja", b""), ["Board", PEOPLE])
    catalogue["Board"].string = "ボード"
    catalogue["{n} person"].string = ("{n} 人",)
    both = render("ja", catalogue, prune=False)
    assert update(both, [PEOPLE, "Board"]) == both, "nothing changes when nothing changed"
    without_board = update(both, [PEOPLE])
    assert parse("ja", without_board).get("Board") is None
    assert parse("ja", without_board)["{n} person"].string == ("{n} 人",)
    assert update(without_board, ["Board", PEOPLE]) == both
    pruned = update(without_board, [PEOPLE], prune=True)
    assert "ボード" not in pruned.decode()


def test_a_catalogue_names_no_place_and_no_date():
    content = catalogue_path("ja").read_text()
    assert "\n#:" not in content
    assert "Date" not in content.split("\n\n", 1)[0]


def test_english_stands_in_the_code():
    assert get_translator("en")("Definition of resolved") == "Definition of resolved"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_text_stays_empty(language):
    assert get_translator(language)("") == ""


def test_an_unknown_text_is_shown_in_english_rather_than_lost():
    assert get_translator("ja")("no such text in any catalogue") == "no such text in any catalogue"


def test_a_language_without_texts_is_refused_by_name():
    with pytest.raises(LookupError, match="'fr'"):
        get_translator("fr")


def test_a_moment_is_shown_in_the_viewers_zone_and_language():
    assert format_moment(NIGHT, "en", TOKYO) == "23 Nov 2026 03:07"
    assert format_moment(NIGHT, "ja", TOKYO) == "2026年11月23日 03:07"


def test_a_time_without_an_offset_is_never_shown():
    with pytest.raises(ValueError, match="without an offset"):
        format_moment(NIGHT.replace(tzinfo=None), "en", TOKYO)


@pytest.mark.parametrize(
    "seconds, english, japanese",
    [
        (0, "0 sec", "0 秒"),
        (59.9, "59 sec", "59 秒"),
        (60, "1 min", "1 分"),
        (4_359, "1 hr 12 min", "1 時間 12 分"),
        (3_600, "1 hr", "1 時間"),
        (90_061, "1 day 1 hr", "1 日 1 時間"),
        (-432, "-7 min 12 sec", "-7 分 12 秒"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(seconds, english, japanese):
    assert format_duration(seconds, "en") == english
    assert format_duration(seconds, "ja") == japanese
