"""The way to a server: which hop fails, and what it says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from knowalledge_desktop.adapters.hops import Hops

NOW = 1_800_000_000.0


@contextmanager
def server(date: float | None = NOW, status: int = 404) -> Iterator[tuple[str, list[dict[str, str]]]]:
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response_only(status)
            if date is not None:
                self.send_header("Date", formatdate(date, usegmt=True))
            self.send_header("Content-Length", "0")
            self.end_headers()

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}", seen
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


async def walked(address: str) -> list[tuple[str, bool]]:
    return [(hop.name, hop.passed) for hop in await Hops(lambda: address, lambda: NOW).walk()]


async def test_a_way_that_is_open_and_nothing_secret_is_sent() -> None:
    with server() as (address, seen):
        hops = await walked(address)
    assert hops == [(name, True) for name in ("proxy", "name", "connection", "answer", "clock")]
    assert set(seen[0]) <= {"host", "user-agent", "accept-encoding"}


async def test_a_clock_that_is_wrong() -> None:
    with server(NOW + 3600) as (address, _):
        hops = await Hops(lambda: address, lambda: NOW).walk()
    assert (hops[-1].name, hops[-1].passed, hops[-1].text) == ("clock", False, "3600 s behind the server's")
    with server(None) as (address, _):
        assert (await walked(address))[-1] == ("clock", True)


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    assert (await walked(f"http://127.0.0.1:{number}"))[-1] == ("connection", False)


async def test_a_server_that_speaks_no_tls_and_one_that_is_broken() -> None:
    with server() as (address, _):
        assert (await walked(address.replace("http", "https")))[-1] == ("certificate", False)
    with server(status=502) as (address, _):
        assert (await walked(address))[-1] == ("answer", False)


async def test_the_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://me:secret@127.0.0.1:{number}")
    hops = await Hops(lambda: "https://gemini.example", lambda: NOW).walk()
    assert hops[0].text == f"by way of 127.0.0.1:{number}"
    assert (hops[-1].name, hops[-1].passed) == ("connection", False)
    assert "secret" not in str(hops)
