"""What can go wrong, as one tree.

    ShikikanError
    ├── Refused             the person can act; nothing was stored
    │   ├── RuleBroken      a rule of the formation says no
    │   │   └── StaleBoard  somebody else changed the board meanwhile
    │   ├── NotFound        no such incident, object or person
    │   ├── NotSignedIn     we do not know who is acting
    │   ├── NotAllowed      we know who it is, and they may not do this here
    │   └── NotWellFormed   the input has the wrong shape
    └── Unavailable         nothing was stored; try again later

Pages and the HTTP door catch `Refused` and `Unavailable`; anything else is a defect and
reaches the one last handler, which logs it with a reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.messages import N_
from models.rules.verdict import WHO_MAY, Broken, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ShikikanError(Exception):
    """Anything that this program raises on purpose.

    Attributes:
        message: an English sentence that says what to do, with `{name}` places; it is
            also the key of its translation.
        params: what goes into the places.
    """

    def __init__(self, message: str, **params: Any) -> None:
        """Keep the sentence apart from its places, so that it can be translated."""
        super().__init__(message)
        self.message = message
        self.params: Mapping[str, Any] = params

    def __str__(self) -> str:
        """Return the English sentence with its places filled."""
        return self.message.format_map(self.params)


class Refused(ShikikanError):
    """Nothing was stored, and the person can do something about it."""


class RuleBroken(Refused):
    """A rule of the formation says no.

    Attributes:
        rule: the key of the rule.
        missing: everything that is still needed.
    """

    def __init__(self, broken: Broken) -> None:
        """Carry what the rule answered."""
        super().__init__(broken.message, **broken.params)
        self.rule = broken.rule
        self.missing = broken.missing

    @property
    def is_about_who(self) -> bool:
        """Whether it is the actor who may not, rather than the moment that is wrong."""
        return self.rule in WHO_MAY


class StaleBoard(RuleBroken):
    """Somebody else changed the board since this person looked.

    Attributes:
        expected: the revision that the person saw.
        current: the revision that stands.
    """

    def __init__(self, expected: int, current: int) -> None:
        """Say both revisions."""
        super().__init__(
            Broken(
                Rule.STALE_BOARD,
                N_(
                    "The board changed since you looked (you saw {expected}, it is {current})."
                    " Look again and decide."
                ),
                {"expected": expected, "current": current},
            )
        )
        self.expected = expected
        self.current = current


class NotFound(Refused):
    """No such incident, object or person."""


class NotSignedIn(Refused):
    """We do not know who is acting."""


class NotAllowed(Refused):
    """We know who it is, and they may not do this here."""


class NotWellFormed(Refused):
    """The input has the wrong shape.

    Attributes:
        problems: `{"loc": [...], "msg": ...}` for each bad place, in input order.
    """

    def __init__(self, problems: Sequence[Mapping[str, Any]]) -> None:
        """Say every problem at once."""
        said = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems)
        super().__init__(N_("The input is not well formed: {problems}"), problems=said)
        self.problems = [dict(problem) for problem in problems]


class Unavailable(ShikikanError):
    """The database is busy or away; nothing was stored, and the same call may work soon."""
