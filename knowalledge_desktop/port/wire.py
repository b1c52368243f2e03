"""The HTTP server of the port, in a thread and a loop of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from functools import partial
from typing import Any, cast

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from knowalledge_desktop.port.rate import Limits

HEADER_LIMIT = 16 * 1024


_quiet = logging.getLogger("knowalledge_desktop.port.wire.connections")
_quiet.setLevel(logging.CRITICAL)  # what others send wrongly is theirs; mistakes of ours are told elsewhere


class Wire(H11Protocol):
    """Ends a connection on which no whole request comes, or that does not read its answer."""

    def __init__(self, limits: Limits, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        super().__init__(*args, **kwargs)
        self.logger = _quiet
        self._limits = limits
        self._idle: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore
        """Somebody connected."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        for timer in (self._idle, self._stuck):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """An answer was sent; the next request may come."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """The other side does not read; it may take its time, but not for ever."""
        super().pause_writing()
        self._stuck = self.loop.call_later(self._limits.idle_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
        super().resume_writing()

    def _watch(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self.loop.call_later(self._limits.idle_s, self._look)

    def _look(self) -> None:
        cycle = cast("Any", self.cycle)
        if cycle is None or cycle.response_complete:
            self.transport.abort()


class Wires:
    """Serves an application on a socket until it is stopped."""

    def __init__(self, app: ASGIApp, listening: socket.socket, limits: Limits) -> None:
        self._config = Config(
            app,
            http=cast("Any", partial(Wire, limits)),
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=max(1, int(limits.idle_s)),
            h11_max_incomplete_event_size=HEADER_LIMIT,
        )
        self._socket = listening
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="port", daemon=True)

    def start(self) -> None:
        """Begin; returns when connections are taken. Blocks for milliseconds: call it in a thread."""
        self._thread.start()
        self._up.wait()

    def stop(self) -> None:
        """End all connections and the thread. Blocks for milliseconds: call it in a thread."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:  # at its end it cancels what is still being answered
                self._loop = runner.get_loop()
                runner.run(self._serve())
        finally:
            self._up.set()

    async def _serve(self) -> None:
        """What uvicorn does itself, without its watch for signals, which looks round ten times a second."""
        self._config.load()
        server = Server(self._config)
        server.lifespan = self._config.lifespan_class(self._config)
        await server.startup(sockets=[self._socket])
        self._up.set()
        await self._stop.wait()
        for each in server.servers:
            each.close()
        for connection in tuple(server.server_state.connections):
            connection.transport.abort()
