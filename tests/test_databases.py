"""The databases that tests are given are real, fresh and their own."""

import pytest
from sqlalchemy import create_engine, text

from services import migrating


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


def test_a_database_comes_migrated_and_says_what_a_commit_is_worth(database):
    assert migrating.is_up_to_date(database)
    assert ("synchronous=FULL" if database.is_sqlite else "PostgreSQL") in database.durability


@pytest.mark.parametrize("_again", [1, 2])
def test_a_database_is_the_tests_own(database, _again):
    with database.writing() as session:
        session.execute(text("CREATE TABLE only_of_this_test (n integer)"))
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM only_of_this_test")).scalar_one() == 0
