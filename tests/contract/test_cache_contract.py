"""What every Cache promises, the one on the disk and the one in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.ports import Cache, CacheEntry
from tests.support.fakes import FakeClock, MemoryCache


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["disk", "memory"])
async def cache(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Cache]:
    made: Cache = DiskCache(tmp_path / "cache", clock) if request.param == "disk" else MemoryCache(clock)
    yield made
    await made.aclose()


async def test_nothing_is_there_at_first(cache: Cache) -> None:
    assert await cache.get("k") is None
    assert (await cache.stats()).items == 0


@pytest.mark.parametrize("payload", [b"", b"\x00\xff", b"x" * 100_000])
async def test_the_same_bytes_come_back_with_their_time(cache: Cache, clock: FakeClock, payload: bytes) -> None:
    stored_at = clock.now()
    await cache.put("k", payload, ttl_s=60)
    clock.advance(59)
    assert await cache.get("k") == CacheEntry(payload, stored_at)
    assert (await cache.stats()).items == 1
    assert (await cache.stats()).size_bytes >= len(payload)


async def test_an_entry_expires(cache: Cache, clock: FakeClock) -> None:
    await cache.put("k", b"x", ttl_s=60)
    clock.advance(60)
    assert await cache.get("k") is None


async def test_a_second_value_replaces_the_first(cache: Cache) -> None:
    await cache.put("k", b"one", ttl_s=60)
    await cache.put("k", b"two", ttl_s=60)
    found = await cache.get("k")
    assert found is not None
    assert found.payload == b"two"
    assert (await cache.stats()).items == 1


async def test_clearing_forgets_everything(cache: Cache) -> None:
    await cache.put("a", b"x", ttl_s=60)
    await cache.put("b", b"x", ttl_s=60)
    assert await cache.clear() == 2
    assert await cache.get("a") is None
    assert (await cache.stats()).items == 0


NAMES = {
    "a": "subtopics:photosynthesis",
    "b": "explanation:photosynthesis",
    "c": "explanation:python (programming language)",
    "d": "",
}


async def fill(cache: Cache) -> None:
    for key, name in NAMES.items():
        await cache.put(key, b"x", ttl_s=60, name=name)


@pytest.mark.parametrize(
    ("pattern", "forgotten"),
    [
        ("topic:*", "abc"),
        ("Topic: PHOTOSYNTHESIS", "ab"),
        ("topic:photo", ""),
        ("topic:photo*", "ab"),
        ("explanation:*", "bc"),
        ("explanation:python (programming language)", "c"),
        ("photosynthesis", ""),
        ("*", "abcd"),
    ],
)
async def test_what_a_pattern_means_is_forgotten_and_counted(cache: Cache, pattern: str, forgotten: str) -> None:
    await fill(cache)
    assert await cache.invalidate(pattern) == len(forgotten)
    left = [key for key in NAMES if await cache.get(key) is not None]
    assert left == [key for key in NAMES if key not in forgotten]
    assert await cache.invalidate(pattern) == 0


async def test_a_name_comes_back_with_its_entry(cache: Cache, clock: FakeClock) -> None:
    await fill(cache)
    assert await cache.get("c") == CacheEntry(b"x", clock.now(), NAMES["c"])
    await cache.put("c", b"y", ttl_s=60)
    assert await cache.get("c") == CacheEntry(b"y", clock.now())


async def test_what_has_expired_is_not_counted(cache: Cache, clock: FakeClock) -> None:
    await fill(cache)
    clock.advance(60)
    assert await cache.invalidate("topic:*") == 0


async def test_no_pattern_forgets_nothing(cache: Cache) -> None:
    await fill(cache)
    with pytest.raises(UserInputError):
        await cache.invalidate(" ")
    assert (await cache.stats()).items == 4
