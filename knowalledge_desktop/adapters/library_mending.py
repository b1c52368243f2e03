"""A file that proves damaged while it is open: on with the newest good backup, if nothing would be lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from knowalledge_desktop.core.errors import StorageDamaged

T = TypeVar("T")


class Mending:
    """Goes around every call on a file; `reopen` closes it, so that the next call opens it with a thorough look.

    It mends once, and only until something was `changed` in the file: a backup would not have that.
    """

    def __init__(self, reopen: Callable[[], Awaitable[None]]) -> None:
        self._reopen = reopen
        self._lock = asyncio.Lock()
        self._mended = False
        self.changed = False

    async def around(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call gives, if need be at its second try. Raises what the call raises."""
        too_late = self._mended
        try:
            return await call()
        except StorageDamaged:
            async with self._lock:
                if self.changed or too_late:
                    raise
                if not self._mended:  # another call may have met the same damage
                    self._mended = True
                    await self._reopen()
        return await call()
