"""Times within sentences, in the viewer's zone and language. Cards have clocks of their own."""

from datetime import datetime

from pages.parts.viewer import Viewer
from services import clock
from services.language import format_duration, format_moment


def show_moment(at: datetime | None, viewer: Viewer) -> str:
    """The date and time for this viewer; a dash when there is none."""
    return "–" if at is None else format_moment(at, viewer.language, viewer.zone)


def show_age(since: datetime, viewer: Viewer) -> str:
    """How long ago `since` was."""
    return format_duration((clock.now() - since).total_seconds(), viewer.language)
