"""What was answered "saved" is there after the process was killed in the middle of anything."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from models.timeline import Entry
from services.db import Database
from tests.record import assert_record_holds
from tests.team import Team

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
N_ROUNDS = 12
WRITER = """
import sys
from models.commands import COMMAND_ADAPTER
from models.vocabulary import Source
from services import commands
from services.db import Database

database = Database(sys.argv[1])
for n in range(100_000):
    wire = {"type": "note", "text": f"{sys.argv[2]}/{n}"}
    if n % 5 == 4:
        wire = {"type": "set_situation", "text": f"{sys.argv[2]}/{n}"}
    receipt = commands.execute(
        database,
        COMMAND_ADAPTER.validate_python(wire),
        incident_id=1,
        actor=commands.Actor("hana", Source.API),
    )
    print(receipt.last_seq, wire["text"], flush=True)
"""


def write_until_killed(url: str, name: str, after_s: float) -> list[tuple[int, str]]:
    """What the writer acknowledged before it was killed, `after_s` after its first answer."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    first = process.stdout.readline()
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    rest, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL, errors
    # The last line may be half a line; what has no end was not acknowledged.
    lines = (first + rest).split("\n")[:-1]
    acknowledged = [line.split(" ", 1) for line in lines]
    assert acknowledged, errors
    return [(int(seq), said) for seq, said in acknowledged]


def test_every_acknowledged_entry_survives_kills_at_random_moments(database_url):
    chance = random.Random()
    database = Database(database_url)
    team = Team(database)
    team.declare()
    team.give("hana", "take_command")
    acknowledged: list[tuple[int, str]] = []
    for number in range(N_ROUNDS):
        acknowledged += write_until_killed(database_url, str(number), chance.uniform(0, 0.15))
        with database.reading() as session:
            kept = {
                seq: said if kind == "note.written" else data["text"]
                for seq, kind, said, data in session.execute(
                    select(Entry.seq, Entry.kind, Entry.text, Entry.data).where(Entry.seq > 3)
                )
            }
        lost = [(seq, said) for seq, said in acknowledged if kept.get(seq) != said]
        assert not lost
        # A writer killed between commit and answer may leave one entry more each round.
        assert len(kept) - len(acknowledged) <= number + 1
        assert_record_holds(database)
    assert team.give("hana", "note", text="the next one").last_seq == len(kept) + 4
    assert_record_holds(database)
    database.close()
