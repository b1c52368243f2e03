"""Where a team's Redis is, from what a person types; and the team's key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from knowalledge_desktop.core.errors import UserInputError

KEY_MARK = "kaet_"
_KEY_BYTES = 32
_PORTS = {"sentinel": 26379, "": 6379}
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_SCHEME = re.compile(r"(?P<tls>redis|rediss)(\+(?P<kind>sentinel|cluster))?")


class Kind(StrEnum):
    """How the servers stand together."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Address:
    """One or several servers; `service` is the name that Sentinel gives the leading one."""

    kind: Kind
    tls: bool
    hosts: tuple[tuple[str, int], ...]
    db: int = 0
    service: str = ""
    user: str = ""

    @property
    def is_loopback(self) -> bool:
        """Whether nothing leaves this machine."""
        return all(_LOOPBACK.fullmatch(host) for host, _ in self.hosts)


def parse_address(url: str, *, plain_confirmed: bool = False) -> Address:
    """The servers that an address names; raises UserInputError with a whole sentence.

    `redis://`, with TLS `rediss://`; `redis+sentinel://host:26379,host2/mymaster` and
    `redis+cluster://host:7000,host2:7001`, with TLS `rediss+…`. Without TLS only this machine is accepted,
    unless `plain_confirmed`. A password in it is refused: addresses are shown and logged.
    """
    scheme, found, rest = url.strip().partition("://")
    told = _SCHEME.fullmatch(scheme.lower())
    if not found or told is None:
        raise UserInputError("The address of a team’s Redis begins with redis:// or, with TLS, rediss://.")
    kind, tls = Kind(told["kind"] or "single"), told["tls"] == "rediss"
    user, hosts, path = _parts(rest, _PORTS.get(told["kind"] or "", 6379))
    if kind is Kind.SINGLE and len(hosts) > 1:
        raise UserInputError("Several servers need redis+sentinel:// or redis+cluster:// in their address.")
    if kind is Kind.SENTINEL and not path:
        raise UserInputError("An address with Sentinel ends with the name of the service, such as /mymaster.")
    if kind is not Kind.SENTINEL and path and not path.isdigit():
        raise UserInputError("What follows the host in the address is the number of a database, such as /0.")
    db = int(path) if path.isdigit() and kind is Kind.SINGLE else 0
    address = Address(kind, tls, hosts, db, path if kind is Kind.SENTINEL else "", user)
    if not tls and not address.is_loopback and not plain_confirmed:
        raise UserInputError(
            "Without TLS everybody on the way can read and change what the team shares. Use rediss://, or "
            "confirm that the network between is your own."
        )
    return address


def _parts(rest: str, port: int) -> tuple[str, tuple[tuple[str, int], ...], str]:
    where, _, path = rest.partition("/")
    user, at, hosts = where.rpartition("@")
    if at and ":" in user:
        raise UserInputError("The password does not belong in the address: it has a field of its own.")
    return unquote(user), tuple(_host(each.strip(), port) for each in hosts.split(",")), path.strip("/")


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        told = urlsplit(f"//{text}")
        host, given = told.hostname, told.port
    except ValueError:
        host = given = None
    if not host or not re.fullmatch(r"[\w.:-]+", host):
        raise UserInputError(f"‘{text}’ is not the name of a server and its port, such as cache.example:6379.")
    return host, given or port


# --- the key ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TeamKey:
    """What all members have: the name under which Redis knows the team, and what signs the values."""

    team_id: str
    signing: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> TeamKey:
        """From the text that members pass on; raises UserInputError."""
        plain = re.sub(r"\s", "", text)
        try:
            secret = base64.urlsafe_b64decode(plain.removeprefix(KEY_MARK) + "=")
        except ValueError:
            secret = b""
        if not plain.startswith(KEY_MARK) or len(secret) != _KEY_BYTES:
            raise UserInputError("That is not a team’s key: it begins with kaet_ and has 48 characters.")
        return cls(_made(secret, b"id").hex()[:16], _made(secret, b"sign"))


def key_text(secret: bytes) -> str:
    """The text for members to pass on, of 32 random bytes."""
    return KEY_MARK + base64.urlsafe_b64encode(secret).decode("ascii").rstrip("=")


def _made(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"knowalledge team " + purpose, hashlib.sha256).digest()
