"""The way to a team's Redis, hop by hop: which one fails, and what to do about it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.adapters.hops import Hop, connected, named
from knowalledge_desktop.adapters.redis_link import RedisLink, Target
from knowalledge_desktop.adapters.redis_quota import RedisQuota, run_script
from knowalledge_desktop.adapters.redis_scripts import TIME
from knowalledge_desktop.adapters.team_access import TeamAccess
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.team import Lengths, OutOfReach
from knowalledge_desktop.core.team_address import Address, Kind, parse_address

if TYPE_CHECKING:
    from redis.asyncio import Redis

PATIENCE_S = 4.0
_SLACK = 4.0  # a person waits here, so a server that is far away may take its time

_ADVICE = {
    "name": "Is the name right, and is this device in the team’s network?",
    "connection": "Is Redis running there, is the port right, and does no firewall stand between?",
}
_JOIN = "Join again with it: on the page of the team, or with knowalledge team join."
_OWN_CA = (
    "Name the file of the team’s authority (ca.crt): on the page of the team, or with knowalledge team join --ca."
)
_NOT_TRUSTED = {
    10: "Renew it on the server; if it has been renewed, look at this device’s clock.",
    9: "It is not valid yet: look at this device’s clock.",
    62: "It is made for another name: use the name it was made for, or make one for this name.",
    64: "It is made for another address: use the name it was made for, or make one for this address.",
}
_NEXT = {
    "Redis asks for a password": "Join again with the password.",
    "Redis does not accept the user or the password": (
        "Join again with both: the user stands before the @ of the address. Who keeps the server has the list of "
        "its users (users.acl)."
    ),
    "the Redis user may not do what the team needs": (
        "Give it the rights that packaging/team/redis/users.acl names for a member."
    ),
    "this Redis only keeps a copy and cannot be written": "Use the address of the leading server, or Sentinel.",
    "Redis has no memory left": "Give it more (maxmemory).",
    "Redis is still reading its data": "Try again in a minute.",
    "Sentinel knows no leading server": "Is the name at the end of the address the one that Sentinel watches?",
    "there are too many connections to Redis": "Allow more (maxclients).",
    "the keyring does not give the password": "Unlock the keyring.",
    "this Redis is not part of a cluster": "Leave +cluster away in the address.",
    "the cluster is not whole": "Look at its servers: redis-cli --cluster check.",
    "Redis gives no answer": "It may be busy or stand still; a server that speaks TLS alone needs rediss://.",
    "Redis cannot be reached": "A server that speaks TLS alone needs rediss:// in the address.",
}


class RedisHops:
    """Walks to the team's Redis, if there is a team: as far as all is well. Changes nothing there."""

    def __init__(
        self,
        access: TeamAccess,
        settings: Callable[[], Settings],
        clock: Clock,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._access = access
        self._settings = settings
        self._clock = clock
        self._patience_s = patience_s

    async def walk(self) -> tuple[Hop, ...]:
        """Each hop until one fails, that one included; nothing without a team.

        Address, key, name, connection, certificate, sign-in, rights, memory and log of changes.
        """
        found: list[Hop] = []
        async with aclosing(self._steps()) as steps:
            async for hop in steps:
                found.append(hop)
                if not hop.passed:
                    break
        return tuple(found)

    async def _steps(self) -> AsyncGenerator[Hop, None]:
        settings = self._settings()
        if not settings.team_url:
            return
        try:
            address = parse_address(settings.team_url, plain_confirmed=settings.team_plain)
        except UserInputError as error:
            yield Hop("address", passed=False, text=error.detail)
            return
        await self._access.prepare()
        target = self._access.target()
        if target is None:
            yield Hop("key", passed=False, text=f"The team’s key is not on this device, or not given. {_JOIN}")
            return
        yield Hop("key", passed=True, text="in the keyring")
        for hop in await asyncio.to_thread(lambda: tuple(_way_to(address, settings.team_ca, self._patience_s))):
            yield hop
        async with aclosing(self._asked(target)) as steps:
            async for hop in steps:
                yield hop

    async def _asked(self, target: Target) -> AsyncGenerator[Hop, None]:
        link = RedisLink(lambda: target, self._clock, slack=_SLACK)
        quota = RedisQuota(link, self._clock, Lengths())
        name = "sign-in"
        try:
            await link.ask(lambda redis: cast("Any", redis).ping(), tries=True)
            yield Hop(name, passed=True, text=f"as {target.address.user or 'the default user'}")
            name = "rights"
            await link.ask(lambda redis: _all_that_is_needed(redis, target))
            yield Hop(name, passed=True, text="scripts, reading, writing and news are allowed")
            name = "memory"
            unfit = await quota.unfit()
            yield Hop(name, not unfit, unfit or "counts are not dropped when it is full, as far as Redis tells")
            name = "log of changes"
            advice = " ".join(await quota.advice())
            yield Hop(name, passed=True, text=f"advice: {advice}" if advice else "kept, as far as Redis tells")
        except OutOfReach as error:
            yield Hop(name, passed=False, text=with_next_step(str(error)))
        finally:
            await link.aclose()


def with_next_step(trouble: str) -> str:
    """What is wrong as a sentence, and what to do about it."""
    return f"{trouble[:1].upper()}{trouble[1:]}. {_NEXT.get(trouble, '')}".strip()


async def _all_that_is_needed(redis: Redis, target: Target) -> None:
    """One command of each kind that a member needs, of which none changes anything."""
    client, team = cast("Any", redis), target.key.team_id
    nothing = f"kae:q:{{{team}}}:doctor"
    await run_script(redis, TIME, [nothing], ())
    await client.hgetall(nothing)
    await client.delete(nothing)
    if target.address.kind is not Kind.CLUSTER:  # a cluster gives no news
        await client.publish(nothing, "")


def _way_to(address: Address, ca: str, patience_s: float) -> Iterator[Hop]:
    """To one of the servers at least, and where there are several, how many have failed."""
    hosts = list(address.hosts)
    for look in (named, partial(connected, patience_s=patience_s)):
        hops = [look(*host) for host in hosts]
        well = [host for host, hop in zip(hosts, hops, strict=True) if hop.passed]
        told = next((hop for hop in hops if hop.passed), hops[0])
        more = f"; {len(hops) - len(well)} of {len(hops)} servers not" if well and len(well) < len(hops) else ""
        yield Hop(
            told.name, told.passed, told.text + more if told.passed else f"{told.text}. {_ADVICE[told.name]}"
        )
        if not well:
            return
        hosts = well
    if address.tls:
        yield _certificate(*hosts[0], ca, patience_s)


def _certificate(host: str, port: int, ca: str, patience_s: float) -> Hop:
    try:
        context = ssl.create_default_context()
        if ca:
            context.load_verify_locations(cafile=ca)
    except OSError as error:  # a file without a certificate is one of them
        told = f"The team’s authority cannot be read from {ca}: {error.strerror or 'it holds no certificate'}. "
        return Hop("certificate", passed=False, text=told + _OWN_CA)
    try:
        with (
            socket.create_connection((host, port), timeout=patience_s) as line,
            context.wrap_socket(line, server_hostname=host) as safe,
        ):
            until = (safe.getpeercert() or {}).get("notAfter", "?")
            return Hop("certificate", passed=True, text=f"trusted, until {until}; {safe.version()}")
    except ssl.SSLCertVerificationError as error:
        advice = _NOT_TRUSTED.get(error.verify_code, _OWN_CA)
        return Hop("certificate", passed=False, text=f"not trusted: {error.verify_message}. {advice}")
    except OSError as error:
        told = f"no TLS is spoken there ({type(error).__name__}). Is it the port for TLS (tls-port)?"
        return Hop("certificate", passed=False, text=told)
