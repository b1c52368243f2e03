"""Power loss at any moment, modelled: nothing is corrupt, and nothing that was said to be stored is lost."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.library_backup import LibraryBackup
from knowalledge_desktop.adapters.library_db import LibraryDb
from tests.support.library_acts import Act, acts, state_of
from tests.support.power_loss import PowerLog, logging_to, put_down


async def live(path: Path, log: PowerLog, todo: list[Act]) -> None:
    library = LibraryDb(path, SystemClock())
    copies = LibraryBackup(library, path, SystemClock())
    for act in todo:
        await act.do(library, copies)
        log.mark()
    await library.aclose()


async def after_the_crash(path: Path) -> object:
    library = LibraryDb(path, SystemClock())
    found = await state_of(library)
    assert library.notices() == ()
    await library.aclose()
    return found


def lose_power(folder: Path, monkeypatch: pytest.MonkeyPatch, *, moments: int, count: int) -> tuple[int, int]:
    """Do so many acts, lose power at so many moments; returns (corrupt, with something lost)."""
    path, log, todo = folder / "data" / "library.db", PowerLog(), acts(20260101, count)
    connection, end = logging_to(log)
    with monkeypatch.context() as patch:
        patch.setattr(apsw, "Connection", connection)
        asyncio.run(live(path, log, todo))
    end()
    states = [{}, *(act.after for act in todo)]
    chance = random.Random(20260102)  # noqa: S311 (only for repeatable moments)
    corrupt = lost = 0
    for number in range(moments):
        moment = chance.randrange(len(log.steps) + 1)
        there = folder / f"crash{number}"
        put_down(log.image(moment, chance), path.parent, there)
        said = log.said_before(moment)
        found = asyncio.run(after_the_crash(there / path.name))
        with closing(sqlite3.connect(there / path.name)) as db:
            corrupt += db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        lost += found not in states[said : said + 2]
    print(f"{len(log.steps)} steps, {moments} crashes, {count} acts: {corrupt} corrupt, {lost} lost")
    return corrupt, lost


def test_no_moment_of_power_loss_loses_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lose_power(tmp_path, monkeypatch, moments=30, count=40) == (0, 0)


@pytest.mark.long
def test_no_moment_of_many_loses_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lose_power(tmp_path, monkeypatch, moments=400, count=150) == (0, 0)


def test_the_model_finds_what_is_not_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from knowalledge_desktop.adapters import library_connection

    careless = library_connection._DURABLE.replace("synchronous = FULL", "synchronous = OFF")
    monkeypatch.setattr(library_connection, "_DURABLE", careless)
    try:
        corrupt, lost = lose_power(tmp_path, monkeypatch, moments=15, count=40)
    except Exception:  # noqa: BLE001 - it cannot even be opened: that is what was looked for
        return
    assert corrupt + lost > 0
