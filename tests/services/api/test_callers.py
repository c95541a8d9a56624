"""Who may call, and for whom."""

from services import people
from tests.services.api.conftest import BEARER
from tests.services.api.problems import problem


def token_of(console, handle, name="laptop"):
    with console.database.writing() as session:
        return people.add_token(session, handle, name)


def test_a_personal_token_acts_as_its_person(console, api):
    secret = token_of(console, "ken")
    headers = {"Authorization": f"bearer {secret}"}
    assert api.get("/me", headers=headers).json()["handle"] == "ken"
    board = api.post("/incidents", json={"title": "x"}, headers=headers).json()
    assert board["declared_by"] == "ken"
    entry = api.get("/incidents/1/timeline", headers=headers).json()["entries"][0]
    assert (entry["actor"], entry["source"], entry["via"]) == ("ken", "api", None)


def test_the_service_token_acts_for_the_person_it_names_and_the_timeline_says_so(call):
    call.declare("jun")
    entry = call("jun", "GET", "/incidents/1/timeline").json()["entries"][0]
    assert (entry["actor"], entry["source"], entry["via"]) == ("jun", "api", "service token")


def test_an_unknown_token_is_refused_and_told_what_to_send(api):
    del api.headers["authorization"]
    odd = "Bearer ü".encode("latin-1")
    for header in (None, "", "Bearer", "Bearer nonsense", "Basic YTpi", odd):
        headers = {} if header is None else {"Authorization": header}
        answer = api.get("/incidents", headers=headers)
        problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_unknown(console, api):
    mine = {"Authorization": f"Bearer {token_of(console, 'ken')}"}
    made = api.post("/tokens", json={"name": "phone"}, headers=mine).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert api.get("/me", headers=headers).status_code == 200
    assert api.delete(f"/tokens/{made['id']}", headers=mine).status_code == 204
    problem(api.get("/me", headers=headers), 401)


def test_an_actor_that_is_not_known_is_refused(api):
    odd = ("é".encode("latin-1"), "花".encode())
    for actor in ("nobody", "HANA", "", "a" * 5000, "hana' OR '1'='1", "hana,ken", *odd):
        problem(api.get("/incidents", headers={"Shikikan-Actor": actor}), 403)


def test_a_personal_token_acts_for_nobody_else(console, api):
    headers = {"Authorization": f"Bearer {token_of(console, 'ken')}"}
    assert api.get("/me", headers={**headers, "Shikikan-Actor": "ken"}).status_code == 200
    problem(api.get("/me", headers={**headers, "Shikikan-Actor": "hana"}), 403)


def test_without_an_actor_the_service_token_reads_and_adds_people_and_does_nothing_else(api, call):
    call.declare()
    assert api.get("/incidents").status_code == 200
    assert api.get("/incidents/1").status_code == 200
    assert api.get("/people").status_code == 200
    assert api.post("/people", json={"handle": "new", "name": "New"}).status_code == 201
    problem(api.post("/incidents", json={"title": "x"}), 403)
    problem(api.post("/incidents/1/commands", json={"type": "check_in"}), 403)
    problem(api.get("/me"), 403)
    problem(api.post("/tokens", json={"name": "x"}), 403)


def test_a_cookie_opens_nothing(console, api, call):
    call.declare()
    del api.headers["authorization"]
    api.cookies.set("shikikan_session", console.sign_in.issue_session("hana"))
    problem(api.get("/incidents"), 401)
    problem(api.post("/incidents", json={"title": "x"}), 401)
    problem(api.get("/incidents/1/live"), 401)


def test_a_ticket_opens_only_the_live_feed_of_its_incident(console, api, call):
    call.declare()
    del api.headers["authorization"]
    ticket = console.sign_in.issue_ticket("hana", 2)
    problem(api.get("/incidents/1/live", params={"ticket": ticket}), 401)
    mine = console.sign_in.issue_ticket("hana", 1)
    problem(api.get("/incidents/1", params={"ticket": mine}), 401)
    problem(api.get("/incidents/1/live", params={"ticket": f"{mine}x"}), 401)
    gone = console.sign_in.issue_ticket("gone", 1)
    problem(api.get("/incidents/1/live", params={"ticket": gone}), 401)


