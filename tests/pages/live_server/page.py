"""A page with the live timeline, and a card that reruns when the situation changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st
from record import RECORD

from pages.parts.live import Clock, clocks, follow, timeline

language = st.query_params.get("lang", "en")
zone = ZoneInfo(st.query_params["zone"]) if "zone" in st.query_params else None


@st.fragment
def show_timeline():
    timeline(
        lambda: RECORD.entries[-200:],
        lambda: f"/feed?ticket={RECORD.ticket()}",
        incident_id=1,
        language=language,
        zone=zone,
        people={"hana": "Hana"},
        key="timeline",
    )


@st.fragment
def show_card():
    seq = follow(("situation.", "role."), incident_id=1, key="follow")
    st.session_state["n_runs"] = st.session_state.get("n_runs", 0) + 1
    st.text(f"card run {st.session_state['n_runs']} at {seq}")


now = datetime.now(UTC)
clocks(
    [
        Clock("open", since=now - timedelta(minutes=41, seconds=7)),
        Clock("next update", due_at=now + timedelta(seconds=90)),
        Clock("goal", due_at=now - timedelta(seconds=90)),
        Clock("old", since=now - timedelta(days=2, hours=3)),
    ],
    language=language,
    zone=zone,
    key="clocks",
)
show_timeline()
show_card()
