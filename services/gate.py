"""What every request passes before anything of the console answers.

Addressed by a name that is not ours: refused, so that a foreign page cannot reach a local server
by pointing its own name at 127.0.0.1. A page without a session: sent to the sign-in. Every answer
tells the browser to fetch nothing from elsewhere, so an image in somebody's words is never fetched.

The script of each page asks again (`pages/shell.py`), and commands are authorised where they are
carried out; this is the first of three doors, not the only one.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.settings import is_loopback
from services.sign_in import SESSION_COOKIE, SignIn

SIGN_IN_PATH = "/sign-in"
# What answers for itself, or is needed before anybody is known. No page of the console is here.
OPEN_PATHS = frozenset(
    ("/sign-in", "/sign-out", "/healthz", "/readyz", "/metrics", "/favicon.png", "/manifest.json")
)
OPEN_PREFIXES = ("/api/", "/_stcore/", "/static/", "/component/", "/media/")

_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}


def is_same_origin(request: HTTPConnection) -> bool:
    """Whether a request that changes something comes from our own page, or from no page at all.

    Browsers name the origin of every form that is posted and say whether it is the same site;
    a program that says neither is no browser, and carries nobody's cookie by itself.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or _is_our_origin(request.headers)


def _is_our_origin(headers: Headers) -> bool:
    """Whether the Origin header names the scheme, host and port of the Host header.

    A proxy may speak https where we speak http, so either scheme will do.
    """
    try:
        parts = urlsplit(headers.get("origin", ""))
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc == headers.get("host", "")


def is_from_this_machine(request: HTTPConnection) -> bool:
    """Whether both ends are this machine and nothing passed the request on."""
    passed_on = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}
    if request.client is None or any(name in request.headers for name in passed_on):
        return False
    return is_loopback(request.client.host) and is_loopback(host_name(request.headers))


def host_name(headers: Headers) -> str:
    """The name in the Host header, without its port; empty when there is none or it is odd."""
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def local_path(path: str | None) -> str:
    """`path` if it is a place on this server, else the front page. Never another site."""
    path = path or "/"
    parts = urlsplit(path)
    is_local = path.startswith("/") and not path.startswith(("//", "/\\"))
    if not is_local or parts.scheme or parts.netloc or not path.isprintable():
        return "/"
    return path


_FOREIGN = PlainTextResponse("This page is not ours.", 403)


class Gate:
    """Middleware: known names only, pages for those signed in, and headers on every answer."""

    def __init__(self, app: ASGIApp, *, sign_in: SignIn, allowed_hosts: Sequence[str]) -> None:
        self.app = app
        self.sign_in = sign_in
        self.allowed_hosts = frozenset(name.strip("[]").lower() for name in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request here, or let it pass."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if host_name(connection.headers) not in self.allowed_hosts:
            await PlainTextResponse("Unknown host name.", 421)(scope, receive, send)
            return
        if scope["type"] == "websocket":
            # Cookies know no ports, and Streamlit compares names only: a page that another
            # program serves on this machine would come in with our session. Browsers name the
            # origin of every such line, so whoever names none is no page of ours either.
            passed = self.app if _is_our_origin(connection.headers) else _FOREIGN
            await passed(scope, receive, send)
            return
        send = _with_headers(send)
        request = Request(scope)
        if self._is_page(request) and not self._is_signed_in(request):
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            where = f"{SIGN_IN_PATH}?next={quote(target, safe='')}"
            answer = RedirectResponse(where, 303, headers={"Cache-Control": "no-store"})
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_signed_in(self, request: Request) -> bool:
        return self.sign_in.read_session(request.cookies.get(SESSION_COOKIE)) is not None

    @staticmethod
    def _is_page(request: Request) -> bool:
        """Whether the answer would be a page of the console: anything a person may navigate to."""
        path = request.url.path
        if request.method not in {"GET", "HEAD"}:
            return False
        return path not in OPEN_PATHS and not path.startswith(OPEN_PREFIXES)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