def test_only_an_administrator_or_the_service_token_adds_people(console, api):
    admin = {"Authorization": f"Bearer {token_of(console, 'hana')}"}
    plain = {"Authorization": f"Bearer {token_of(console, 'ken')}"}
    new = {"handle": "new", "name": "New", "email": "new@example.com", "slack_user_id": "U1"}
    problem(api.post("/people", json=new, headers=plain), 403)
    answer = api.post("/people", json=new, headers=admin)
    assert answer.status_code == 201
    assert answer.json() | new == answer.json()
    assert answer.json()["is_administrator"] is False
    for again in (
        new,
        {**new, "handle": "other"},
        {"handle": "third", "name": "x", "email": new["email"]},
    ):
        problem(api.post("/people", json=again, headers=admin), 409)


def test_a_person_changes_what_is_known_of_themselves_and_of_nobody_else(console, api):
    plain = {"Authorization": f"Bearer {token_of(console, 'ken')}"}
    changed = api.patch(
        "/people/ken", json={"language": "ja", "timezone": "Asia/Tokyo"}, headers=plain
    )
    assert changed.json()["timezone"] == "Asia/Tokyo"
    assert changed.json()["name"] == "Ken"
    problem(api.patch("/people/hana", json={"name": "x"}, headers=plain), 403)
    problem(api.patch("/people/nobody", json={"name": "x"}), 404)
    problem(api.patch("/people/ken", json={"name": None}, headers=plain), 422)
    for zone in ("Mars", "../etc/passwd", "", "a\x00b", "Europe"):
        problem(api.patch("/people/ken", json={"timezone": zone}, headers=plain), 422)
    assert api.patch("/people/hana", json={"email": "h@example.com"}).status_code == 200
    taken = api.patch("/people/ken", json={"email": "h@example.com"}, headers=plain)
    problem(taken, 409)


def test_the_first_person_of_an_empty_console_comes_by_the_service_token(empty_api):
    first = empty_api.post("/people", json={"handle": "hana", "name": "花"})
    assert first.status_code == 201
    assert first.json()["is_administrator"] is True
    second = empty_api.post("/people", json={"handle": "ken", "name": "Ken"})
    assert second.json()["is_administrator"] is False
    assert [one["handle"] for one in empty_api.get("/people").json()["people"]] == ["ken", "hana"]


def test_the_service_token_makes_sees_and_revokes_no_personal_token(console, call):
    """Who acts for others must not become them: a personal token shows not who made it."""
    token_of(console, "ken")
    problem(call("ken", "POST", "/tokens", json={"name": "backdoor"}), 403)
    problem(call("ken", "GET", "/tokens"), 403)
    problem(call("ken", "DELETE", "/tokens/1"), 403)
    with console.database.reading() as session:
        assert [one.name for one in people.list_tokens(session, "ken")] == ["laptop"]


def test_tokens_are_listed_without_their_secrets_and_belong_to_one_person(console, api):
    mine, hers = (
        {"Authorization": f"Bearer {token_of(console, handle)}"} for handle in ("ken", "hana")
    )
    made = api.post("/tokens", json={"name": "phone"}, headers=mine)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    secret = made.json()["token"]
    listed = api.get("/tokens", headers=mine)
    assert [one["name"] for one in listed.json()["tokens"]] == ["phone", "laptop"]
    assert secret not in listed.text
    of_hers = api.get("/tokens", headers=hers).json()["tokens"]
    assert made.json()["id"] not in [one["id"] for one in of_hers]
    problem(api.delete(f"/tokens/{made.json()['id']}", headers=hers), 404)


def test_without_a_service_token_in_the_settings_no_token_is_the_service_token(unset_api):
    for token in ("None", BEARER["Authorization"].split()[1]):
        answer = unset_api.get("/people", headers={"Authorization": f"Bearer {token}"})
        problem(answer, 401)
