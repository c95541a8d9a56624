"""The mirror's policy: what is told next, and what each answer of Slack leads to.

For every lane, one step at a time:

    make the channels -> look for what an unclear try may have left -> write down what is about
    to be sent -> send it -> write down what became of it

A crash between any two leads back to the step before: a delivery found `sending` is looked for
in the channel's history, by its metadata, before it is sent again. While it is looked for, its
lane waits; that keeps the order.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from services import clock
from services.errors import Unavailable
from services.slack import outbox
from services.slack.calls import SlackCalls
from services.slack.card import DECLARATION_SEQ
from services.slack.cards import Cards
from services.slack.channels import DESTINATIONS, ChannelMaker
from services.slack.naming import outlets_of
from services.slack.outcomes import (
    Closed,
    Declined,
    Disconnected,
    Limited,
    SlackFailure,
    Unclear,
    Unfit,
    Unsent,
)
from services.slack.pace import POST_INTERVAL_S, Pace
from services.slack.render import (
    EVENT_TYPE,
    PUBLISHED,
    Post,
    Subject,
    Voice,
    metadata_of,
    render_announcement,
    render_entries,
    render_notice,
    subject_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.db import Database
    from services.settings import Settings
    from services.slack.outbox import Head, Lane

LOOK_AGAIN_S = 2.5
"""A message can still be stored after our call has timed out; so we look twice."""
REPAIR_S = 15.0
"""How often we ask whether a person has repaired what stops a lane, or all of Slack."""
_CLOCKS_DIFFER_S = 120
_SLACK = "slack"

_log = logging.getLogger(__name__)


class Mirror:
    """Tells Slack what it is owed. Not for use by two threads at once."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._voice = Voice(settings.default_language, settings.zone)
        self._calls = SlackCalls(settings)
        self._channels = ChannelMaker(settings, database, self._calls)
        self._pace = Pace()
        self._cards = Cards(settings, database, self._calls, self._pace)
        self._looked: set[Lane] = set()

    def begin(self) -> None:
        """Put aside what is too old to be told."""
        if n_stale := outbox.give_up_stale(self._database, clock.now()):
            _log.warning("%s deliveries waited for Slack for too long and stay untold", n_stale)

    def round(self, is_stopping: Callable[[], bool]) -> float:
        """Serve every lane that may be served once; return the seconds until the next is due.

        Raises:
            Unavailable: the database is busy or away.
        """
        if left := self._pace.left(_SLACK):
            return left
        with self._database.reading() as session:
            lanes = outbox.list_lanes(session)
        for lane in lanes:
            if is_stopping() or self._pace.left(_SLACK):
                break
            if not self._pace.left(lane):
                self._serve_whatever_happens(lane)
        if not is_stopping() and not self._pace.left(_SLACK):
            self._show_cards()
        return self._pace.next_due()

    def _show_cards(self) -> None:
        try:
            self._cards.show()
        except Disconnected:
            self._pace.hold(_SLACK, REPAIR_S)
        except (Unsent, Unclear):
            self._pace.failed(_SLACK)

    def _serve_whatever_happens(self, lane: Lane) -> None:
        """Serve a lane; a defect met there is logged and must not stop the other lanes."""
        try:
            self._serve(lane)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - one incident must not silence the others
            self._pace.hold(lane, REPAIR_S)
            _log.exception("INC-%s, %s: cannot be told", lane.incident_id, lane.destination)

    def _serve(self, lane: Lane) -> None:
        with self._database.reading() as session:
            head = outbox.read_head(session, lane)
        if head is None:
            return
        try:
            self._step(lane, head)
        except Limited as limited:
            self._pace.hold(lane, limited.wait_s)
        except SlackFailure as failure:
            self._wait_after(lane, failure)
            outbox.note_error(self._database, head.deliveries[0], failure.error)
        else:
            self._pace.worked(lane)
            self._pace.worked(_SLACK)

    def _wait_after(self, lane: Lane, failure: SlackFailure) -> None:
        _log.warning("INC-%s, %s: %s", lane.incident_id, lane.destination, failure.error)
        if isinstance(failure, Disconnected):
            self._pace.hold(_SLACK, REPAIR_S)
        elif isinstance(failure, Declined):
            self._pace.hold(lane, REPAIR_S)
        else:
            # The lane's own patience lets the others try meanwhile, if only it is ill.
            self._pace.failed(lane)
            self._pace.failed(_SLACK)

    def _step(self, lane: Lane, head: Head) -> None:
        """Take the next step of a lane, as far as one post.

        Raises:
            SlackFailure: what stopped it.
        """
        if head.is_uncertain:
            self._look_for(lane, head)
            return
        channel_id = self._channel_of(lane, head)
        if channel_id is None:
            outbox.mark_nobody_to_tell(self._database, head.tried_ids())
            return
        if left := self._pace.left(channel_id):
            self._pace.hold(lane, left)
            return
        self._send(lane, head, channel_id, self._compose(lane, head))

    def _channel_of(self, lane: Lane, head: Head) -> str | None:
        """Return the id of the channel that a lane leads to, made if need be; None for nobody."""
        if lane.destination in DESTINATIONS:
            channels = self._channels.make(head.incident)
            head.incident.channels = {**head.incident.channels, **channels}
            return channels[lane.destination]["id"]
        outlet = outlets_of(head.incident.kind, self._settings).announce_channel
        if outlet is not None:
            try:
                channels = self._channels.make(head.incident)
                head.incident.channels = {**head.incident.channels, **channels}
            except (Closed, Unfit) as declined:
                # People must hear of the incident even where channels cannot be made.
                _log.warning("INC-%s: no channels: %s", lane.incident_id, declined.error)
        return outlet

    def _compose(self, lane: Lane, head: Head) -> Post:
        first = head.entries[0]
        if lane.destination == "announce":
            return render_announcement(first, self._subject(head), self._voice)
        if first.kind == PUBLISHED:
            return render_notice(first, self._subject(head), self._voice)
        if first.seq == DECLARATION_SEQ:
            return self._cards.first(lane.incident_id)
        return render_entries(head.run(), self._subject(head), self._voice)

    def _subject(self, head: Head) -> Subject:
        url = self._settings.public_url
        return subject_of(head.incident, url, head.names, head.role_names)

    def _send(self, lane: Lane, head: Head, channel_id: str, post: Post) -> None:
        ids = head.ids(post.first_seq, post.last_seq)
        if not outbox.mark_sending(self._database, ids, channel_id):
            return
        metadata = metadata_of(head.incident.uid, post.first_seq, post.last_seq)
        self._pace.hold(channel_id, POST_INTERVAL_S)
        try:
            ts = self._calls.post(channel_id, post.text, metadata)
        except Limited:
            outbox.mark_queued(self._database, ids, head.doubt)
            raise
        except Unsent as failure:
            outbox.mark_queued(self._database, ids, head.doubt or failure.error)
            raise
        except Unclear as failure:
            outbox.mark_unknown(self._database, ids, failure.error)
            self._looked.discard(lane)
            raise
        except Unfit as declined:
            outbox.mark_failed(self._database, ids, declined.error)
            _log.error("INC-%s: Slack refuses entries %s: %s", lane.incident_id, ids, declined)
        except Declined as declined:
            outbox.mark_queued(self._database, ids, head.doubt or declined.error)
            if declined.error == "not_in_channel":
                self._calls.join(channel_id)
                raise Unsent(declined.error) from declined
            raise
        else:
            outbox.mark_sent(self._database, ids, ts, head.doubt)

    def _look_for(self, lane: Lane, head: Head) -> None:
        """Settle what an unclear try left in Slack.

        Found: sent. Not found at the second look: queued again. Where the history cannot be
        read, a rare double is better than a loss, and the delivery says so.
        """
        try:
            found = self._find_message(head)
        except Declined as declined:
            if isinstance(declined, Disconnected):
                raise
            doubt = f"{outbox.DOUBT}: {declined.error}"
            outbox.mark_queued(self._database, head.tried_ids(), doubt)
            return
        if found is not None:
            first_seq, last_seq, ts = found
            outbox.mark_sent(self._database, head.ids(first_seq, last_seq), ts)
            self._looked.discard(lane)
        elif lane in self._looked:
            outbox.mark_queued(self._database, head.tried_ids(), head.deliveries[0].error)
            self._looked.discard(lane)
        else:
            self._looked.add(lane)
            self._pace.hold(lane, LOOK_AGAIN_S)

    def _find_message(self, head: Head) -> tuple[int, int, str] | None:
        """Return first seq, last seq and `ts` of the message that tells the head's first entry."""
        delivery = head.deliveries[0]
        if delivery.channel_id is None or delivery.attempted_at is None:
            return None
        oldest = delivery.attempted_at.timestamp() - _CLOCKS_DIFFER_S
        for message in self._calls.list_own_messages(delivery.channel_id, oldest):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") != EVENT_TYPE:
                continue
            if payload.get("incident") != head.incident.uid:
                continue
            first_seq, last_seq = payload.get("first_seq", 0), payload.get("last_seq", -1)
            if first_seq <= delivery.seq <= last_seq:
                return first_seq, last_seq, str(message["ts"])
        return None
