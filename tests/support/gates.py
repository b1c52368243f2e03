"""What stands before the service, wide open."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.quota import Bucket, Demand, Ledger, Used
from knowalledge_desktop.core.request import Request
from knowalledge_desktop.resilience.admitted import Gate, Tariff
from knowalledge_desktop.resilience.breaker import Circuits
from tests.support.fakes import FakeClock
from tests.support.ledgers import PlannedLedger


class NoLocks:
    """Implements `Locks` for one process."""

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None, None]:
        yield

    @asynccontextmanager
    async def hold_now(self, name: str) -> AsyncGenerator[bool, None]:
        yield True


def tariff() -> Tariff:
    return Tariff(
        bucket=lambda request: Bucket("default", request.model or "model-x"),
        demand=lambda request: Demand(1000, operation=request.task.value),
        used=lambda request, answer: Used(answer.usage.prompt_tokens, 0, 0, answer.usage.output_tokens),
    )


def open_gate(clock: Clock, key: Callable[[Request], str], ledger: Ledger | None = None) -> Gate:
    counted = ledger or PlannedLedger(clock if isinstance(clock, FakeClock) else FakeClock())
    return Gate(counted, Circuits(clock), tariff(), clock, key=key)
