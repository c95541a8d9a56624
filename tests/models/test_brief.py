"""The late joiner's brief: everything that matters, in at most 15 lines, the same every time."""

from datetime import UTC, datetime, timedelta

import pytest

from models.brief import MOST_LINES
from services import commands
from services.briefs import read_brief
from tests.team import actor

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def brief(team, language="en"):
    with team.database.reading() as session:
        return read_brief(session, team.incident_id, language)


def line_of(text, beginning):
    return next(line for line in text.splitlines() if line.startswith(beginning))


@pytest.fixture
def busy(sqlite_team):
    """A team far into an incident, with much of everything."""
    team = sqlite_team

    def give(minutes, who, kind, **fields):
        return team.give(who, kind, now=at(minutes), **fields)

    declaration = commands.Declaration(title="Checkout errors", severity="SEV2")
    receipt = commands.declare(team.database, declaration, actor=actor("hana"), now=NOW)
    team.incident_id = receipt.incident_id
    give(0, "hana", "take_command")
    for role, person in (("primary_sme", "ken"), ("liaison", "aya"), ("scribe", "jun")):
        give(1, "hana", "assign_role", role=role, person=person)
    give(2, "hana", "set_situation", text="Cards are refused\r\nin Europe\u2028since 09:50")
    give(3, "hana", "define_resolved", criteria=["error rate under 1 %", "queue empty", "no mail"])
    give(4, "hana", "set_course", text="Roll back, then look")
    give(5, "hana", "set_goal", text="restore checkout", due_at=at(60).isoformat())
    give(6, "ken", "raise_hypothesis", claim="the new cache is cold")
    for number in range(6):
        due_at = at(90 - number).isoformat()
        give(7, "hana", "assign_action", text=f"step {number}", owner="ken", due_at=due_at)
    fields = {
        "what": {"en": "Payments fail", "ja": "決済が失敗しています"},
        "impact": {"en": "Every customer in Europe", "ja": "欧州のお客様全員"},
        "contact": "aya",
        "next_update_at": at(45).isoformat(),
    }
    give(8, "aya", "draft_notice", stage="first", fields=fields)
    give(9, "hana", "approve_notice", notice=1)
    give(10, "aya", "publish_notice", notice=1)
    give(11, "hana", "meet_criterion", criterion=1)
    give(12, "hana", "waive_criterion", criterion=3, reason="no mail is sent")
    for minute in range(30, 36):
        give(minute, "jun", "note", text=f"minute {minute}\nsecond line")
    return team


def test_it_says_what_somebody_must_know_who_joins_late(busy):
    text = brief(busy)
    assert text.startswith(f"INC-{busy.incident_id} Checkout errors (responding, SEV2, declared ")
    happening = line_of(text, "What is happening: ")
    assert happening == "What is happening: Cards are refused in Europe since 09:50"
    assert line_of(text, "Who is affected") == "Who is affected: Every customer in Europe"
    held = line_of(text, "Who holds what")
    for part in ("incident commander: Hana", "primary SME: Ken", "external liaison: Aya"):
        assert part in held
    resolved = line_of(text, "Resolved means")
    assert "2 of 3" in resolved
    assert "[x] error rate under 1 % [ ] queue empty [-] no mail" in resolved
    assert "not agreed" in line_of(text, "Course")
    assert "restore checkout" in line_of(text, "Goals")
    assert "the new cache is cold" in line_of(text, "Open hypotheses")
    # Most pressing first, and how many more there are.
    running = line_of(text, "Running")
    assert running.startswith("Running: step 5 (Ken, due 2026-11-23 11:25 UTC) · step 4 ")
    assert running.endswith(" · 2 more")
    told = line_of(text, "Told outside")
    assert told == "Told outside: first announcement, 2026-11-23 10:10 UTC: Payments fail"
    assert line_of(text, "Promised next") == "Promised next: 2026-11-23 10:45 UTC"


def test_it_ends_with_what_changed_in_the_quarter_of_an_hour_before_the_newest_entry(busy):
    lines = brief(busy).splitlines()
    assert len(lines) == MOST_LINES
    heading = next(line for line in lines if line.startswith("In the 15 minutes"))
    shown = lines[lines.index(heading) + 1 :]
    assert (
        heading
        == f"In the 15 minutes to 2026-11-23 10:35 UTC ({6 - len(shown)} more before these):"
    )
    assert shown[-1] == "- 10:35 minute 35 second line"
    assert "10:12" not in heading + "".join(shown)


def test_it_reads_the_same_for_ever_and_for_everybody(busy):
    assert brief(busy) == brief(busy)
    # It would say that things are overdue if it looked at the clock: all of this is long past.
    assert "overdue" not in brief(busy)


def test_it_speaks_japanese(busy):
    text = brief(busy, "ja")
    assert "欧州のお客様全員" in text
    assert "決済が失敗しています" in text
    for english in ("What is", "Who ", "Resolved", "Course", "Goals", "Running", "Promised", "due"):
        assert english not in text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_bare_incident_says_plainly_what_nobody_said_yet(sqlite_team, language):
    sqlite_team.declare()
    text = brief(sqlite_team, language)
    assert len(text.splitlines()) <= MOST_LINES
    if language == "en":
        assert line_of(text, "What is happening") == "What is happening: not said yet"
        assert line_of(text, "Resolved means") == "Resolved means: not defined yet"
        assert line_of(text, "Told outside") == "Told outside: nothing yet"
        assert line_of(text, "Who is affected") == "Who is affected: not told yet"
        assert line_of(text, "Who holds what").count("vacant") == 4
    else:
        assert "not" not in text


def test_whatever_people_type_a_line_stays_a_line(sqlite_team):
    team = sqlite_team
    breaks = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    team.declare(title=f"a{breaks}b", summary="x" * 9_000)
    team.staff()
    for break_ in breaks:
        team.give("hana", "note", text=f"one{break_}two\x1b[31m")
    text = brief(team)
    assert len(text.splitlines()) <= MOST_LINES
    assert text.count("\n") == len(text.splitlines())
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 240


def test_a_drill_and_an_end_are_said_in_the_first_line(sqlite_team):
    team = sqlite_team
    team.declare(kind="drill")
    team.give("hana", "take_command")
    team.give("hana", "cancel", reason="wrong")
    first = brief(team).splitlines()[0]
    assert "(drill, cancelled, " in first
