"""Approving, publishing and agreeing count for the text that was shown, and for no other."""

import pytest

from pages.parts import acting
from services import boards
from tests.pages.apps import run, words

FIELDS = {"what": "Cards fail", "contact": "Desk 1", "next_update_at": "2040-01-01T00:00:00Z"}


def press(app, name):
    [button] = [one for one in app.button if one.label == name]
    return button.click().run()


def read_board(console):
    with console.database.reading() as session:
        return boards.read_board(session, 1)


@pytest.mark.parametrize(
    "who, label, before, after",
    [("hana", "Approve", "draft", "approved"), ("aya", "Publish now", "approved", "published")],
)
def test_a_text_that_was_edited_meanwhile_is_not_taken_for_the_one_that_was_read(
    console, give, monkeypatch, who, label, before, after
):
    give("aya", "draft_notice", stage="first", fields=FIELDS)
    if before == "approved":
        give("hana", "approve_notice", notice=1)
    app = run("announcements", monkeypatch, handle=who, incident="1")
    give("aya", "edit_notice", notice=1, fields={**FIELDS, "what": "Nothing fails"})
    if before == "approved":
        give("hana", "approve_notice", notice=1)
    press(app, label)
    assert read_board(console).notices[0].state == before
    assert "stale-board" in words(app)
    assert "Cards fail" in words(app)
    assert "Nothing fails" in words(app)
    press(app, label)
    assert read_board(console).notices[0].state == after
    assert "stale-board" not in words(app)


def test_other_entries_do_not_keep_a_text_from_being_approved(console, give, monkeypatch):
    give("aya", "draft_notice", stage="first", fields=FIELDS)
    app = run("announcements", monkeypatch, incident="1")
    give("jun", "note", text="while it was read")
    sends = []

    def meanwhile(command, incident_id, **options):
        """Somebody writes between the comparison and the first of the sendings."""
        if not sends:
            give("jun", "note", text="in the very moment")
        sends.append(options["expected_revision"])
        return real(command, incident_id, **options)

    real = acting.try_send
    monkeypatch.setattr(acting, "try_send", meanwhile)
    press(app, "Approve")
    assert len(sends) == 2
    assert read_board(console).notices[0].state == "approved"


def test_a_text_edited_in_the_very_moment_of_the_click_is_not_approved(console, give, monkeypatch):
    give("aya", "draft_notice", stage="first", fields=FIELDS)
    app = run("announcements", monkeypatch, incident="1")
    real = acting.try_send

    def meanwhile(command, incident_id, **options):
        give("aya", "edit_notice", notice=1, fields={**FIELDS, "what": "Nothing fails"})
        return real(command, incident_id, **options)

    monkeypatch.setattr(acting, "try_send", meanwhile)
    press(app, "Approve")
    assert read_board(console).notices[0].state == "draft"
    assert "stale-board" in words(app)


def test_agreeing_is_about_the_course_that_was_shown(console, give, monkeypatch):
    give("hana", "set_course", text="Go back")
    app = run("board", monkeypatch, handle="ken", incident="1")
    give("hana", "set_course", text="Go on")
    press(app, "Agree")
    assert not read_board(console).course.agreed_by_sme
    assert "stale-board" in words(app)
    press(app, "Agree")
    assert read_board(console).course.agreed_by_sme


def test_editing_one_field_leaves_the_others_as_they_were_given(console, give, monkeypatch):
    given = {
        "recovered_at": "2026-01-02T03:04:05.678Z",
        "data_loss": "none",
        "criteria": ["p99 under 300 ms", "no empty answers"],
        "cause": {"ja": "設定"},
        "report_follows": True,
    }
    give("aya", "draft_notice", stage="resolution", fields=given)
    app = run("announcements", monkeypatch, handle="aya", incident="1")
    press(app, "Edit")
    name = "inc1-notice-edit-1-1"
    app.text_area(key=f"{name}.fields.data_loss.en").input("one order")
    press(app, "Save the draft")
    changed = {**given, "data_loss": {"en": "one order"}}
    assert read_board(console).notices[0].fields == changed
    press(app, "Edit")
    app.text_area(key=f"{name}.fields.criteria.en").input("p99 under 200 ms\n\nno gaps ")
    press(app, "Save the draft")
    changed["criteria"] = ["p99 under 200 ms", "no gaps"]
    assert read_board(console).notices[0].fields == changed
