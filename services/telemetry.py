"""What the server counts about itself, as Prometheus reads it at `/metrics`.

Counters and times are kept as they happen; gauges are read when somebody asks. No person's
words and no handle are ever a label.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlmodel import col, func, select

from models.delivery import Delivery
from models.incident import Incident
from services import clock
from services.deliveries import is_owed
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


def render(database: Database, *, n_followers: int) -> bytes:
    """Return the measurements in Prometheus' text format.

    Raises:
        Unavailable: the database does not answer.
    """
    with database.reading() as session:
        OPEN_INCIDENTS.set(
            session.exec(
                select(func.count()).select_from(Incident).where(col(Incident.is_closed).is_(False))
            ).one()
        )
        unsent, oldest = session.exec(
            select(func.count(), func.min(Delivery.queued_at)).where(is_owed())
        ).one()
    SLACK_UNSENT.set(unsent)
    SLACK_OLDEST.set((clock.now() - oldest).total_seconds() if unsent else 0)
    LIVE_FOLLOWERS.set(n_followers)
    return generate_latest(REGISTRY)
