"""The local sign-in: for this machine alone, by a cookie that cannot be made up."""

import asyncio
import base64
import re
import stat
import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services import people, sign_in
from services.db import Database
from services.gate import Gate, local_path
from services.language import get_translator
from services.sign_in import KEY_FILE, SESSION_COOKIE, SignIn, Ticket, open_sign_in
from services.sign_in_routes import create_sign_in_routes

OWN = "http://127.0.0.1:8501"
signer = SignIn("a key")


# --- Sessions and tickets ------------------------------------------------------------------------


def test_a_session_names_its_person():
    assert signer.read_session(signer.issue_session("hana")) == "hana"


@pytest.mark.parametrize("cookie", [None, "", "hana", "a.b.c", "=" * 500, "\ud800", "é.é.é"])
def test_a_made_up_session_names_nobody(cookie):
    assert signer.read_session(cookie) is None


def test_an_altered_session_names_nobody():
    cookie = signer.issue_session("hana")
    ken = base64.urlsafe_b64encode(b'"ken"').decode().rstrip("=")
    assert signer.read_session(cookie.replace(cookie.split(".")[0], ken)) is None


def test_a_session_of_another_key_names_nobody():
    assert signer.read_session(SignIn("another key").issue_session("hana")) is None


def test_sessions_and_tickets_end(monkeypatch):
    cookie, ticket = signer.issue_session("hana"), signer.issue_ticket("hana", 7)
    monkeypatch.setattr(sign_in, "SESSION_AGE_S", -1)
    monkeypatch.setattr(sign_in, "TICKET_AGE_S", -1)
    assert signer.read_session(cookie) is None
    assert signer.read_ticket(ticket) is None


def test_a_ticket_names_its_person_and_its_one_incident():
    assert signer.read_ticket(signer.issue_ticket("hana", 7)) == Ticket("hana", 7)


def test_a_ticket_out_of_an_address_is_worth_nothing_as_a_session_and_the_other_way_round():
    assert signer.read_session(signer.issue_ticket("hana", 7)) is None
    assert signer.read_ticket(signer.issue_session("hana")) is None


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    cookie = open_sign_in(tmp_path).issue_session("hana")
    mode = (tmp_path / KEY_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert open_sign_in(tmp_path).read_session(cookie) == "hana"
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE]


