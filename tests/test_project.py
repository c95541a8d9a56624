"""The project as a newcomer finds it: what it installs, what it documents, what it leans on."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from services.settings import Settings, variable_of
from tests.catalogue import source_files

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = [Requirement(need) for need in PROJECT["project"]["dependencies"]]
TEST = [Requirement(need) for need in PROJECT["dependency-groups"]["test"]]
LOCKS = {"requirements.txt": RUN, "tests/requirements.txt": RUN + TEST}


def read_pins(path: str) -> list[Requirement]:
    """The pinned packages of a requirements file."""
    lines = (ROOT / path).read_text().splitlines()
    return [Requirement(line.rstrip("\\ ")) for line in lines if line and line[0] not in " #"]


def is_wanted_here(need: Requirement, extras: Iterable[str] = ()) -> bool:
    """Whether the need holds for this Python and system, with any of the extras."""
    return need.marker is None or any(
        need.marker.evaluate({"extra": extra}) for extra in ["", *extras]
    )


def walk(needs: Iterable[Requirement]) -> set[str]:
    """The names of all packages that the needs bring in here, by what is installed."""
    reached: set[tuple[str, frozenset[str]]] = set()
    waiting = [need for need in needs if is_wanted_here(need)]
    while waiting:
        need = waiting.pop()
        step = (canonicalize_name(need.name), frozenset(need.extras))
        if step in reached:
            continue
        reached.add(step)
        further = map(Requirement, importlib.metadata.requires(need.name) or [])
        waiting += [inner for inner in further if is_wanted_here(inner, need.extras)]
    return {name for name, _ in reached}


@pytest.mark.parametrize("path", LOCKS)
def test_requirements_pin_what_pyproject_asks_for(path):
    pins = read_pins(path)
    for need in LOCKS[path]:
        own = [pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(need.name)]
        assert own, f"{need} is not pinned: run `make lock`"
        for pin in own:
            (version,) = pin.specifier
            assert version.operator == "=="
            assert need.specifier.contains(version.version), f"{pin} is not {need}: `make lock`"


@pytest.mark.parametrize("path", LOCKS)
def test_requirements_hold_all_that_is_brought_in_and_nothing_else(path):
    pinned_here = {canonicalize_name(pin.name) for pin in read_pins(path) if is_wanted_here(pin)}
    assert pinned_here == walk(LOCKS[path]), "run `make lock`"


@pytest.mark.parametrize("path", LOCKS)
def test_requirements_are_pinned_by_hash_and_name_no_index_and_no_machine(path):
    text = (ROOT / path).read_text()
    blocks = re.split(r"\n(?=\S)", text)
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|--(index|extra|find|trusted)|file:|/(home|root|tmp|usr)/", text)


def test_tests_run_on_the_versions_that_people_get():
    run, test = ({str(pin) for pin in read_pins(path)} for path in LOCKS)
    assert run <= test


def imported_packages(path: Path) -> Iterator[str]:
    """The top-level names of what a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


# These come with a package that is asked for, are raised with it, and are documented by it.
COMES_WITH = {"pydantic-core": "pydantic", "starlette": "fastapi"}


def test_every_package_that_the_program_imports_is_asked_for_by_name():
    declared = {canonicalize_name(need.name) for need in RUN}
    known = set(sys.stdlib_module_names) | {"app", "pages", "services", "models"}
    of_module = importlib.metadata.packages_distributions()
    for path in source_files():
        for name in set(imported_packages(path)) - known:
            owners = {canonicalize_name(owner) for owner in of_module.get(name, [])}
            owners |= {COMES_WITH[owner] for owner in owners & COMES_WITH.keys()}
            assert owners & declared, f"{path.relative_to(ROOT)} imports {name}"


CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "time_ns", "perf_counter"}
PURE = ("models/rules", "models/marks", "models/board", "models/missing", "models/phase")


def test_rules_marks_and_board_never_ask_the_clock():
    pure = [path for path in source_files() if path.relative_to(ROOT).as_posix().startswith(PURE)]
    assert pure
    for path in pure:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asks = node.func.attr in CLOCKS and ast.unparse(node.func.value) in {
                    "datetime",
                    "date",
                    "time",
                    "datetime.datetime",
                    "datetime.date",
                }
                assert not asks, f"{path.relative_to(ROOT)}:{node.lineno} asks the clock"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_the_readme_describes_every_setting(field):
    assert f"`{variable_of(field)}`" in (ROOT / "README.md").read_text()


def test_the_readme_describes_every_make_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):.*##", makefile, flags=re.MULTILINE)
    readme = (ROOT / "README.md").read_text()
    assert "run" in targets
    assert [name for name in targets if f"`make {name}" not in readme and name != "help"] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_what_a_document_names_is_there(page):
    text = page.read_text()
    named = set(re.findall(r"`((?:tests|services|pages|models)/[\w/]+\.\w+)`", text))
    assert not [place for place in named if not (ROOT / place).exists()]
    linked = {link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link}
    assert not [link for link in linked if not (page.parent / link).exists()]
