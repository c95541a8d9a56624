"""Red is kept for what is missing or dangerous, by day and by night."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.windows import declare, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SOON_MS = 15_000
COLOURS = """field => {
  const borders = [];
  for (let e = field; e.dataset.testid !== "stTextInput"; e = e.parentElement) {
    const style = getComputedStyle(e);
    if (parseFloat(style.borderTopWidth) > 0) borders.push(style.borderTopColor);
  }
  const app = getComputedStyle(document.querySelector("[data-testid=stApp]"));
  return { borders, background: app.backgroundColor };
}"""


def rgb(colour: str) -> list[int]:
    return [int(float(part)) for part in re.findall(r"[\d.]+", colour)[:3]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_field_that_is_merely_focused_does_not_look_like_an_error(office, open_page, scheme):
    page = sign_in(open_page, office, "hana", color_scheme=scheme)
    title = page.get_by_label("What is wrong?", exact=False)
    expect(title).to_be_focused(timeout=SOON_MS)
    page.wait_for_timeout(500)
    found = title.evaluate(COLOURS)
    assert found["borders"]
    for red, _green, blue in map(rgb, found["borders"]):
        assert red <= blue
    assert (sum(rgb(found["background"])) < 200) is (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_missing_is_still_red(office, open_page, scheme):
    number = declare(office)
    page = sign_in(open_page, office, "hana", f"/board?incident={number}", color_scheme=scheme)
    missing = page.locator(".st-key-missing").get_by_test_id("stAlertContainer")
    expect(missing).to_be_visible(timeout=SOON_MS)
    red, green, blue = rgb(missing.evaluate("e => getComputedStyle(e).color"))
    assert red > green
    assert red > blue
