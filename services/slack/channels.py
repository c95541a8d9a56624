"""Making an incident's two channels, once, whatever answers are lost on the way."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from models.incident import Incident
from services.commands import record_channels
from services.slack.naming import channel_name, outlets_of
from services.slack.outcomes import Closed, Unfit
from services.slack.render import EVENT_TYPE

if TYPE_CHECKING:
    from services.db import Database
    from services.settings import Settings
    from services.slack.calls import SlackCalls

DESTINATIONS = ("investigation", "report")
MOST_NAMES = 99
_CLOCKS_DIFFER = timedelta(minutes=5)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChannelMaker:
    """Makes channels and remembers them on the incident."""

    settings: Settings
    database: Database
    calls: SlackCalls

    def make(self, incident: Incident) -> dict[str, dict[str, str]]:
        """Return both channels of `incident`, having made and recorded those it lacks.

        The engineers are invited before anything is recorded, so that a crash in between
        leads here again; each step finds what an earlier try has left.

        Raises:
            SlackFailure: Slack did not take a step; a later try continues.
            Unavailable: the channels are made but could not be recorded; as above.
        """
        made = {place: incident.channels[place] for place in self._present(incident)}
        new = {
            place: self._make_one(incident, place) for place in DESTINATIONS if place not in made
        }
        if not new:
            return made
        if "investigation" in new:
            self._invite(incident, new["investigation"]["id"])
        record_channels(self.database, incident.id or 0, new)
        return made | new

    def _present(self, incident: Incident) -> Iterable[str]:
        return [place for place in DESTINATIONS if place in incident.channels]

    def _make_one(self, incident: Incident, destination: str) -> dict[str, str]:
        """Return a channel of the incident's own, under the first name that is free."""
        number = incident.id or 0
        for attempt in range(1, MOST_NAMES + 1):
            name = channel_name(number, incident.title, incident.kind, destination, attempt)
            try:
                channel = self.calls.create_channel(name)
            except Closed as declined:
                if declined.error != "name_taken":
                    raise
                found = self.calls.find_channel(name)
                if found is None or not self._is_ours(found, incident):
                    continue
                channel = found
            return {"id": str(channel["id"]), "name": str(channel["name"])}
        raise Unfit("name_taken")

    def _is_ours(self, channel: dict[str, Any], incident: Incident) -> bool:
        """Return whether a channel is what an earlier try made, whose answer was lost.

        Our bot made it, not before the incident was declared, no incident uses it, and it
        tells of no other incident: a second console may work in the same workspace.
        """
        if channel.get("creator") != self.calls.own_user_id() or channel.get("is_archived"):
            return False
        declared_at = incident.declared_at
        if declared_at and channel["created"] < (declared_at - _CLOCKS_DIFFER).timestamp():
            return False
        if channel["id"] in self._used():
            return False
        return all(
            _incident_of(message) in (None, incident.uid)
            for message in self.calls.list_own_messages(channel["id"], 0)
        )

    def _used(self) -> set[str]:
        with self.database.reading() as session:
            recorded = session.exec(select(col(Incident.channels))).all()
        return {made["id"] for channels in recorded for made in channels.values()}

    def _invite(self, incident: Incident, channel_id: str) -> None:
        """Invite the engineers' group; what Slack refuses here does not hold the story up."""
        group = outlets_of(incident.kind, self.settings).group
        if group is None:
            return
        try:
            self.calls.invite(channel_id, self.calls.list_group(group))
        except (Closed, Unfit) as declined:
            _log.warning("INC-%s: the group cannot be invited: %s", incident.id, declined.error)


def _incident_of(message: dict[str, Any]) -> Any:
    """Return the uid of the incident that one of our messages tells of, or None."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return (metadata.get("event_payload") or {}).get("incident")
