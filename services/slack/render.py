"""What the mirror says in Slack: entries, announcements and the card, in one voice. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.sentences import has_sentence, role_name, say
from models.vocabulary import IncidentKind
from services.language import get_translator
from services.notices import tell_notice
from services.slack.escaping import TEXT_LIMIT, escape, fair_room, fit, link, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from models.incident import Incident
    from models.timeline import Entry
    from services.language import Language, Translator

DRILL_MARK = N_("[DRILL]")
DECLARED = "incident.declared"
PUBLISHED = "notice.published"
EVENT_TYPE = "shikikan_entry"


@dataclass(frozen=True)
class Voice:
    """How Slack texts are said.

    Attributes:
        language: of our own words; people's words stay as they are.
        zone: of all times.
    """

    language: Language
    zone: ZoneInfo

    @cached_property
    def translate(self) -> Translator:
        """The texts of the language."""
        return get_translator(self.language)

    def clock(self, at: datetime) -> str:
        """A time with its date and zone: `2026-11-23 10:41 JST`."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"


@dataclass(frozen=True)
class Subject:
    """The incident that is told of.

    Attributes:
        number, uid, title, kind, severity, summary, call_url: as on the board.
        board_url: where people open the board.
        names: the name of each handle.
        role_names: the names of each custom role, by language.
        channels: the ids of its channels, by destination.
    """

    number: int
    uid: str
    title: str
    kind: str
    severity: str | None
    summary: str | None
    call_url: str | None
    board_url: str
    names: Mapping[str, str] = field(default_factory=dict)
    role_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_drill(self) -> bool:
        """Whether it is practice."""
        return self.kind == IncidentKind.DRILL


@dataclass(frozen=True)
class Post:
    """One message: its text and the entries that it tells, both ends inclusive."""

    text: str
    first_seq: int
    last_seq: int


def subject_of(
    incident: Incident,
    public_url: str,
    names: Mapping[str, str] | None = None,
    role_names: Mapping[str, Mapping[str, str]] | None = None,
) -> Subject:
    """Return an incident as the mirror tells of it."""
    return Subject(
        number=incident.id or 0,
        uid=incident.uid,
        title=incident.title,
        kind=incident.kind,
        severity=incident.severity,
        summary=incident.summary,
        call_url=incident.call_url,
        board_url=f"{public_url}/board?incident={incident.id}",
        names=names or {},
        role_names=role_names or {},
        channels={place: made["id"] for place, made in incident.channels.items()},
    )


def metadata_of(uid: str, first_seq: int, last_seq: int) -> dict[str, Any]:
    """Return what a message carries to be found again: the entries that it tells."""
    payload = {"incident": uid, "first_seq": first_seq, "last_seq": last_seq}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def render_entries(entries: Sequence[Entry], subject: Subject, voice: Voice) -> Post:
    """Return one post that tells as many of `entries` as fit, at least the first.

    Args:
        entries: of one incident, one after the other without a gap in `seq`.
    """
    lines: list[str] = []
    mark = _mark(subject, voice)
    left = TEXT_LIMIT - size_of(mark)
    for entry in entries:
        line = render_entry(entry, subject, voice, TEXT_LIMIT - size_of(mark))
        cost = size_of(line) + 1
        if lines and cost > left:
            break
        lines.append(line)
        left -= cost
    first = entries[0].seq
    return Post(mark + "\n".join(lines), first, first + len(lines) - 1)


def render_entry(entry: Entry, subject: Subject, voice: Voice, room: int) -> str:
    """Return the line of an entry: `#12 · 2026-11-23 10:41 UTC · Ken (primary SME): text`.

    The time is when it happened. Text that does not fit into `room` is cut, with a link to
    the whole on the board.
    """
    _ = voice.translate
    head = f"#{entry.seq} · {voice.clock(entry.occurred_at)} · {_who(entry, subject, voice)}: "
    if entry.amends is not None:
        head += _("corrects #{entry}: ").format(entry=entry.amends)
    words = set_in(_words(entry, voice))
    if size_of(head) + size_of(escape(words)) <= room:
        return head + escape(words)
    more = " " + link(subject.board_url, _("The whole text is on the board"))
    return head + fit(words, room - size_of(head) - size_of(more)) + more


def render_notice(entry: Entry, subject: Subject, voice: Voice) -> Post:
    """Return the post of a published announcement; long fields are cut fairly."""
    telling = tell_notice(
        entry.data["stage"],
        entry.data["fields"],
        language=voice.language,
        zone=voice.zone,
        title=subject.title,
        kind=subject.kind,
    )
    heading = f"*{fit(' '.join(telling.heading.splitlines()), 400)}*\n"
    labels = [f"*{escape(label)}*: " for label, _ in telling.lines]
    room = TEXT_LIMIT - size_of(heading) - sum(size_of(label) + 1 for label in labels)
    words = [words for _, words in telling.lines]
    share = fair_room([size_of(escape(text)) for text in words], room)
    lines = [label + fit(text, share) for label, text in zip(labels, words, strict=True)]
    return Post(heading + "\n".join(lines), entry.seq, entry.seq)


def render_announcement(entry: Entry, subject: Subject, voice: Voice) -> Post:
    """Return the post that tells the announce channel of a new incident, with the ways in."""
    _ = voice.translate
    lines = [
        headline(subject, voice),
        _("Declared by {person}, {time}").format(
            person=_name(entry.actor, subject, voice), time=voice.clock(entry.occurred_at)
        ),
        *([fit(subject.summary, 1_000)] if subject.summary else []),
        " · ".join(ways_in(subject, voice)),
    ]
    return Post("\n".join(lines), entry.seq, entry.seq)


def headline(subject: Subject, voice: Voice) -> str:
    """Return the bold first line: `[DRILL] INC-42 Checkout errors (SEV2)`."""
    severity = f" ({subject.severity})" if subject.severity else ""
    title = fit(" ".join(subject.title.splitlines()), 1_000)
    return f"{_mark(subject, voice)}*INC-{subject.number} {title}*{severity}"


def ways_in(subject: Subject, voice: Voice) -> list[str]:
    """Return links to the board and the call, and the channels."""
    _ = voice.translate
    ways = [link(subject.board_url, _("Board"))]
    if subject.call_url:
        ways.append(link(subject.call_url, _("Call")))
    named = {"investigation": _("investigation channel"), "report": _("report channel")}
    ways += [
        f"{name} <#{subject.channels[at]}>" for at, name in named.items() if at in subject.channels
    ]
    return ways


def _words(entry: Entry, voice: Voice) -> str:
    if not has_sentence(entry.kind):
        return entry.text
    return say(entry.kind, entry.data, voice.translate, voice.language, voice.clock)


def set_in(words: str) -> str:
    """Return people's words with later lines set in, so that none can pass for an entry."""
    return "\n    ".join(words.splitlines())


def _who(entry: Entry, subject: Subject, voice: Voice) -> str:
    name = _name(entry.actor, subject, voice)
    held = [
        escape(role_name(key, subject.role_names.get(key), voice.translate, voice.language))
        for key in entry.roles
    ]
    return f"{name} ({', '.join(held)})" if held else name


def _name(handle: str | None, subject: Subject, voice: Voice) -> str:
    _ = voice.translate
    if handle is None:
        return _("the console")
    return escape(subject.names.get(handle, handle))


def _mark(subject: Subject, voice: Voice) -> str:
    return f"{voice.translate(DRILL_MARK)} " if subject.is_drill else ""
