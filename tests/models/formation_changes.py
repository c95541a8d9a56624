"""What an accepted command does to the model of `formation_model`."""

from typing import Any

Command = dict[str, Any]


class Changes:
    """The half of the model that changes it; the other half holds it."""

    def apply(self, who: str, command: Command, last_seq: int) -> None:
        """Change the model as an accepted command changes the incident."""
        first_seq, self.n_entries = self.n_entries + 1, last_seq
        change = getattr(self, f"_then_{command['type']}", None)
        if change is not None:
            change(who, command, first_seq)

    def _then_check_in(self, who: str, command: Command, _seq: int) -> None:
        self.present.add(command.get("person") or who)

    def _then_check_out(self, who: str, command: Command, _seq: int) -> None:
        self.present.discard(command.get("person") or who)

    def _hold(self, person: str, role: str) -> None:
        self.present.add(person)
        self.held[role].append(person)
        self.was_held.add(role)
        if self.single[role]:
            self.offers = [offer for offer in self.offers if offer["role"] != role]

    def _lose(self, person: str, role: str) -> None:
        self.held[role].remove(person)
        self.offers = [o for o in self.offers if (o["role"], o["giver"]) != (role, person)]

    def _then_assign_role(self, _who: str, command: Command, _seq: int) -> None:
        self._hold(command["person"], command["role"])

    def _then_release_role(self, who: str, command: Command, _seq: int) -> None:
        self._lose(self._released(who, command), command["role"])

    def _then_offer_handoff(self, who: str, command: Command, _seq: int) -> None:
        role, receiver = command["role"], command["to"]
        self.offers = [
            offer
            for offer in self.offers
            if offer["role"] != role or (not self.single[role] and offer["to"] != receiver)
        ]
        giver = self._giver(who, role)
        self.offers.append({"role": role, "giver": giver, "to": receiver, "by": who})

    def _then_accept_handoff(self, who: str, command: Command, _seq: int) -> None:
        role = command["role"]
        offer = self.offer_to(who, role)
        self.offers.remove(offer)
        if offer["giver"]:
            self._lose(offer["giver"], role)
        self._hold(who, role)

    def _then_decline_handoff(self, who: str, command: Command, _seq: int) -> None:
        self.offers.remove(self.offer_to(who, command["role"]))

    def _then_cancel_handoff(self, who: str, command: Command, _seq: int) -> None:
        self.offers = [
            offer
            for offer in self.offers
            if offer["role"] != command["role"]
            or (who != self.commander and who not in (offer["giver"], offer["by"]))
        ]

    def _then_take_command(self, who: str, _command: Command, _seq: int) -> None:
        if self.commander:
            self._lose(self.commander, "commander")
        self._hold(who, "commander")

    def _then_add_role(self, _who: str, command: Command, _seq: int) -> None:
        self.single[command["key"]] = command["single"]
        self.held[command["key"]] = []

    def _then_define_resolved(self, _who: str, command: Command, _seq: int) -> None:
        first = len(self.old_criteria) + len(self.criteria) + 1
        self.old_criteria |= set(self.criteria)
        self.criteria = {first + n: "open" for n in range(len(command["criteria"]))}
        self.is_defined = True

    def _then_meet_criterion(self, _who: str, command: Command, _seq: int) -> None:
        self.criteria[command["criterion"]] = "met"

    def _then_unmeet_criterion(self, _who: str, command: Command, _seq: int) -> None:
        self.criteria[command["criterion"]] = "open"

    def _then_waive_criterion(self, _who: str, command: Command, _seq: int) -> None:
        self.criteria[command["criterion"]] = "waived"

    def _begin(self, kind: str) -> None:
        self.open[kind][len(self.open[kind]) + 1] = True

    def _then_set_goal(self, *_: Any) -> None:
        self._begin("goal")

    def _then_raise_hypothesis(self, *_: Any) -> None:
        self._begin("hypothesis")

    def _then_propose_decision(self, *_: Any) -> None:
        self._begin("decision")

    def _then_log_inquiry(self, *_: Any) -> None:
        self._begin("inquiry")

    def _then_post_update(self, _who: str, _command: Command, seq: int) -> None:
        self.open["update"][seq] = True

    def _then_end_goal(self, _who: str, command: Command, _seq: int) -> None:
        self.open["goal"][command["goal"]] = False

    def _then_settle_hypothesis(self, _who: str, command: Command, _seq: int) -> None:
        self.open["hypothesis"][command["hypothesis"]] = False

    def _then_decide(self, _who: str, command: Command, _seq: int) -> None:
        self.open["decision"][command["decision"]] = False

    def _then_answer_inquiry(self, _who: str, command: Command, _seq: int) -> None:
        self.open["inquiry"][command["inquiry"]] = False

    def _then_acknowledge_update(self, _who: str, command: Command, _seq: int) -> None:
        self.open["update"][command["entry"]] = False

    def _then_set_course(self, *_: Any) -> None:
        self.has_course = True

    def _then_assign_action(self, _who: str, command: Command, _seq: int) -> None:
        self.actions[len(self.actions) + 1] = {"owner": command["owner"], "open": True}

    def _then_end_action(self, _who: str, command: Command, _seq: int) -> None:
        self.actions[command["action"]]["open"] = False

    def _then_add_next_action(self, _who: str, command: Command, _seq: int) -> None:
        self.next_actions[len(self.next_actions) + 1] = {"owner": command["owner"], "open": True}

    def _then_complete_next_action(self, _who: str, command: Command, _seq: int) -> None:
        self.next_actions[command["next_action"]]["open"] = False

    def _then_set_severity(self, _who: str, command: Command, _seq: int) -> None:
        self.severity = command["severity"]

    def _then_draft_notice(self, _who: str, command: Command, _seq: int) -> None:
        self.notices[len(self.notices) + 1] = {
            "stage": command["stage"],
            "fields": command["fields"],
            "state": "draft",
        }

    def _then_edit_notice(self, _who: str, command: Command, _seq: int) -> None:
        self.notices[command["notice"]].update(fields=command["fields"], state="draft")

    def _then_approve_notice(self, _who: str, command: Command, _seq: int) -> None:
        self.notices[command["notice"]]["state"] = "approved"

    def _then_return_notice(self, _who: str, command: Command, _seq: int) -> None:
        self.notices[command["notice"]]["state"] = "returned"

    def _then_publish_notice(self, _who: str, command: Command, _seq: int) -> None:
        self.notices[command["notice"]]["state"] = "published"

    def _then_declare_resolved(self, *_: Any) -> None:
        self.is_resolved = True

    def _then_reopen(self, *_: Any) -> None:
        self.is_resolved = False

    def _then_set_stand_down_condition(self, *_: Any) -> None:
        self.condition = "set"

    def _then_meet_stand_down_condition(self, *_: Any) -> None:
        self.condition = "met"

    def _then_save_report(self, *_: Any) -> None:
        self.has_report = True

    def _then_stand_down(self, *_: Any) -> None:
        self.is_stood_down = True

    def _then_cancel(self, *_: Any) -> None:
        self.is_cancelled = True

    def _then_hold_retrospective(self, _who: str, command: Command, _seq: int) -> None:
        self.has_retrospective = True
        self.attendees |= set(command["attendees"])
