"""What /metrics tells of the mirror."""

import pytest
from sqlmodel import select

from models.delivery import Delivery
from models.vocabulary import DeliveryState
from services import telemetry


def gauges(database, *, tells_slack):
    told = telemetry.render(database, n_followers=0, tells_slack=tells_slack).decode()
    lines = [line.split() for line in told.splitlines() if not line.startswith("#")]
    return {line[0]: float(line[1]) for line in lines if len(line) == 2}


@pytest.mark.parametrize("tells_slack", [True, False])
def test_what_is_unsent_is_counted_and_whether_slack_is_there_to_take_it_is_said(team, tells_slack):
    team.declare()
    told = gauges(team.database, tells_slack=tells_slack)
    assert told["shikikan_slack_configured"] == tells_slack
    assert told["shikikan_slack_unsent"] == 3
    assert told["shikikan_slack_oldest_unsent_seconds"] > 0
    with team.database.writing() as session:
        for delivery in session.exec(select(Delivery)):
            delivery.state = DeliveryState.SENT.value
    told = gauges(team.database, tells_slack=tells_slack)
    assert told["shikikan_slack_unsent"] == 0
    assert told["shikikan_slack_oldest_unsent_seconds"] == 0
