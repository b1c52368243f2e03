"""A kept answer is checked each time it is read: what that costs beside reading the same bytes with plain SQLite.

In the same run, in turns, over the same keys, each store in the thread that has it: what it takes to get there is
the same for both.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter

import pytest

from knowalledge_desktop.adapters.disk_cache_envelope import seal, unseal
from knowalledge_desktop.adapters.disk_cache_store import BytesStore

pytestmark = pytest.mark.bench

ENTRIES, ROUNDS, READS = 500, 150, 40
KILO = 1_000
MOST = {1 * KILO: 2.0, 20 * KILO: 3.5}


@pytest.mark.parametrize("size", list(MOST))
def test_a_checked_answer_costs_little_more_than_its_bytes(
    size: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(size)  # noqa: S311 - only for the same bytes each time
    payloads = {f"{number:064x}": dice.randbytes(size) for number in range(ENTRIES)}
    store = BytesStore(tmp_path / "cache", 200_000_000)
    with closing(sqlite3.connect(tmp_path / "plain.db", isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode = WAL")
        plain.execute("CREATE TABLE kept(name TEXT PRIMARY KEY, value BLOB)")
        for key, payload in payloads.items():
            store.set(key, seal(key, payload, 1.0, 1e12, "explanation:photosynthesis"))
            plain.execute("INSERT INTO kept VALUES (?, ?)", (key, payload))

        def raw(key: str) -> bytes:
            return plain.execute("SELECT value FROM kept WHERE name = ?", (key,)).fetchone()[0]

        def checked(key: str) -> bytes:
            return unseal(key, store.get(key), 2.0).payload  # pyright: ignore[reportArgumentType, reportOptionalMemberAccess] - it is there

        times: dict[str, list[float]] = {"raw": [], "checked": []}
        for _ in range(ROUNDS):
            keys = dice.choices(list(payloads), k=READS)
            for name, read in (("raw", raw), ("checked", checked)):
                begun = perf_counter()
                for key in keys:
                    assert len(read(key)) == size
                times[name].append((perf_counter() - begun) / READS * 1e6)
    store.close()
    raw_us, checked_us = min(times["raw"]), min(times["checked"])
    middle = statistics.median(times["checked"]) / statistics.median(times["raw"])
    print(
        f"\n{size:,} bytes, µs: raw {raw_us:.1f}, checked {checked_us:.1f}, ratio {checked_us / raw_us:.2f}",
        end="",
    )
    print(f" (of the medians {middle:.2f})")
    record_property(f"cache {size} ratio", checked_us / raw_us)
    assert checked_us / raw_us <= MOST[size]
