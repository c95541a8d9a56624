"""Which entries are told where in Slack."""

from __future__ import annotations

_UNTOLD = frozenset({"channels.created"})


def destinations(kind: str) -> tuple[str, ...]:
    """Return the places that are told of an entry of `kind`.

    The report channel hears published notices and nothing else; those are not repeated to
    the investigation channel. The announce channel hears of the declaration, once.
    """
    if kind in _UNTOLD:
        return ()
    if kind == "notice.published":
        return ("report",)
    if kind == "incident.declared":
        return ("announce", "investigation")
    return ("investigation",)
