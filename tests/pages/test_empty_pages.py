"""Pages with nothing to show say what they are for; odd addresses and refusals are no dead ends."""

import pytest

from models.vocabulary import Source
from services import people
from services.commands import Actor, Declaration, declare
from services.errors import Unavailable
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
@pytest.mark.parametrize("named", ["99999", "x", "-1", "9" * 30, "1.5", "１", "2147483648"])
def test_an_incident_that_is_not_there_is_no_dead_end(console, monkeypatch, page, named):
    declare(
        console.database, Declaration(title="Checkout errors"), actor=Actor("hana", Source.PAGE)
    )
    app = run(page, monkeypatch, incident=named)
    assert app.selectbox[0].value == 1
    if named.isascii() and named.isdigit():
        assert f"There is no incident {named[:18]}." in words(app)


@pytest.mark.parametrize("page", ["announcements", "report", "settings", "board"])
@pytest.mark.parametrize("named", ["INC-1", "inc-1", " 1"])
def test_an_incident_is_found_by_the_name_that_people_say(console, monkeypatch, page, named):
    for title in ("Checkout errors", "Search is slow"):
        declare(console.database, Declaration(title=title), actor=Actor("hana", Source.PAGE))
    app = run(page, monkeypatch, incident=named)
    assert list(app.query_params["incident"]) == ["1"]


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


def test_a_language_is_spoken_even_while_it_cannot_be_kept(console, monkeypatch):
    app = run("settings", monkeypatch)

    def refuse(*_args, **_named):
        raise Unavailable("The database is busy or away. Nothing was saved; try again.")

    monkeypatch.setattr(people, "change_preferences", refuse)
    app.radio(key="account-language").set_value("ja").run()
    assert not app.exception
    assert app.error
    assert app.session_state["viewer-language"] == "ja"


@pytest.mark.parametrize("named", ["99999", "2147483648", "1" * 12, "INC-" + "1" * 5000])
def test_the_board_of_an_incident_that_is_not_there_is_no_other_ones(console, monkeypatch, named):
    declare(
        console.database, Declaration(title="Checkout errors"), actor=Actor("hana", Source.PAGE)
    )
    app = run("board", monkeypatch, incident=named)
    assert "There is no incident" in app.error[0].value
    assert "Checkout errors" not in words(app)
