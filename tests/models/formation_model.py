"""Section 3 of the design, written a second time and independently of `models.rules`.

Plain sets and dicts; commands are the JSON objects of the contract. `broken` names every rule
that a command would break: none means that it must be accepted, and a refusal must name one of
them. `apply`, in `formation_changes`, then changes the model.
"""

# ruff: noqa: ARG002 - every rule is asked in the same way

from datetime import datetime, timedelta
from typing import Any

from tests.models.formation_changes import Changes

BUILT_IN = ("commander", "primary_sme", "liaison", "scribe")
SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")

COMMANDERS = {
    *("add_role", "set_situation", "define_resolved", "meet_criterion", "unmeet_criterion"),
    *("waive_criterion", "set_goal", "end_goal", "set_course", "acknowledge_update", "decide"),
    *("status_check", "set_severity", "approve_notice", "return_notice", "declare_resolved"),
    *("reopen", "set_stand_down_condition", "meet_stand_down_condition", "stand_down", "cancel"),
}
SMES = {"agree_course", "post_update", "raise_hypothesis", "settle_hypothesis"}
LIAISONS = {
    *("add_stakeholder", "draft_notice", "edit_notice", "publish_notice", "answer_inquiry"),
}
SCRIBES = {"status", "amend", "save_report"}
ACTIONS = {"assign_action", "acknowledge_action", "extend_action", "end_action"}
WITHOUT_ROLE = {
    *("check_in", "check_out", "set_call", "log_inquiry", "accept_handoff", "decline_handoff"),
    "take_command",
}
AFTER_STAND_DOWN = {
    *("hold_retrospective", "add_retro_item", "add_next_action", "complete_next_action"),
    *("amend", "set_severity"),
}
NOTICE_FIELDS = {
    "first": {"what", "impact", "contact", "next_update_at", "next_update_reason", "occurred_at"},
    "update": {"impact", "state", "next_update_at", "next_update_reason", "as_of"},
    "resolution": {"recovered_at", "data_loss", "cause"},
}
PAST_FIELDS = {
    "note": ("occurred_at",),
    "status": ("occurred_at",),
    "amend": ("occurred_at",),
    "mark": ("at",),
    "hold_retrospective": ("at",),
}
Command = dict[str, Any]


