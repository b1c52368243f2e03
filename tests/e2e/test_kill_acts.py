"""kill -9 at any moment of any act: what was acknowledged is there, what was not is there wholly or not at all."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.library_backup import LibraryBackup
from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.library_file import MIGRATIONS, migrate
from knowalledge_desktop.core.content import Provenance
from tests.support.library_acts import Act, acts, state_of

CHECKOUT = Path(__file__).resolve().parents[2]
ACTS = 400
OLD_MAPS, OLD_TOPICS = 20, 150
LONGEST_S = 0.35


async def live(path: Path, todo: list[Act]) -> None:
    """The life of the child: act after act, each acknowledged once it has returned."""
    library = LibraryDb(path, SystemClock())
    copies = LibraryBackup(library, path, SystemClock())
    print("begin", flush=True)
    await library.maps()
    print("opened", flush=True)
    for number, act in enumerate(todo):
        await act.do(library, copies)
        print(number, flush=True)


def kill_at_random(path: Path, seed: int, chance: random.Random) -> int:
    """Start a child, kill it some moments later; how many acts it had acknowledged, -1 before the opening."""
    command = [sys.executable, "-m", "tests.e2e.test_kill_acts", str(path), str(seed)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begin\n"
        try:
            child.wait(chance.uniform(0.0, chance.choice((0.03, LONGEST_S))))
        except subprocess.TimeoutExpired:
            child.kill()
        # A last line that was cut has no end and was not said.
        return sum(line.endswith("\n") for line in child.stdout.read().splitlines(keepends=True)) - 1


def old_library(path: Path) -> None:
    """A library as the first version wrote it."""
    path.parent.mkdir(parents=True)
    by = json.dumps(asdict(Provenance("person")))
    db = Connection(path, durable=True)
    migrate(db, MIGRATIONS[:1], 0)
    with db.writing():
        for n in range(OLD_MAPS):
            db.rows(
                "INSERT INTO map(map_id, title, root_id, created_at, updated_at, opened_at) VALUES (?,?,?,1,1,1)",
                (f"old{n}", f"Old {n}", f"o{n}.0"),
            )
            for t in range(OLD_TOPICS):
                db.rows(
                    "INSERT INTO topic(map_id, topic_id, parent_id, rank, title, folded, summary, relation,"
                    " edited, engine, sources, provenance) VALUES (?,?,?,?,?,?,'','subtopic',0,'person','[]',?)",
                    (f"old{n}", f"o{n}.{t}", f"o{n}.0" if t else None, float(t), f"Topic {t}", f"topic {t}", by),
                )
    db.close()


async def check_acts(path: Path, todo: list[Act], said: int) -> None:
    library = LibraryDb(path, SystemClock())
    copies = LibraryBackup(library, path, SystemClock())
    states = [{}, *(act.after for act in todo)]
    said = max(0, said)
    assert await state_of(library) in states[said : said + 2], f"{said} acknowledged, then {todo[said].kind}"
    assert library.notices() == ()
    for backup in await copies.backups():
        assert (await copies.look(backup.name)).good, f"{backup.name} is half a copy"
    await library.aclose()
    check_file(path)


async def check_old(path: Path) -> None:
    library = LibraryDb(path, SystemClock())
    copies = LibraryBackup(library, path, SystemClock())
    found = {info.map_id: info.topics for info in await library.maps()}
    assert found == {f"old{n}": OLD_TOPICS for n in range(OLD_MAPS)}
    assert (await library.load("old3")).topics["o3.7"].title == "Topic 7"
    assert library.notices() == ()
    before = [each for each in await copies.backups() if each.name.startswith("library-before-v2")]
    assert before, "there was no copy before the migration"
    for backup in before:
        assert (await copies.look(backup.name)).maps == OLD_MAPS
    await library.aclose()
    check_file(path)


def check_file(path: Path) -> None:
    db = Connection(path)
    assert db.rows("PRAGMA integrity_check") == [("ok",)]
    db.close()


def run_trials(folder: Path, trials: int) -> int:
    """So many kills, every fourth of them in a migration; how many acts were acknowledged."""
    chance = random.Random(20260103)  # noqa: S311 (only for repeatable moments)
    acknowledged = 0
    for seed in range(trials):
        path = folder / str(seed) / "library.db"
        if seed % 4 == 3:
            old_library(path)
            kill_at_random(path, -1, chance)
            asyncio.run(check_old(path))
            continue
        said = kill_at_random(path, seed, chance)
        acknowledged += max(0, said)
        asyncio.run(check_acts(path, acts(seed, ACTS), said))
    return acknowledged


def test_no_act_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    assert run_trials(tmp_path, 8) > 0


@pytest.mark.long
def test_no_act_that_was_acknowledged_is_lost_by_many_kills(tmp_path: Path) -> None:
    acknowledged = run_trials(tmp_path, 200)
    print(f"{acknowledged} acknowledged acts in 200 kills, none lost")
    assert acknowledged > 200


if __name__ == "__main__":
    seed = int(sys.argv[2])
    asyncio.run(live(Path(sys.argv[1]), acts(seed, ACTS) if seed >= 0 else []))
