"""The command line: ``python -m tests.slack_emulator --port 0 --print-url``."""

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, TextIO

from tests.slack_emulator.config import Config
from tests.slack_emulator.server import Server, start

TUNABLE = [option for option in fields(Config) if option.name != "events"]


def _truth(text: str) -> bool:
    return text.lower() in ("1", "true", "yes")


def _reader(option: Field[Any]) -> Callable[[str], Any]:
    """How a tunable's text is read."""
    return _truth if isinstance(option.default, bool) else type(option.default)


def _parser() -> argparse.ArgumentParser:
    """The options."""
    description = "A Slack workspace on loopback: Web API, Socket Mode and a control plane."
    parser = argparse.ArgumentParser(prog="python -m tests.slack_emulator", description=description)
    add = parser.add_argument
    add("--port", type=int, default=0)
    add("--print-url", action="store_true", help="print the Web API base URL on standard output")
    add("--seed", type=int, default=0, help="makes ids and fault draws repeatable")
    plan = '{"faults": [...], "timeline": [{"at": s, "verb": v, "body": {...}}]}'
    add("--fault-plan", type=Path, help=f"JSON: {plan}")
    add("--users", type=int, default=0, help="extra members, to exercise pagination")
    add("--log", type=Path, help="request log, JSON lines (default: standard error)")
    add("--quiet", action="store_true", help="no request log")
    for option in TUNABLE:
        flag = f"--{option.name.replace('_', '-')}"
        add(flag, type=_reader(option), default=option.default)
    return parser


def _log_of(args: argparse.Namespace) -> TextIO | None:
    """Where requests are logged."""
    if args.quiet:
        return None
    log: TextIO = args.log.open("a") if args.log else sys.stderr
    return log


def main(argv: list[str] | None = None) -> None:
    """Serves until it is interrupted."""
    args = _parser().parse_args(argv)
    server = Server(
        Config(**{option.name: getattr(args, option.name) for option in TUNABLE}),
        seed=args.seed,
        extra_users=args.users,
        log=_log_of(args),
        plan=json.loads(args.fault_plan.read_text()) if args.fault_plan else None,
    )

    async def serve() -> None:
        _, base = await start(server, args.port)
        if args.print_url:
            sys.stdout.write(f"{base}/api/\n")
            sys.stdout.flush()
        await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())


if __name__ == "__main__":
    main()
