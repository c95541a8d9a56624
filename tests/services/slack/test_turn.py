"""One server at a time tells Slack, and a turn that cannot be taken leaves nothing behind."""

import pytest
from sqlalchemy import event

from services.db import Database
from services.slack.turn import turn_of


@pytest.fixture
def servers(database_url):
    """Two servers on one database."""
    pair = Database(database_url), Database(database_url)
    yield pair
    for database in pair:
        database.close()


def test_the_turn_is_one_servers_until_it_gives_it_up(servers):
    one, other = (turn_of(database) for database in servers)
    assert one.is_mine()
    assert not other.is_mine()
    assert one.is_mine()
    one.give_up()
    assert other.is_mine()
    other.give_up()


@pytest.fixture
def server(postgresql_url):
    database = Database(postgresql_url)
    yield database
    database.close()


def test_a_question_for_the_lock_that_fails_leaves_no_connection_open(server):
    def spoil(_connection, _cursor, statement, parameters, _context, _many):
        is_question = "pg_try_advisory_lock" in statement
        return ("SELECT 1 / 0", {}) if is_question else (statement, parameters)

    turn = turn_of(server)
    event.listen(server.engine, "before_cursor_execute", spoil, retval=True)
    for _ in range(3):
        assert not turn.is_mine()
    assert server.engine.pool.checkedout() == 0
    event.remove(server.engine, "before_cursor_execute", spoil)
    assert turn.is_mine()
    turn.give_up()
    assert server.engine.pool.checkedout() == 0
