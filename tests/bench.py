"""How fast the record is, against a bare insert on the same disk: `make bench`.

The write path is compared with the least that SQLModel can do, one row inserted and committed, in
rounds that take turns, so that a busy machine slows both. What a promise rests on are the ratios;
milliseconds are of this machine. Nothing here fails: it measures, and says so.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Field, Session, SQLModel

from models.commands.formation import TakeCommand
from models.commands.timeline import Note
from models.vocabulary import Source
from services import boards, clock, commands, people, timeline
from services.commands.backfill import GivenTimeline, backfill
from services.db import Database
from services.migrating import migrate

SHOWN = 50
"""How many entries a board shows when it opens."""


class BareRow(SQLModel, table=True):
    """The row of a bare insert, about as wide as a note."""

    __tablename__ = "bench_bare_row"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int
    kind: str
    text: str
    actor: str


@contextmanager
def open_database(folder: Path) -> Iterator[Database]:
    """A migrated SQLite database with a person; the bare row has a table beside ours."""
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    migrate(database)
    SQLModel.metadata.tables["bench_bare_row"].create(database.engine)
    with database.writing() as session:
        people.add_person(session, people.NewPerson(handle="hana", name="Hana"))
    try:
        yield database
    finally:
        database.close()


def timed(act: Callable[[], object], times: int) -> float:
    """Calls of `act` per second."""
    started = time.perf_counter()
    for _ in range(times):
        act()
    return times / (time.perf_counter() - started)


def take_turns(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int, times: int
) -> list[tuple[float, float]]:
    """Rates of the two, one pair a round; which goes first changes every round."""
    pairs = []
    for round_ in range(rounds):
        if round_ % 2:
            rate = timed(second, times)
            pairs.append((timed(first, times), rate))
        else:
            rate = timed(first, times)
            pairs.append((rate, timed(second, times)))
    return pairs


def say(what: str, values: list[float], unit: str, aim: str = "") -> None:
    """Prints the median, with the quartiles as its spread."""
    low, median, high = statistics.quantiles(values, n=4)
    print(f"{what:<52} {median:9.2f} {unit:<6} ({low:.2f} to {high:.2f}){aim}")


def measure_commands(database: Database, *, rounds: int, times: int) -> None:
    """A note through every check, with its entry and delivery, against a bare insert."""
    hana = commands.Actor("hana", Source.API)
    declared = commands.declare(database, commands.Declaration(title="Bench"), actor=hana)
    number = declared.incident_id
    give = {"incident_id": number, "actor": hana}
    commands.execute(database, TakeCommand(), **give)
    note = Note(text="ruled out H2: the cache is warm")

    def command() -> None:
        commands.execute(database, note, **give)

    def bare_insert() -> None:
        with Session(database.engine) as session:
            session.add(BareRow(incident_id=number, kind="note", text=note.text, actor="hana"))
            session.commit()

    take_turns(command, bare_insert, rounds=1, times=times)
    pairs = take_turns(command, bare_insert, rounds=rounds, times=times)
    say("commands", [command for command, _ in pairs], "/s")
    say("bare inserts", [bare for _, bare in pairs], "/s")
    say("ratio, command to bare insert", [a / b for a, b in pairs], "", aim="  aim >= 0.40")


def fill(database: Database, n_entries: int) -> int:
    """The number of an incident with so many entries."""
    hana = commands.Actor("hana", Source.IMPORT)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    entries = [
        {
            "at": (first + timedelta(seconds=seq)).isoformat(),
            "kind": "observation",
            "text": f"{seq}: the queue is {seq % 97} long",
        }
        for seq in range(n_entries)
    ]
    given = GivenTimeline.model_validate(
        {"title": f"{n_entries} entries", "entries": entries}, context={"now": clock.now()}
    )
    return backfill(database, given, actor=hana).incident_id


def measure_opening(database: Database, *, rounds: int, times: int) -> None:
    """Reading the board and the newest entries as a page does when it opens."""
    short, long = fill(database, 10), fill(database, 10_000)

    def opening(number: int) -> Callable[[], object]:
        def open_board() -> None:
            with database.reading() as session:
                boards.read_board(session, number)
                newest = timeline.list_entries(session, number, order="-seq", limit=SHOWN)
                timeline.show(session, newest)

        return open_board

    take_turns(opening(short), opening(long), rounds=1, times=times)
    pairs = take_turns(opening(short), opening(long), rounds=rounds, times=times)
    say("open a board of 10 entries", [1000 / rate for rate, _ in pairs], "ms")
    say("open a board of 10,000 entries", [1000 / rate for _, rate in pairs], "ms")
    say("ratio, long to short", [a / b for a, b in pairs], "", aim="  aim <= 1.50")


def main() -> None:
    """Measures on a file in the folder given, by default a temporary one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, help="on the disk that counts")
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--times", type=int, default=25, help="calls in each round")
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=chosen.folder, prefix="shikikan-bench-") as folder,
        open_database(Path(folder)) as database,
    ):
        print(f"{database.durability}; median (quartiles) of {chosen.rounds} rounds")
        measure_commands(database, rounds=chosen.rounds, times=chosen.times)
        measure_opening(database, rounds=chosen.rounds, times=max(chosen.times // 5, 1))


if __name__ == "__main__":
    main()
