"""How far the mirror is behind, over all incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from models.board import SlackPart
from models.delivery import Delivery
from services import clock
from services.deliveries import is_owed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from services.settings import Settings


def status(session: Session, settings: Settings, now: datetime | None = None) -> SlackPart:
    """Return the mirror's state: `off`, `ok`, `waiting` or `failing`, and what is unsent.

    `failing` means that the last try of something unsent did not succeed.
    """
    if settings.slack_bot_token is None:
        return SlackPart()
    unsent, oldest, n_errors = session.exec(
        select(func.count(), func.min(Delivery.queued_at), func.count(col(Delivery.error))).where(
            is_owed()
        )
    ).one()
    if not unsent or oldest is None:
        return SlackPart(state="ok")
    age_s = max(0.0, ((now or clock.now()) - oldest).total_seconds())
    return SlackPart(
        state="failing" if n_errors else "waiting", unsent=unsent, oldest_unsent_s=age_s
    )
