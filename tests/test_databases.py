"""The databases that tests are given are real, fresh and their own."""

import pytest
from sqlalchemy import create_engine, text


@pytest.mark.parametrize("_again", [1, 2])
def test_an_empty_database_holds_nothing_of_the_test_before(empty_database_url, _again):
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mark (n integer)"))
        connection.execute(text("INSERT INTO mark VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM mark")).scalar_one() == 1
    engine.dispose()


def test_postgresql_is_postgresql(postgresql):
    name = postgresql.create()
    engine = create_engine(postgresql.url(name))
    with engine.connect() as connection:
        assert connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8"
    # A connection is still open here: dropping must not wait for it.
    postgresql.drop(name)
    engine.dispose()
