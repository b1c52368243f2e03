from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from knowalledge_desktop.core.errors import StorageReadOnly, UserInputError
from knowalledge_desktop.port.routes import Health, Routes, is_loopback_name
from knowalledge_desktop.port.server import ADDRESS, CONNECTION_LIMIT, HEADER_LIMIT, Port

HEALTHY = Health("1.2.3", 12.3456, library_ok=True, cache_items=3, cache_bytes=4096)
FAILING = Health("1.2.3", 1.0, library_ok=False, cache_items=0, cache_bytes=0)


class Program:
    """What the port looks at."""

    def __init__(self, health: Health | Exception = HEALTHY) -> None:
        self.health = health

    async def metrics(self) -> bytes:
        return b"# HELP x X.\n# TYPE x counter\nx_total 1.0\n"

    async def look(self) -> Health:
        if isinstance(self.health, Exception):
            raise self.health
        return self.health

    def routes(self) -> Routes:
        return Routes(metrics=self.metrics, health=self.look, now=lambda: 1_800_000_000.0)


@asynccontextmanager
async def serving(program: Program | None = None, *, idle_s: float = 30.0) -> AsyncIterator[int]:
    port = Port((program or Program()).routes(), idle_s=idle_s)
    try:
        yield await port.start(0)
    finally:
        await port.aclose()


async def exchange(port: int, data: bytes) -> bytes:
    """Everything the port says until it closes."""
    reader, writer = await asyncio.open_connection(ADDRESS, port)
    writer.write(data)
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def get(
    port: int, target: str, *, method: str = "GET", host: str = "127.0.0.1", more: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body."""
    said = await exchange(
        port, f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode()
    )
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body


async def test_metrics() -> None:
    async with serving() as port:
        status, headers, body = await get(port, "/metrics")
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert body == await Program().metrics()
    assert int(headers["content-length"]) == len(body)


async def test_health_and_ready() -> None:
    async with serving() as port:
        status, headers, body = await get(port, "/api/health?verbose=1")
        assert (status, headers["content-type"]) == (200, "application/json")
        assert json.loads(body) == {
            "status": "ok",
            "version": "1.2.3",
            "uptime_s": 12.346,
            "library": "ok",
            "cache": {"items": 3, "size_bytes": 4096},
        }
        status, _, body = await get(port, "/api/ready")
        assert (status, json.loads(body)) == (200, {"ready": True})


async def test_a_failing_library_is_not_ready() -> None:
    async with serving(Program(FAILING)) as port:
        status, _, body = await get(port, "/api/health")
        assert (status, json.loads(body)["library"]) == (503, "failing")
        status, headers, _ = await get(port, "/api/ready")
        assert (status, headers["content-type"]) == (503, "application/problem+json")


async def test_known_errors_become_problem_documents() -> None:
    async with serving(Program(StorageReadOnly("library.db"))) as port:
        status, headers, body = await get(port, "/api/health")
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert json.loads(body)["type"] == "urn:knowalledge:problem:storage-read-only"


async def test_a_bug_answers_500_and_is_reported_to_the_loop() -> None:
    reported: list[BaseException | None] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context.get("exception")))
    bug = ZeroDivisionError("secret detail")
    async with serving(Program(bug)) as port:
        status, _, body = await get(port, "/api/health")
    assert status == 500
    assert b"secret" not in body
    assert reported == [bug]


async def test_unknown_addresses_and_methods() -> None:
    async with serving() as port:
        status, headers, body = await get(port, "/")
        assert (status, headers["content-type"]) == (404, "application/problem+json")
        assert json.loads(body)["status"] == 404
        for method in ("POST", "DELETE", "OPTIONS", "TRACE"):
            status, headers, _ = await get(port, "/metrics", method=method)
            assert (status, headers["allow"]) == (405, "GET, HEAD")


async def test_head_has_the_length_and_no_body() -> None:
    async with serving() as port:
        status, headers, body = await get(port, "/metrics", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) == len(await Program().metrics())


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:80"])
async def test_loopback_names_are_answered(host: str) -> None:
    async with serving() as port:
        assert (await get(port, "/metrics", host=host))[0] == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1", "[::1", "localhost:x"],
)
async def test_other_names_are_refused_whatever_they_ask_for(host: str) -> None:
    async with serving() as port:
        for target in ("/metrics", "/api/health", "/nothing"):
            status, headers, body = await get(port, target, host=host)
            assert (status, headers["content-type"]) == (403, "application/problem+json")
            assert b"x_total" not in body


def test_names() -> None:
    assert is_loopback_name("::1")
    assert not is_loopback_name("fe80::1:80")


async def test_two_hosts_or_none_are_bad() -> None:
    async with serving() as port:
        for headers in ("Host: localhost\r\nHost: evil\r\n", ""):
            said = await exchange(port, f"GET /metrics HTTP/1.1\r\n{headers}\r\n".encode())
            assert said.startswith(b"HTTP/1.1 400 ")
        assert (await exchange(port, b"GET /metrics HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /metrics HTTP/x\r\nHost: localhost\r\n\r\n", b"400"),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (4 * HEADER_LIMIT), b"431"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_the_connection_closed(data: bytes, status: bytes) -> None:
    async with serving() as port:
        said = await exchange(port, data)
        assert said.split(b" ")[1] == status
        assert (await get(port, "/metrics"))[0] == 200  # and the port lives on


async def test_one_connection_carries_many_requests_pipelined_too() -> None:
    one = b"GET /api/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /api/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    async with serving() as port:
        assert (await exchange(port, one * 20 + last)).count(b'{"ready": true}') == 21


async def test_a_silent_or_slow_connection_is_closed() -> None:
    async with serving(idle_s=0.02) as port:
        assert await exchange(port, b"") == b""
        assert await exchange(port, b"GET /metrics HTT") == b""


async def test_closing_ends_open_connections_and_listening() -> None:
    port = Port(Program().routes())
    number = await port.start(0)
    reader, writer = await asyncio.open_connection(ADDRESS, number)
    writer.write(b"GET /api/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"true}")
    await port.aclose()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(ADDRESS, number)
    await port.aclose()


async def test_it_listens_on_the_loopback_address_only() -> None:
    port = Port(Program().routes())
    await port.start(0)
    assert port._server is not None
    assert [s.getsockname()[0] for s in port._server.sockets] == ["127.0.0.1"]
    await port.aclose()


async def test_too_many_connections_are_turned_away() -> None:
    async with serving() as port:
        held = [await asyncio.open_connection(ADDRESS, port) for _ in range(CONNECTION_LIMIT)]
        for reader, writer in held:  # each is known to be open
            writer.write(b"GET /api/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.readuntil(b"true}")
        assert await exchange(port, b"") == b""
        for _, writer in held:
            writer.close()
            await writer.wait_closed()


async def test_a_port_in_use_or_out_of_range_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(UserInputError, match=f"Port {number} is in use"):
            await Port(Program().routes()).start(number)
    with pytest.raises(UserInputError, match="no port number"):
        await Port(Program().routes()).start(65536)
