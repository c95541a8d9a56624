"""Channel names keep Slack's rules, and a drill's outlets are never the real ones."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.settings import Settings
from services.slack.naming import NAME_LIMIT, channel_name, outlets_of, slug_of


@pytest.mark.parametrize(
    "title,kind,destination,attempt,name",
    [
        ("Checkout errors", "real", "investigation", 1, "inc-0042-checkout-errors"),
        ("Checkout errors", "real", "report", 1, "inc-0042-checkout-errors-report"),
        ("Checkout errors", "drill", "investigation", 1, "drill-0042-checkout-errors"),
        ("Checkout errors", "real", "report", 3, "inc-0042-checkout-errors-3-report"),
        ("障害", "real", "investigation", 1, "inc-0042"),
        ("障害", "real", "report", 2, "inc-0042-2-report"),
        ("決済 API が 500", "real", "investigation", 1, "inc-0042-api-500"),
        ("Café's *DB*: down!!", "real", "investigation", 1, "inc-0042-cafes-db-down"),
        ("--- ___ ...", "real", "investigation", 1, "inc-0042"),
    ],
)
def test_a_name_says_number_title_and_kind(title, kind, destination, attempt, name):
    assert channel_name(42, title, kind, destination, attempt) == name


@given(
    st.integers(1, 10**9),
    st.text(max_size=200),
    st.sampled_from(["real", "drill"]),
    st.sampled_from(["investigation", "report"]),
    st.integers(1, 99),
)
def test_any_title_gives_a_name_that_slack_takes(number, title, kind, destination, attempt):
    name = channel_name(number, title, kind, destination, attempt)
    assert re.fullmatch(r"[a-z0-9_-]+", name)
    assert len(name) <= NAME_LIMIT


def test_a_long_title_is_cut_between_words():
    assert slug_of("the payment provider times out again", 20) == "the-payment-provider"
    assert slug_of("x" * 100, 20) == "x" * 20


def test_only_a_real_incident_reaches_the_real_places():
    real = Settings(_env_file=None, slack_announce_channel="C1", slack_engineers_group="S1")
    assert (outlets_of("real", real).announce_channel, outlets_of("real", real).group) == (
        "C1",
        "S1",
    )
    assert (outlets_of("drill", real).announce_channel, outlets_of("drill", real).group) == (
        None,
        None,
    )
