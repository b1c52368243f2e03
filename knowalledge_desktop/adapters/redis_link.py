"""The connection to a team's Redis: short patience, and none at all while it is known to be gone."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from knowalledge_desktop.adapters.redis_tls import trusted, use_for_all
from knowalledge_desktop.core.errors import KeyringUnavailable
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.team import OutOfReach
from knowalledge_desktop.core.team_address import Address, Kind, TeamKey

if TYPE_CHECKING:
    from redis.asyncio import Redis

COMMAND_S = 0.25
CONNECT_S = 0.25
CONNECT_FAR_S = 0.5  # with TLS, or to another machine
PATIENCE_S = 0.55  # the most that anybody waits for one answer, connecting included
REST_S = 5.0
"""After a failure nobody asks for so long; then one does."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """All that is needed to be a team: where, as whom, and with which key.

    `ca` is a file with the certificate that the server's is signed with; those that the system trusts count too.
    """

    address: Address
    key: TeamKey
    password: Callable[[], Awaitable[str | None]]
    ca: str = ""


class RedisLink:
    """Commands to one Redis, each within `PATIENCE_S`; OutOfReach when there is no usable answer.

    After the first failure the link is shut: what is asked then fails at once. Only a question that `tries`,
    which nobody waits for, is let through after `rest_s`, and opens it again. `trouble` says in a few words
    what is wrong, without any secret. `target` is asked before each command: another one means another
    connection, None that there is no team. `prepare` is awaited before, for what it reads. All patience is
    `slack` times as long.
    """

    def __init__(
        self,
        target: Callable[[], Target | None],
        clock: Clock,
        *,
        rest_s: float = REST_S,
        slack: float = 1.0,
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._target = target
        self._prepare = prepare
        self._slack = slack
        self._clock = clock
        self._rest_s = rest_s
        self._client: Redis | None = None
        self._made_for: tuple[Target, asyncio.AbstractEventLoop] | None = None
        self._lock = asyncio.Lock()
        self._shut_until = 0.0
        self._is_shut = False
        self.trouble = ""

    @property
    def team(self) -> TeamKey | None:
        """The key of the team, or None without one."""
        target = self._target()
        return target.key if target else None

    async def prepare(self) -> None:
        """Read what the target is made of, the first time."""
        if self._prepare is not None:
            await self._prepare()

    @property
    def kind(self) -> Kind | None:
        """How the servers stand together, or None without any."""
        target = self._target()
        return target.address.kind if target else None

    async def ask(
        self,
        question: Callable[[Redis], Awaitable[T]],
        *,
        tries: bool = False,
        patience_s: float = PATIENCE_S,
    ) -> T:
        """The answer to a question; raises OutOfReach."""
        if self._target() is None:
            raise OutOfReach("the team’s key is not on this device")
        if self._is_shut and not (tries and self._clock.monotonic() >= self._shut_until):
            raise OutOfReach(self.trouble)
        answer = await self._asked(question, patience_s)
        self._is_shut, self.trouble = False, ""
        return answer

    async def _asked(self, question: Callable[[Redis], Awaitable[T]], patience_s: float) -> T:
        from_redis = await _troubles()
        try:
            async with asyncio.timeout(patience_s * self._slack):
                return await question(await self._connected())
        except (*from_redis, OSError, TimeoutError, KeyringUnavailable) as error:
            await self._fail(error)
            raise OutOfReach(self.trouble) from None

    async def _fail(self, error: Exception) -> None:
        self._is_shut = True
        self._shut_until = self._clock.monotonic() + self._rest_s
        self.trouble = in_words(error)
        logging.getLogger(__name__).info("team: %s", self.trouble)
        await self._drop()

    async def _connected(self) -> Redis:
        target = self._target()
        if target is None:
            raise OutOfReach("there is no team")
        wanted = (target, asyncio.get_running_loop())
        if self._client is None or self._made_for != wanted:
            async with self._lock:
                if self._client is None or self._made_for != wanted:
                    await self._drop()
                    self._client = await _client(target, self._slack)
                    self._made_for = wanted
        return self._client

    async def _drop(self) -> None:
        client, made_for = self._client, self._made_for
        self._client = self._made_for = None
        if client is not None and made_for is not None and made_for[1] is asyncio.get_running_loop():
            from_redis = await _troubles()
            try:
                async with asyncio.timeout(COMMAND_S):
                    await client.aclose()
            except (*from_redis, OSError, TimeoutError) as error:
                logging.getLogger(__name__).debug("team: closing: %s", type(error).__name__)

    def try_again(self) -> None:
        """Let the next question through at once, because a person asked for it."""
        self._is_shut, self._shut_until = False, 0.0

    async def aclose(self) -> None:
        """End the connection."""
        await self._drop()


async def _troubles() -> tuple[type[Exception], ...]:
    """The errors of the client, which is loaded off the loop the first time."""

    def load() -> tuple[type[Exception], ...]:
        import redis.asyncio  # some tenths of a second
        import redis.exceptions

        # The second one is not one of the first.
        return redis.asyncio.RedisError, redis.exceptions.RedisClusterException

    try:
        return await asyncio.to_thread(load) if "redis.asyncio" not in sys.modules else load()
    except ImportError:
        raise OutOfReach("the package redis is not installed") from None


async def _client(target: Target, slack: float) -> Redis:
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    address = target.address
    far = address.tls or not address.is_loopback
    options: dict[str, Any] = {
        "username": address.user or None,
        "password": await target.password(),
        "socket_timeout": COMMAND_S * slack,
        "socket_connect_timeout": (CONNECT_FAR_S if far else CONNECT_S) * slack,
        "health_check_interval": 30,
        "retry": Retry(NoBackoff(), 0),
        "driver_info": None,  # nobody needs to be told which client this is
    }
    if address.tls:
        options |= {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True}
    clients = _clients(address, options)
    if address.tls:
        context = await trusted(target.ca)
        for client in clients:
            use_for_all(client, context)
    return clients[0]


def _clients(address: Address, options: dict[str, Any]) -> tuple[Redis, ...]:
    """The one that is asked first, and those that it asks where the leading server is."""
    from redis.asyncio import Redis

    if address.kind is Kind.CLUSTER:
        from redis.asyncio.cluster import ClusterNode, RedisCluster

        options.pop("health_check_interval")
        nodes = [ClusterNode(host, port) for host, port in address.hosts]
        return (cast("Redis", RedisCluster(startup_nodes=nodes, **options)),)
    if address.kind is Kind.SENTINEL:
        from redis.asyncio.sentinel import Sentinel

        apart = {
            name: options[name] for name in ("socket_timeout", "socket_connect_timeout", "retry", "driver_info")
        }
        apart |= {name: value for name, value in options.items() if name.startswith("ssl")}
        sentinel = Sentinel(list(address.hosts), sentinel_kwargs=apart, **options)
        leading = cast("Any", sentinel).master_for(address.service, db=address.db)
        return leading, *cast("Any", sentinel).sentinels
    host, port = address.hosts[0]
    return (Redis(host=host, port=port, db=address.db, protocol=2, max_connections=16, **options),)


def in_words(error: Exception) -> str:
    """What went wrong, in words that hold no secret: the client's own texts are not passed on."""
    name = type(error).__name__
    text = str(error).upper()
    for sign, words in _WORDS:
        if sign in name.upper() or sign in text:
            return words
    return f"Redis could not be used ({name})"


