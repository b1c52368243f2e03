"""A process that runs a job against a service with limits, with minutes and days of its own length.

`python -m tests.support.jobs_child HOME JOB --url URL --rpm 10 --rpd 40 --minute 1 --day 30` prints a JSON
line for everything that happens; `planned` makes the job before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from knowalledge_desktop.adapters.atlas import AtlasEngine
from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.adapters.file_locks import FileLocks
from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.adapters.jobs_db import JobsDb
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.session_secrets import SessionSecrets
from knowalledge_desktop.core.prices import PriceTable
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.core.request import EngineChoice, Options
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.prompts.render import label, render
from knowalledge_desktop.resilience.admitted import Gate, Tariff
from knowalledge_desktop.resilience.breaker import Circuits
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.stack import build_stack
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.explore import ExploreService
from knowalledge_desktop.services.job_run import JobNews
from knowalledge_desktop.services.jobs import JobService
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.status import StatusService
from knowalledge_desktop.services.tariff import Tariffs
from tests.support.engines import CountedMetrics, spawn
from tests.support.fakes import NoEvidence

KEY = "AIzaTestKeyThatIsPlanted0000000"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the process believes of the service; lengths in seconds."""

    url: str
    limits: Limits
    minute_s: float
    day_s: float
    deadline_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job needs, over the files of `home`."""

    library: LibraryDb
    jobs: JobService
    warm_up: Callable[[], Awaitable[None]]
    explore: ExploreService
    edit: EditService


@asynccontextmanager
async def desk(home: Path, terms: Terms) -> AsyncGenerator[Desk, None]:
    """The real adapters and the real stack."""
    clock, status = SystemClock(), StatusService()
    settings = replace(Settings(), base_url=terms.url)
    library = LibraryDb(home / "library.db", clock)
    cache = DiskCache(home / "answers", clock, limit_bytes=2**24)
    ledger = LedgerDb(
        home / "ledger.db",
        clock,
        defaults=lambda _: terms.limits,
        minute_s=terms.minute_s,
        day_s=terms.day_s,
        deadline_s=terms.deadline_s,
    )
    tariffs = Tariffs(lambda: settings, lambda: PriceTable("none", ""), clock, render)
    key = key_maker(label, lambda: settings)
    gate = Gate(ledger, Circuits(clock), Tariff(tariffs.bucket, tariffs.demand, tariffs.used), clock, key=key)
    atlas = AtlasEngine(home / "no-atlas.sqlite", clock)
    gemini = GeminiEngine(SessionSecrets(KEY), lambda: settings, clock)
    engine = build_stack(
        gemini,
        atlas,
        cache=cache,
        library=library,
        metrics=CountedMetrics(),
        clock=clock,
        key=key,
        gate=gate,
        locks=FileLocks(home / "locks-answers"),
        settings=lambda: settings,
        spawn=spawn,
    )
    quota = QuotaService(ledger, lambda: settings, clock, board=gate.board, changed=gate.look_again)
    store = JobsDb(home / "jobs.db", clock)
    numbers = iter(range(10**6))

    def new_id() -> str:
        return f"{home.name}-{next(numbers)}"

    async def has_key() -> bool:
        return True

    jobs = JobService(
        store,
        library,
        ExplainService(engine, status, EvidenceService(NoEvidence())),
        clock,
        FileLocks(home / "locks"),
        new_id=new_id,
        has_key=has_key,
        quota=quota.report,
        minute_s=terms.minute_s,
        day_s=terms.day_s,
        seconds_each=6.0 * terms.minute_s / 60.0,
    )
    async with AsyncExitStack() as last_first:
        for part in (ledger, store, library, cache, atlas, gemini):
            last_first.push_async_callback(part.aclose)
        explore = ExploreService(engine, library, status, clock, new_id)
        yield Desk(library, jobs, gemini.warm_up, explore, EditService(clock, new_id))


async def planned(home: Path, terms: Terms, topics: int) -> str:
    """A job over so many topics of a new map."""
    async with desk(home, terms) as at:
        session = at.explore.new_map("Music")
        for n in range(topics):
            await at.edit.add(session, session.map.root_id, f"Style {n}")
        children = session.map.children(session.map.root_id)
        return (await at.jobs.start(session.map, children, Options(), EngineChoice.GEMINI)).job_id


async def run(home: Path, terms: Terms, job_id: str) -> None:
    """Run the job to its end and tell what happens."""
    clock = SystemClock()

    def heard(news: JobNews) -> None:
        so_far = news.progress
        told: dict[str, Any] = {"at": clock.now(), "done": so_far.done, "ends_at": so_far.ends_at}
        if news.item is not None:
            told |= {"topic": news.item.title, "state": news.item.state.value}
        print(json.dumps(told), flush=True)

    async with desk(home, terms) as at:
        await at.warm_up()  # as the window does: its seconds are no seconds of this short minute
        await at.jobs.run(job_id, heard)


def main() -> None:
    """Run one job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("job")
    parser.add_argument("--url", required=True)
    parser.add_argument("--rpm", type=int)
    parser.add_argument("--rpd", type=int)
    parser.add_argument("--minute", type=float, default=60.0)
    parser.add_argument("--day", type=float, default=86_400.0)
    told = parser.parse_args()
    terms = Terms(told.url, Limits(rpm=told.rpm, rpd=told.rpd), told.minute, told.day)
    asyncio.run(run(told.home, terms, told.job))


if __name__ == "__main__":
    main()
