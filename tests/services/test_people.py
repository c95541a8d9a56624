"""People are known by a handle that never changes, and tokens act for them."""

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from services import people
from services.errors import NotFound


def add(database, handle, **fields):
    with database.writing() as session:
        new = people.NewPerson(**{"handle": handle, "name": handle.title(), **fields})
        return people.add_person(session, new).is_administrator


def test_the_first_person_is_the_administrator_and_the_next_is_not(database):
    assert add(database, "hana")
    assert not add(database, "ken")


@pytest.mark.parametrize(
    "second",
    [
        {"handle": "hana"},
        {"handle": "ken", "email": "hana@example.org"},
        {"handle": "ken", "slack_user_id": "U1"},
    ],
)
def test_a_handle_an_address_and_a_slack_id_belong_to_one_person(database, second):
    add(database, "hana", email="hana@example.org", slack_user_id="U1")
    with pytest.raises(people.AlreadyKnown):
        add(database, **second)
    with database.reading() as session:
        assert [person.handle for person in people.list_people(session)] == ["hana"]


@pytest.mark.parametrize(
    "fields",
    [
        *({"handle": handle} for handle in ("", "Hana", "ha na", "-hana", "花", "x" * 33, "a/b")),
        {"handle": "hana\n"},
        {"handle": "hana", "name": " "},
        {"handle": "hana", "name": "x" * 81},
        {"handle": "hana", "name": "Ha\x00na"},
        {"handle": "hana", "email": "no address"},
        {"handle": "hana", "slack_user_id": "<!channel>"},
        {"handle": "hana", "is_administrator": True},
    ],
)
def test_what_is_no_person_is_refused(fields):
    with pytest.raises(ValidationError):
        people.NewPerson(**{"name": "Hana", **fields})


def test_everybody_is_listed_by_name(database):
    for handle, name in (("z", "Aya"), ("a", "Ken"), ("m", "Hana")):
        add(database, handle, name=name)
    with database.reading() as session:
        assert [person.name for person in people.list_people(session)] == ["Aya", "Hana", "Ken"]


def test_preferences_change_and_the_handle_does_not(database):
    add(database, "hana")
    with database.writing() as session:
        people.change_preferences(session, "hana", name="花", language="ja", timezone="Asia/Tokyo")
    with database.reading() as session:
        hana = people.get_person(session, "hana")
    assert (hana.name, hana.language, hana.timezone) == ("花", "ja", "Asia/Tokyo")


def test_nobody_is_found_under_an_unknown_handle(database):
    with database.writing() as session:
        assert people.find_person(session, "zoe") is None
        for attempt in (
            lambda: people.get_person(session, "zoe"),
            lambda: people.change_preferences(session, "zoe", name="Zoe"),
            lambda: people.add_token(session, "zoe", "laptop"),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_a_token_acts_for_its_person_until_it_is_revoked(database):
    add(database, "hana")
    add(database, "ken")
    with database.writing() as session:
        secret = people.add_token(session, "hana", "laptop")
        other = people.add_token(session, "hana", "phone")
    with database.reading() as session:
        assert people.find_token_holder(session, secret).handle == "hana"
        assert people.find_token_holder(session, secret + "x") is None
        assert people.find_token_holder(session, "") is None
        tokens = {token.name: token.id for token in people.list_tokens(session, "hana")}
    with pytest.raises(NotFound), database.writing() as session:
        people.revoke_token(session, "ken", tokens["laptop"])
    with database.writing() as session:
        people.revoke_token(session, "hana", tokens["laptop"])
    with database.reading() as session:
        assert people.find_token_holder(session, secret) is None
        assert people.find_token_holder(session, other).handle == "hana"


def test_the_secret_of_a_token_is_kept_nowhere(database):
    add(database, "hana")
    with database.writing() as session:
        secret = people.add_token(session, "hana", "laptop")
    with database.reading() as session:
        stored = str(session.execute(text("SELECT * FROM token")).all())
    assert secret not in stored
    assert len(secret) > 40
