"""A port over a bundle of stand-ins, and a small client that says exactly what it is told to say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.port.rate import Limits
from knowalledge_desktop.port.server import ADDRESS, Port
from tests.support.cli_services import TOKEN, Bench, TitleIndex


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Talks to a port; `exchange` sends raw bytes and gives all that is said until the connection closes."""

    port: int

    async def exchange(self, data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(ADDRESS, self.port)
        writer.write(data)
        try:
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()

    async def ask(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        token: str | None = None,
        host: str = "127.0.0.1",
        **headers: str,
    ) -> Reply:
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close"]
        if token is not None:
            lines.append(f"Authorization: Bearer {token}")
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        said = await self.exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head, _, rest = said.partition(b"\r\n\r\n")
        first, *told = head.decode().split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in told)}
        if found.get("transfer-encoding") == "chunked":
            rest = unchunked(rest)
        return Reply(int(first.split()[1]), found, rest)

    async def get(self, target: str, **told: Any) -> Reply:
        return await self.ask("GET", target, **told)

    async def post(self, target: str, data: Any, *, token: str | None = TOKEN, **told: Any) -> Reply:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return await self.ask("POST", target, body, token=token, **{"Content_Type": "application/json", **told})


def unchunked(body: bytes) -> bytes:
    out = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        out, body = out + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return out


async def settled(until: Callable[[], bool]) -> None:
    """Wait until something holds that comes through another thread; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not until():  # noqa: ASYNC110 - nobody there could set an event
            await asyncio.sleep(0.001)


Serve = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.port_secrets.key = TOKEN
    made.index = TitleIndex("Photosynthesis")
    return made


@pytest.fixture
def serve(bench: Bench) -> Serve:
    """Starts a port over the bench."""

    @asynccontextmanager
    async def serving(limits: Limits | None = None) -> AsyncIterator[Client]:
        port = Port(bench.services(), limits=limits)
        try:
            yield Client(await port.start(0))
        finally:
            await port.aclose()

    return serving


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[Client]:
    async with serve() as made:
        yield made
