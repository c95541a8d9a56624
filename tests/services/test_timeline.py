"""Reading the timeline: order, pages, search, and the form in which entries are shown."""

import pytest

from services import timeline
from services.errors import NotFound


@pytest.fixture
def noted(team):
    """Ten notes of which each happened before the one recorded before it."""
    team.declare()
    team.give("hana", "take_command")
    for n in range(10):
        occurred_at = f"2026-01-31T09:{50 - n // 2:02}:00+09:00"
        team.give("hana", "note", text=f"Note {n} 決済 100%_done", occurred_at=occurred_at)
    return team


def seqs(team, **asked):
    with team.database.reading() as session:
        return [entry.seq for entry in timeline.list_entries(session, team.incident_id, **asked)]


def test_entries_are_read_in_the_order_recorded_in_pages_without_gap_or_overlap(noted):
    everything = seqs(noted)
    assert everything == list(range(1, 14))
    assert seqs(noted, order="-seq") == everything[::-1]
    paged, after = [], 0
    while page := seqs(noted, after=after, limit=4):
        paged += page
        after = page[-1]
    assert paged == everything
    assert seqs(noted, before=4) == [1, 2, 3]
    assert seqs(noted, after=2, before=5) == [3, 4]


def test_entries_are_read_as_they_happened_and_equal_instants_as_they_were_recorded(noted):
    notes = seqs(noted, kinds=["note.written"], order="occurred_at")
    assert notes == [12, 13, 10, 11, 8, 9, 6, 7, 4, 5]
    reverse = seqs(noted, kinds=["note.written"], order="-occurred_at")
    assert reverse == notes[::-1]


@pytest.mark.parametrize(
    "words, found",
    [("note 3", 1), ("NOTE 3", 1), ("決済", 10), ("100%_done", 10), ("100__done", 0), ("zzz", 0)],
)
def test_a_search_finds_words_as_they_are_written_letters_case_aside(noted, words, found):
    assert len(seqs(noted, q=words)) == found


def test_one_incident_does_not_show_in_another(noted):
    first = noted.incident_id
    noted.declare()
    assert seqs(noted) == [1, 2]
    noted.incident_id = first
    assert len(seqs(noted)) == 13


def test_an_entry_is_shown_with_everything_that_the_contract_names(noted):
    with noted.database.reading() as session:
        (entry,) = timeline.list_entries(session, noted.incident_id, after=3, limit=1)
        shown = timeline.show_entry(entry)
    names = """seq kind text occurred_at recorded_at actor roles source data amends amended_by late
        prev_hash hash"""
    assert set(names.split()) <= set(shown)
    assert shown["text"] == "Note 0 決済 100%_done"
    assert shown["texts"] == {}
    assert shown["occurred_at"] == "2026-01-31T00:50:00.000000Z"
    assert shown["roles"] == ["commander"]
    assert (shown["actor"], shown["source"]) == ("hana", "api")


def test_a_sentence_of_ours_is_said_in_japanese_too_and_keeps_the_names_of_its_day(noted):
    noted.give("hana", "assign_role", role="primary_sme", person="ken")
    with noted.database.reading() as session:
        (shown,) = timeline.show(
            session,
            timeline.list_entries(session, noted.incident_id, kinds=["role.assigned"]),
        )
    assert shown["text"] == "Ken is primary SME"
    assert "主任SME" in shown["texts"]["ja"]
    assert "Ken" in shown["texts"]["ja"]


def test_what_is_not_there_is_not_found(noted):
    with noted.database.reading() as session:
        with pytest.raises(NotFound):
            timeline.get_incident(session, 99)
        assert timeline.show(session, []) == []
        assert timeline.read_amendments(session, noted.incident_id, []) == {}


def test_the_feed_reads_what_is_new_and_how_far_each_incident_is(noted):
    first = noted.incident_id
    noted.declare()
    with noted.database.reading() as session:
        assert timeline.read_revisions(session, [first, noted.incident_id, 99]) == {
            first: 13,
            noted.incident_id: 2,
        }
        entries = timeline.read_entries(session, first, 10, 2)
    assert [entry["seq"] for entry in entries] == [11, 12]
