"""views.open: modals."""

import math
import time

from tests.slack_emulator.api import Api
from tests.slack_emulator.blocks import Checker, check_blocks
from tests.slack_emulator.errors import JSON, refuse
from tests.slack_emulator.identity import APP, BOT, TEAM
from tests.slack_emulator.registry import TIER_4, decoded, method

MAX_BLOCKS = 100
RULES = (
    ("title", "p/24"),
    ("submit", "p/24"),
    ("close", "p/24"),
    ("private_metadata", "s/3000"),
    ("callback_id", "s/255"),
)


@method("views.open", TIER_4, write=True)
def views_open(api: Api, args: JSON) -> JSON:
    """Opens a modal with a trigger id, which is used up by it."""
    trigger = str(args.get("trigger_id") or "")
    refuse(trigger not in api.triggers, "invalid_trigger_id")
    refuse(api.triggers[trigger] == -math.inf, "exchanged_trigger_id")
    refuse(time.monotonic() > api.triggers[trigger], "expired_trigger_id")
    view = decoded(args, "view", "invalid_arguments", dict) or {}
    errors = _complaints(view)
    refuse(errors, "invalid_arguments", *errors)
    stored: JSON = {
        "id": api.ws.new_id("V"),
        "team_id": TEAM,
        "app_id": APP,
        "bot_id": BOT,
        "hash": api.ws.new_ts(),
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "state": {"values": {}},
        **view,
    }
    api.views[stored["id"]] = stored
    api.use_trigger(trigger)
    return {"view": stored}


def _complaints(view: JSON) -> list[str]:
    """Everything that is wrong with a modal."""
    checker = Checker()
    blocks = view.get("blocks") or []
    checker.errors += check_blocks(blocks, MAX_BLOCKS, "/view/blocks")
    if view.get("type") != "modal":
        checker.fail("must be a valid enum value: modal", "/view/type")
    for key, rule in RULES:
        if key == "title" or view.get(key):
            checker.check(view.get(key), rule, f"/view/{key}")
    has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if has_input and not view.get("submit"):
        checker.fail("missing required field: submit", "/view")
    return checker.errors
