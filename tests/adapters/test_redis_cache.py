"""The team's layer of the cache over a real Redis: whatever stands there, only members' answers come out."""

from __future__ import annotations

import json
import os
import pickle
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import redis as redis_client

from knowalledge_desktop.adapters import redis_envelope
from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.redis_cache import RedisCache
from knowalledge_desktop.adapters.redis_link import RedisLink, Target
from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.ports import CacheEntry
from knowalledge_desktop.core.request import Answer
from knowalledge_desktop.core.team_address import TeamKey, parse_address
from tests.support.examples import GEMINI
from tests.support.redis_servers import RedisServer
from tests.support.team_runs import KEY

NOW = 1_800_000_000.0
"""Signed and expiring far from now."""


class Shop:
    """A cache of the team, and a person who can write into its Redis."""

    def __init__(self, server: RedisServer) -> None:
        self.team = TeamKey.of(KEY)
        target = Target(parse_address(server.url), self.team, _none)
        self.link = RedisLink(lambda: target, SystemClock(), slack=20.0)
        self.cache = RedisCache(self.link, SystemClock())
        self.raw = redis_client.Redis(port=server.port)

    def name(self, key: str) -> str:
        return f"kae:c:{self.team.team_id}:{key}"

    def signed(self, key: str, body: bytes) -> bytes:
        """As somebody would who has the team's key."""
        mac = redis_envelope._mac(self.team.signing, self.name(key), body)
        return redis_envelope._MAGIC + mac + body


async def _none() -> str | None:
    return None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as found:
        yield found


@pytest.fixture
async def shop(server: RedisServer) -> AsyncIterator[Shop]:
    found = Shop(server)
    found.raw.flushall()
    yield found
    await found.link.aclose()
    found.raw.close()


PAYLOAD = encode_answer(
    Answer(ExplanationText("Tides rise.", (), (), complete=True), GEMINI, Usage(3, 4), quality=0.8)
)


async def test_what_a_member_stores_another_finds(shop: Shop) -> None:
    await shop.cache.put("k", PAYLOAD, ttl_s=60.0, name="explanation:tides")
    entry = await shop.cache.get("k")
    assert entry is not None
    assert (json.loads(entry.payload), entry.name) == (json.loads(PAYLOAD), "explanation:tides")
    assert (shop.cache.saved, await shop.cache.saved_by_team(), shop.cache.refused) == (1, 1, 0)
    assert 0 < shop.raw.pttl(shop.name("k")) <= 60_000


async def test_a_half_character_is_kept(shop: Shop) -> None:
    payload = PAYLOAD.replace(b'"markdown":"', b'"markdown":"' + "\ud83d".encode("utf-8", "surrogatepass"))
    await shop.cache.put("k", payload, ttl_s=60.0)
    entry = await shop.cache.get("k")
    assert entry is not None
    assert decode_answer(entry.payload) == decode_answer(payload)


def _deep(shop: Shop) -> bytes:
    return shop.signed("k", zlib.compress(b"[" * 10_000 + b"]" * 10_000))


def _deep_answer(shop: Shop) -> bytes:
    deep = b'{"answer":' + b"[" * 10_000 + b"]" * 10_000 + b',"expires_at":9e9,"name":"","stored_at":1.0}'
    return shop.signed("k", zlib.compress(deep))


def _other_key(shop: Shop) -> bytes:
    entry = CacheEntry(PAYLOAD, NOW)
    return redis_envelope.seal(shop.team.signing, shop.name("another"), entry, NOW + 1e9)


def _other_team(shop: Shop) -> bytes:
    other = TeamKey.of("kaet_" + "B" * 43)
    return redis_envelope.seal(other.signing, shop.name("k"), CacheEntry(PAYLOAD, NOW), NOW + 1e9)


def _foreign_namespace(shop: Shop) -> bytes:
    name = "kae:c:0123456789abcdef:k"
    return redis_envelope.seal(shop.team.signing, name, CacheEntry(PAYLOAD, NOW), NOW + 1e9)


def _flipped(shop: Shop) -> bytes:
    good = redis_envelope.seal(shop.team.signing, shop.name("k"), CacheEntry(PAYLOAD, NOW), NOW + 1e9)
    return good[:-1] + bytes([good[-1] ^ 1])


