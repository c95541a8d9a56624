"""What one run of the board sees: the board, the formation, and what the viewer may do."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.board import Board, RoleCard
from models.rules.facts import Facts, Formation
from models.rules.verdict import Broken
from models.vocabulary import RoleKey
from pages.parts.naming import name_role
from pages.parts.viewer import Viewer, get_viewer
from services import boards, people
from services.asking import find_breach, find_obstacle
from services.commands.standing import read_formation
from services.console import get_console
from services.errors import RuleBroken
from services.explaining import explain
from services.language import Language, Translator
from services.timeline import get_incident

FRESH_S = 5.0
_LARGEST_STORE = 64


@dataclass(frozen=True, slots=True)
class Sight:
    """The incident as it stands, as this viewer sees it.

    Attributes:
        people: the names of everybody who can be named, by handle.
    """

    board: Board
    formation: Formation
    people: Mapping[str, str]
    viewer: Viewer

    @property
    def id(self) -> int:
        """The incident's number."""
        return self.board.id

    @property
    def translate(self) -> Translator:
        """The function `_` of the viewer."""
        return self.viewer.translate

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the viewer holds."""
        return self.formation.roles_of(self.viewer.handle)

    @property
    def is_commander(self) -> bool:
        """Whether the viewer commands."""
        return RoleKey.COMMANDER in self.roles

    @property
    def is_over(self) -> bool:
        """Whether the incident was stood down or cancelled."""
        return self.formation.is_stood_down or self.formation.is_cancelled

    def name(self, handle: str | None) -> str:
        """A person's name; the handle itself of somebody unknown."""
        return self.people.get(handle or "", handle or "")

    def role_name(self, card: RoleCard) -> str:
        """A role's name in the viewer's language."""
        return name_role(card, self.translate, self.viewer.language)

    def may(self, command_type: str, *, owner: str | None = None) -> bool:
        """Whether the viewer may give such a command, whatever it names.

        Args:
            owner: of the action that it names.
        """
        facts = Facts(owner=owner, attended=self.attended)
        return find_obstacle(self.formation, self.viewer.handle, command_type, facts) is None

    @property
    def attended(self) -> bool:
        """Whether the viewer attended a retrospective of this incident."""
        held = self.board.retrospective
        return held is not None and self.viewer.handle in held.attendees

    def find_breach(self, command: Mapping[str, Any], facts: Facts | None = None) -> str | None:
        """Why this very command would be refused now, in the viewer's language; None: it is not."""
        broken = find_breach(self.formation, self.viewer.handle, command, facts)
        return None if broken is None else self.explain(broken)

    def explain(self, broken: Broken) -> str:
        """A broken rule in the viewer's language."""
        roles = {card.key: {"en": card.name_en, "ja": card.name_ja} for card in self.board.roles}
        error = RuleBroken(broken)
        return explain(error, self.viewer.language, names=self.people, role_names=roles)


@dataclass(frozen=True, slots=True)
class _Kept:
    revision: int
    read_at: float
    board: Board
    formation: Formation
    people: Mapping[str, str]


# Fifteen boards that hear of one change would each read the same board: one read serves them all.
_store: OrderedDict[tuple[str, Language], _Kept] = OrderedDict()
_store_lock = threading.Lock()


def read_sight(incident_id: int) -> Sight:
    """The incident as it stands at this moment.

    Read at most once per revision and language within 5 seconds, however many windows are open.

    Raises:
        NotFound: there is no such incident.
    """
    viewer = get_viewer()
    with get_console().database.reading() as session:
        incident = get_incident(session, incident_id)
        place = (incident.uid, viewer.language)
        kept = _find_kept(place, incident.revision)
        if kept is None:
            kept = _Kept(
                revision=incident.revision,
                read_at=time.monotonic(),
                board=boards.read_board(session, incident_id, language=viewer.language),
                formation=read_formation(session, incident),
                people={person.handle: person.name for person in people.list_people(session)},
            )
            _keep(place, kept)
    return Sight(kept.board, kept.formation, kept.people, viewer)


def _find_kept(place: tuple[str, Language], revision: int) -> _Kept | None:
    with _store_lock:
        kept = _store.get(place)
    is_fresh = kept is not None and time.monotonic() - kept.read_at < FRESH_S
    return kept if kept is not None and is_fresh and kept.revision == revision else None


def _keep(place: tuple[str, Language], kept: _Kept) -> None:
    with _store_lock:
        _store[place] = kept
        _store.move_to_end(place)
        while len(_store) > _LARGEST_STORE:
            _store.popitem(last=False)
