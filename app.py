"""The server: Streamlit's pages, the HTTP API and the live feed in one process, on one port.

`python app.py` and `streamlit run app.py` start the same server, at SHIKIKAN_HOST:SHIKIKAN_PORT.
"""

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from pages.parts.failing import say_failure
from services.api import mount_api
from services.console import open_console
from services.ending import hear_signals
from services.errors import ShikikanError
from services.gate import Gate
from services.health import create_health_routes
from services.settings import EXIT_CODE, Settings, load_settings_or_exit
from services.sign_in_routes import create_sign_in_routes
from services.slack import SlackWorker

ADDRESS = {"server.address": "SHIKIKAN_HOST", "server.port": "SHIKIKAN_PORT"}
IS_STREAMLIT_RUN = __name__ != "__main__" and Path(sys.argv[0]).resolve() == Path(__file__)


def streamlit_config(settings: Settings) -> dict[str, Any]:
    """What of Streamlit's configuration follows from our settings; the rest is in config.toml."""
    return {
        "server.address": settings.host,
        "server.port": settings.port,
        "server.allowedHosts": settings.allowed_hosts,
    }


def heed_streamlit_flags() -> None:
    """Take `streamlit run --server.port` as the setting, where the setting itself is not given."""
    for option, variable in ADDRESS.items():
        given = (
            st.config.get_where_defined(option) == "command-line argument or environment variable"
        )
        if given and not os.environ.get(variable):
            os.environ[variable] = str(st.get_option(option))


def start_over_unless(configured: dict[str, Any]) -> None:
    """Become `python app.py` if Streamlit runs with another configuration than ours.

    `streamlit run` opens its port before it imports this file, so it cannot know our settings.
    """
    if any(st.get_option(option) != value for option, value in configured.items()):
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # The port that was opened among them.
        os.execv(sys.executable, [sys.executable, __file__])  # noqa: S606 - it is this very file


if IS_STREAMLIT_RUN:
    heed_streamlit_flags()
settings = load_settings_or_exit()
if IS_STREAMLIT_RUN:
    start_over_unless(streamlit_config(settings))
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
logging.getLogger("alembic").setLevel(logging.WARNING)
try:
    console = open_console(settings)
except (ShikikanError, OSError) as error:
    sys.stderr.write(f"Shikikan cannot start:\n  {error}\n")
    raise SystemExit(EXIT_CODE) from None


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Run what lives as long as the server: the live feed and the Slack mirror."""
    async with console.hub, SlackWorker(settings, console.database):
        with hear_signals(console.hub.close):
            logging.getLogger("shikikan").info("Serving %s", settings.local_url)
            yield
    console.close()


app = st.App(
    "pages/shell.py",
    lifespan=lifespan,
    middleware=[Middleware(Gate, sign_in=console.sign_in, allowed_hosts=settings.allowed_hosts)],
    routes=[
        *create_health_routes(console),
        *create_sign_in_routes(console.database, console.sign_in, settings.default_language),
        mount_api(),
    ],
    on_script_error=say_failure,
)

if __name__ == "__main__":
    app.run(config=streamlit_config(settings))
