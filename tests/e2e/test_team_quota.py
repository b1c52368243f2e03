"""Several processes of several members share one quota in a real Redis, whatever happens to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.limits_server import LimitsServer
from tests.support.redis_servers import Cluster, Proxy, RedisServer, Sentinel
from tests.support.team_runs import Outcome, Size, run

LEAST_USE = 0.85
LONG = Size(processes=8, seconds=20.0, rpm=15, minute_s=2.0)
SHORT = Size(processes=3, seconds=2.5, rpm=12, minute_s=1.0)

Harm = Callable[[RedisServer], None]


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    return LONG if request.config.getoption("--long") else SHORT


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


def told(name: str, found: Outcome) -> None:
    """Print what was seen, and hold it to the limit."""
    print(f"\n{name}: {found}")
    assert found.worst <= found.limit
    assert found.refused == 0


def wait_for_members(server: RedisServer, count: int = 3) -> None:
    """Until so many are known there; the machine may be busy starting them."""
    for _ in range(600):
        found = server.asked("KEYS", "kae:q:*:members").split("\r\n")
        if len(found) > 2 and server.asked("HLEN", found[2]).strip() == f":{count}":
            return
        time.sleep(0.05)
    raise TimeoutError("the members did not come")


def pause(server: RedisServer, seconds: float) -> None:
    server.pause()
    time.sleep(seconds)
    server.go_on()


def restart(server: RedisServer) -> None:
    server.kill()
    time.sleep(0.3)
    server.start()


# --- in the normal run --------------------------------------------------------------------------------------


def test_members_together_use_the_limit_and_never_pass_it(tmp_path: Path, redis: RedisServer, size: Size) -> None:
    found = run(tmp_path, size, lambda _: redis.url)
    told("healthy", found)
    assert set(found.states) == {"together"}
    assert found.use >= LEAST_USE or size is SHORT  # a short run is mostly beginning and end


def test_after_a_pause_they_are_together_again(tmp_path: Path, redis: RedisServer) -> None:
    def harm(_: LimitsServer) -> None:
        wait_for_members(redis)
        pause(redis, 1.0)

    size = replace(SHORT, seconds=4.0)
    found = run(tmp_path, size, lambda _: redis.url, harm)
    told("paused", found)
    assert found.together_last


# --- in full size -------------------------------------------------------------------------------------------


def harms(server: RedisServer, size: Size) -> dict[str, Callable[[], None]]:
    """What is done to a server, by name."""

    def forget_scripts() -> None:
        for _ in range(20):
            server.asked("SCRIPT", "FLUSH")
            time.sleep(0.2)

    def lose_replies() -> None:
        for _ in range(8):  # each pause falls into some commands whose answers then come too late
            pause(server, 0.4)
            time.sleep(0.7)

    return {
        "paused": lambda: pause(server, size.seconds / 2),
        "killed": server.kill,
        "restarted empty": lambda: restart(server),
        "scripts flushed": forget_scripts,
        "replies lost": lose_replies,
        "restarted thrice": lambda: [(restart(server), time.sleep(3.0)) for _ in range(3)] and None,
    }


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["paused", "killed", "restarted empty", "scripts flushed", "replies lost", "restarted thrice"]
)
def test_no_harm_makes_them_pass_the_limit(name: str, tmp_path: Path, redis: RedisServer) -> None:
    def harm(_: LimitsServer) -> None:
        wait_for_members(redis)
        time.sleep(1.0)
        harms(redis, LONG)[name]()

    told(name, run(tmp_path, LONG, lambda _: redis.url, harm))


@pytest.mark.long
def test_restarted_with_its_log_of_changes(tmp_path: Path) -> None:
    options = ("--appendonly", "yes", "--appendfsync", "everysec")
    with RedisServer(tmp_path / "redis", *options) as redis:

        def harm(_: LimitsServer) -> None:
            wait_for_members(redis)
            restart(redis)

        told("restarted with AOF", run(tmp_path, LONG, lambda _: redis.url, harm))


@pytest.mark.long
def test_one_of_three_members_is_cut_off(tmp_path: Path, redis: RedisServer) -> None:
    with Proxy(redis.port) as line:

        def harm(_: LimitsServer) -> None:
            wait_for_members(redis)
            time.sleep(1.0)
            line.stop()
            time.sleep(9.0)
            line.go_on()

        found = run(tmp_path, LONG, lambda member: line.url if member == 1 else redis.url, harm)
    told("one cut off", found)
    assert found.states.get("apart", 0) > 0
    assert found.use >= LEAST_USE - 0.1  # while it was away, a third was kept free for it


@pytest.mark.long
def test_another_server_takes_over(tmp_path: Path) -> None:
    with Sentinel(tmp_path / "servers") as servers:

        def harm(_: LimitsServer) -> None:
            wait_for_members(servers.leader)
            time.sleep(1.0)
            servers.fail_over()

        found = run(tmp_path, LONG, lambda _: servers.url, harm)
    told("failed over", found)


@pytest.mark.long
def test_a_cluster_of_three(tmp_path: Path) -> None:
    with Cluster(tmp_path / "servers") as servers:
        found = run(tmp_path, LONG, lambda _: servers.url)
    told("cluster", found)
    assert set(found.states) == {"together"}
