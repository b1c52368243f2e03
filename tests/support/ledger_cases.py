"""What tests of the ledger share."""

from __future__ import annotations

from pathlib import Path

from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Limits, Refused, Used
from tests.support.fakes import FakeClock

BUCKET = Bucket("default", "gemini-x")
LIMITS = Limits(rpm=3, tpm=1_000, rpd=5, tpd=2_000, ipm=2)
ASKED = Demand(tokens=100, cost_micro=10, operation="explanation")


def ledger_at(folder: Path, clock: FakeClock, limits: Limits = LIMITS, **lengths: float) -> LedgerDb:
    return LedgerDb(folder / "ledger.db", clock, defaults=lambda _bucket: limits, **lengths)


async def admitted(ledger: LedgerDb, name: str, demand: Demand = ASKED, bucket: Bucket = BUCKET) -> Admitted:
    decision = await ledger.reserve(bucket, demand, reservation=name)
    assert isinstance(decision, Admitted), decision
    return decision


async def refused(ledger: LedgerDb, demand: Demand = ASKED, bucket: Bucket = BUCKET) -> Refused:
    decision = await ledger.reserve(bucket, demand, reservation="refused")
    assert isinstance(decision, Refused), decision
    return decision


async def served(ledger: LedgerDb, name: str, tokens: int = 100, bucket: Bucket = BUCKET) -> None:
    """A request that is answered at once."""
    await admitted(ledger, name, Demand(tokens), bucket)
    await ledger.settle(name, Used(tokens))
