"""The local sign-in: a page that asks who you are, outside Streamlit.

A Streamlit script cannot set a cookie, and this page must work before any script may run. It is
plain HTML without a script: a button for each known person, and a form for somebody new.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import get_args
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from models.messages import N_
from models.person import Person
from services import people
from services.db import Database
from services.errors import Unavailable
from services.gate import is_from_this_machine, is_same_origin, local_path
from services.language import LANGUAGES, Language, Translator, get_translator
from services.sign_in import SESSION_AGE_S, SESSION_COOKIE, SignIn

LANGUAGE_COOKIE = "shikikan_language"
LANGUAGE_AGE_S = 365 * 24 * 3600
_LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "ja": "日本語"}
_LARGEST_FORM = 10_000

_NOT_LOCAL = N_("This sign-in is for the machine that the console runs on. Open it there.")
_NOT_OURS = N_("This form was not sent from the console's own page. Open the sign-in again.")
_NO_SUCH_PERSON = N_("There is nobody with that handle. Choose again, or say that you are new.")
_BAD_NAME = N_("Write a name of 1 to 80 characters.")
_BAD_HANDLE = N_(
    "A handle has 1 to 32 small letters, digits, dots, dashes or underscores, "
    "and begins with a letter or a digit."
)
_TAKEN = N_("Somebody has this handle already. Choose another, or your name above.")
_BUSY = N_("The database is busy or away. Nothing was saved; try again.")


@dataclass(frozen=True, slots=True)
class _Form:
    """What the page shows: where to go afterwards, what was typed, and what is wrong with it."""

    language: Language
    next_path: str
    name: str = ""
    handle: str = ""
    problem: str = ""


def create_sign_in_routes(
    database: Database, sign_in: SignIn, default_language: Language
) -> Sequence[Route]:
    """The routes `/sign-in` (look, and say who you are) and `/sign-out`."""
    door = _Door(database, sign_in, default_language)
    return (
        Route("/sign-in", door.show, methods=["GET"]),
        Route("/sign-in", door.enter, methods=["POST"]),
        Route("/sign-out", door.leave, methods=["POST"]),
    )


class _Door:
    def __init__(self, database: Database, sign_in: SignIn, default_language: Language) -> None:
        self.database = database
        self.sign_in = sign_in
        self.default_language = default_language

    async def show(self, request: Request) -> Response:
        form = _Form(self._language(request), local_path(request.query_params.get("next")))
        if not is_from_this_machine(request):
            return await self._page(replace(form, problem=_NOT_LOCAL), 403)
        answer = await self._page(form)
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                form.language,
                max_age=LANGUAGE_AGE_S,
                httponly=True,
                samesite="lax",
            )
        return answer

    async def enter(self, request: Request) -> Response:
        form = _Form(self._language(request), "/")
        if not is_from_this_machine(request):
            return await self._page(replace(form, problem=_NOT_LOCAL), 403)
        if not is_same_origin(request):
            return await self._page(replace(form, problem=_NOT_OURS), 403)
        sent = await _read_form(request)
        form = replace(form, next_path=local_path(_text(sent, "next")))
        known = _text(sent, "person")
        if known:
            person = await run_in_threadpool(self._find, known)
            if person is None:
                return await self._page(replace(form, problem=_NO_SUCH_PERSON), 422)
            return self._welcome(person.handle, form)
        form = replace(form, name=_text(sent, "name"), handle=_text(sent, "handle").lower())
        problem = await run_in_threadpool(self._add, form)
        if problem:
            return await self._page(replace(form, problem=problem), 422)
        return self._welcome(form.handle, form)

    async def leave(self, request: Request) -> Response:
        if not is_same_origin(request):
            raise HTTPException(403, _NOT_OURS)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return answer

    def _welcome(self, handle: str, form: _Form) -> Response:
        answer = RedirectResponse(form.next_path, 303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(
            SESSION_COOKIE,
            self.sign_in.issue_session(handle),
            max_age=SESSION_AGE_S,
            httponly=True,
            samesite="lax",
        )
        return answer

    def _find(self, handle: str) -> Person | None:
        with self.database.reading() as session:
            return people.find_person(session, handle)

    def _add(self, form: _Form) -> str:
        """Add the new person; the problem if they cannot be added, else the empty text."""
        try:
            new = people.NewPerson(handle=form.handle, name=form.name)
            with self.database.writing() as session:
                people.add_person(session, new)
        except ValidationError as error:
            fields = {detail["loc"][0] for detail in error.errors()}
            return _BAD_NAME if "name" in fields else _BAD_HANDLE
        except people.AlreadyKnown:
            return _TAKEN
        except Unavailable:
            return _BUSY
        return ""

    def _list(self) -> Sequence[Person]:
        with self.database.reading() as session:
            return people.list_people(session)

    async def _page(self, form: _Form, status: int = 200) -> HTMLResponse:
        known: Sequence[Person] = ()
        if status != 403:  # noqa: PLR2004 - who may not sign in here is shown nobody's name
            known = await run_in_threadpool(self._list)
        return HTMLResponse(
            render_page(form, known), status, headers={"Cache-Control": "no-store"} | _PAGE_POLICY
        )

    def _language(self, request: Request) -> Language:
        """The language asked for, else chosen before, else the browser's, else the default."""
        accepted = request.headers.get("accept-language", "")[:2].lower()
        wishes = (
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            accepted,
            self.default_language,
        )
        return next((known for wish in wishes for known in LANGUAGES if known == wish), "en")


