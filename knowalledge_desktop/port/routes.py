"""What the loopback port answers: a table of addresses, apart from the wire."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.sentences import problem

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


@dataclass(frozen=True, slots=True)
class Health:
    """How the program is. `uptime_s` is seconds since start, `cache_*` what the answer cache holds."""

    version: str
    uptime_s: float
    library_ok: bool
    cache_items: int
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the port."""

    status: int
    body: bytes
    content_type: str = _JSON
    headers: tuple[tuple[str, str], ...] = ()


class Routes:
    """GET (and HEAD) of the three addresses; anything else is a problem document (RFC 9457).

    `metrics` renders the numbers, `health` looks at the program, `now` is the wall clock in epoch
    seconds. Only requests that name this machine as their host are answered: a web page that
    points its own name at the loopback address gets nothing.
    """

    def __init__(
        self,
        *,
        metrics: Callable[[], Awaitable[bytes]],
        health: Callable[[], Awaitable[Health]],
        now: Callable[[], float],
    ) -> None:
        self._now = now
        self._metrics = metrics
        self._health = health
        self._table: Mapping[str, Callable[[], Awaitable[Reply]]] = {
            "/metrics": self._get_metrics,
            "/api/health": self._get_health,
            "/api/ready": self._get_ready,
        }

    async def answer(self, method: str, target: str, host: str) -> Reply:
        """The reply to one request; raises only what is a mistake of the program."""
        if not is_loopback_name(host):
            return _plain_problem(403, "This port answers only requests to this machine by a loopback name.")
        handler = self._table.get(target.partition("?")[0])
        if handler is None:
            return _plain_problem(404, f"There is nothing here. Known addresses: {', '.join(self._table)}.")
        if method not in {"GET", "HEAD"}:
            return _plain_problem(405, "Only GET and HEAD are answered.", (("Allow", "GET, HEAD"),))
        try:
            return await handler()
        except AppError as error:
            told = problem(error, self._now())
            return Reply(_status(told), json.dumps(told, ensure_ascii=False).encode(), _PROBLEM)

    async def _get_metrics(self) -> Reply:
        return Reply(200, await self._metrics(), METRICS_TYPE)

    async def _get_health(self) -> Reply:
        health = await self._health()
        told = {
            "status": "ok" if health.library_ok else "failing",
            "version": health.version,
            "uptime_s": round(health.uptime_s, 3),
            "library": "ok" if health.library_ok else "failing",
            "cache": {"items": health.cache_items, "size_bytes": health.cache_bytes},
        }
        return Reply(200 if health.library_ok else 503, json.dumps(told).encode())

    async def _get_ready(self) -> Reply:
        if (await self._health()).library_ok:
            return Reply(200, b'{"ready": true}')
        return _plain_problem(503, "The library cannot be used now.")


_TITLES = {
    400: "Bad request",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timed out",
    431: "Request header fields too large",
    500: "Something in the program is broken",
    503: "Not ready",
}


def _plain_problem(status: int, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    told = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail}
    return Reply(status, json.dumps(told).encode(), _PROBLEM, headers)


def wire_problem(status: int) -> Reply:
    """A problem of the wire itself, before or beside any address."""
    return _plain_problem(status, "The connection is closed.")


def is_loopback_name(host: str) -> bool:
    """Whether a Host header names this machine, with or without a port number."""
    name = host.strip().lower()
    bare, colon, port = name.rpartition(":")
    if colon and port.isascii() and port.isdigit() and (":" not in bare or bare.endswith("]")):
        name = bare
    return name in _LOOPBACK_NAMES


def _status(told: Mapping[str, object]) -> int:
    status = told["status"]
    return status if isinstance(status, int) else 500
