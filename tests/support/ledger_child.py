"""A process that sends as fast as the shared ledger lets it: `python -m tests.support.ledger_child ...`.

Each line it appends to the log is a request that reached the server: its time, between admission and answer.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.core.quota import Bucket, Demand, Limits, Refused, Used

RPM = 15
TPM = 1_200
MINUTE_S = 1.0
DEADLINE_S = 0.4
BUCKET = Bucket("default", "gemini-x")


async def hammer(folder: Path, seconds: float) -> None:
    clock = SystemClock()
    ledger = LedgerDb(
        folder / "ledger.db",
        clock,
        defaults=lambda _bucket: Limits(rpm=RPM, tpm=TPM),
        minute_s=MINUTE_S,
        day_s=1_000.0,
        deadline_s=DEADLINE_S,
    )
    log = os.open(folder / "sent.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    ends = clock.monotonic() + seconds
    print("begin", flush=True)
    number = 0

    async def send() -> None:
        nonlocal number
        while clock.monotonic() < ends:
            number += 1
            name = f"{os.getpid()}-{number}"
            asked = Demand(random.randint(50, 100))  # noqa: S311
            if ledger.glance(BUCKET, asked) is not None or isinstance(
                await ledger.reserve(BUCKET, asked, reservation=name), Refused
            ):
                await clock.sleep(0.01)
                continue
            await clock.sleep(random.uniform(0, 0.02))  # noqa: S311
            os.write(log, f"{clock.now():.6f} {asked.tokens}\n".encode())
            await clock.sleep(random.uniform(0, 0.05))  # noqa: S311
            await ledger.settle(name, Used(asked.tokens))

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(send())
    await ledger.aclose()
    os.close(log)


if __name__ == "__main__":
    asyncio.run(hammer(Path(sys.argv[1]), float(sys.argv[2])))
