"""Commands about presence, roles and handoffs."""

from __future__ import annotations

from typing import Literal

from models.commands.base import Command
from models.fields import Flag, Handle, Name, RoleName, Text


class CheckIn(Command):
    """Be present on the incident; `person` defaults to the actor."""

    type: Literal["check_in"] = "check_in"
    person: Handle | None = None


class CheckOut(Command):
    """Leave the incident; refused while holding a role."""

    type: Literal["check_out"] = "check_out"
    person: Handle | None = None


class AssignRole(Command):
    """Give a vacant role to a person, at once; checks an absent person in."""

    type: Literal["assign_role"] = "assign_role"
    role: RoleName
    person: Handle


class ReleaseRole(Command):
    """Lay a role down; only the commander releases another person's."""

    type: Literal["release_role"] = "release_role"
    role: RoleName
    person: Handle | None = None


class OfferHandoff(Command):
    """Offer a role; its holder keeps it until the receiver accepts."""

    type: Literal["offer_handoff"] = "offer_handoff"
    role: RoleName
    to: Handle


class AcceptHandoff(Command):
    """Accept the role that was offered to the actor."""

    type: Literal["accept_handoff"] = "accept_handoff"
    role: RoleName


class DeclineHandoff(Command):
    """Decline the role that was offered to the actor."""

    type: Literal["decline_handoff"] = "decline_handoff"
    role: RoleName
    reason: Text | None = None


class CancelHandoff(Command):
    """Take an offer back."""

    type: Literal["cancel_handoff"] = "cancel_handoff"
    role: RoleName


class TakeCommand(Command):
    """Take the vacant command; or, as a role holder and with a reason, a held one."""

    type: Literal["take_command"] = "take_command"
    reason: Text | None = None


class AddRole(Command):
    """Add a custom role to this incident."""

    type: Literal["add_role"] = "add_role"
    key: RoleName
    name_en: Name
    name_ja: Name
    duty: Text
    single: Flag
