"""`make demo`: fills the data directory with examples, once."""

from __future__ import annotations

import typer

from services.db import Database
from services.demo import fill, holds_incidents
from services.errors import ShikikanError
from services.migrating import migrate
from services.settings import load_settings_or_exit


def main() -> None:
    """Fill SHIKIKAN_DATA_DIR with people, two live incidents and seven past ones."""
    settings = load_settings_or_exit()
    if settings.slack_bot_token is not None:
        # A server that is connected would post the examples, and page people for them.
        typer.echo(
            "Slack is set up here, and examples must not reach it. Unset it first.", err=True
        )
        raise typer.Exit(1)
    try:
        database = Database(settings.database_url)
        migrate(database)
        if holds_incidents(database):
            typer.echo("There are incidents here already. Nothing was changed.")
            return
        for line in fill(database):
            typer.echo(line)
    except ShikikanError as failed:
        typer.echo(str(failed), err=True)
        raise typer.Exit(1) from failed
    typer.echo("Now `make run`, and sign in as one of these people.")


if __name__ == "__main__":
    typer.run(main)
