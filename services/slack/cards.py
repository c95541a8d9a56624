"""Keeping each incident's card up to date, every few seconds at most."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import not_, or_
from sqlmodel import col, select

from models.delivery import Delivery
from models.incident import Incident
from models.vocabulary import DeliveryState
from services import clock
from services.boards import read_board
from services.slack.card import DECLARATION_SEQ, render_card
from services.slack.outcomes import Declined, Disconnected, Limited, Unclear, Unsent
from services.slack.render import Post, Voice, subject_of
from services.timeline import get_incident

if TYPE_CHECKING:
    from services.db import Database
    from services.settings import Settings
    from services.slack.calls import SlackCalls
    from services.slack.pace import Pace

CARD_INTERVAL_S = 3.0
"""How often one card is edited at most."""
_ANY_INTERVAL_S = 1.25
"""chat.update allows about 50 edits a minute to the whole app."""
_ENDED_LATELY = timedelta(hours=1)
_ALL = "cards"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Posted:
    """A card that stands in a channel, and the revision that it should show."""

    incident_id: int
    revision: int
    channel_id: str
    ts: str


class Cards:
    """The cards that this server has posted or edited, and what they show."""

    def __init__(
        self, settings: Settings, database: Database, calls: SlackCalls, pace: Pace
    ) -> None:
        self._settings = settings
        self._database = database
        self._calls = calls
        self._pace = pace
        self._voice = Voice(settings.default_language, settings.zone)
        self._revisions: dict[int, int] = {}
        self._texts: dict[int, str] = {}
        self._pinned: set[int] = set()

    def first(self, incident_id: int) -> Post:
        """Return the card as it is to be posted."""
        revision, post = self._render(incident_id)
        self._revisions[incident_id], self._texts[incident_id] = revision, post.text
        self._pace.hold((_ALL, incident_id), CARD_INTERVAL_S)
        return post

    def show(self) -> None:
        """Edit and pin the cards that no longer show their boards.

        Raises:
            Disconnected, Unsent, Unclear: Slack as a whole seems to be away.
        """
        for card in self._list_outdated():
            key = (_ALL, card.incident_id)
            if self._pace.left(key, _ALL):
                continue
            try:
                self._show(card)
            except Disconnected:
                raise
            except (Unsent, Unclear):
                self._pace.failed(key)
                raise
            except Limited as limited:
                self._pace.hold(_ALL, limited.wait_s)
            except Declined as declined:
                # Somebody deleted the card or closed the channel: the story goes on without.
                _log.warning("INC-%s: the card: %s", card.incident_id, declined.error)
                self._revisions[card.incident_id] = card.revision
                self._pinned.add(card.incident_id)
            else:
                self._pace.worked(key)

    def _list_outdated(self) -> list[_Posted]:
        lately = clock.now() - _ENDED_LATELY
        query = (
            select(Incident.id, Incident.revision, Delivery.channel_id, Delivery.ts)
            .join(Delivery, col(Delivery.incident_id) == col(Incident.id))
            .where(
                Delivery.seq == DECLARATION_SEQ,
                Delivery.destination == "investigation",
                Delivery.state == DeliveryState.SENT.value,
                or_(
                    not_(col(Incident.is_closed)),
                    col(Incident.stood_down_at) > lately,
                    col(Incident.cancelled_at) > lately,
                ),
            )
        )
        with self._database.reading() as session:
            found = [_Posted(*row) for row in session.exec(query)]
        return [
            card
            for card in found
            if self._revisions.get(card.incident_id) != card.revision
            or card.incident_id not in self._pinned
        ]

    def _show(self, card: _Posted) -> None:
        revision, post = self._render(card.incident_id)
        if self._texts.get(card.incident_id) != post.text:
            self._pace.hold((_ALL, card.incident_id), CARD_INTERVAL_S)
            self._pace.hold(_ALL, _ANY_INTERVAL_S)
            self._calls.update(card.channel_id, card.ts, post.text)
            self._texts[card.incident_id] = post.text
        self._revisions[card.incident_id] = revision
        if card.incident_id not in self._pinned:
            self._calls.pin(card.channel_id, card.ts)
            self._pinned.add(card.incident_id)

    def _render(self, incident_id: int) -> tuple[int, Post]:
        with self._database.reading() as session:
            incident = get_incident(session, incident_id)
            board = read_board(session, incident_id, language=self._voice.language)
        subject = subject_of(incident, self._settings.public_url, board.names)
        return board.revision, render_card(board, subject, self._voice)
