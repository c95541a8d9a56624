"""Who is not signed in sees nothing of any page, on a server that has just started too."""

import socket
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.browsers import wait_until_settled
from tests.servers import ROOT

pytestmark = pytest.mark.slow

NAME = "Somebody Secret"
# Every script that Streamlit could take for a page, the addresses that we give, and some that we
# do not.
SCRIPTS = sorted(
    path.stem for path in (ROOT / "pages").glob("*.py") if not path.stem.startswith("_")
)
PAGES = ["", *SCRIPTS]
ADDRESSES = [*PAGES, "parts", "no-such-page", "app"]


def sign_in(client):
    answer = client.post("/sign-in", data={"name": NAME, "handle": "secret"})
    assert answer.status_code == 303, answer.text


def run_script(server, page, *, cookie=""):
    """Everything that Streamlit sends for one run of `page` to whoever connects directly."""
    address = urlsplit(server.url)
    ask = BackMsg()
    ask.rerun_script.page_name = page
    ask.rerun_script.query_string = "incident=1"
    headers = {"Cookie": cookie} if cookie else {}
    sent = []
    with connect(
        f"ws://{address.netloc}/_stcore/stream",
        subprotocols=["streamlit"],
        additional_headers=headers,
        origin=server.url,
        max_size=None,
        proxy=None,
    ) as line:
        line.send(ask.SerializeToString())
        while True:
            message = ForwardMsg.FromString(line.recv(timeout=20))
            sent.append(message)
            if message.WhichOneof("type") == "script_finished":
                return sent


def words(messages):
    return "\n".join(str(message) for message in messages)


@pytest.mark.parametrize("page", PAGES)
def test_the_first_visit_of_a_fresh_server_without_a_session_runs_no_page(start_server, page):
    """Past the browser's redirect, straight into Streamlit, as the very first thing it does."""
    server = start_server()
    messages = run_script(server, page)
    shown = words(messages)
    assert "You are not signed in." in shown
    kinds = {message.WhichOneof("type") for message in messages}
    assert "navigation" not in kinds or not any(
        page.page_name for message in messages for page in message.navigation.app_pages
    )
    n_elements = sum(message.delta.HasField("new_element") for message in messages)
    assert n_elements <= 4  # The style, the title, the sentence, the way to sign in.


def test_a_made_up_session_opens_nothing(server):
    for value in ("secret", "InNlY3JldCI.aaaaaa.bbbb", ""):
        shown = words(run_script(server, "board", cookie=f"shikikan_session={value}"))
        assert "You are not signed in." in shown


def test_a_session_opens_the_pages_and_names_its_person(server):
    with httpx.Client(base_url=server.url) as client:
        sign_in(client)
        cookie = f"shikikan_session={client.cookies['shikikan_session']}"
    shown = words(run_script(server, "incidents", cookie=cookie))
    assert "You are not signed in." not in shown
    assert NAME in shown


def test_a_session_of_somebody_who_is_not_there_opens_nothing(start_server, tmp_path):
    """The key stays when a database is replaced; the people do not."""
    first = start_server()
    with httpx.Client(base_url=first.url) as client:
        sign_in(client)
        cookie = f"shikikan_session={client.cookies['shikikan_session']}"
    first.stop()
    second = start_server(SHIKIKAN_DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")
    assert "You are not signed in." in words(run_script(second, "board", cookie=cookie))


def test_a_page_of_another_origin_cannot_open_streamlits_line(server):
    address = urlsplit(server.url)
    for origin, host, status in (
        (f"http://{address.netloc}", address.netloc, 101),
        (f"https://{address.netloc}", address.netloc, 101),
        (f"http://localhost:{address.port}", f"localhost:{address.port}", 101),
        ("http://evil.example", address.netloc, 403),
        ("http://evil.example", "evil.example", 421),
        ("http://localhost:9999", address.netloc, 403),
        ("http://localhost:9999", f"localhost:{address.port}", 403),
        (f"http://{address.hostname}:9999", address.netloc, 403),
        (f"http://{address.hostname}", address.netloc, 403),
        (f"ftp://{address.netloc}", address.netloc, 403),
        (f"http://somebody@{address.netloc}", address.netloc, 403),
        ("http://[", address.netloc, 403),
        ("null", address.netloc, 403),
        (None, address.netloc, 403),
    ):
        assert shake_hands(server, host, origin) == status, (origin, host)


def shake_hands(server, host, origin):
    """The status that answers a handshake for Streamlit's line; 101 opens it."""
    address = urlsplit(server.url)
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        *([f"Origin: {origin}"] if origin is not None else []),
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    with socket.create_connection((address.hostname, address.port), 20) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        with line.makefile("rb") as answer:
            return int(answer.readline().split()[1])


@pytest.mark.parametrize("page", ADDRESSES)
def test_without_a_session_every_page_leads_to_the_sign_in(gate_server, page):
    answer = httpx.get(f"{gate_server.url}/{page}?incident=1")
    assert answer.status_code == 303
    back = quote(f"/{page}?incident=1", safe="")
    assert answer.headers["location"].endswith(f"/sign-in?next={back}")


@pytest.fixture(scope="module")
def gate_server(tmp_path_factory):
    """One server for the visits that need no fresh one."""
    from tests.servers import start_server as fixture  # noqa: PLC0415

    starter = fixture.__wrapped__(tmp_path_factory.mktemp("gate"))
    yield next(starter)()
    next(starter, None)


@pytest.mark.e2e
def test_by_keyboard_alone_a_new_person_signs_in_and_arrives_where_they_wanted(server, open_page):
    page = open_page(f"{server.url}/settings")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type("secret")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/settings")
    wait_until_settled(page)
    expect(page.get_by_role("button", name=NAME)).to_be_visible()


@pytest.mark.e2e
def test_by_keyboard_alone_a_known_person_signs_in_and_signs_out(server, open_page):
    with httpx.Client(base_url=server.url) as client:
        sign_in(client)
    page = open_page(server.url)
    expect(page.get_by_role("button", name=NAME)).to_be_focused()
    page.keyboard.press("Enter")
    menu = page.get_by_test_id("stPopover").get_by_role("button")
    expect(menu).to_be_visible(timeout=20_000)
    wait_until_settled(page)
    menu.focus()
    page.keyboard.press("Enter")
    out = page.get_by_role("button", name="Sign out")
    expect(out).to_be_visible()
    out.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/sign-in")
    page.goto(f"{server.url}/board")
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()


@pytest.mark.e2e
def test_the_language_that_a_person_chooses_stays_theirs(server, open_page):
    with httpx.Client(base_url=server.url) as client:
        sign_in(client)
    page = open_page(server.url)
    page.keyboard.press("Enter")
    wait_until_settled(page)
    page.get_by_test_id("stPopover").get_by_role("button").click()
    page.get_by_text("日本語").click()
    expect(page.get_by_role("link", name="設定")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="設定")).to_be_visible(timeout=20_000)


@pytest.mark.e2e
def test_streamlit_draws_a_page_within_our_content_policy(server, open_page):
    """The policy that keeps strangers' images out must not keep Streamlit's own parts out."""
    with httpx.Client(base_url=server.url) as client:
        sign_in(client)
    refused = []
    page = open_page(f"{server.url}/sign-in")
    page.on(
        "console",
        lambda told: refused.append(told.text) if "Content Security Policy" in told.text else None,
    )
    page.keyboard.press("Enter")
    wait_until_settled(page)
    assert refused == []
