"""The team's Redis as it is shipped: a whole team works over TLS by its users, and may do nothing else there."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import pytest
import redis as redis_client
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.redis_cache import RedisCache
from knowalledge_desktop.adapters.redis_link import RedisLink, Target
from knowalledge_desktop.adapters.redis_quota import RedisQuota
from knowalledge_desktop.core.codec import encode_answer
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Refused, Used
from knowalledge_desktop.core.quota_rules import pacific_day
from knowalledge_desktop.core.request import Answer
from knowalledge_desktop.core.team import Lengths, TeamState
from knowalledge_desktop.core.team_address import TeamKey, parse_address
from knowalledge_desktop.gateway_team import TeamParts, team_parts
from tests.support.examples import GEMINI
from tests.support.redis_servers import Cluster
from tests.support.shipped_redis import PASSWORD, SHIPPED, USER, ShippedRedis
from tests.support.team_runs import KEY

TEAM = TeamKey.of(KEY)
BUCKET = Bucket("default", "gemini-3.5-flash-lite")
NEED = Demand(100)
PAYLOAD = encode_answer(
    Answer(ExplanationText("Tides rise.", (), (), complete=True), GEMINI, Usage(3, 4), quality=0.8)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedRedis]:
    with ShippedRedis(tmp_path_factory.mktemp("shipped") / "redis") as found:
        yield found


@pytest.fixture
def member(server: ShippedRedis) -> Iterator[redis_client.Redis]:
    with client(server, USER, PASSWORD) as found:
        yield found


def client(server: ShippedRedis, user: str | None, password: str | None) -> redis_client.Redis:
    return redis_client.Redis(
        host="localhost",
        port=server.port,
        username=user,
        password=password,
        ssl=True,
        ssl_ca_certs=server.ca,
        protocol=2,
        socket_timeout=10.0,
        retry=Retry(NoBackoff(), 1),
    )


async def password() -> str | None:
    return PASSWORD


@asynccontextmanager
async def team(server: ShippedRedis, home: Path, limits: Limits) -> AsyncIterator[list[TeamParts]]:
    """Two members."""
    target = Target(parse_address(server.url), TEAM, password, server.ca)
    made: list[TeamParts] = []
    for number in range(2):
        own = LedgerDb(home / f"member-{number}" / "ledger.db", SystemClock(), defaults=lambda _: limits)
        made.append(
            team_parts(
                own,
                SystemClock(),
                target=lambda: target,
                team_id=lambda: TEAM.team_id,
                member_name=lambda name=f"Member {number}": name,
                state=home / f"member-{number}",
                spawn=lambda work: asyncio.get_running_loop().create_task(work),
            )
        )
    try:
        await made[0].membership.found(TEAM.team_id)
        yield made
    finally:
        for parts in made:
            await parts.ledger.aclose()
            await parts.aclose()


async def test_a_team_shares_its_quota_its_answers_and_its_questions(server: ShippedRedis, tmp_path: Path) -> None:
    async with team(server, tmp_path, Limits(rpm=4, rpd=100)) as (one, two):
        assert await one.quota.unfit() == ""
        assert await one.quota.advice() == ()
        assert await one.membership.ready()
        assert await two.membership.ready()
        assert await one.membership.look() is TeamState.TOGETHER

        told = [await (one, two)[n % 2].ledger.reserve(BUCKET, NEED, reservation=f"r{n}") for n in range(6)]
        # A tenth of what is each one's share is kept free for it; of four requests that is none.
        assert [isinstance(each, Admitted) for each in told] == [True] * 4 + [False] * 2
        assert isinstance(told[5], Refused)
        assert told[5].metric is Metric.RPM
        await one.ledger.settle("r0", Used(90))
        await one.ledger.give_back("r2")
        assert isinstance(await two.ledger.reserve(BUCKET, NEED, reservation="r6"), Admitted)
        used = await one.quota.used_today(BUCKET, pacific_day(SystemClock().now()))
        assert sorted(used.values()) == [1, 3]
        await one.ledger.learn(BUCKET, quota_id="GenerateRequestsPerMinute", limit=4, until=None)
        await one.quota.unlearn(BUCKET)

        await one.cache.put("k", PAYLOAD, ttl_s=60.0, name="explanation:tides")
        entry = await two.cache.get("k")
        assert entry is not None
        assert entry.name == "explanation:tides"
        assert await two.cache.saved_by_team() == 1
        assert (await two.cache.stats()).items == 1
        assert await two.cache.invalidate("explanation:*") == 1

        async with one.leases.hold("question") as mine:
            async with two.leases.hold("question") as theirs:
                assert (mine, theirs) == (True, False)
            listening = asyncio.ensure_future(two.leases.news("question"))
            await asyncio.sleep(0)
        await listening
        assert (one.link.trouble, two.link.trouble) == ("", "")


REFUSED = [
    "KEYS *",
    "FLUSHALL",
    "FLUSHDB",
    "SWAPDB 0 1",
    "CONFIG GET *",
    "CONFIG SET maxmemory-policy allkeys-lru",
    "ACL LIST",
    "ACL SETUSER other on nopass ~* +@all",
    "SHUTDOWN NOSAVE",
    "DEBUG SLEEP 0",
    "MONITOR",
    "SAVE",
    "BGREWRITEAOF",
    "REPLICAOF no one",
    "CLIENT KILL TYPE normal",
    "CLIENT LIST",
    "MODULE LIST",
    "SCRIPT FLUSH",
    "SCRIPT KILL",
    "FUNCTION LIST",
    "SLOWLOG GET",
    "LATENCY LATEST",
    "MIGRATE localhost 1 kae:x 0 1",
    "SORT kae:x",
    "CLUSTER NODES",
    "CLUSTER RESET",
    "RESTORE kae:x 0 x",
    "SET other x",
    "GET other",
    "DEL other",
    "RENAME kae:x other",
    "COPY kae:x other",
    "PUBLISH other x",
    "SUBSCRIBE other",
    "EVAL return(redis.call('set',KEYS[1],'x')) 1 other",
]


def test_a_member_may_do_what_a_team_needs_and_nothing_else(member: redis_client.Redis) -> None:
    member.set("kae:x", "y")
    assert member.get("kae:x") == b"y"
    done: list[str] = []
    for words in REFUSED:
        try:
            member.execute_command(*words.split(" "))
        except NoPermissionError:
            continue
        except RedisError as error:  # a script is told its refusal as an error of its own
            if "permission" in str(error).lower() or "DEBUG command not allowed" in str(error):
                continue
            done.append(f"{words}: {error}")
            continue
        done.append(words)
    assert done == []
    assert member.delete("kae:x") == 1


async def test_the_user_finds_its_way_in_a_cluster_too(tmp_path: Path) -> None:
    lines = (SHIPPED / "users.acl").read_text().splitlines()
    rules = next(line for line in lines if line.startswith("user member ")).split()[2:]
    with Cluster(tmp_path) as cluster:
        for node in cluster.nodes:
            words = [f">{PASSWORD}" if rule.startswith("#") else rule for rule in rules]
            assert node.asked("ACL", "SETUSER", USER, "reset", *words).startswith("+OK")
        target = Target(parse_address(cluster.url.replace("//", f"//{USER}@")), TEAM, password)
        link = RedisLink(lambda: target, SystemClock(), slack=8.0)
        assert await RedisQuota(link, SystemClock(), Lengths()).unfit() == ""
        cache = RedisCache(link, SystemClock())
        await cache.put("k", PAYLOAD, ttl_s=60.0, name="explanation:tides")
        assert await cache.get("k") is not None
        assert await cache.invalidate("explanation:*") == 1
        assert link.trouble == ""
        await link.aclose()


def test_a_script_may_do_no_more_than_its_user(member: redis_client.Redis) -> None:
    for script in ("return redis.call('flushall')", "return redis.call('keys', '*')"):
        with pytest.raises(RedisError, match=r"(?i)permission|not allowed|can't run"):
            member.eval(script, 0)


def test_nobody_comes_in_without_a_name(server: ShippedRedis) -> None:
    for user, word in ((None, None), (None, PASSWORD), (USER, None), (USER, "wrong"), ("nobody", PASSWORD)):
        with client(server, user, word) as other, pytest.raises((AuthenticationError, NoPermissionError)):
            other.ping()
    with client(server, "health", "anything") as health:
        assert health.ping()
        with pytest.raises(NoPermissionError):
            health.get("kae:x")


def test_nothing_is_said_without_tls(server: ShippedRedis) -> None:
    with socket.create_connection(("localhost", server.port), timeout=10.0) as line:
        line.sendall(b"PING\r\n")
        answer = b""
        with suppress(ConnectionError):
            answer = line.recv(64)
    assert b"PONG" not in answer


def test_the_password_stands_in_no_file(server: ShippedRedis) -> None:
    found = [path for path in server.folder.rglob("*") if path.is_file()]
    assert {path.name for path in found} >= {"users.acl", "redis.conf", "ca.crt"}
    assert [path.name for path in found if PASSWORD.encode() in path.read_bytes()] == []
    told = cast("str", (server.folder / "users.acl").read_text())
    assert hashlib.sha256(PASSWORD.encode()).hexdigest() in told
    assert (server.tls / "redis.key").stat().st_mode & 0o077 == 0
    assert (server.tls / "ca.key").stat().st_mode & 0o077 == 0


def test_what_was_counted_is_there_when_it_was_killed(server: ShippedRedis, member: redis_client.Redis) -> None:
    member.set("kae:after", "1")
    server.kill()
    server.start()
    assert member.get("kae:after") == b"1"
