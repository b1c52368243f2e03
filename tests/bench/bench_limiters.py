"""What arrives at the service when a greedy caller goes through a limiter: ours, and the usual libraries.

A minute lasts two seconds here, and the times of the network and of the answers are cut down alike: 0.02 to
1.5 s from the limiter's word to the arrival, 0.5 to 20 s to the answer. The service counts where it counts
in reality, on arrival; a request it refuses has arrived all the same.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

import pytest

from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Used
from tests.support.limits_answers import TEXT_MODEL
from tests.support.limits_caller import Caller, Heard, Plan
from tests.support.limits_client import post, question
from tests.support.limits_count import (
    Entry,
    HiddenLimits,
    Utilisation,
    refusals,
    served,
    utilisation,
    worst_window,
)
from tests.support.limits_server import LimitsServer

pytestmark = pytest.mark.bench

MINUTE_S = 2
RPM = 15
MINUTES = 6
LIMITS = HiddenLimits(rpm=RPM)
SCALE = MINUTE_S / 60
UPLINK_S = (0.02 * SCALE, 1.5 * SCALE)
LATENCY_S = (0.5 * SCALE, 20 * SCALE)
POLL_S = 0.002
SEED = 7
LEAST_USE = 0.97

Ended = Callable[[], Awaitable[None]]
Acquire = Callable[[], Awaitable[Ended]]
"""Waits until a request may be sent; what it gives back is called when the answer is there."""

Limiter = Callable[[Path], AbstractAsyncContextManager[Acquire]]


async def nothing() -> None:
    """Libraries are not told when a request ends."""


def polled(hit: Callable[[], Awaitable[bool]]) -> Acquire:
    async def acquire() -> Ended:
        while not await hit():  # noqa: ASYNC110 - it has nothing to wait for but time
            await asyncio.sleep(POLL_S)
        return nothing

    return acquire


def of_limits(name: str) -> Limiter:
    @asynccontextmanager
    async def limiter(_folder: Path) -> AsyncGenerator[Acquire, None]:
        from limits import RateLimitItemPerSecond, storage, strategies

        strategy = getattr(strategies, f"{name}RateLimiter")(storage.MemoryStorage())
        item = RateLimitItemPerSecond(RPM, MINUTE_S)

        async def hit() -> bool:
            return bool(strategy.hit(item))

        yield polled(hit)

    return limiter


@asynccontextmanager
async def of_pyrate(_folder: Path) -> AsyncGenerator[Acquire, None]:
    from pyrate_limiter import Limiter, Rate

    with Limiter(Rate(RPM, MINUTE_S * 1000)) as limiter:

        async def hit() -> bool:
            return await limiter.try_acquire_async("model", blocking=False)

        yield polled(hit)


@asynccontextmanager
async def of_aiolimiter(_folder: Path) -> AsyncGenerator[Acquire, None]:
    from aiolimiter import AsyncLimiter

    limiter = AsyncLimiter(RPM, MINUTE_S)

    async def acquire() -> Ended:
        await limiter.acquire()
        return nothing

    yield acquire


@asynccontextmanager
async def ours(folder: Path) -> AsyncGenerator[Acquire, None]:
    from knowalledge_desktop.adapters.ledger_db import LedgerDb

    clock = SystemClock()
    ledger = LedgerDb(folder / "quota.db", clock, defaults=lambda _: Limits(rpm=RPM), minute_s=float(MINUTE_S))
    bucket, demand, numbers = Bucket("default", TEXT_MODEL), Demand(100), count()

    async def acquire() -> Ended:
        reservation = f"request-{next(numbers)}"
        while True:
            told = ledger.glance(bucket, demand)
            told = told or await ledger.reserve(bucket, demand, reservation=reservation)
            if isinstance(told, Admitted):
                return lambda: ledger.settle(reservation, Used(100))
            await asyncio.sleep(max(0.0, told.until - clock.now()))

    try:
        yield acquire
    finally:
        await ledger.aclose()


LIMITERS: dict[str, Limiter] = {
    "limits MovingWindow": of_limits("MovingWindow"),
    "limits FixedWindow": of_limits("FixedWindow"),
    "limits SlidingWindowCounter": of_limits("SlidingWindowCounter"),
    "pyrate-limiter": of_pyrate,
    "aiolimiter": of_aiolimiter,
    "our ledger": ours,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What the service saw of one limiter."""

    worst: float
    served: int
    refused: int
    use: Utilisation

    def told(self, name: str) -> str:
        figures = f"{self.worst:12.3f}x {self.served:8} {self.refused:6} {self.use.share:12.3f}"
        return f"{name:28} {figures} {self.use.ceiling:10.3f}"


