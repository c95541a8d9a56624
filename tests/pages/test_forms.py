"""Forms send once what was meant once."""

from services import boards
from tests.pages.apps import run


def list_goals(console):
    with console.database.reading() as session:
        return boards.read_board(session, 1).goals


def test_the_same_goal_due_in_the_same_minutes_a_moment_later_is_the_same_click(
    console, give, monkeypatch
):
    app = run("board", monkeypatch, incident="1")
    app.session_state["inc1-goal-look"] = ("Add a goal", "secondary")
    app.run()
    for text, n_goals in (("Restore", 1), ("Restore", 1), ("Explain", 2)):
        app.text_area(key="inc1-goal.text").input(text)
        app.number_input(key="inc1-goal.due_at").set_value(30)
        app.button(key="inc1-goal-send").click().run()
        assert len(list_goals(console)) == n_goals
        app.session_state["inc1-goal-look"] = ("Add a goal", "secondary")
        app.run()
