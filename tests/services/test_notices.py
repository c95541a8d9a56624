"""What an announcement tells: every reader the same facts, in their language, nothing internal."""

from zoneinfo import ZoneInfo

import pytest

from models.notice_fields import FIELDS, check_fields
from models.vocabulary import NoticeStage
from services.language import LANGUAGES, get_translator
from services.notices import label_field, tell_notice

TOKYO = ZoneInfo("Asia/Tokyo")


def tell(stage, fields, language="en", kind="real"):
    check_fields(stage, fields)
    told = tell_notice(
        stage, fields, language=language, zone=TOKYO, title="Checkout errors", kind=kind
    )
    return told.heading, dict(told.lines)


@pytest.mark.parametrize("stage", list(NoticeStage))
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_unknown_is_said_to_be_being_confirmed(stage, language):
    heading, told = tell(stage, {}, language)
    assert "Checkout errors" in heading
    assert set(told.values()) == {"being confirmed" if language == "en" else "確認中"}


@pytest.mark.parametrize("stage", list(NoticeStage))
def test_every_field_of_the_contract_has_a_name_in_both_languages(stage):
    for name in FIELDS[stage].model_fields:
        english, japanese = (label_field(stage, name, get_translator(each)) for each in LANGUAGES)
        assert english != japanese


@pytest.mark.parametrize("stage", list(NoticeStage))
def test_every_field_is_told_but_the_internal_estimate(stage):
    words = {"what", "impact", "estimate"} | set(FIELDS[stage].model_fields)
    for name in words & set(FIELDS[stage].model_fields):
        if name in {"state", "next_update_reason"} or name.endswith(
            ("_at", "_from", "_to", "as_of")
        ):
            continue
        heading, told = tell(stage, {name: f"these very words of {name}"})
        is_told = f"these very words of {name}" in (*told.values(), *heading.split(": "))
        assert is_told is (name != "estimate"), name


def test_a_text_in_the_other_language_only_is_told_rather_than_nothing():
    fields = {
        "what": {"en": "Cards fail", "ja": "カードが使えない"},
        "impact": {"ja": "注文の 2 割"},
    }
    assert tell("first", fields)[1]["What is happening"] == "Cards fail"
    assert tell("first", fields, "ja")[1]["何が起きているのか"] == "カードが使えない"
    assert tell("first", fields)[1]["Impact"] == "注文の 2 割"


def test_times_are_in_the_readers_zone_and_name_it():
    fields = {"next_update_at": "2026-01-31T15:30:00Z"}
    assert tell("first", fields)[1]["Next update"] == "1 Feb 2026 00:30 JST"
    assert tell("first", fields, "ja")[1]["次報"] == "2026年2月1日 00:30 JST"


def test_a_reason_stands_in_for_the_time_of_the_next_update():
    told = tell("update", {"next_update_reason": "When the vendor answers"})[1]
    assert told["Next update"] == "When the vendor answers"


def test_state_criteria_and_report_are_said_in_words():
    assert tell("update", {"state": "identified"}, "ja")[1]["状態"] == "原因特定"
    fields = {"criteria": ["no errors", "queue empty"], "report_follows": True}
    told = tell("resolution", fields)[1]
    assert told["How recovery was judged"] == "no errors\nqueue empty"
    assert told["Report"] == "A report follows"


def test_a_drill_says_so_first_and_a_title_of_its_own_wins():
    assert tell("first", {"title": "Cards"}, kind="drill")[0] == "[DRILL] First announcement: Cards"
    assert tell("first", {}, "ja", "drill")[0].startswith("[疑似障害] 障害発生報: ")