class FormationModel(Changes):
    """One incident as section 3 sees it."""

    def __init__(self, people: set[str], declarer: str, severity: str | None) -> None:
        self.people = people
        self.present = {declarer}
        self.severity = severity
        self.single = dict.fromkeys(BUILT_IN, True)
        self.held: dict[str, list[str]] = {role: [] for role in BUILT_IN}
        self.was_held: set[str] = set()
        self.offers: list[dict[str, Any]] = []
        self.criteria: dict[int, str] = {}
        self.old_criteria: set[int] = set()
        self.is_defined = False
        self.has_course = False
        self.n_entries = 2
        # Goals, hypotheses, decisions, inquiries and updates: whether each still awaits its end.
        self.open: dict[str, dict[int, bool]] = {
            kind: {} for kind in ("goal", "hypothesis", "decision", "inquiry", "update")
        }
        self.actions: dict[int, dict[str, Any]] = {}
        self.next_actions: dict[int, dict[str, Any]] = {}
        self.notices: dict[int, dict[str, Any]] = {}
        self.condition: str | None = None
        self.has_report = self.has_retrospective = False
        self.attendees: set[str] = set()
        self.is_resolved = self.is_stood_down = self.is_cancelled = False

    # --- What the formation is ------------------------------------------------------------

    def roles_of(self, who: str) -> set[str]:
        return {role for role, holders in self.held.items() if who in holders}

    @property
    def commander(self) -> str | None:
        return next(iter(self.held["commander"]), None)

    def offer_to(self, who: str, role: str) -> dict[str, Any] | None:
        return next((o for o in self.offers if (o["to"], o["role"]) == (who, role)), None)

    # --- May it happen? -------------------------------------------------------------------

    def broken(self, who: str, command: Command, now: datetime) -> set[str]:
        """Every rule that `command`, given by `who`, breaks; also "not-found"."""
        kind = command["type"]
        found = self._who_may(who, command)
        if self.is_cancelled or (self.is_stood_down and kind not in AFTER_STAND_DOWN):
            found.add("append-only")
        for name in ("person", "to", "owner", "executor"):
            if command.get(name) is not None and command[name] not in self.people:
                found.add("not-found")
        if command.get("role", "commander") not in self.single:
            return found | {"not-found"}
        moments = [command.get(name) for name in PAST_FIELDS.get(kind, ())]
        if kind in ("draft_notice", "edit_notice"):
            fields = command["fields"]
            moments += [fields.get(n) for n in ("occurred_at", "as_of", "recovered_at")]
        if any(m and datetime.fromisoformat(m) > now + timedelta(minutes=2) for m in moments):
            found.add("two-clocks")
        return found | getattr(self, f"_{kind}", lambda *_: set())(who, command)

    def _who_may(  # noqa: PLR0911 - a return for each line of the rule
        self, who: str, command: Command
    ) -> set[str]:
        kind, roles = command["type"], self.roles_of(who)
        if kind in WITHOUT_ROLE:
            return set()
        if kind == "assign_role" and command["role"] == "commander" and not self.commander:
            return set()
        if not roles:
            return set() if self._after_the_end(who, command) else {"role-required"}
        is_commander = "commander" in roles
        if kind in COMMANDERS or kind == "assign_role":
            return set() if is_commander else {"commander-only"}
        for duties, role in ((SMES, "primary_sme"), (LIAISONS, "liaison"), (SCRIBES, "scribe")):
            if kind in duties:
                stands_in = is_commander and not self.held[role] and role != "primary_sme"
                late = kind == "amend" and is_commander and self.is_stood_down
                return set() if role in roles or stands_in or late else {"holder-only"}
        if kind == "mark":
            return set() if roles & {"commander", "scribe"} else {"commander-only", "holder-only"}
        if kind in ACTIONS:
            owns = self.actions.get(command.get("action", 0), {}).get("owner") == who
            if roles & {"commander", "primary_sme"} or owns:
                return set()
            return {"commander-only", "holder-only"}
        return set()

    def _after_the_end(self, who: str, command: Command) -> bool:
        if not self.is_stood_down:
            return False
        if command["type"] in ("add_retro_item", "add_next_action"):
            return who in self.attendees
        if command["type"] == "complete_next_action":
            return self.next_actions.get(command["next_action"], {}).get("owner") == who
        return False

    def _may_hold(self, who: str, role: str) -> set[str]:
        others = self.roles_of(who) - {role}
        if (role == "primary_sme" and others) or "primary_sme" in others:
            return {"sme-exclusive"}
        return set()

    def _in_turn(self, role: str) -> set[str]:
        if role not in BUILT_IN:
            return set() if self.commander else {"staffing-order"}
        earlier = set(BUILT_IN[: BUILT_IN.index(role)])
        return {"staffing-order"} if earlier - self.was_held else set()

    def _check_out(self, who: str, command: Command) -> set[str]:
        return {"explicit-handoff"} if self.roles_of(command.get("person") or who) else set()

    def _assign_role(self, who: str, command: Command) -> set[str]:
        role, person = command["role"], command["person"]
        found = self._may_hold(person, role) | self._in_turn(role)
        if role != "commander" and not self.commander:
            found.add("staffing-order")
        if (self.held[role] and self.single[role]) or person in self.held[role]:
            found.add("one-holder")
        return found

    def _release_role(self, who: str, command: Command) -> set[str]:
        role, person = command["role"], self._released(who, command)
        found = set()
        if "commander" not in self.roles_of(who) and (person != who or who not in self.held[role]):
            found |= {"holder-only", "commander-only"}
        if person not in self.held[role]:
            found.add("one-holder")
        if role == "commander":
            found.add("explicit-handoff")
        return found

    def _released(self, who: str, command: Command) -> str:
        """Whose role is meant: the named one's, one's own, or the only holder's."""
        holders = self.held[command["role"]]
        if command.get("person"):
            return command["person"]
        if who in holders or len(holders) != 1 or "commander" not in self.roles_of(who):
            return who
        return holders[0]

    def _giver(self, who: str, role: str) -> str | None:
        holders = self.held[role]
        if who in holders:
            return who
        return holders[0] if len(holders) == 1 else None

    def _offer_handoff(self, who: str, command: Command) -> set[str]:
        role, receiver = command["role"], command["to"]
        found = self._may_hold(receiver, role)
        if "commander" not in self.roles_of(who) and who not in self.held[role]:
            found.add("holder-only")
        if not self.held[role]:
            found |= self._in_turn(role)
        elif self._giver(who, role) is None:
            found.add("explicit-handoff")
        if receiver in self.held[role]:
            found.add("one-holder")
        return found

    def _accept_handoff(self, who: str, command: Command) -> set[str]:
        role = command["role"]
        found = self._decline_handoff(who, command) | self._may_hold(who, role)
        return found | ({"one-holder"} if who in self.held[role] else set())

    def _decline_handoff(self, who: str, command: Command) -> set[str]:
        if self.offer_to(who, command["role"]):
            return set()
        return {"explicit-handoff"} | (set() if self.roles_of(who) else {"role-required"})

    def _cancel_handoff(self, who: str, command: Command) -> set[str]:
        offers = [offer for offer in self.offers if offer["role"] == command["role"]]
        found = set() if offers else {"explicit-handoff"}
        mine = any(who in (offer["giver"], offer["by"]) for offer in offers)
        if not mine and "commander" not in self.roles_of(who):
            found.add("holder-only")
        return found

    def _take_command(self, who: str, command: Command) -> set[str]:
        roles = self.roles_of(who)
        found = {"sme-exclusive"} if "primary_sme" in roles else set()
        if self.commander is None:
            return found
        if not roles:
            found.add("role-required")
        if "commander" in roles:
            found |= {"one-holder", "explicit-handoff"}
        if command.get("reason") is None:
            found.add("explicit-handoff")
        return found

    def _add_role(self, who: str, command: Command) -> set[str]:
        return {"append-only"} if command["key"] in self.single else set()

    def _of_an_open(self, kind: str, number: int) -> set[str]:
        if number not in self.open[kind]:
            return {"not-found"}
        return set() if self.open[kind][number] else {"append-only"}

    def _end_goal(self, who: str, command: Command) -> set[str]:
        return self._of_an_open("goal", command["goal"])

    def _settle_hypothesis(self, who: str, command: Command) -> set[str]:
        return self._of_an_open("hypothesis", command["hypothesis"])

    def _decide(self, who: str, command: Command) -> set[str]:
        return self._of_an_open("decision", command["decision"])

    def _object(self, who: str, command: Command) -> set[str]:
        return set() if command["decision"] in self.open["decision"] else {"not-found"}

    def _answer_inquiry(self, who: str, command: Command) -> set[str]:
        return self._of_an_open("inquiry", command["inquiry"])

    def _acknowledge_update(self, who: str, command: Command) -> set[str]:
        return self._of_an_open("update", command["entry"])

    def _amend(self, who: str, command: Command) -> set[str]:
        return set() if command["entry"] <= self.n_entries else {"not-found"}

    def _agree_course(self, who: str, command: Command) -> set[str]:
        return set() if self.has_course else {"not-found"}

    def _criterion(self, who: str, command: Command) -> set[str]:
        if command["criterion"] in self.old_criteria:
            return {"append-only"}
        return set() if command["criterion"] in self.criteria else {"not-found"}

    _meet_criterion = _unmeet_criterion = _waive_criterion = _criterion

    def _action(self, who: str, command: Command) -> set[str]:
        action = self.actions.get(command["action"])
        if action is None:
            return {"not-found"}
        return set() if action["open"] else {"append-only"}

    _acknowledge_action = _extend_action = _end_action = _action

    def _complete_next_action(self, who: str, command: Command) -> set[str]:
        action = self.next_actions.get(command["next_action"])
        if action is None:
            return {"not-found"}
        return set() if action["open"] else {"append-only"}

    def _set_severity(self, who: str, command: Command) -> set[str]:
        if self.severity is None or self.is_stood_down:
            return set()
        order = SEVERITIES.index
        is_lower = order(command["severity"]) > order(self.severity)
        return {"severity-up"} if is_lower else set()

    def _edit_notice(self, who: str, command: Command) -> set[str]:
        notice = self.notices.get(command["notice"])
        if notice is None:
            return {"not-found"}
        found = {"append-only"} if notice["state"] == "published" else set()
        unknown = set(command.get("fields", {})) - NOTICE_FIELDS[notice["stage"]]
        return found | ({"not-well-formed"} if unknown else set())

    def _return_notice(self, who: str, command: Command) -> set[str]:
        return self._edit_notice(who, command)

    def _approve_notice(self, who: str, command: Command) -> set[str]:
        found = self._edit_notice(who, command)
        if "not-found" in found:
            return found
        notice = self.notices[command["notice"]]
        fields, stage = notice["fields"], notice["stage"]
        next_update = fields.get("next_update_at") or fields.get("next_update_reason")
        is_complete = {
            # The contact is the liaison unless the notice names somebody.
            "first": bool(next_update),
            "update": bool(next_update and fields.get("state")),
            "resolution": bool(fields.get("recovered_at") and fields.get("data_loss")),
        }[stage]
        return found if is_complete else found | {"notice-complete"}

    def _publish_notice(self, who: str, command: Command) -> set[str]:
        found = self._approve_notice(who, command)
        if "not-found" in found:
            return found
        is_approved = self.notices[command["notice"]]["state"] == "approved"
        return found if is_approved else found | {"notice-complete"}

    def _declare_resolved(self, who: str, command: Command) -> set[str]:
        found = {"append-only"} if self.is_resolved else set()
        if not self.is_defined or "open" in self.criteria.values():
            found.add("resolved-needs-definition")
        return found

    def _reopen(self, who: str, command: Command) -> set[str]:
        return set() if self.is_resolved else {"resolved-needs-definition"}

    def _meet_stand_down_condition(self, who: str, command: Command) -> set[str]:
        if self.condition is None:
            return {"stand-down-gates"}
        return {"append-only"} if self.condition == "met" else set()

    def missing_gates(self, command: Command) -> int:
        """How many gates are shut."""
        gates = (
            self.condition is not None,
            self.condition == "met",
            any((n["stage"], n["state"]) == ("resolution", "published") for n in self._all_notices),
            self.has_report,
            self.is_resolved or bool(command.get("unresolved_reason")),
        )
        return gates.count(False)

    @property
    def _all_notices(self) -> list[dict[str, Any]]:
        return list(self.notices.values())

    def _stand_down(self, who: str, command: Command) -> set[str]:
        return {"stand-down-gates"} if self.missing_gates(command) else set()

    def _cancel(self, who: str, command: Command) -> set[str]:
        published = any(notice["state"] == "published" for notice in self._all_notices)
        return {"stand-down-gates"} if published else set()

    def _hold_retrospective(self, who: str, command: Command) -> set[str]:
        found = set() if self.is_stood_down else {"stand-down-gates"}
        return found if set(command["attendees"]) <= self.people else found | {"not-found"}

    def _add_retro_item(self, who: str, command: Command) -> set[str]:
        is_held = self.is_stood_down and self.has_retrospective
        return set() if is_held else {"stand-down-gates"}