_WORDS = (
    ("AUTHENTICATION REQUIRED", "Redis asks for a password"),
    ("WRONGPASS", "Redis does not accept the user or the password"),
    ("NOAUTH", "Redis asks for a password"),
    ("NOPERM", "the Redis user may not do what the team needs"),
    ("AUTHENTICATION", "Redis does not accept the user or the password"),
    ("FILENOTFOUND", "the file with the team’s certificate is not there"),
    ("NO CERTIFICATE OR CRL", "the file with the team’s certificate holds none"),
    ("CERTIFICATE", "the certificate of Redis could not be checked"),
    ("SSL", "no safe connection to Redis could be made"),
    ("READONLY", "this Redis only keeps a copy and cannot be written"),
    ("OOM", "Redis has no memory left"),
    ("LOADING", "Redis is still reading its data"),
    ("CLUSTER MODE IS NOT ENABLED", "this Redis is not part of a cluster"),
    ("CLUSTER CANNOT BE CONNECTED", "Redis cannot be reached"),
    ("CLUSTERDOWN", "the cluster is not whole"),
    ("MASTERNOTFOUND", "Sentinel knows no leading server"),
    ("MAXCONNECTIONS", "there are too many connections to Redis"),
    ("TIMEOUT", "Redis gives no answer"),
    ("CONNECTIONERROR", "Redis cannot be reached"),
    ("CONNECTION", "Redis cannot be reached"),
    ("KEYRINGUNAVAILABLE", "the keyring does not give the password"),
)
