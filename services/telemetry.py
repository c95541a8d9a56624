"""What the server counts about itself, as Prometheus reads it at `/metrics`.

Counters and times are kept as they happen; gauges are read when somebody asks. No person's
words and no handle are ever a label.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlmodel import col, func, select

from models.incident import Incident
from services.deliveries import read_slack_part
from services.errors import RuleBroken

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.db import Database

P = ParamSpec("P")
R = TypeVar("R")

REGISTRY = CollectorRegistry()
COMMANDS = Counter(
    "shikikan_commands",
    "Commands that were given, by what became of them.",
    ["outcome"],
    registry=REGISTRY,
)
REFUSALS = Counter(
    "shikikan_refusals", "Commands that a rule refused.", ["rule"], registry=REGISTRY
)
DATABASE_SECONDS = Histogram(
    "shikikan_database_seconds",
    "Time for which one transaction held its session.",
    ["access"],
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10),
)
OPEN_INCIDENTS = Gauge(
    "shikikan_open_incidents", "Incidents neither stood down nor cancelled.", registry=REGISTRY
)
LIVE_FOLLOWERS = Gauge(
    "shikikan_live_followers", "Boards and programs that follow an incident.", registry=REGISTRY
)
SLACK_CONFIGURED = Gauge(
    "shikikan_slack_configured",
    "Whether Slack is set up: 1, or 0, and then nothing is late.",
    registry=REGISTRY,
)
SLACK_UNSENT = Gauge(
    "shikikan_slack_unsent", "Deliveries that Slack has not taken.", registry=REGISTRY
)
SLACK_OLDEST = Gauge(
    "shikikan_slack_oldest_unsent_seconds",
    "Age of the oldest of them; 0 when there is none.",
    registry=REGISTRY,
)

for _outcome in ("applied", "repeated", "refused", "failed"):
    COMMANDS.labels(_outcome)


def counted(apply: Callable[P, R]) -> Callable[P, R]:
    """Return `apply`, a command door, with its outcomes and refusals counted."""

    @wraps(apply)
    def counting(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            receipt = apply(*args, **kwargs)
        except RuleBroken as refused:
            COMMANDS.labels("refused").inc()
            REFUSALS.labels(str(refused.rule)).inc()
            raise
        except Exception:
            COMMANDS.labels("failed").inc()
            raise
        COMMANDS.labels("repeated" if getattr(receipt, "is_repeat", False) else "applied").inc()
        return receipt

    return counting


def render(database: Database, *, n_followers: int, tells_slack: bool) -> bytes:
    """Return the measurements in Prometheus' text format.

    Args:
        tells_slack: whether Slack is set up. What is unsent is counted all the same, for it is
            told once Slack is there.

    Raises:
        Unavailable: the database does not answer.
    """
    with database.reading() as session:
        OPEN_INCIDENTS.set(
            session.exec(
                select(func.count()).select_from(Incident).where(col(Incident.is_closed).is_(False))
            ).one()
        )
        owed = read_slack_part(session, is_on=True)
    SLACK_CONFIGURED.set(tells_slack)
    SLACK_UNSENT.set(owed.unsent)
    SLACK_OLDEST.set(owed.oldest_unsent_s or 0)
    LIVE_FOLLOWERS.set(n_followers)
    return generate_latest(REGISTRY)
