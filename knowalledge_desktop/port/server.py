"""The loopback port: off until somebody starts it.

What serves HTTP is loaded with the start: most people never do.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.port.bridge import Bridge
from knowalledge_desktop.port.rate import Limits
from knowalledge_desktop.services.bundle import Services

if TYPE_CHECKING:
    from knowalledge_desktop.port.wire import Wires
    from knowalledge_desktop.services.session import MapSession

ADDRESS = "127.0.0.1"
BACKLOG = 128


def _nowhere(map_id: str) -> MapSession | None:
    """No map is open."""
    return None


class Port:
    """Serves the services on 127.0.0.1 and nowhere else, in a thread of its own.

    Numbers are recorded from the start to the end of it. `held` gives the session of a map that is open in
    this process, so that what comes through the port is seen there.
    """

    def __init__(
        self,
        services: Services,
        *,
        limits: Limits | None = None,
        held: Callable[[str], MapSession | None] = _nowhere,
    ) -> None:
        self._services = services
        self._limits = limits or Limits()
        self._held = held
        self._bridge: Bridge | None = None
        self._wires: Wires | None = None

    def use_sessions(self, held: Callable[[str], MapSession | None]) -> None:
        """Where the maps are that are open; before the start."""
        self._held = held

    async def start(self, port: int) -> int:
        """Listen; 0 takes any free port. Returns the port. Raises UserInputError with a sentence."""
        listening = _listen(port)
        number = listening.getsockname()[1]
        try:
            await self._services.prepare()
            self._bridge = Bridge(asyncio.get_running_loop())
            self._wires = await asyncio.to_thread(self._load, self._bridge, listening, number)
        except BaseException:
            listening.close()
            raise
        self._services.monitor.numbers.record(on=True)
        return number

    async def aclose(self) -> None:
        """Stop listening, end all connections and what they asked for."""
        wires, self._wires = self._wires, None
        if wires is None:
            return
        if self._bridge is not None:
            self._bridge.end()
        await asyncio.to_thread(wires.stop)
        self._services.monitor.numbers.record(on=False)

    def _load(self, bridge: Bridge, listening: socket.socket, number: int) -> Wires:
        from knowalledge_desktop.port.acts import Acts
        from knowalledge_desktop.port.app import build_app
        from knowalledge_desktop.port.wire import Wires

        acts = Acts(self._services, self._held)
        app = build_app(self._services, acts, bridge, self._limits, number)
        wires = Wires(app, listening, self._limits)
        wires.start()
        return wires


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise UserInputError(f"{port} is no port number; use 1 to 65535.")
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there two programs could share it otherwise
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen(BACKLOG)
        listening.setblocking(False)  # noqa: FBT003 - the socket's own argument
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise UserInputError(f"Port {port} is in use by another program; choose another.") from error
        raise UserInputError(f"Port {port} cannot be opened ({error.strerror}); choose another.") from error
    return listening
