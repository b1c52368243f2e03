"""The wire and the edge of the loopback port: who is answered, and who is not."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from knowalledge_desktop.core.errors import StorageReadOnly, UserInputError
from knowalledge_desktop.port.edge import is_loopback_name, is_own_origin, patterns
from knowalledge_desktop.port.rate import Limits, Meter, Pace
from knowalledge_desktop.port.server import ADDRESS, Port
from knowalledge_desktop.port.wire import HEADER_LIMIT
from tests.port.conftest import Client, Serve, settled
from tests.support.cli_services import KEY, TOKEN, Bench

PROBLEM = "application/problem+json"
BODY = json.dumps({"topic": "Jazz"}).encode()


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:80"])
async def test_loopback_names_are_answered(client: Client, host: str) -> None:
    assert (await client.get("/health", host=host)).status == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1", "[::1", "localhost:x"],
)
async def test_other_names_are_refused_whatever_they_ask_for(client: Client, host: str) -> None:
    for target in ("/metrics", "/api/health", "/api/library", "/nothing"):
        reply = await client.get(target, host=host, token=TOKEN)
        assert (reply.status, reply.headers["content-type"]) == (403, PROBLEM)


async def test_two_hosts_or_none_are_bad(client: Client) -> None:
    for headers in ("Host: localhost\r\nHost: evil\r\n", ""):
        said = await client.exchange(f"GET /health HTTP/1.1\r\n{headers}\r\n".encode())
        assert said.startswith(b"HTTP/1.1 400 ")
    assert (await client.exchange(b"GET /health HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 403 ")


async def test_web_pages_get_nothing(client: Client, bench: Bench) -> None:
    own = f"http://127.0.0.1:{client.port}"
    assert (await client.get("/health", Origin=own, Sec_Fetch_Site="same-origin")).status == 200
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", own.replace("http", "https")):
        assert (await client.get("/metrics", Origin=origin)).status == 403
        assert (await client.post("/api/create_subtopics", BODY, Origin=origin)).status == 403
    for site in ("cross-site", "same-site"):
        assert (await client.get("/metrics", Sec_Fetch_Site=site)).status == 403
    reply = await client.ask("OPTIONS", "/api/explain", Origin="https://evil.example")
    assert "access-control-allow-origin" not in reply.headers
    assert bench.engine.asked == []


def test_names_origins_and_patterns() -> None:
    assert is_loopback_name("::1")
    assert not is_loopback_name("fe80::1:80")
    assert is_own_origin("http://localhost:5000", 5000)
    assert not is_own_origin("http://localhost:5000.evil.example", 5000)
    assert not is_own_origin("http://[", 5000)
    told = patterns(("/api/library/{map_id}/export", "/metrics"))
    assert told("/api/library/abc/export") == "/api/library/{map_id}/export"
    assert (told("/metrics"), told("/metrics/"), told("/api/library/a/b/export")) == ("/metrics", "other", "other")


@pytest.mark.parametrize("told", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "ü"])
async def test_without_the_right_token_nothing_is_done(client: Client, bench: Bench, told: str | None) -> None:
    for reply in (
        await client.post("/api/create_subtopics", BODY, token=told),
        await client.get("/api/library", token=told),
        await client.get("/api/library/search?q=jazz", token=told),
        await client.get("/api/library/x/export", token=told),
    ):
        assert (reply.status, reply.headers["content-type"]) == (401, PROBLEM)
        assert reply.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN.encode() not in reply.body
    assert bench.engine.asked == []


async def test_while_no_token_was_made_no_word_opens(client: Client, bench: Bench) -> None:
    bench.port_secrets.key = None
    for word in ("", "None"):
        assert (await client.get("/api/library", token=word)).status == 401


async def test_the_gemini_key_and_the_token_are_in_nothing(client: Client, bench: Bench) -> None:
    await bench.secrets.put(KEY)
    told = b""
    for path in ("/metrics", "/health", "/ready", "/startup", "/api/quota/stats", "/openapi.json", "/api/library"):
        told += (await client.get(path, token=TOKEN)).body
    told += (await client.post("/api/create_subtopics", {"topic": "Jazz"})).body
    assert KEY.encode() not in told
    assert TOKEN.encode() not in told


async def test_the_key_opens_nothing(client: Client, bench: Bench) -> None:
    await bench.secrets.put(KEY)
    assert (await client.get("/api/library", token=KEY)).status == 401


async def test_unknown_addresses_and_methods(client: Client) -> None:
    reply = await client.get("/")
    assert (reply.status, reply.headers["content-type"], reply.json()["status"]) == (404, PROBLEM, 404)
    for method in ("POST", "DELETE", "OPTIONS", "TRACE"):
        reply = await client.ask(method, "/metrics")
        assert (reply.status, reply.headers["content-type"]) == (405, PROBLEM)
        assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert (await client.get("/api/create_subtopics", token=TOKEN)).status == 405


async def test_head_has_the_length_and_no_body(client: Client) -> None:
    reply = await client.ask("HEAD", "/health")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 20


async def test_no_answer_is_kept_or_framed(client: Client) -> None:
    for path in ("/health", "/nothing"):
        headers = (await client.get(path)).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert "server" not in headers


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /metrics HTTP/x\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (4 * HEADER_LIMIT),
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)
async def test_what_cannot_be_read_is_refused_and_the_port_lives_on(client: Client, data: bytes) -> None:
    said = await client.exchange(data)
    assert said.split(b" ")[1] == b"400"
    assert (await client.get("/health")).status == 200


async def test_one_connection_carries_many_requests_pipelined_too(client: Client) -> None:
    one = b"GET /startup HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /startup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert (await client.exchange(one * 20 + last)).count(b'"started"') == 21


async def test_a_silent_or_slow_connection_is_closed(serve: Serve) -> None:
    head = f"POST /api/explain HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    slow = f"{head}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{{".encode()
    async with serve(Limits(idle_s=0.05)) as client:
        assert await client.exchange(b"") == b""
        assert await client.exchange(b"GET /metrics HTT") == b""
        assert (await client.exchange(slow)).startswith(b"HTTP/1.1 408 ")
        answered = await client.exchange(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea")
        assert answered.count(b"HTTP/1.1 200") == 1


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: Client, bench: Bench) -> None:
    head = f"POST /api/explain HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    huge = head + "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
    assert (await client.exchange(huge.encode())).startswith(b"HTTP/1.1 413 ")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    chunked = head + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (await client.exchange(chunked.encode() + chunk + b"1\r\n \r\n")).startswith(b"HTTP/1.1 413 ")
    assert bench.engine.asked == []


async def test_closing_ends_open_connections_and_listening(bench: Bench) -> None:
    port = Port(bench.services())
    number = await port.start(0)
    reader, writer = await asyncio.open_connection(ADDRESS, number)
    writer.write(b"GET /startup HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await reader.readuntil(b"}")
    await port.aclose()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(ADDRESS, number)
    await port.aclose()


async def test_too_many_connections_are_turned_away(serve: Serve) -> None:
    async with serve(Limits(connections=4)) as client:
        held = [await asyncio.open_connection(ADDRESS, client.port) for _ in range(4)]
        for reader, writer in held:  # each is known to be open
            writer.write(b"GET /startup HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await reader.readuntil(b"}")
        with suppress(ConnectionResetError):  # turned away just as well
            assert await client.exchange(b"") == b""
        for _, writer in held:
            writer.close()
            await writer.wait_closed()


async def test_a_port_in_use_or_out_of_range_is_a_sentence(bench: Bench) -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(UserInputError, match=f"Port {number} is in use"):
            await Port(bench.services()).start(number)
    with pytest.raises(UserInputError, match="no port number"):
        await Port(bench.services()).start(65536)


async def test_asking_too_often_is_told_when_to_come_again(serve: Serve, bench: Bench) -> None:
    few = Pace(2, 0.01)
    async with serve(Limits(works=few, refused=few)) as client:
        told = [(await client.post("/api/create_subtopics", {"topic": f"Jazz {n}"})).status for n in range(3)]
        assert told == [200, 200, 429]
        refused = [(await client.get("/api/library", token="x")) for _ in range(3)]
        assert [reply.status for reply in refused] == [401, 401, 429]
        assert 1 <= int(refused[-1].headers["retry-after"]) <= 100
        assert (await client.get("/api/library", token=TOKEN)).status == 200
    assert len(bench.engine.asked) == 2
    async with serve(Limits(looks=few)) as client:
        assert [(await client.get("/health")).status for _ in range(3)] == [200, 200, 429]


def test_a_meter_fills_with_time() -> None:
    now = [0.0]
    meter = Meter(Pace(2, 0.5), lambda: now[0])
    assert [meter.take() for _ in range(3)] == [0, 0, 2]
    now[0] = 2.0
    assert (meter.take(), meter.take()) == (0, 2)
    now[0] = 1000.0
    assert [meter.take() for _ in range(3)] == [0, 0, 2]


async def test_a_bug_answers_500_and_is_reported_to_the_loop(serve: Serve, bench: Bench) -> None:
    reported: list[BaseException | None] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: reported.append(told.get("exception")))
    bug = ZeroDivisionError("secret detail")
    async with serve() as client:
        bench.engine.troubles["Jazz"] = bug
        reply = await client.post("/api/create_subtopics", {"topic": "Jazz"})
        assert (reply.status, reply.headers["content-type"]) == (500, PROBLEM)
        assert b"secret" not in reply.body
        await client.get("/health")
    assert reported == [bug]


async def test_known_errors_become_problem_documents(client: Client, bench: Bench) -> None:
    bench.engine.troubles["Jazz"] = StorageReadOnly("library.db")
    reply = await client.post("/api/create_subtopics", {"topic": "Jazz"})
    assert (reply.status, reply.headers["content-type"]) == (500, PROBLEM)
    assert reply.json()["type"] == "urn:knowalledge:problem:storage-read-only"


async def test_a_request_never_stalls_the_loop_of_the_window(serve: Serve, bench: Bench) -> None:
    """While answers are awaited and connections dribble, the loop of the services goes on turning."""
    bench.engine.gate = asyncio.Event()
    async with serve() as client:
        waiting = asyncio.gather(*(client.post("/api/explain", {"topic": f"Jazz {n}"}) for n in range(5)))
        await settled(lambda: len(bench.engine.asked) == 5)
        turns = 0
        looking = asyncio.gather(*(client.get("/metrics") for _ in range(20)))
        while not looking.done():
            turns += 1
            await asyncio.sleep(0)
        assert {reply.status for reply in looking.result()} == {200}
        assert turns > 20
        assert not waiting.done()
        bench.engine.gate.set()
        assert {reply.status for reply in await waiting} == {200}


async def test_health_is_told_while_the_loop_of_the_window_is_blocked(client: Client) -> None:
    """It is answered by the thread of the port alone: here the loop of the services does not turn at all."""
    with socket.create_connection((ADDRESS, client.port), timeout=10) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert plain.recv(4096).startswith(b"HTTP/1.1 200 ")


async def test_who_leaves_early_costs_nothing_more(client: Client, bench: Bench) -> None:
    bench.engine.gate = asyncio.Event()
    for accept in ("application/json", "text/event-stream"):
        before = bench.engine.closed
        _, writer = await asyncio.open_connection(ADDRESS, client.port)
        head = (
            f"POST /api/explain HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nAccept: {accept}"
        )
        more = f"\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        writer.write(f"{head}{more}".encode() + BODY)
        await settled(lambda before=before: len(bench.engine.asked) > before)
        writer.close()
        await writer.wait_closed()
        await settled(lambda before=before: bench.engine.closed > before)
        assert bench.engine.closed == len(bench.engine.asked)


async def test_numbers_are_recorded_only_while_the_port_is_open(bench: Bench) -> None:
    port = Port(bench.services())
    bench.numbers.error("Offline")
    number = await port.start(0)
    assert b'error_type="Offline"' not in (await Client(number).get("/metrics")).body
    bench.numbers.error("TimedOut")
    await port.aclose()
    bench.numbers.error("Offline")
    told = bench.numbers.exposition()
    assert b'error_type="TimedOut"' in told
    assert b'error_type="Offline"' not in told


def test_what_serves_is_loaded_with_the_start() -> None:
    program = (
        "import sys\n"
        "from knowalledge_desktop.port.server import Port\n"
        "assert not {'starlette', 'uvicorn', 'h11'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_usual_limits_let_a_monitor_through() -> None:
    usual = Limits()
    assert usual.looks.burst >= 100
    assert replace(usual, idle_s=1.0).connections == usual.connections
