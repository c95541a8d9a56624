"""Who holds which role, what is offered to whom, and who is here."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from models.board import RoleCard
from models.rules.facts import Facts
from models.vocabulary import RoleKey
from pages.parts.card import Line, card, line, loud, moment, quiet, strong, tag
from pages.parts.cockpit.sight import Sight
from pages.parts.fields import Choice, Flag
from pages.parts.fields import Line as TextLine
from pages.parts.forms import act, form_behind

N_COLUMNS = 4


def show_roles(sight: Sight) -> None:
    """A card for each role, the four built-in ones first, and a way to add one."""
    cards = sight.board.roles
    for begin in range(0, len(cards), N_COLUMNS):
        with st.container(key=f"roles-{begin}"):
            columns = st.columns(N_COLUMNS, gap="small")
        for column, role in zip(columns, cards[begin : begin + N_COLUMNS], strict=False):
            with (
                column,
                st.container(border=True, height="stretch", gap="xxsmall", key=f"role-{role.key}"),
            ):
                _show_role(sight, role)


def _show_role(sight: Sight, role: RoleCard) -> None:
    _ = sight.translate
    name = sight.role_name(role)
    card(_lines(sight, role, name), viewer=sight.viewer, key=f"card-{role.key}")
    with st.container(horizontal=True, gap="xsmall"):
        _show_own_offer(sight, role)
        if role.holder is None or not role.single:
            _show_filling(sight, role)
        if role.holders:
            _show_handing(sight, role)


def _lines(sight: Sight, role: RoleCard, name: str) -> list[Line]:
    _ = sight.translate
    lines = [line(quiet(name))]
    doubled = {person.handle for person in sight.board.people if len(person.roles) > 1}
    for holder in role.holders:
        is_doubled = holder in doubled
        lines.append(
            line(
                strong(sight.name(holder)),
                tag(_("you")) if holder == sight.viewer.handle else None,
                tag(_("double role")) if is_doubled else None,
            )
        )
    if role.since is not None:
        lines.append(line(quiet(_("since")), moment(role.since)))
    if not role.holders:
        lines.append(_vacant(sight, role))
    lines += [
        line(quiet(_("offered to")), strong(sight.name(offer["receiver"]))) for offer in role.offers
    ]
    return lines


def _vacant(sight: Sight, role: RoleCard) -> Line:
    _ = sight.translate
    if not role.built_in or sight.is_over:
        return line(quiet(_("vacant")))
    return line(loud(_("VACANT")), tone="loud")


def _show_own_offer(sight: Sight, role: RoleCard) -> None:
    """Accept and decline, for the person to whom the role is offered."""
    if all(offer["receiver"] != sight.viewer.handle for offer in role.offers) or sight.is_over:
        return
    _ = sight.translate
    accept = {"type": "accept_handoff", "role": role.key}
    act(
        _("Accept"),
        key=f"accept-{role.key}",
        incident_id=sight.id,
        command=accept,
        kind="primary",
        disabled=sight.find_breach(accept),
    )
    form_behind(
        _("Decline"),
        key=f"decline-{role.key}",
        incident_id=sight.id,
        command={"type": "decline_handoff", "role": role.key},
        fields=[TextLine("reason", _("Reason (optional)"), optional=True)],
    )


def _show_filling(sight: Sight, role: RoleCard) -> None:
    """The remedy for a vacancy: take command, or give the role to somebody."""
    _ = sight.translate
    assign = {"type": "assign_role", "role": role.key}
    is_command = role.key == RoleKey.COMMANDER
    is_vacant = sight.formation.is_vacant(RoleKey.COMMANDER)
    if sight.is_over:
        return
    if is_command and is_vacant:
        act(
            _("Take command"),
            key="take-command",
            incident_id=sight.id,
            command={"type": "take_command"},
            kind="primary",
            disabled=sight.find_breach({"type": "take_command"}),
        )
    if not sight.is_commander and not (is_command and is_vacant):
        return
    form_behind(
        _("Give it to") if is_command else _("Assign"),
        key=f"assign-{role.key}",
        incident_id=sight.id,
        command={"type": "assign_role", "role": role.key},
        fields=lambda: [Choice("person", _("Person"), options=_list_able(sight, assign, "person"))],
        kind="primary" if role.built_in and not is_command else "secondary",
        disabled=_why_nobody(sight, assign),
    )


def _list_able(
    sight: Sight, command: Mapping[str, Any], field: str, facts: Facts | None = None
) -> dict[str, str]:
    """Everybody whom `command` may name in `field`, those who are here first, with their roles."""
    here = {person.handle: person.roles for person in sight.board.people}
    order = sorted(sight.people, key=lambda handle: (handle not in here, sight.people[handle]))
    return {
        handle: _describe(sight, handle, here)
        for handle in order
        if sight.find_breach({**command, field: handle}, facts or Facts(person=handle)) is None
    }


def _why_nobody(sight: Sight, command: Mapping[str, Any]) -> str | None:
    """Why nobody at all may be given the role now; the reason of the last one asked."""
    breach = None
    for handle in sight.people:
        breach = sight.find_breach({**command, "person": handle}, Facts(person=handle))
        if breach is None:
            return None
    return breach


def _describe(sight: Sight, handle: str, here: dict[str, list[str]]) -> str:
    _ = sight.translate
    names = {card.key: sight.role_name(card) for card in sight.board.roles}
    if handle not in here:
        said = _("not here")
    else:
        said = ", ".join(names[role] for role in here[handle]) or _("no role")
    return f"{sight.name(handle)} (@{handle}, {said})"


def _show_handing(sight: Sight, role: RoleCard) -> None:
    """Offer, take back, release; and taking command from its holder."""
    if sight.is_over:
        return
    _ = sight.translate
    me = sight.viewer.handle
    is_mine = me in role.holders
    if is_mine or sight.is_commander:
        _show_offering(sight, role)
    if role.key == RoleKey.COMMANDER:
        if sight.roles and not is_mine:
            _show_taking_over(sight)
    elif is_mine or sight.is_commander:
        _show_releasing(sight, role)


def _show_offering(sight: Sight, role: RoleCard) -> None:
    _ = sight.translate
    if role.offers:
        act(
            _("Take the offer back"),
            key=f"cancel-offer-{role.key}",
            incident_id=sight.id,
            command={"type": "cancel_handoff", "role": role.key},
        )
        return
    giver = sight.viewer.handle if sight.viewer.handle in role.holders else role.holders[0]
    offer = {"type": "offer_handoff", "role": role.key}
    form_behind(
        _("Hand over"),
        key=f"offer-{role.key}",
        incident_id=sight.id,
        command=offer,
        fields=lambda: [
            Choice(
                "to",
                _("Offer it to"),
                options=_list_able(sight, offer, "to", Facts(holder=giver)),
            )
        ],
        kind="tertiary",
        submit=_("Offer"),
        intro=_("The holder keeps the role until the other accepts."),
    )


def _show_taking_over(sight: Sight) -> None:
    _ = sight.translate
    reason = {"type": "take_command", "reason": "-"}
    form_behind(
        _("Take command"),
        key="take-over",
        incident_id=sight.id,
        command={"type": "take_command"},
        fields=[TextLine("reason", _("Why now, without a handoff"))],
        kind="tertiary",
        disabled=sight.find_breach(reason),
    )


def _show_releasing(sight: Sight, role: RoleCard) -> None:
    _ = sight.translate
    for holder in role.holders:
        if holder == sight.viewer.handle or sight.is_commander:
            act(
                _("Release"),
                key=f"release-{role.key}-{holder}",
                incident_id=sight.id,
                command={"type": "release_role", "role": role.key, "person": holder},
                kind="tertiary",
            )


def show_people(sight: Sight) -> None:
    """Who is here, first those without a role; checking in and out; adding a role."""
    _ = sight.translate
    board = sight.board
    names = {role.key: sight.role_name(role) for role in board.roles}
    runs = [
        run
        for person in sorted(board.people, key=lambda one: bool(one.roles))
        for run in (
            strong(person.name),
            quiet(", ".join(names[key] for key in person.roles))
            if person.roles
            else tag(_("no role")),
        )
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container():
            said = runs or [quiet(_("Nobody has checked in yet."))]
            card([line(quiet(_("Here")), *said)], viewer=sight.viewer, key="people")
        if not sight.is_over:
            _show_presence(sight)
            _show_adding(sight)


def _show_presence(sight: Sight) -> None:
    _ = sight.translate
    here = {person.handle: person.roles for person in sight.board.people}
    me = sight.viewer.handle
    if me not in here:
        check_in = {"type": "check_in"}
        act(_("Check in"), key="check-in", incident_id=sight.id, command=check_in, kind="primary")
    elif not here[me]:
        act(_("Check out"), key="check-out", incident_id=sight.id, command={"type": "check_out"})
    absent = {handle: name for handle, name in sight.people.items() if handle not in here}
    if absent and sight.roles:
        form_behind(
            _("Check somebody in"),
            key="check-in-other",
            incident_id=sight.id,
            command={"type": "check_in"},
            fields=[Choice("person", _("Person"), options=absent)],
            kind="tertiary",
        )

    _show_giving(sight, here)


def _show_giving(sight: Sight, here: Mapping[str, list[str]]) -> None:
    """Give a role to somebody who is here; the rules say which fits whom."""
    free = {
        role.key: sight.role_name(role)
        for role in sight.board.roles
        if role.holder is None or not role.single
    }
    if not sight.is_commander or not free or not here:
        return
    _ = sight.translate
    idle_first = sorted(here, key=lambda handle: bool(here[handle]))
    options = {handle: _describe(sight, handle, dict(here)) for handle in idle_first}
    form_behind(
        _("Give a role"),
        key="give-role",
        incident_id=sight.id,
        command={"type": "assign_role"},
        fields=[
            Choice("person", _("Person"), options=options),
            Choice("role", _("Role"), options=free),
        ],
        kind="tertiary",
    )


def _show_adding(sight: Sight) -> None:
    if not sight.may("add_role"):
        return
    _ = sight.translate
    form_behind(
        _("Add a role"),
        key="add-role",
        incident_id=sight.id,
        command={"type": "add_role"},
        fields=[
            TextLine("key", _("Key"), help=_("Small letters, digits and underscores: dba_lead")),
            TextLine("name_en", _("Name in English")),
            TextLine("name_ja", _("Name in Japanese")),
            TextLine("duty", _("Duty")),
            Flag("single", _("Held by one person at a time"), initial=True),
        ],
        kind="tertiary",
    )
