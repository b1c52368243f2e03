"""A process that is killed at any moment loses nothing that it had said was stored."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Map,
    Place,
    Put,
    PutExplanation,
    PutPlace,
    PutTopic,
    Rendering,
    Topic,
)

CHILDREN = 15
CHECKOUT = Path(__file__).resolve().parents[2]


def growth(number: int) -> Change:
    """The change that one more opened branch makes: subtopics, their places and an explanation."""
    parent = f"n{number - 1}.0" if number else None
    puts: list[Put] = [PutTopic(None, Topic("root", "Root"))] if parent is None else []
    for child in range(CHILDREN):
        name = f"n{number}.{child}"
        puts.append(PutTopic(None, Topic(name, f"Topic {name}", parent or "root", float(child))))
        puts.append(PutPlace(name, None, Place(child * 10.0, number * 10.0)))
    text = f"Explanation {number}. " + "Light drives it. " * (number % 200)
    puts.append(PutExplanation(None, Explanation(f"n{number}.0", Rendering(), text)))
    return Change(tuple(puts), "expand")


async def grow(path: Path, cache_folder: Path) -> None:
    """The life of the child: change after change, each acknowledged once `apply` has returned."""
    clock = SystemClock()
    library, cache = LibraryDb(path, clock), DiskCache(cache_folder, clock)
    known = {info.map_id for info in await library.maps()}
    map_id = f"m{len(known)}"
    await library.create(Map(map_id, "Root"))
    print(f"begin {map_id}", flush=True)
    number = 0
    while True:
        await library.apply(map_id, growth(number))
        print(number, flush=True)
        await cache.put(f"k{number}", bytes(2000), ttl_s=1e6)
        number += 1


def kill_at_random(path: Path, cache_folder: Path, moment: random.Random) -> tuple[str, int]:
    """Start a child, kill it some moments later, and give the map and the number of acknowledged changes."""
    command = [sys.executable, "-m", "tests.e2e.test_kill", str(path), str(cache_folder)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        begin = child.stdout.readline().split()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(moment.uniform(0.005, 0.25))
        child.kill()
        # A last line that was cut has no end and was not said.
        said = [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    assert begin[:1] == ["begin"]
    return begin[1], len(said)


def check_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def check_maps(path: Path, acknowledged: dict[str, int]) -> None:
    library = LibraryDb(path, SystemClock())
    for map_id, said in acknowledged.items():
        document = await library.load(map_id)
        # The change under way when the child died may be there too, but only wholly.
        expected = [Map(map_id, "Root")]
        for number in range(said + 1):
            expected.append(expected[-1].apply(growth(number)))
        assert document in expected[said:], f"{map_id}: {said} acknowledged, {len(document.topics)} topics"
    assert library.notices() == ()
    await library.aclose()


async def check_cache(folder: Path) -> None:
    cache = DiskCache(folder, SystemClock())
    await cache.put("after", b"x", ttl_s=60)
    assert await cache.get("after") is not None
    await cache.aclose()


def run_trials(folder: Path, trials: int) -> int:
    moment = random.Random(20260101)  # noqa: S311 (only for repeatable moments)
    path, cache_folder = folder / "data" / "library.db", folder / "cache"
    acknowledged: dict[str, int] = {}
    for _ in range(trials):
        map_id, said = kill_at_random(path, cache_folder, moment)
        assert map_id not in acknowledged
        acknowledged[map_id] = said
        asyncio.run(check_maps(path, {map_id: said}))
        check_file(path)
    asyncio.run(check_maps(path, acknowledged))
    asyncio.run(check_cache(cache_folder))
    # Documents are never set aside. A cache may be: killed while it was being made, it begins anew.
    assert not list((folder / "data").glob("**/*.damaged-*"))
    return sum(acknowledged.values())


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    assert run_trials(tmp_path, 8) > 8


@pytest.mark.long
def test_nothing_acknowledged_is_lost_by_many_kills(tmp_path: Path) -> None:
    acknowledged = run_trials(tmp_path, 40)
    print(f"{acknowledged} acknowledged changes in 40 kills, none lost")
    assert acknowledged > 40


async def test_a_cache_folder_deleted_while_running_loses_no_map(tmp_path: Path) -> None:
    library = LibraryDb(tmp_path / "data" / "library.db", SystemClock())
    cache = DiskCache(tmp_path / "cache" / "answers", SystemClock())
    document = Map("m", "Root")
    await library.create(document)
    for number in range(6):
        await cache.put(f"k{number}", b"x", ttl_s=60)
        if number == 3:
            shutil.rmtree(tmp_path / "cache")
        await library.apply("m", growth(number))
        document = document.apply(growth(number))
    assert await cache.get("k0") is None
    assert await cache.get("k5") is not None
    assert await library.load("m") == document
    await cache.aclose()
    await library.aclose()


if __name__ == "__main__":
    asyncio.run(grow(Path(sys.argv[1]), Path(sys.argv[2])))
