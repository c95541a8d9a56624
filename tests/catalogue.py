"""The texts of the code against the catalogues: `python -m tests.catalogue` brings them up to date.

Run by `make messages`. It adds the texts that are new in the code, drops nothing that was ever
translated (a text that left the code waits under `#~` until `--prune`), and writes each catalogue
in one stable order without file names, line numbers or dates, so that two people who add texts
seldom meet on the same line.
"""

import argparse
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from services.language import DOMAIN, LANGUAGES, Language, catalogue_path

ROOT = Path(__file__).parent.parent
PLACES = ("app.py", "pages", "services", "models")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
TRANSLATED: tuple[Language, ...] = tuple(language for language in LANGUAGES if language != "en")

HEADER = """\
# Texts of Shikikan in another language. English stands in the code.
# `make messages` adds new texts here, sorted, each to be given its translation.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

Text = str | tuple[str, str]


def source_files() -> Iterator[Path]:
    """The Python files whose texts people see, in the order of their paths."""
    for place in PLACES:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def extract_texts() -> dict[Text, set[str]]:
    """Every text marked in the code, with the files that mark it.

    A plural text is the pair of its singular and plural.
    """
    texts: dict[Text, set[str]] = {}
    for path in source_files():
        for _, found, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
            text = found if isinstance(found, str) else (found[0], found[1])
            texts.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    return texts


def read_catalogue(language: Language) -> Catalog:
    """The catalogue as it is committed; an empty one when there is none yet."""
    path = catalogue_path(language)
    return parse(language, path.read_bytes() if path.exists() else b"")


def parse(language: Language, content: bytes) -> Catalog:
    """The catalogue that a file holds."""
    return read_po(io.BytesIO(content), locale=language, domain=DOMAIN, abort_invalid=True)


def merge(old: Catalog, texts: Iterable[Text]) -> Catalog:
    """A catalogue of exactly `texts`, with the translations of `old`, live or waiting."""
    known = {_singular(message.id): message for message in old.obsolete.values()}
    known |= {_singular(message.id): message for message in old if message.id}
    new = Catalog(locale=old.locale, domain=DOMAIN, fuzzy=False)
    for text in texts:
        before = known.pop(_singular(text), None)
        same_shape = before is not None and isinstance(before.id, str) == isinstance(text, str)
        new.add(text, before.string if same_shape else None)
    for message in known.values():
        if is_translated(message):
            new.obsolete[message.id] = message
    return new


def is_translated(message: Message) -> bool:
    """Whether every form of the message has a text."""
    strings = [message.string] if isinstance(message.string, str) else message.string
    return bool(strings) and all(strings)


def render(language: Language, catalogue: Catalog, *, prune: bool) -> bytes:
    """The catalogue in its stable form; with `prune`, without the texts that left the code."""
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        width=0,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=prune,
    )
    header = HEADER.format(language=language, plural_forms=catalogue.plural_forms)
    return header.encode() + body.getvalue()


def write_catalogue(language: Language, content: bytes) -> None:
    """Replaces the catalogue of a language in one step."""
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".po.new")
    fresh.write_bytes(content)
    fresh.replace(path)


def _singular(text: Text) -> str:
    return text if isinstance(text, str) else text[0]


def main() -> None:
    """Updates every catalogue and names what is untranslated."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--prune", action="store_true", help="drop texts that left the code")
    prune = options.parse_args().prune
    texts = extract_texts()
    for language in TRANSLATED:
        catalogue = merge(read_catalogue(language), texts)
        write_catalogue(language, render(language, catalogue, prune=prune))
        untranslated = [message.id for message in catalogue if not is_translated(message)]
        print(f"{language}: {len(texts)} texts, {len(untranslated)} untranslated")
        for text in untranslated:
            print(f"  {_singular(text)!r}  ({', '.join(sorted(texts[text]))})")


if __name__ == "__main__":
    main()
