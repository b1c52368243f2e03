"""`knowalledge cache`: what is in it, and forgetting some or all of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.errors import StorageError
from tests.support.cli_services import Bench, command
from tests.support.fakes import MemoryCache


class Stuck(MemoryCache):
    """A cache whose folder cannot be used."""

    async def clear(self) -> int:
        raise StorageError("the cache")

    async def invalidate(self, pattern: str) -> int:
        raise StorageError("the cache")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)

    async def fill() -> None:
        for key, name in (("a", "subtopics:jazz"), ("b", "explanation:jazz"), ("c", "explanation:bebop")):
            await bench.cache.put(key, b"12345", ttl_s=60, name=name)

    asyncio.run(fill())
    return bench


def told(bench: Bench, *words: str) -> Any:
    done = command(bench, "cache", *words, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_what_is_in_it(bench: Bench) -> None:
    limit = bench.settings.load().cache_limit_bytes
    bench.memory_answers.count(hit=True)
    found = told(bench, "stats")
    layers = found.pop("layers")
    assert found == {
        "items": 3,
        "size_bytes": 15,
        "limit_bytes": limit,
        "hits": 1,
        "misses": 0,
        "declined": 0,
        "renewed": 0,
        "renewals_failed": 0,
        "lives": {"hard_s": 30 * 86_400.0, "soft_s": 14 * 86_400.0},
    }
    assert [(each["layer"], each["items"], each["hits"]) for each in layers] == [("memory", 0, 1), ("disk", 3, 0)]
    shown = command(bench, "cache", "stats").out
    assert shown.startswith("3 answers, 0.0 MB of at most 200 MB.\n")
    assert "found 1 there, and 0 not" in shown
    assert "  disk    3 answers, 0.0 MB, 0 found there\n" in shown
    assert "good for 30 days, and asked for again behind after 14 days" in shown


def test_a_pattern(bench: Bench) -> None:
    assert told(bench, "invalidate", "topic:JAZZ") == {"forgotten": 2, "pattern": "topic:JAZZ"}
    assert list(bench.cache.rows) == ["c"]
    assert command(bench, "cache", "invalidate", "explanation:*").out.startswith("1 answer forgotten.")
    assert command(bench, "cache", "invalidate", "topic:*").out.startswith("0 answers forgotten.")


def test_a_pattern_is_tried_out_first(bench: Bench) -> None:
    assert told(bench, "forget", "topic:jazz", "--dry-run") == {
        "would_forget": 2,
        "pattern": "topic:jazz",
        "names": ["explanation:jazz", "subtopics:jazz"],
    }
    shown = command(bench, "cache", "forget", "--dry-run", "explanation:*").out
    assert shown == "2 answers would be forgotten.\n  explanation:bebop\n  explanation:jazz\n"
    assert len(bench.cache.rows) == 3
    assert told(bench, "forget", "topic:jazz") == {"forgotten": 2, "pattern": "topic:jazz"}
    assert list(bench.cache.rows) == ["c"]


def test_all(bench: Bench) -> None:
    assert told(bench, "clear") == {"forgotten": 3}
    assert bench.cache.rows == {}


@pytest.mark.parametrize("pattern", ["", " ", "x" * 2000])
def test_what_is_no_pattern_forgets_nothing(bench: Bench, pattern: str) -> None:
    done = command(bench, "cache", "invalidate", pattern)
    assert (done.code, done.out, len(done.errors)) == (3, "", 1)
    assert len(bench.cache.rows) == 3


@pytest.mark.parametrize("words", [("clear",), ("invalidate", "*")])
def test_a_cache_that_cannot_be_used_is_not_said_to_be_empty(bench: Bench, words: tuple[str, ...]) -> None:
    bench.cache = Stuck()
    done = command(bench, "cache", *words)
    assert (done.code, done.out, len(done.errors)) == (7, "", 1)
