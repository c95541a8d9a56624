"""Which version of the program runs."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def get_version() -> str:
    """Return the version that the project's description states."""
    described = (Path(__file__).parent.parent / "pyproject.toml").read_bytes()
    return str(tomllib.loads(described.decode())["project"]["version"])
