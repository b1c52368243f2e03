"""A caller that sends all its ledger lets it, alone or as one of several processes that share the ledger.

`python -m tests.support.limits_caller URL LEDGER --rpm 15 --minute 2 --seconds 12` prints what it heard as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.gemini_errors import Failure, from_failure
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.core.errors import QuotaExhausted
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Used
from tests.support.limits_answers import TEXT_MODEL
from tests.support.limits_client import post, question
from tests.support.limits_words import prompt_tokens

BUCKET = Bucket("default", TEXT_MODEL)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a caller believes and does: `uplink_s` lies between the ledger's word and the sending."""

    url: str
    ledger: Path
    limits: Limits
    minute_s: float
    seconds: float
    uplink_s: tuple[float, float] = (0.0, 0.05)
    pace_s: float = 0.0
    seed: int = 0


@dataclass
class Heard:
    """What came back. `refused_at` is the epoch second at which the first 429 was learned."""

    answered: int = 0
    refused: int = 0
    total_s: float = 0.0
    refused_at: float | None = None

    @property
    def mean_s(self) -> float:
        """Seconds from the ledger's word to the answer."""
        return self.total_s / self.answered


class Caller:
    """Asks its ledger, sends, settles, and learns from refusals."""

    def __init__(self, plan: Plan) -> None:
        self.heard = Heard()
        self._plan = plan
        self._clock = SystemClock()
        self._random = random.Random(plan.seed)  # noqa: S311 - delays that can be repeated
        self._ledger = LedgerDb(
            plan.ledger, self._clock, defaults=lambda _: plan.limits, minute_s=plan.minute_s, deadline_s=10.0
        )

    async def run(self) -> Heard:
        """Send as much as may be sent for the time of the plan."""
        ends = self._clock.now() + self._plan.seconds
        try:
            async with asyncio.TaskGroup() as group:
                for number in count():
                    reservation = f"{os.getpid()}-{number}"
                    body = question(f"Topic {reservation}")
                    if not await self._admitted(reservation, Demand(prompt_tokens(body)), ends):
                        break
                    group.create_task(self._send(reservation, body))
                    await asyncio.sleep(self._plan.pace_s)
        finally:
            await self._ledger.aclose()
        return self.heard

    async def _admitted(self, reservation: str, demand: Demand, ends: float) -> bool:
        """Wait until it may be sent; False when the time is over before."""
        while (now := self._clock.now()) < ends:
            told = self._ledger.glance(BUCKET, demand)
            told = told or await self._ledger.reserve(BUCKET, demand, reservation=reservation)
            if isinstance(told, Admitted):
                return True
            await asyncio.sleep(max(0.0, min(told.until, ends) - now))
        return False

    async def _send(self, reservation: str, body: object) -> None:
        began = perf_counter()
        await asyncio.sleep(self._random.uniform(*self._plan.uplink_s))
        status, told = await post(self._plan.url, body)
        if status == 200:
            self.heard.answered += 1
            self.heard.total_s += perf_counter() - began
            await self._ledger.settle(reservation, Used(told["usageMetadata"]["promptTokenCount"]))
            return
        await self._ledger.settle(reservation, Used(0))
        error = from_failure(Failure(status, told, "", TEXT_MODEL, self._clock.now()))
        if not isinstance(error, QuotaExhausted):
            raise error
        self.heard.refused += 1
        await self._ledger.learn(BUCKET, quota_id=error.quota_id, limit=error.limit, until=error.until)
        self.heard.refused_at = self.heard.refused_at or self._clock.now()


def main(arguments: Sequence[str] | None = None) -> None:
    """Send, then print what was heard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--rpm", type=int)
    parser.add_argument("--tpm", type=int)
    parser.add_argument("--minute", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args(arguments)
    limits = Limits(rpm=told.rpm, tpm=told.tpm)
    plan = Plan(told.url, told.ledger, limits, told.minute, told.seconds, seed=told.seed)
    print(json.dumps(asdict(asyncio.run(Caller(plan).run()))))


if __name__ == "__main__":
    main()
