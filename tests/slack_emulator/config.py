"""Everything a test may tune about the emulator."""

from dataclasses import dataclass

EVENTS = (
    "message",
    "app_mention",
    "reaction_added",
    "member_joined_channel",
    "channel_archive",
    "channel_unarchive",
)


@dataclass
class Config:
    """What a test may tune, at start or with ``POST /_control/config``.

    Attributes:
        rate_scale: Multiplies every rate limit; 0 switches rate limiting off.
        burst: Messages a channel takes at once before 1/s applies (Slack publishes no figure).
        strict_text: chat.postMessage refuses text over 4,000 characters (else truncates at 40,000).
        invite_max: Users in one invitation; the argument table says 100, the prose 1-1000.
        ack_timeout: Seconds an envelope may stay unacknowledged.
        time_scale: Multiplies the redelivery waits of 0, 60 and 300 s.
        connection_ttl: Seconds until a socket is asked to refresh.
        self_events: The app also receives message events for its own posts, as in Slack.
        events: The event types that the app subscribes to.
    """

    rate_scale: float = 1.0
    burst: int = 4
    strict_text: bool = True
    invite_max: int = 100
    ack_timeout: float = 3.0
    time_scale: float = 1.0
    connection_ttl: float = 3600.0
    self_events: bool = True
    events: tuple[str, ...] = EVENTS