def row_of(log: Sequence[Entry], mean_latency_s: float) -> Row:
    return Row(
        worst_window(log, MINUTE_S) / RPM,
        len(served(log)),
        len(refusals(log)),
        utilisation(log, LIMITS, mean_latency_s, minute_s=MINUTE_S),
    )


async def measure(limiter: Limiter, folder: Path) -> Row:
    """A caller sends as fast as the limiter lets it, for some minutes."""
    uplink = random.Random(SEED)  # noqa: S311 - the same delays for every limiter
    took: list[float] = []

    async def send(server: LimitsServer, number: int, ended: Ended) -> None:
        began = perf_counter()
        await asyncio.sleep(uplink.uniform(*UPLINK_S))
        status, _ = await post(server.url, question(f"Topic {number}"))
        if status == 200:
            took.append(perf_counter() - began)
        await ended()

    with LimitsServer(LIMITS, minute_s=MINUTE_S, latency=LATENCY_S, seed=SEED) as server:
        async with limiter(folder) as acquire, asyncio.TaskGroup() as group:
            ends = perf_counter() + MINUTES * MINUTE_S
            for number in count():
                ended = await acquire()
                group.create_task(send(server, number, ended))
                if perf_counter() > ends:
                    break
        log = server.log
    return row_of(log, statistics.mean(took))


async def test_the_service_never_sees_more_than_its_limit_and_is_used_up_to_it(tmp_path: Path) -> None:
    rows: dict[str, Row] = {}
    for name, limiter in LIMITERS.items():
        rows[name] = await measure(limiter, tmp_path)
    print(f"\n{RPM} requests a minute of {MINUTE_S} s, {MINUTES} minutes, greedy caller, counted on arrival")
    print(f"{'limiter':28} {'worst window':>13} {'served':>8} {'429s':>6} {'utilisation':>12} {'ceiling':>10}")
    for name, row in rows.items():
        print(row.told(name))
    mine = rows["our ledger"]
    print(f"our ledger: {mine.use.of_ceiling:.3f} of minute / (minute + mean latency)")
    assert mine.worst <= 1.0
    assert mine.refused == 0
    assert mine.use.of_ceiling >= LEAST_USE


@pytest.mark.parametrize("processes", [2, 4, 8])
def test_processes_share_one_limit(processes: int, tmp_path: Path) -> None:
    with LimitsServer(LIMITS, minute_s=MINUTE_S, latency=LATENCY_S, seed=SEED) as server:
        options = ("--rpm", RPM, "--minute", MINUTE_S, "--seconds", MINUTES * MINUTE_S, "--seed", SEED)
        command = (
            sys.executable,
            "-m",
            "tests.support.limits_caller",
            server.url,
            tmp_path / "quota.db",
            *options,
        )
        running = [subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE) for _ in range(processes)]
        heard = [Heard(**json.loads(each.communicate()[0])) for each in running]
        log = server.log
    mean = sum(each.total_s for each in heard) / sum(each.answered for each in heard)
    row = row_of(log, mean)
    print("\n" + row.told(f"our ledger, {processes} processes"))
    assert row.worst <= 1.0
    assert row.refused == 0
    assert row.use.of_ceiling >= LEAST_USE


@pytest.mark.parametrize("told", ["with its figure", "without a figure", "bare"])
async def test_after_the_first_refusal_was_heard_there_is_no_second_one(told: str, tmp_path: Path) -> None:
    with LimitsServer(
        LIMITS,
        minute_s=MINUTE_S,
        latency=LATENCY_S,
        seed=SEED,
        with_quota_value=told == "with its figure",
        bare_429=told == "bare",
    ) as server:
        seconds = 2.0 * MINUTES * MINUTE_S
        plan = Plan(
            server.url, tmp_path / "quota.db", Limits(), MINUTE_S, seconds, UPLINK_S, pace_s=0.05, seed=SEED
        )
        heard = await Caller(plan).run()
        log = server.log
    assert heard.refused_at is not None
    on_their_way = heard.refused_at + UPLINK_S[1] + 0.05  # what the ledger had admitted by then may still come
    refused = refusals(log)
    later = [entry for entry in log if entry.at > on_their_way]
    after = refused[-1].at - heard.refused_at
    print(f"\n429 {told}: {len(refused)} refused, the last {after:+.3f} s after the first was heard;", end=" ")
    print(f"then {len(later)} sent, worst window {worst_window(later, MINUTE_S) / RPM:.3f}x")
    assert not refusals(later)
    assert len(later) >= RPM * MINUTES
