"""Who is there: auth.test, apps.connections.open, users.* and usergroups.*."""

import uuid
from collections.abc import Callable

from tests.slack_emulator.api import Api
from tests.slack_emulator.errors import JSON, refuse
from tests.slack_emulator.identity import APP, BOT, BOT_USER, TEAM
from tests.slack_emulator.registry import (
    TIER_2,
    TIER_3,
    TIER_4,
    flag,
    method,
    page,
)

ME: JSON = {
    "url": "https://emulator.slack.com/",
    "team": "Emulator",
    "user": "incident_console",
    "team_id": TEAM,
    "user_id": BOT_USER,
    "bot_id": BOT,
    "is_enterprise_install": False,
}


@method("auth.test", TIER_4)
def auth_test(_api: Api, _args: JSON) -> JSON:
    """Who the token is."""
    return ME


@method("apps.connections.open", TIER_3, "connections:write")
def apps_connections_open(api: Api, _args: JSON) -> JSON:
    """A one-use address of a socket."""
    ticket = str(uuid.uuid4())
    api.hub.tickets.add(ticket)
    root = api.base.replace("http", "ws", 1)
    return {"url": f"{root}/link/?ticket={ticket}&app_id={APP}"}


@method("users.list", TIER_2, "users:read")
def users_list(api: Api, args: JSON) -> JSON:
    """Everybody, page by page."""
    return page("members", list(api.ws.users.values()), args, 1000)


@method("users.info", TIER_4, "users:read")
def users_info(api: Api, args: JSON) -> JSON:
    """One user by id."""
    return _first(api, lambda user: user["id"] == args.get("user"), "user_not_found")


@method("users.lookupByEmail", TIER_3, "users:read.email")
def users_lookup_by_email(api: Api, args: JSON) -> JSON:
    """One active user by address."""
    wanted = args.get("email", "")
    return _first(
        api,
        lambda user: not user["deleted"] and user["profile"]["email"] == wanted,
        "users_not_found",
    )


def _first(api: Api, wanted: Callable[[JSON], bool], error: str) -> JSON:
    found = [user for user in api.ws.users.values() if wanted(user)]
    refuse(not found, error)
    return {"user": found[0]}


@method("usergroups.list", TIER_2, "usergroups:read")
def usergroups_list(api: Api, args: JSON) -> JSON:
    """The user groups."""
    hidden = set() if flag(args, "include_users") else {"users"}
    groups = [
        {key: value for key, value in group.items() if key not in hidden}
        for group in api.ws.groups.values()
    ]
    return {"usergroups": groups}


@method("usergroups.users.list", TIER_2, "usergroups:read")
def usergroups_users_list(api: Api, args: JSON) -> JSON:
    """The users of a group."""
    refuse(args.get("usergroup") not in api.ws.groups, "no_such_subteam")
    return {"users": api.ws.groups[args["usergroup"]]["users"]}
