"""The program of two members of a team: what one has asked is there for the other, also at the same time."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from knowalledge_desktop.__main__ import port_for
from knowalledge_desktop.bootstrap import build_services
from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.main import run
from tests.support.gateway import command, environ, start
from tests.support.limits_count import HiddenLimits
from tests.support.limits_server import LimitsServer
from tests.support.redis_servers import RedisServer

QUOTA, UNAVAILABLE = 5, 6


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


def joined(told: Mapping[str, str], redis_url: str, key: str, name: str) -> None:
    """A member joins with the key that is piped in."""
    out, err = io.StringIO(), io.StringIO()
    words = ("team", "join", redis_url, "--member", name)
    console = Console(io.StringIO(key + "\n"), out, err)
    code = run(words, lambda more: build_services({**told, **more}), port_for, console)
    assert code == 0, err.getvalue()
    assert key not in out.getvalue() + err.getvalue()


def test_two_members_share_a_cache_and_one_call(tmp_path: Path, redis: RedisServer) -> None:
    with LimitsServer(HiddenLimits(), latency=(0.8, 0.8)) as server:
        first = environ(tmp_path / "first", server.url)
        code, key, err = command(first, "team", "make", redis.url, "--member", "First")
        assert code == 0, err
        second = environ(tmp_path / "second", server.url)
        joined(second, redis.url, key.strip(), "Second")
        members = [told | {"KNOWALLEDGE_TEAM_KEY": key.strip()} for told in (first, second)]
        words = ("explain", "Tides", "--engine", "gemini", "--json")
        outs = [process.communicate(timeout=60) for process in [start(told, *words) for told in members]]
        answers = [json.loads(out) for out, _ in outs]
        assert [entry.topic for entry in server.log] == ["Tides"]
        assert sorted(answer["from_cache"] for answer in answers) == [False, True]
        assert len({answer["text"] for answer in answers}) == 1

        code, out, _ = command(members[1], "team", "status", "--json")
        told = json.loads(out)
        assert (code, told["state"], told["saved"]) == (0, "together", 1)
        assert {row["name"]: row["used_today"] for row in told["members"]} == {"First": 1, "Second": 0} or {
            row["name"]: row["used_today"] for row in told["members"]
        } == {"First": 0, "Second": 1}
        files = [path for home in ("first", "second") for path in (tmp_path / home).rglob("*") if path.is_file()]
        assert not [str(path) for path in files if key.strip().encode() in path.read_bytes()]

        redis.kill()
        code, out, err = command(members[0], "explain", "Tides", "--json")
        assert json.loads(out)["from_cache"]
        assert command(members[0], "team", "test")[0] == UNAVAILABLE
        code, out, err = command(members[0], "explain", "Waves", "--engine", "gemini", "--json")
        assert (code, out) == (QUOTA, "")
        assert "your own share" in err
        code, out, _ = command(members[0], "explain", "Physics", "--json")
        assert json.loads(out)["substitute"]["because"] == "TeamApart"
        assert [entry.topic for entry in server.log] == ["Tides"]
