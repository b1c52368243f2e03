"""Several processes of several members share one quota in a real Redis, whatever happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.redis_servers import RedisServer
from tests.support.team_runs import Size, run


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


def test_members_together_use_the_limit_and_never_pass_it(
    tmp_path: Path, redis: RedisServer, *, long: bool
) -> None:
    size = Size(processes=8, seconds=20.0, rpm=15, minute_s=2.0) if long else Size()
    found = run(tmp_path, size, lambda _: redis.url)
    print(f"\nhealthy: {found}")
    assert found.worst <= found.limit
    assert found.refused == 0
    assert set(found.states) == {"together"}
