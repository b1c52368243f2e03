"""One check of certificates for all connections to a team's Redis.

The client would make one for each of its connections, on the loop; reading what the system trusts takes some
hundredths of a second, in which no window moves.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, cast


async def trusted(ca: str) -> ssl.SSLContext:
    """What is trusted: what the system does, and the certificate in a file, if one is named.

    Names are checked, too. It is read in a thread. Raises OSError, of which SSLError is one.
    """

    def read() -> ssl.SSLContext:
        context = ssl.create_default_context()
        if ca:
            context.load_verify_locations(cafile=ca)
        return context

    return await asyncio.to_thread(read)


def use_for_all(client: object, context: ssl.SSLContext) -> None:
    """Have a client, of one server or of a cluster, make its connections with this; it must not have any yet."""
    from redis.asyncio.cluster import RedisCluster

    if not isinstance(client, RedisCluster):
        pool = cast("Any", client).connection_pool
        pool.connection_class = _with(pool.connection_class, context)
        return
    cluster = cast("Any", client)
    kind = _with(cluster.connection_kwargs["connection_class"], context)
    for named in (cluster.connection_kwargs, cluster.nodes_manager.connection_kwargs):
        named["connection_class"] = kind
    for node in cluster.nodes_manager.startup_nodes.values():
        node.connection_class = kind


def _with(kind: type[Any], context: ssl.SSLContext) -> type[Any]:
    class Safe(kind):
        """Checks certificates with what was read before."""

        def __init__(self, *arguments: object, **named: object) -> None:
            usual: Any = super()
            usual.__init__(*arguments, **named)
            self.ssl_context.context = context

    return Safe
