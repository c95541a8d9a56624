"""Each person in a browser test is a person of their own, and nobody looks beyond this machine."""

import http.server
import threading

import pytest

from tests import browsers

pytestmark = pytest.mark.e2e

PAGE = b"""<!doctype html><title>A page</title><body><p>\xe9\x9a\x9c\xe5\xae\xb3</p><script>
document.body.dataset.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.cookie = 'visited=yes';
document.body.dataset.language = navigator.language;
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every path with the page and tells which cookies came."""

    def do_GET(self):
        # The browser asks for an icon by itself, and by then the page has set its cookie.
        if self.path == "/":
            self.server.cookies.append(self.headers.get("Cookie"))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_args):
        """Says nothing."""


@pytest.fixture
def site():
    """A small web site on loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.cookies = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_person_has_own_zone_language_and_cookies(site, open_page):
    url = f"http://127.0.0.1:{site.server_port}/"
    hana = open_page(url, language="ja", timezone="Asia/Tokyo").locator("body")
    ken = open_page(url).locator("body")
    assert hana.get_attribute("data-zone") == "Asia/Tokyo"
    assert hana.get_attribute("data-language") == "ja-JP"
    assert hana.inner_text() == "障害"
    assert ken.get_attribute("data-zone") == "UTC"
    assert ken.get_attribute("data-language") == "en-GB"
    assert site.cookies == [None, None]


def test_what_a_page_asks_of_other_machines_is_noticed_and_not_answered(site, browser):
    watch = browsers.OutsideWatch()
    context = browser.new_context()
    watch.over(context)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.server_port}/")
    answer = page.evaluate("fetch('http://example.com/x.png').then(() => 'answered', () => 'none')")
    context.close()
    assert answer == "none"
    assert watch.asked == ["http://example.com/x.png"]
