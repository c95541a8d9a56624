"""Pages with nothing to show say what they are for; odd addresses and refusals are no dead ends."""

import pytest

from models.vocabulary import Source
from services.commands import Actor, Declaration, declare
from tests.pages.apps import run, words


@pytest.mark.parametrize(
    "page, english, japanese",
    [
        ("incidents", "No incident is open.", "対応中の障害はありません。"),
        ("announcements", "No incident was ever declared", "まだ一度も宣言されていません"),
        ("report", "No incident was ever declared", "まだ一度も宣言されていません"),
        ("settings", "You have no token.", "トークンはありません。"),
    ],
)
def test_an_empty_page_says_what_to_do_first(console, monkeypatch, page, english, japanese):
    assert english in words(run(page, monkeypatch))
    assert japanese in words(run(page, monkeypatch, language="ja"))


@pytest.mark.parametrize("page", ["incidents", "announcements", "report", "settings"])
def test_somebody_who_is_gone_sees_nothing_of_a_page(console, monkeypatch, page):
    declare(console.database, Declaration(title="Secret trouble"), actor=Actor("hana", Source.PAGE))
    app = run(page, monkeypatch, handle="gone")
    assert "You are not signed in." in words(app)
    assert "Secret trouble" not in words(app)
    assert not app.text_input
    assert not app.selectbox


@pytest.mark.parametrize("page", ["announcements", "report"])
@pytest.mark.parametrize("named", ["99999", "x", "-1", "9" * 30, "1.5", "１"])
def test_an_incident_that_is_not_there_is_no_dead_end(console, monkeypatch, page, named):
    declare(
        console.database, Declaration(title="Checkout errors"), actor=Actor("hana", Source.PAGE)
    )
    app = run(page, monkeypatch, incident=named)
    assert app.selectbox[0].value == 1
    if named == "99999":
        assert "There is no incident 99999." in words(app)


def test_details_of_a_declaration_are_kept_as_they_were_given(console, monkeypatch):
    app = run("incidents", monkeypatch)
    app.radio(key="declare-severity").set_value("SEV3").run()
    app.text_area(key="declare-summary").input("Two regions").run()
    app.text_input(key="declare-call").input("not an address").run()
    app.text_input(key="declare-title").input("Checkout errors")
    app.button(key="declare-send").click().run()
    assert "is no web address" in app.error[0].value
    assert app.text_input(key="declare-title").value == "Checkout errors"
    assert app.text_area(key="declare-summary").value == "Two regions"