def _body(shop: Shop, **changes: object) -> bytes:
    told = {"answer": json.loads(PAYLOAD), "expires_at": 9e9, "name": "", "stored_at": 1.0} | changes
    return shop.signed("k", zlib.compress(redis_envelope._canonical(told)))


POISONS: dict[str, Callable[[Shop], bytes]] = {
    "wrong signature": lambda shop: redis_envelope._MAGIC + b"\0" * 32 + zlib.compress(PAYLOAD),
    "one bit": _flipped,
    "a bomb": lambda shop: shop.signed("k", zlib.compress(b" " * 60_000_000, 1)),
    "10,000 deep": _deep,
    "10,000 deep inside": _deep_answer,
    "the key of another value": _other_key,
    "the key of another team": _other_team,
    "another namespace": _foreign_namespace,
    "a pickle": lambda _: pickle.dumps({"answer": 1}),
    "a signed pickle": lambda shop: shop.signed("k", zlib.compress(pickle.dumps({"answer": 1}))),
    "not in its one form": lambda shop: shop.signed("k", zlib.compress(json.dumps({"answer": 1}).encode())),
    "more fields": lambda shop: _body(shop, more=1),
    "no answer": lambda shop: _body(shop, answer={"v": 1}),
    "no time": lambda shop: _body(shop, stored_at=True),
    "after the end": lambda shop: shop.signed("k", zlib.compress(b"{}") + b"more"),
    "cut off": lambda shop: shop.signed("k", zlib.compress(PAYLOAD)[:-4]),
    "nothing but a head": lambda _: redis_envelope._MAGIC,
}


@pytest.mark.parametrize("poison", POISONS)
async def test_what_is_not_a_members_is_a_miss_and_counted(shop: Shop, poison: str) -> None:
    shop.raw.set(shop.name("k"), POISONS[poison](shop))
    assert await shop.cache.get("k") is None
    assert (shop.cache.refused, shop.cache.saved) == (1, 0)
    assert not shop.raw.exists(shop.name("k"))
    shop.raw.set(shop.name("k"), b"again")
    assert await shop.cache.get("k") is None
    assert shop.cache.refused == 1  # in quarantine: not read again
    await shop.cache.put("k", PAYLOAD, ttl_s=60.0)
    assert await shop.cache.get("k") is not None


async def test_fifty_megabytes_are_not_even_read(shop: Shop, server: RedisServer) -> None:
    server.asked("SETRANGE", shop.name("k"), str(50_000_000 - 1), "x")
    assert await shop.cache.get("k") is None
    assert shop.cache.refused == 1
    assert not shop.raw.exists(shop.name("k"))


async def test_another_kind_of_value_is_a_miss(shop: Shop) -> None:
    shop.raw.rpush(shop.name("k"), "a", "b")
    assert await shop.cache.get("k") is None
    assert shop.cache.refused == 1


async def test_too_large_a_value_stays_with_its_member(shop: Shop) -> None:
    noise = os.urandom(2_200_000).hex()
    large = PAYLOAD.replace(b'"markdown":"', b'"markdown":"' + noise.encode())
    await shop.cache.put("k", large, ttl_s=60.0)
    assert not shop.raw.keys("*")


async def test_patterns_are_forgotten_by_looking_and_never_all_at_once(shop: Shop, server: RedisServer) -> None:
    for number in range(30):
        name = f"explanation:tide {number}" if number % 3 else f"subtopics:wave {number}"
        await shop.cache.put(f"k{number}", PAYLOAD, ttl_s=60.0, name=name)
    shop.raw.set("kae:c:0123456789abcdef:foreign", b"x")
    server.asked("CONFIG", "RESETSTAT")
    assert (await shop.cache.stats()).items == 30
    assert await shop.cache.invalidate("explanation:*") == 20
    assert (await shop.cache.stats()).items == 10
    assert await shop.cache.clear() == 10
    assert shop.raw.exists("kae:c:0123456789abcdef:foreign")
    told = server.asked("INFO", "commandstats")
    assert "cmdstat_scan:" in told
    assert "cmdstat_keys:" not in told


async def test_without_a_server_everything_is_a_miss_at_once(shop: Shop, tmp_path: Path) -> None:
    target = Target(parse_address("redis://127.0.0.1:1"), shop.team, _none)
    cache = RedisCache(RedisLink(lambda: target, SystemClock()), SystemClock())
    assert await cache.get("k") is None
    await cache.put("k", PAYLOAD, ttl_s=60.0)
    assert await cache.get("k") is None
