"""The marks that the console shows are those of the timeline that it stored."""

import pytest

from models.marks import MARK_NAMES
from services.errors import NotFound
from services.marks import read_marks


def read(team, language="en"):
    with team.database.reading() as session:
        return read_marks(session, team.incident_id, language=language)


def test_marks_of_an_incident_just_declared(team):
    team.declare(detected_at="2026-01-01T09:00:00+09:00")
    found = read(team)
    assert list(found["marks"]) == list(MARK_NAMES)
    assert found["marks"]["detected"] == "2026-01-01T00:00:00.000000Z"
    assert found["marks"]["declared"] is not None
    assert set(found["minutes"]) == {"detect_to_declare"}
    assert found["warnings"] == []


def test_marks_follow_the_formation_and_the_marks_that_people_set(team):
    team.declare()
    team.staff()
    team.give("hana", "mark", name="impact_start", at="2026-01-01T00:00:00Z")
    team.give("hana", "mark", name="mitigated", at="2026-01-01T00:30:00Z")
    found = read(team)
    assert found["minutes"]["impact_to_mitigate"] == 30
    assert {"declare_to_command", "declare_to_assemble", "declare_to_staff"} <= set(
        found["minutes"]
    )


def test_an_amended_mark_moves(team):
    team.declare()
    team.staff()
    seq = team.give("jun", "mark", name="impact_start", at="2026-01-01T00:00:00Z").first_seq
    team.give("jun", "amend", entry=seq, text="earlier", occurred_at="2025-12-31T23:00:00Z")
    assert read(team)["marks"]["impact_start"] == "2025-12-31T23:00:00.000000Z"


def test_contradictions_are_said_in_the_language_of_the_reader(team):
    team.declare()
    team.staff()
    team.give("hana", "mark", name="impact_start", at="2026-01-02T00:00:00Z")
    team.give("hana", "mark", name="mitigated", at="2026-01-01T00:00:00Z")
    (english, *_), (japanese, *_) = read(team)["warnings"], read(team, "ja")["warnings"]
    assert english == (
        "Mitigated (2026-01-01 00:00:00 UTC) comes before impact start (2026-01-02 00:00:00 UTC)"
    )
    assert "2026-01-01 00:00:00 UTC" in japanese
    assert "impact" not in japanese


def test_an_unknown_incident_has_no_marks(database):
    with database.reading() as session, pytest.raises(NotFound):
        read_marks(session, 1)
