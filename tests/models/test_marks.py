"""Marks are read off the timeline and nowhere else; what has no source stays empty."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.columns import write_time
from models.marks import MARK_NAMES, MINUTES, Outline, read_off
from models.vocabulary import ImportKind

TIMELINES = Path(__file__).parent.parent.parent / "services" / "demo" / "timelines"
T0 = datetime(2026, 1, 31, 1, 0, tzinfo=UTC)


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def timeline(*told):
    """Entries from `(minutes, kind, data)`, numbered from 1."""
    return [
        Outline(seq, kind, at(minutes), data[0] if data else {})
        for seq, (minutes, kind, *data) in enumerate(told, 1)
    ]


def amend(minutes, entry, moved_to):
    data = {"entry": entry}
    if moved_to is not None:
        data["moved_to"] = write_time(at(moved_to))
    return (minutes, "entry.amended", data)


def known(found):
    """The marks that are there, in minutes after T0."""
    return {
        name: (moment - T0).total_seconds() / 60
        for name, moment in found.moments.items()
        if moment is not None
    }


def say(found):
    return [oddity.message.format_map(oddity.params) for oddity in found.oddities]


REAL = {
    "github-2018-10-21-mysql-failover": {
        "impact_to_detect": 2,
        "detect_to_declare": 15,
        "impact_to_mitigate": 1052,
        "detect_to_mitigate": 1050,
        "impact_to_resolve": 1451,
        "detect_to_resolve": 1449,
    },
    "k8s-2019-02-05-prow-namespace": {"impact_to_mitigate": 47, "impact_to_resolve": 344},
    "moj-2025-03-18-eks-upgrade": {
        "detect_to_declare": 27,
        "detect_to_mitigate": 64,
        "detect_to_resolve": 3033,
    },
    "crates-io-2020-02-20-index-loss": {
        "impact_to_detect": 11,
        "impact_to_mitigate": 91,
        "detect_to_mitigate": 80,
        "impact_to_resolve": 1013,
        "detect_to_resolve": 1002,
    },
    "docs-rs-2019-10-21-disk-full": {
        "impact_to_detect": 1483,
        "impact_to_mitigate": 1511,
        "detect_to_mitigate": 28,
        "impact_to_resolve": 2552,
        "detect_to_resolve": 1069,
    },
    "cloudflare-2019-07-02-waf-regex": {
        "impact_to_detect": 3,
        "impact_to_mitigate": 27,
        "detect_to_mitigate": 24,
        "impact_to_resolve": 70,
        "detect_to_resolve": 67,
    },
    "pypi-2025-07-26-phishing": {"detect_to_mitigate": 2826, "detect_to_resolve": 2860},
}
"""Worked out by hand from the published accounts."""


@pytest.mark.parametrize("name", REAL)
def test_real_incidents_take_as_long_as_their_authors_say(name):
    rows = json.loads((TIMELINES / f"{name}.json").read_text())
    entries = [
        Outline(seq, row["kind"], datetime.fromisoformat(row["at"]))
        for seq, row in enumerate(rows, 1)
    ]
    found = read_off(entries)
    assert found.minutes == REAL[name]
    for mark in ("commanded", "assembled", "staffed", "first_notice", "stood_down"):
        assert found.moments[mark] is None


def test_the_real_timelines_are_all_here():
    assert {path.stem for path in TIMELINES.glob("*.json")} == REAL.keys()


def test_an_empty_timeline_has_every_mark_and_all_are_empty():
    found = read_off([])
    assert found.moments == dict.fromkeys(MARK_NAMES)
    assert found.minutes == {}
    assert found.oddities == ()


def test_a_live_incident_from_declaration_to_retrospective():
    found = read_off(
        timeline(
            (0, "incident.declared", {"detected_at": write_time(at(-4))}),
            (1, "command.taken", {"role": "commander", "person": "hana"}),
            (2, "role.assigned", {"role": "primary_sme", "person": "ken"}),
            (3, "role.assigned", {"role": "liaison", "person": "aya"}),
            (4, "role.assigned", {"role": "scribe", "person": "jun"}),
            (-9, "mark.set", {"name": "impact_start", "marked_at": write_time(at(-9))}),
            (6, "resolved_definition.set"),
            (7, "notice.published", {"stage": "first"}),
            (8, "notice.published", {"stage": "update"}),
            (9, "resolved_definition.set"),
            (30, "mark.set", {"name": "mitigated", "marked_at": write_time(at(30))}),
            (40, "incident.resolved"),
            (41, "stand_down_condition.set"),
            (42, "notice.published", {"stage": "resolution"}),
            (43, "report.saved"),
            (44, "report.saved"),
            (45.5, "incident.stood_down"),
            (2000, "retrospective.held"),
        )
    )
    assert known(found) == {
        "impact_start": -9,
        "detected": -4,
        "declared": 0,
        "commanded": 1,
        "assembled": 2,
        "staffed": 4,
        "aligned": 6,
        "first_notice": 7,
        "mitigated": 30,
        "resolved": 40,
        "stand_down_condition_set": 41,
        "end_notice": 42,
        "report_saved": 43,
        "stood_down": 45.5,
        "retrospective_held": 2000,
    }
    assert found.minutes == {
        "impact_to_detect": 5,
        "detect_to_declare": 4,
        "declare_to_command": 1,
        "declare_to_assemble": 2,
        "declare_to_staff": 4,
        "assemble_to_align": 4,
        "declare_to_first_notice": 7,
        "impact_to_mitigate": 39,
        "detect_to_mitigate": 34,
        "impact_to_resolve": 49,
        "detect_to_resolve": 44,
        "resolve_to_stand_down": 5.5,
        "declare_to_stand_down": 45.5,
    }
    assert say(found) == []


def test_staffed_means_all_four_at_once():
    four = [
        (role, "role.assigned", {"role": role}) for role in ("commander", "primary_sme", "liaison")
    ]
    told = [(minute, *rest) for minute, (_, *rest) in enumerate(four, 1)]
    released = (4, "role.released", {"role": "primary_sme"})
    scribe = (5, "role.assigned", {"role": "scribe"})
    again = (9, "handoff.accepted", {"role": "primary_sme"})
    assert "staffed" not in known(read_off(timeline(*told, released, scribe)))
    found = known(read_off(timeline(*told, released, scribe, again)))
    assert (found["assembled"], found["staffed"]) == (2, 9)


def test_an_imported_role_entry_names_no_holder():
    assert known(read_off(timeline((0, "role"), (1, "role"), (2, "join")))) == {}


def test_an_amendment_moves_the_entry_that_it_amends():
    found = read_off(
        timeline(
            (0, "incident.declared"),
            (3, "command.taken", {"role": "commander"}),
            (20, "mark.set", {"name": "mitigated"}),
            amend(30, 3, 15),
            amend(31, 2, None),
            amend(32, 1, -2),
        )
    )
    assert known(found) == {"declared": -2, "commanded": 3, "mitigated": 15}


def test_the_last_amendment_wins_and_one_of_an_amendment_means_the_first_entry():
    found = read_off(
        timeline((0, "incident.declared"), amend(1, 1, -5), amend(2, 2, -7), amend(3, 1, None))
    )
    assert known(found) == {"declared": -7}


def test_amended_staffing_counts_in_the_order_in_which_it_happened():
    found = read_off(
        timeline(
            (0, "incident.declared"),
            (5, "role.assigned", {"role": "commander"}),
            (6, "role.assigned", {"role": "primary_sme"}),
            amend(7, 3, 2),
        )
    )
    assert known(found) == {"declared": 0, "commanded": 5, "assembled": 5}


def test_reopened_and_not_resolved_again_is_not_resolved():
    first = [(0, "incident.declared"), (5, "incident.resolved"), (6, "incident.reopened")]
    assert "resolved" not in known(read_off(timeline(*first)))
    found = read_off(timeline(*first, (9, "incident.resolved")))
    assert known(found)["resolved"] == 9
    assert say(found) == []


def test_the_first_of_some_and_the_last_of_others_count_in_whatever_order_they_are_told():
    found = read_off(
        timeline(
            (9, "impact_start"),
            (3, "impact_start"),
            (8, "report"),
            (5, "alert"),
            (30, "mitigated"),
            (20, "mitigated"),
            (50, "resolved"),
            (40, "resolved"),
        )
    )
    assert known(found) == {"impact_start": 3, "detected": 5, "mitigated": 30, "resolved": 50}


def test_negative_minutes_are_kept_and_told():
    found = read_off(
        timeline((0, "impact_start"), (10, "mitigated"), (20, "declare"), (5, "resolved"))
    )
    assert found.minutes["impact_to_resolve"] == 5
    assert say(found) == [
        "mitigated (2026-01-31 01:10:00+00:00) comes before declared (2026-01-31 01:20:00+00:00)",
        "resolved (2026-01-31 01:05:00+00:00) comes before declared (2026-01-31 01:20:00+00:00)",
        "resolved (2026-01-31 01:05:00+00:00) comes before mitigated (2026-01-31 01:10:00+00:00)",
        "Entry 4 (2026-01-31 01:05:00+00:00) comes before entry 3 (2026-01-31 01:20:00+00:00)",
    ]


def test_what_is_recorded_twice_or_not_at_all_is_told():
    found = read_off(timeline((0, "resolved"), (0, "resolved"), (0, "context")))
    assert say(found) == [
        "resolved is recorded 2 times; the last one counts",
        "impact start is not recorded",
    ]


def test_an_incident_that_goes_on_lacks_nothing_yet():
    assert say(read_off(timeline((0, "incident.declared")))) == []


def test_many_jumps_in_time_are_counted_rather_than_listed():
    found = read_off(timeline(*((-minute, "context") for minute in range(1000))))
    assert len(found.oddities) == 20 + 1 + 2
    assert say(found)[-1] == "979 more entries come before the one that they follow"


imported = st.lists(
    st.tuples(st.integers(-(10**6), 10**6), st.sampled_from([kind.value for kind in ImportKind])),
    max_size=40,
)


@given(imported)
def test_every_imported_mark_is_a_moment_of_its_source(told):
    found = read_off(timeline(*told))
    sources = {
        "impact_start": {"impact_start"},
        "detected": {"alert", "report"},
        "acknowledged": {"ack"},
        "declared": {"declare"},
        "mitigated": {"mitigated"},
        "resolved": {"resolved"},
    }
    for mark, moment in found.moments.items():
        moments = [minutes for minutes, kind in told if kind in sources.get(mark, ())]
        choose = max if mark in ("mitigated", "resolved") else min
        assert moment == (at(choose(moments)) if moments else None)


@given(imported)
def test_a_difference_exists_exactly_when_both_its_ends_do(told):
    found = read_off(timeline(*told))
    for name, (start, end) in MINUTES.items():
        ends = found.moments[start], found.moments[end]
        assert (name in found.minutes) == (None not in ends)
        if name in found.minutes:
            assert timedelta(minutes=found.minutes[name]) == ends[1] - ends[0]


@given(imported, st.randoms())
def test_marks_do_not_depend_on_the_order_of_an_imported_timeline(told, random):
    before = read_off(timeline(*told))
    shuffled = list(told)
    random.shuffle(shuffled)
    assert read_off(timeline(*shuffled)).moments == before.moments
