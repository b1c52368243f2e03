"""The first thing a request meets: who asks from where, how often, and how large."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from email.utils import formatdate
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from knowalledge_desktop.core.standing import Numbers
from knowalledge_desktop.port.problems import Refused, plain
from knowalledge_desktop.port.rate import Limits, Meter

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STRANGE = frozenset({"cross-site", "same-site"})
_ALWAYS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Edge:
    """Wraps the application.

    Only requests that name this machine as their host are answered: a web page that points its own name at
    the loopback address gets nothing. Browsers say for which page they ask; only for one of this very port.
    What is counted carries the pattern of an address, never the address.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        port: int,
        numbers: Numbers,
        limits: Limits,
        pattern: Callable[[str], str],
        report: Callable[[BaseException], None],
        now: Callable[[], float],
    ) -> None:
        self._app = app
        self._port = port
        self._numbers = numbers
        self._limits = limits
        self._pattern = pattern
        self._report = report
        self._now = now
        self._meter: Meter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        method = scope["method"] if scope["method"] in _METHODS else "other"
        pattern = self._pattern(scope["path"])
        status, started, begun = 500, loop.time(), False

        async def noted(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                begun, status = True, message["status"]
                date = formatdate(self._now(), usegmt=True).encode()
                headers = [*message["headers"], (b"date", date), *_ALWAYS]
                if status >= 400 and not _has(scope, b"content-length", b"0") and scope["method"] != "GET":
                    headers.append((b"connection", b"close"))  # what is left of its body is not waited for
                message = {**message, "headers": headers}
            await send(message)

        self._numbers.http_started(method, pattern)
        try:
            refused = self._refusal(scope, loop)
            if refused is not None:
                await plain(refused.status, refused.detail, refused.headers)(scope, receive, noted)
            else:
                await self._app(scope, receive, noted)
        except Exception as bug:  # noqa: BLE001 - told where all mistakes of the program are told
            self._report(bug)
            if not begun:
                detail = "This is a mistake in the program, not in the request."
                await plain(500, detail)(scope, receive, noted)
        finally:
            self._numbers.http_ended(method, pattern, status, loop.time() - started)

    def _refusal(self, scope: Scope, loop: asyncio.AbstractEventLoop) -> Refused | None:
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or not is_loopback_name(hosts[0]):
            return Refused(403, "This port answers only requests to this machine by a loopback name.")
        origins = _values(scope, b"origin")
        strange = _STRANGE & {value.lower() for value in _values(scope, b"sec-fetch-site")}
        if strange or not all(is_own_origin(origin, self._port) for origin in origins):
            return Refused(403, "Web pages may not use this port.")
        if self._meter is None:
            self._meter = Meter(self._limits.looks, loop.time)
        wait = self._meter.take()
        if wait:
            return Refused(429, f"Ask again in {wait} s.", {"Retry-After": str(wait)})
        for length in _values(scope, b"content-length"):
            if int(length) > self._limits.picture_bytes:
                return too_large(self._limits.picture_bytes)
        return None


def too_large(limit: int) -> Refused:
    """The refusal of a body of more than `limit` bytes."""
    return Refused(413, f"The body of this request may have at most {limit // 1024} KiB.")


def is_loopback_name(host: str) -> bool:
    """Whether a Host header names this machine, with or without a port number."""
    name = host.strip().lower()
    bare, colon, port = name.rpartition(":")
    if colon and port.isascii() and port.isdigit() and (":" not in bare or bare.endswith("]")):
        name = bare
    return name in LOOPBACK_NAMES


def is_own_origin(origin: str, port: int) -> bool:
    """Whether an Origin header names a page of this very port."""
    try:
        parts = urlsplit(origin.strip().lower())
        own = parts.port == port
    except ValueError:
        return False
    return own and parts.scheme == "http" and (parts.hostname or "") in LOOPBACK_NAMES


def patterns(paths: tuple[str, ...]) -> Callable[[str], str]:
    """Tells an address by its pattern, "other" when there is none: addresses can hold anything."""
    table = [(path, re.compile(re.sub(r"\\{.+?\\}", "[^/]+", re.escape(path)))) for path in paths]

    def pattern(address: str) -> str:
        return next((path for path, matches in table if matches.fullmatch(address)), "other")

    return pattern


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _has(scope: Scope, name: bytes, value: bytes) -> bool:
    return (name, value) in scope["headers"]
