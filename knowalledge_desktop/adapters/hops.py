"""The way to a server, hop by hop: which one fails. Sends one request without a key, and only when asked to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit

from knowalledge_desktop.core.errors import UserInputError

PATIENCE_S = 8.0
SKEW_S = 60.0
"""A clock that is further off makes certificates and times of limits wrong."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way: its name, whether it went well, and what was seen there."""

    name: str
    passed: bool
    text: str


class Hops:
    """Walks to the address that is in force. `now` is the wall clock, epoch seconds."""

    def __init__(self, address: Callable[[], str], now: Callable[[], float]) -> None:
        self._address = address
        self._now = now

    async def walk(self) -> tuple[Hop, ...]:
        """Each hop until one fails, that one included: proxy, name, connection, certificate, answer, clock."""
        return await asyncio.to_thread(lambda: tuple(_until_failed(self._steps())))

    def _steps(self) -> Iterator[Hop]:
        parts = urlsplit(self._address())
        host, tls = parts.hostname or "", parts.scheme == "https"
        try:
            port = parts.port or (443 if tls else 80)
            proxy = _proxy(parts.scheme, host)
        except (ValueError, UserInputError) as error:
            yield Hop("proxy", passed=False, text=f"its address cannot be read ({type(error).__name__})")
            return
        told = f"by way of {proxy[0]}:{proxy[1]}" if proxy else "none; the way is direct"
        yield Hop("proxy", passed=True, text=told)
        first, first_port = proxy or (host, port)
        yield named(first, first_port)
        yield connected(first, first_port)
        line = _line(host, port, tls=tls, proxy=proxy)
        try:
            yield from self._talk(line, parts.path, tls=tls)
        finally:
            line.close()

    def _talk(self, line: HTTPConnection, path: str, *, tls: bool) -> Iterator[Hop]:
        try:
            line.connect()
        except ssl.SSLCertVerificationError as error:
            told = f"not trusted: {error.verify_message}. A proxy that reads along, or a wrong clock, does this."
            yield Hop("certificate", passed=False, text=told)
            return
        except (OSError, HTTPException) as error:
            name = "certificate" if isinstance(error, ssl.SSLError) else "proxy lets through"
            yield Hop(name, passed=False, text=_words(error))
            return
        if tls:
            yield Hop("certificate", passed=True, text=_certificate(line))
        try:
            line.request("HEAD", path or "/", headers={"User-Agent": "KnowAllEdge-doctor"})
            answer = line.getresponse()
        except (OSError, HTTPException) as error:
            yield Hop("answer", passed=False, text=_words(error))
            return
        well = answer.status < 500 and answer.status != 407
        yield Hop("answer", passed=well, text=f"HTTP {answer.status}; any below 500 shows that somebody is there")
        date = answer.getheader("Date")
        if date is None:
            yield Hop("clock", passed=True, text="the server does not tell the time")
            return
        try:
            ahead = self._now() - parsedate_to_datetime(date).timestamp()
        except ValueError:
            yield Hop("clock", passed=True, text="the server's time cannot be read")
            return
        told = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the server's"
        yield Hop("clock", passed=abs(ahead) <= SKEW_S, text=told)


def _until_failed(hops: Iterator[Hop]) -> Iterator[Hop]:
    for hop in hops:
        yield hop
        if not hop.passed:
            return


def _proxy(scheme: str, host: str) -> tuple[str, int] | None:
    """The proxy that the system or the environment names; without its user and password."""
    told = urllib.request.getproxies().get(scheme) or urllib.request.getproxies().get("all")
    if not told or urllib.request.proxy_bypass(host):
        return None
    parts = urlsplit(told if "://" in told else f"http://{told}")
    if not parts.hostname:
        raise UserInputError("The proxy has no host.")
    return parts.hostname, parts.port or 8080


def named(host: str, port: int) -> Hop:
    """Whether a server's name has an address here."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Hop("name", passed=False, text=f"{host} has no address here: {_words(error)}")
    return Hop("name", passed=True, text=f"{host} has {len(found)} addresses, first {found[0][4][0]}")


def connected(host: str, port: int, patience_s: float = PATIENCE_S) -> Hop:
    """Whether anybody answers there within so many seconds."""
    try:
        with socket.create_connection((host, port), timeout=patience_s):
            return Hop("connection", passed=True, text=f"to {host}:{port}")
    except OSError as error:
        return Hop("connection", passed=False, text=f"not to {host}:{port}: {_words(error, patience_s)}")


def _line(host: str, port: int, *, tls: bool, proxy: tuple[str, int] | None) -> HTTPConnection:
    kind = HTTPSConnection if tls else HTTPConnection
    line = kind(*(proxy or (host, port)), timeout=PATIENCE_S)
    if proxy is not None:
        line.set_tunnel(host, port)
    return line


def _certificate(line: HTTPConnection) -> str:
    told = line.sock.getpeercert() if isinstance(line.sock, ssl.SSLSocket) else None
    if not told:
        return "trusted"
    issuer = {str(name): str(value) for part in told.get("issuer", ()) for name, value in part}  # type: ignore[misc]
    by = unquote(issuer.get("organizationName") or issuer.get("commonName") or "somebody")
    return f"trusted; by {by}, until {told.get('notAfter', '?')}"


def _words(error: Exception, patience_s: float = PATIENCE_S) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {patience_s:.0f} s"
    return (error.strerror if isinstance(error, OSError) and error.strerror else "") or type(error).__name__
