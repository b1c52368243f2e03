"""The way to a team's Redis: each hop that can fail does, says why, and what to do about it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.hops import Hop
from knowalledge_desktop.adapters.redis_hops import RedisHops, with_next_step
from knowalledge_desktop.adapters.team_access import TeamAccess
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.diagnosis import DiagnosisService
from tests.support.fakes import MemorySecrets
from tests.support.redis_servers import RedisServer, free_port
from tests.support.shipped_redis import PASSWORD, ShippedRedis, make_certificates
from tests.support.team_runs import KEY

ALL = ["key", "name", "connection", "certificate", "sign-in", "rights", "memory", "log of changes"]
PLAIN = [name for name in ALL if name != "certificate"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedRedis]:
    with ShippedRedis(tmp_path_factory.mktemp("shipped") / "redis") as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as found:
        yield found


async def walked(
    url: str, *, ca: str = "", key: str | None = KEY, password: str | None = None, plain: bool = False
) -> tuple[Hop, ...]:
    settings = replace(Settings(), team_url=url, team_ca=ca, team_plain=plain)
    access = TeamAccess(lambda: settings, MemorySecrets(key), MemorySecrets(password))
    return await RedisHops(access, lambda: settings, SystemClock(), patience_s=0.5).walk()


def names(hops: tuple[Hop, ...]) -> list[str]:
    return [hop.name for hop in hops]


def failed(hops: tuple[Hop, ...], name: str) -> str:
    """What the last hop tells, which is the only one that has failed."""
    assert [hop.name for hop in hops if not hop.passed] == [name] == names(hops)[-1:]
    return hops[-1].text


async def test_a_redis_as_it_is_shipped_is_all_right(shipped: ShippedRedis) -> None:
    hops = await walked(shipped.url, ca=shipped.ca, password=PASSWORD)
    assert names(hops) == ALL
    assert all(hop.passed for hop in hops), hops
    told = {hop.name: hop.text for hop in hops}
    assert told["sign-in"] == "as member"
    assert "TLSv1.3" in told["certificate"]
    assert told["log of changes"].startswith("kept")
    assert PASSWORD not in str(hops)
    assert KEY not in str(hops)


async def test_without_a_team_there_is_no_way() -> None:
    assert await walked("") == ()


async def test_what_this_device_lacks() -> None:
    assert "confirm that the network" in failed(await walked("redis://cache.example:6379"), "address")
    assert "knowalledge team join" in failed(await walked("rediss://cache.example:6379", key=None), "key")


async def test_a_name_that_nobody_has_and_a_door_that_nobody_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", unknown)
        assert "team’s network?" in failed(await walked("rediss://no-such-server.invalid:6379"), "name")
    assert "is the port right" in failed(await walked(f"redis://127.0.0.1:{free_port()}"), "connection")


async def test_of_several_servers_one_is_enough(server: RedisServer) -> None:
    url = f"redis+cluster://127.0.0.1:{free_port()},127.0.0.1:{server.port}"
    told = {hop.name: hop for hop in await walked(url)}
    assert "1 of 2 servers not" in told["connection"].text
    alone = f"redis+cluster://127.0.0.1:{server.port}"
    assert "Leave +cluster away" in failed(await walked(alone), "sign-in")


async def test_a_certificate_that_is_not_trusted(shipped: ShippedRedis, tmp_path: Path) -> None:
    assert "--ca" in failed(await walked(shipped.url, password=PASSWORD), "certificate")
    other = str(make_certificates(tmp_path / "other", "localhost") / "ca.crt")
    assert "not trusted" in failed(await walked(shipped.url, ca=other, password=PASSWORD), "certificate")
    gone = str(tmp_path / "gone.crt")
    assert "cannot be read" in failed(await walked(shipped.url, ca=gone, password=PASSWORD), "certificate")
    empty = tmp_path / "empty.crt"
    empty.write_text("nothing\n")
    assert "cannot be read" in failed(await walked(shipped.url, ca=str(empty)), "certificate")


async def test_a_certificate_of_another_name(shipped: ShippedRedis) -> None:
    url = shipped.url.replace("localhost", "127.0.0.2")
    assert "made for another address" in failed(await walked(url, ca=shipped.ca, password=PASSWORD), "certificate")


async def test_tls_that_only_one_side_speaks(shipped: ShippedRedis, server: RedisServer) -> None:
    assert "tls-port" in failed(await walked(server.url.replace("redis:", "rediss:")), "certificate")
    assert "rediss://" in failed(await walked(f"redis://127.0.0.1:{shipped.port}"), "sign-in")


@pytest.mark.parametrize(
    ("url_of", "password", "words"),
    [
        (lambda url: url, None, "Join again with both"),
        (lambda url: url, "wrong", "does not accept the user or the password"),
        (lambda url: url.replace("member@", "nobody@"), PASSWORD, "before the @"),
        (lambda url: url.replace("member@", ""), PASSWORD, "does not accept the user or the password"),
    ],
)
async def test_who_may_not_come_in(shipped: ShippedRedis, url_of, password: str | None, words: str) -> None:  # noqa: ANN001
    told = failed(await walked(url_of(shipped.url), ca=shipped.ca, password=password), "sign-in")
    assert words in told
    assert "wrong" not in told.replace("WRONGPASS", "")


async def test_a_user_who_may_do_too_little(server: RedisServer) -> None:
    for rules, name in (("+@connection", "rights"), ("+@connection +@read +@scripting +time", "rights")):
        server.asked("ACL", "SETUSER", "team", "reset", "on", "nopass", "~kae:*", "&kae:*", *rules.split())
        url = server.url.replace("redis://", "redis://team@")
        assert "users.acl" in failed(await walked(url, password="any"), name)


async def test_a_server_that_may_drop_counts(server: RedisServer) -> None:
    server.asked("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert "Set maxmemory-policy to noeviction" in failed(await walked(server.url), "memory")
    server.asked("CONFIG", "SET", "maxmemory-policy", "noeviction")
    hops = await walked(server.url)
    assert names(hops) == PLAIN
    assert hops[-1].passed
    assert "Set appendonly to yes" in hops[-1].text


async def test_the_doctor_tells_the_way(server: RedisServer) -> None:
    service = DiagnosisService((), (), team=lambda: walked(server.url))
    assert [finding.name for finding in await service.doctor()] == [f"team: {name}" for name in PLAIN]
    service = DiagnosisService((), (), team=lambda: walked("redis://127.0.0.1:1"))
    *_, last = await service.doctor()
    assert (last.name, last.passed, last.exit_code) == ("team: connection", False, 6)


def test_trouble_without_advice_is_a_sentence_all_the_same() -> None:
    assert with_next_step("the client is broken") == "The client is broken."