def test_two_servers_that_start_at_once_agree_on_one_key(tmp_path):
    opened = []
    barrier = threading.Barrier(8)

    def start():
        barrier.wait()
        opened.append(open_sign_in(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cookie = opened[0].issue_session("hana")
    assert [one.read_session(cookie) for one in opened] == ["hana"] * 8


# --- The page ------------------------------------------------------------------------------------


@pytest.fixture
def database(sqlite_url):
    database = Database(sqlite_url)
    yield database
    database.close()


def add(database, handle, name):
    with database.writing() as session:
        people.add_person(session, people.NewPerson(handle=handle, name=name))


class Browser:
    """Keeps cookies, follows nothing, speaks straight to the application."""

    def __init__(self, app, client):
        self.transport = httpx.ASGITransport(app, client=client)
        self.cookies = httpx.Cookies()

    def get(self, path, **options):
        return self._ask("GET", path, **options)

    def post(self, path, **options):
        return self._ask("POST", path, **options)

    def _ask(self, method, path, **options):
        async def ask():
            async with httpx.AsyncClient(
                transport=self.transport, base_url=OWN, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())


@pytest.fixture
def visit(database):
    """A browser on this machine; `visit(client=("10.0.0.4", 1))` is one on another."""
    routes = [
        *create_sign_in_routes(database, signer, "en"),
        Route("/{page:path}", lambda _request: PlainTextResponse("the page")),
    ]
    gate = Middleware(Gate, sign_in=signer, allowed_hosts=["127.0.0.1", "localhost", "::1"])

    def visit(client=("127.0.0.1", 1)):
        return Browser(Starlette(routes=routes, middleware=[gate]), client)

    return visit


def test_known_people_sign_in_with_one_button(visit, database):
    add(database, "hana", "Hana Sato")
    browser = visit()
    assert 'value="hana"' in browser.get("/sign-in").text
    answer = browser.post(
        "/sign-in",
        data={"person": "hana", "next": "/board?incident=3"},
        headers={"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?incident=3")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert signer.read_session(answer.cookies[SESSION_COOKIE]) == "hana"


def test_somebody_new_signs_in_with_name_and_handle(visit, database):
    answer = visit().post("/sign-in", data={"name": "佐藤 花", "handle": "Hana"})
    assert signer.read_session(answer.cookies[SESSION_COOKIE]) == "hana"
    with database.reading() as session:
        assert people.find_person(session, "hana").name == "佐藤 花"


@pytest.mark.parametrize(
    "data,said",
    [
        ({"name": "", "handle": "hana"}, "Write a name"),
        ({"name": "x" * 81, "handle": "hana"}, "Write a name"),
        ({"name": "nul \x00", "handle": "hana"}, "Write a name"),
        ({"name": "Hana", "handle": "hana sato"}, "A handle has"),
        ({"name": "Hana", "handle": "-hana"}, "A handle has"),
        ({"name": "Hana", "handle": "花"}, "A handle has"),
        ({"name": "Hana", "handle": "ken"}, "Somebody has this handle"),
        ({"person": "nobody"}, "There is nobody with that handle"),
        ({}, "Write a name"),
    ],
)
def test_what_cannot_be_accepted_is_said_and_stays_in_the_form(visit, database, data, said):
    add(database, "ken", "Ken")
    answer = visit().post("/sign-in", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert SESSION_COOKIE not in answer.cookies
    if len(data.get("name", "")) < 80 and data.get("handle"):
        assert f'value="{data["handle"]}"' in answer.text
    with database.reading() as session:
        assert [person.handle for person in people.list_people(session)] == ["ken"]


def test_a_name_is_shown_and_never_run(visit, database):
    add(database, "hana", "<script>alert(1)</script>")
    page = visit().get("/sign-in").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    typed = visit().post("/sign-in", data={"name": '"><script>', "handle": "-"}).text
    assert "<script" not in typed


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": OWN},
    ],
)
def test_a_form_on_another_site_cannot_sign_anybody_in_or_out(visit, database, headers):
    add(database, "hana", "Hana")
    answer = visit().post("/sign-in", data={"person": "hana"}, headers=headers)
    assert answer.status_code == 403
    assert SESSION_COOKIE not in answer.cookies
    assert "Hana" not in answer.text
    assert visit().post("/sign-out", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "options,headers",
    [
        ({"client": ("10.0.0.4", 1)}, {}),
        ({}, {"X-Forwarded-For": "10.0.0.4"}),
        ({}, {"Forwarded": "for=10.0.0.4"}),
    ],
)
def test_from_another_machine_nobody_signs_in_and_no_name_is_shown(
    visit, database, options, headers
):
    add(database, "hana", "Hana")
    browser = visit(**options)
    for answer in (
        browser.get("/sign-in", headers=headers),
        browser.post("/sign-in", data={"person": "hana"}, headers=headers),
    ):
        assert answer.status_code == 403
        assert "Hana" not in answer.text
        assert SESSION_COOKIE not in answer.cookies


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8501", "", "a@127.0.0.1.x", "[", "[::2]"]
)
def test_a_foreign_name_that_points_at_this_machine_is_refused(visit, host):
    browser = visit()
    assert browser.get("/sign-in", headers={"Host": host}).status_code == 421
    assert browser.get("/board", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "LOCALHOST", "[::1]:8501"])
def test_every_name_of_this_machine_is_ours(visit, host):
    assert visit().get("/sign-in", headers={"Host": host}).status_code == 200


def test_a_page_leads_to_the_sign_in_and_back(visit, database):
    add(database, "hana", "Hana")
    browser = visit()
    answer = browser.get("/board?incident=3")
    assert answer.status_code == 303
    form = browser.get(answer.headers["location"]).text
    back = re.search(r'name="next" value="([^"]*)"', form).group(1)
    answer = browser.post("/sign-in", data={"person": "hana", "next": back})
    assert answer.headers["location"] == "/board?incident=3"
    assert browser.get("/board?incident=3").text == "the page"


def test_after_signing_out_pages_lead_to_the_sign_in_again(visit, database):
    add(database, "hana", "Hana")
    browser = visit()
    browser.post("/sign-in", data={"person": "hana"})
    assert browser.get("/board").status_code == 200
    assert browser.post("/sign-out", headers={"Origin": OWN}).status_code == 303
    assert browser.get("/board").status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/x\r\nSet-Cookie: a=b",
        "",
        None,
        "/\ud800",
    ],
)
def test_signing_in_never_leads_away_from_this_server(path):
    assert local_path(path) == "/"


def test_the_page_speaks_the_browsers_language_and_the_one_that_was_chosen(visit):
    japanese = {"Accept-Language": "ja-JP,ja;q=0.9"}
    browser = visit()
    assert '<html lang="ja">' in browser.get("/sign-in", headers=japanese).text
    assert get_translator("ja")("Who are you?") in browser.get("/sign-in", headers=japanese).text
    assert '<html lang="en">' in browser.get("/sign-in?lang=en", headers=japanese).text
    assert '<html lang="en">' in browser.get("/sign-in", headers=japanese).text
    assert '<html lang="en">' in browser.get("/sign-in?lang=xx", headers=japanese).text


def test_a_form_that_is_too_large_is_refused(visit):
    assert visit().post("/sign-in", data={"name": "x" * 20_000}).status_code == 413


def test_every_answer_forbids_fetching_from_elsewhere_and_foreign_frames(visit):
    for path in ("/sign-in", "/healthz"):
        policy = visit().get(path).headers["content-security-policy"]
        assert "frame-ancestors" in policy
        assert "http" not in policy
