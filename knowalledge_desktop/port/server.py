"""A small HTTP/1.1 server on the loopback address; off until somebody starts it.

Import this module when the port is started: most people never do, and h11 is loaded with it.
"""

from __future__ import annotations

import asyncio
import errno
from contextlib import suppress

import h11

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.port.routes import Reply, Routes, wire_problem

ADDRESS = "127.0.0.1"
HEADER_LIMIT = 16 * 1024
CONNECTION_LIMIT = 32
IDLE_S = 15.0
_CHUNK = 16 * 1024


class Port:
    """Serves `routes` on 127.0.0.1 and nowhere else.

    A connection is closed when no whole request came for `idle_s` seconds; one more than
    `CONNECTION_LIMIT` at a time is closed at once. Requests may not carry a body.
    """

    def __init__(self, routes: Routes, *, idle_s: float = IDLE_S) -> None:
        self._routes = routes
        self._idle_s = idle_s
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, port: int) -> int:
        """Listen; 0 takes any free port. Returns the port. Raises UserInputError with a sentence."""
        if not 0 <= port <= 65535:
            raise UserInputError(f"{port} is no port number; use 1 to 65535.")
        try:
            self._server = await asyncio.start_server(self._connection, ADDRESS, port, limit=2 * _CHUNK)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UserInputError(f"Port {port} is in use by another program; choose another.") from error
            raise UserInputError(f"Port {port} cannot be opened ({error.strerror}); choose another.") from error
        return self._server.sockets[0].getsockname()[1]

    async def aclose(self) -> None:
        """Stop listening and end all connections."""
        if self._server is None:
            return
        self._server.close()
        # Broken off rather than cancelled: asyncio reports a cancelled connection as a failure.
        for writer in self._open.values():
            writer.transport.abort()
        if self._open:
            await asyncio.wait(tuple(self._open))
        await self._server.wait_closed()
        self._server = None

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= CONNECTION_LIMIT:
            writer.close()
            return
        self._open[task] = writer
        try:
            await _Conversation(self._routes, reader, writer, self._idle_s).run()
        except (ConnectionError, TimeoutError):
            pass  # the other side went away or does not read: there is nobody to tell
        except Exception as bug:  # noqa: BLE001 - told to the loop; not every asyncio does that by itself
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a bug in the loopback port", "exception": bug, "task": task}
            )
        finally:
            del self._open[task]
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


class _Conversation:
    """Requests and replies on one connection."""

    def __init__(
        self, routes: Routes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, idle_s: float
    ) -> None:
        self._routes = routes
        self._reader = reader
        self._writer = writer
        self._idle_s = idle_s
        self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_LIMIT)

    async def run(self) -> None:
        """Answer requests until either side has had enough."""
        while True:
            try:
                async with asyncio.timeout(self._idle_s):
                    request = await self._request()
            except TimeoutError:
                return
            except h11.RemoteProtocolError as error:
                await self._send(wire_problem(error.error_status_hint), head_only=False)
                return
            if request is None:
                return
            await self._answer(request)
            if self._wire.our_state is not h11.DONE or self._wire.their_state is not h11.DONE:
                return
            self._wire.start_next_cycle()

    async def _request(self) -> h11.Request | None:
        """The next whole request head, and the end of its message; None when the other side left."""
        request: h11.Request | None = None
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                self._wire.receive_data(await self._reader.read(_CHUNK))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                raise h11.RemoteProtocolError("a request may not carry a body", error_status_hint=400)
            else:  # the end of the message, or of the connection
                return request

    async def _answer(self, request: h11.Request) -> None:
        method = request.method.decode("ascii")
        hosts = [value.decode("latin-1") for name, value in request.headers if name == b"host"]
        try:
            reply = await self._routes.answer(
                method, request.target.decode("latin-1"), hosts[0] if len(hosts) == 1 else ""
            )
        except Exception:
            await self._send(wire_problem(500), head_only=method == "HEAD")
            raise  # a mistake in the program goes where all of them go
        await self._send(reply, head_only=method == "HEAD")

    async def _send(self, reply: Reply, *, head_only: bool) -> None:
        if self._wire.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        headers = [
            ("Content-Type", reply.content_type),
            ("Content-Length", str(len(reply.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *reply.headers,
        ]
        out = self._wire.send(h11.Response(status_code=reply.status, headers=headers)) or b""
        if not head_only:
            out += self._wire.send(h11.Data(data=reply.body)) or b""
        out += self._wire.send(h11.EndOfMessage()) or b""
        self._writer.write(out)
        async with asyncio.timeout(self._idle_s):
            await self._writer.drain()