async def _read_form(request: Request) -> FormData:
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _LARGEST_FORM:
        raise HTTPException(413)
    return await request.form(max_files=0, max_fields=10)


def _text(sent: FormData, field: str) -> str:
    value = sent.get(field)
    return value.strip() if isinstance(value, str) else ""


_PAGE_POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --accent: #0b63c5; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --accent: #8ab8ff; --bad: #ff8a80; } }
body { font: 1rem/1.5 system-ui, "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
  max-width: 34rem; margin: 6vh auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
nav { display: flex; gap: 1rem; justify-content: flex-end; }
a { color: var(--accent); }
ul { list-style: none; padding: 0; display: grid; gap: .5rem;
  grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
button, input { font: inherit; color: inherit; padding: .6rem .8rem; border-radius: .4rem;
  border: 1px solid var(--line); background: transparent; }
button { cursor: pointer; } li button { width: 100%; text-align: start; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
small { opacity: .75; overflow-wrap: anywhere; } bdi { overflow-wrap: anywhere; }
label { display: block; margin: .8rem 0 .2rem; } input { width: 100%; box-sizing: border-box; }
form p button { margin-top: 1rem; }
[role=alert] { border-inline-start: .3rem solid var(--bad); padding: .2rem .8rem; }
"""


def render_page(form: _Form, known: Sequence[Person]) -> str:
    """The sign-in page as HTML; every word of a person is escaped."""
    _ = get_translator(form.language)
    # Texts are looked up outside the f-strings, where extraction finds them.
    title, question = escape(_("Sign in")), escape(_("Who are you?"))
    parts = [
        f'<!doctype html><html lang="{form.language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title} · Shikikan</title><style>{_STYLE}</style></head><body>",
        _render_languages(form),
        f"<main><h1>{question}</h1>",
    ]
    if form.problem:
        parts.append(f'<p role="alert" id="problem">{escape(_(form.problem))}</p>')
    if form.problem == _NOT_OURS:
        parts.append(f'<p><a href="/sign-in">{title}</a></p>')
    elif form.problem != _NOT_LOCAL:
        parts.append(_render_known(form, known, _))
        parts.append(_render_new(form, _, is_first=not known))
    parts.append("</main></body></html>")
    return "\n".join(parts)


def _render_languages(form: _Form) -> str:
    links = []
    for language in get_args(Language):
        name = _LANGUAGE_NAMES[language]
        if language == form.language:
            links.append(f'<span lang="{language}" aria-current="true">{name}</span>')
            continue
        query = escape(urlencode({"lang": language, "next": form.next_path}))
        links.append(f'<a lang="{language}" hreflang="{language}" href="?{query}">{name}</a>')
    return f'<nav aria-label="Language / 言語">{"".join(links)}</nav>'


def _render_known(form: _Form, known: Sequence[Person], _: Translator) -> str:
    if not known:
        nobody = escape(_("Nobody is known here yet. Be the first."))
        return f"<p>{nobody}</p>"
    focus = "" if form.problem else " autofocus"
    items = []
    for number, person in enumerate(known):
        items.append(
            f'<li><button name="person" value="{escape(person.handle)}"'
            f"{focus if number == 0 else ''}><bdi>{escape(person.name)}</bdi> "
            f"<small>@{escape(person.handle)}</small></button></li>"
        )
    return f'<form method="post" action="/sign-in">{_next(form)}<ul>{"".join(items)}</ul></form>'


def _render_new(form: _Form, _: Translator, *, is_first: bool) -> str:
    focus = " autofocus" if form.problem or is_first else ""
    invalid = ' aria-describedby="problem" aria-invalid="true"' if form.problem else ""
    heading, name, handle = _("I am new here"), _("Your name"), _("Your handle")
    hint, enter = _("Small letters, digits, dots and dashes, for example hana.sato"), _("Sign in")
    return (
        f'<form method="post" action="/sign-in">{_next(form)}'
        f"<h2>{escape(heading)}</h2>"
        f'<label for="name">{escape(name)}</label>'
        f'<input id="name" name="name" required maxlength="80" autocomplete="name"'
        f' value="{escape(form.name)}"{focus}{invalid}>'
        f'<label for="handle">{escape(handle)}</label>'
        f'<input id="handle" name="handle" required maxlength="32" autocapitalize="none"'
        f' autocomplete="username" spellcheck="false" value="{escape(form.handle)}"'
        f' aria-describedby="hint"><small id="hint">{escape(hint)}</small>'
        f"<p><button>{escape(enter)}</button></p></form>"
    )


def _next(form: _Form) -> str:
    return f'<input type="hidden" name="next" value="{escape(form.next_path)}">'
