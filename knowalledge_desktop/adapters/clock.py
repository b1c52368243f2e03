"""The clock of the machine: the one place that reads the time."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Implements `Clock` with the machine's own time."""

    def now(self) -> float:
        """Wall clock, epoch seconds (UTC)."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back, for durations."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
