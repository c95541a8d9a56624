"""Asking beforehand agrees with what happens."""

import pytest

from models.rules.facts import Facts, Formation, RoleDefinition
from models.rules.verdict import Rule
from models.vocabulary import RoleKey
from services.asking import find_breach, find_obstacle
from services.commands.standing import read_formation
from services.errors import RuleBroken
from services.timeline import get_incident

ASKED = {
    "set_situation": {"text": "x"},
    "post_update": {"conditions": "x", "actions": "x", "needs": "x"},
    "note": {"text": "x"},
    "amend": {"entry": 1, "text": "x"},
    "draft_notice": {"stage": "first", "fields": {}},
    "set_call": {"url": "https://call.example.com"},
    "decide": {"decision": 1, "outcome": "go"},
}


@pytest.mark.parametrize("who", ["hana", "ken", "aya", "jun", "mio"])
@pytest.mark.parametrize("kind", ASKED)
def test_an_obstacle_is_told_exactly_where_the_door_refuses_by_role(team, who, kind):
    team.declare()
    team.staff()
    team.give("hana", "propose_decision", proposal="x")
    with team.database.reading() as session:
        formation = read_formation(session, get_incident(session, team.incident_id))
    obstacle = find_obstacle(formation, who, kind)
    try:
        team.give(who, kind, **ASKED[kind])
        refused = None
    except RuleBroken as broken:
        refused = broken.rule
    assert (obstacle.rule if obstacle else None) == refused


def test_the_owner_of_an_action_may_end_it():
    roles = {"dba": RoleDefinition("dba", single=True)}
    formation = Formation(roles=roles, held={"dba": ("rei",)})
    assert find_obstacle(formation, "rei", "end_action", Facts(owner="rei")) is None
    assert find_obstacle(formation, "rei", "end_action", Facts(owner="hana")) is not None


def test_a_breach_is_the_rule_that_this_very_command_would_break():
    roles = {key.value: RoleDefinition(key.value, single=True) for key in RoleKey}
    formation = Formation(
        roles=roles, held={"commander": ("hana",)}, staffed=frozenset(["commander"])
    )
    liaison = {"type": "assign_role", "role": "liaison", "person": "aya"}
    breach = find_breach(formation, "hana", liaison, Facts(person="aya"))
    assert breach is not None
    assert breach.rule is Rule.STAFFING_ORDER
    sme = {"type": "assign_role", "role": "primary_sme", "person": "ken"}
    assert find_breach(formation, "hana", sme, Facts(person="ken")) is None
