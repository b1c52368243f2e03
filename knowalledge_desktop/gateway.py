"""The second half of the wiring: everything that asks, answers, counts and checks.

It is loaded with the first question, or right after the window is there: what is kept can be seen and
walked through without it. Plain constructor calls, read top to bottom.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from knowalledge_desktop import __version__
from knowalledge_desktop.adapters.atlas import AtlasEngine
from knowalledge_desktop.adapters.atlas_evidence import AtlasEvidence
from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.adapters.drawing import Drawing
from knowalledge_desktop.adapters.exchange_files import ExchangeFiles
from knowalledge_desktop.adapters.file_locks import FileLocks
from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.adapters.hops import Hops
from knowalledge_desktop.adapters.jobs_db import JobsDb
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.adapters.otlp import Otlp
from knowalledge_desktop.adapters.paths import Paths
from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.adapters.prices_file import OWN_NAME, PricesFile
from knowalledge_desktop.adapters.session_secrets import SessionSecrets
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.ports import Clock, Engine, Library, SecretStore
from knowalledge_desktop.core.quota import Bucket, Limits
from knowalledge_desktop.core.quota_rules import PRESETS
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.shelf import Archive
from knowalledge_desktop.core.sky import ExploredIndex
from knowalledge_desktop.gateway_team import Keeping, team_of
from knowalledge_desktop.prompts.render import label, render, versions
from knowalledge_desktop.resilience.admitted import Gate, Tariff
from knowalledge_desktop.resilience.breaker import Circuits
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.renewing import Renewals
from knowalledge_desktop.resilience.stack import build_stack
from knowalledge_desktop.resilience.traced import Tracing
from knowalledge_desktop.services.ask import AskService
from knowalledge_desktop.services.bundle import Folders, Services
from knowalledge_desktop.services.cache import CacheService
from knowalledge_desktop.services.checks import doctor_checks, selftest_checks
from knowalledge_desktop.services.diagnosis import DiagnosisService
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.exchange import ExchangeService
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.explore import ExploreService
from knowalledge_desktop.services.imaging import ImagingService
from knowalledge_desktop.services.jobs import JobService
from knowalledge_desktop.services.monitor import MonitorService
from knowalledge_desktop.services.origins import OriginService
from knowalledge_desktop.services.prefetch import PrefetchService
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.second_look import SecondLookService
from knowalledge_desktop.services.sky import SkyService
from knowalledge_desktop.services.status import Connection, StatusService
from knowalledge_desktop.services.tariff import Tariffs

_TO_END_S = 60.0  # after its time-out a request is given up, told and settled within this


@dataclass(frozen=True, slots=True)
class Ground:
    """What the first half has made already, for this user."""

    paths: Paths
    folders: Folders
    clock: Clock
    library: Library
    secrets: SecretStore
    status: StatusService
    settings: Callable[[], Settings]
    new_id: Callable[[], str]
    build_in: Callable[[Path], Services]
    save: Callable[[Settings], None]
    team_keys: SecretStore
    team_passwords: SecretStore
    gemini: Engine | None = None
    atlas_path: Path | None = None
    minute_s: float = 60.0
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What follows requests for those who watch; `notices` tell people what stands in its way."""

    otlp: Otlp | None = None
    tracing: Tracing | None = None
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Callable[[], Settings]) -> Watch:
        """As the settings want it: usually nothing."""
        address = settings().otlp_url
        if not address:
            return cls()
        try:
            otlp = Otlp.sending(address, version=__version__, settings=settings)
        except UserInputError as error:
            return cls(notices=(error.detail,))
        return cls(otlp, Tracing(otlp))


class Gateway:
    """Makes and holds everything between a question and its answer."""

    def __init__(self, ground: Ground) -> None:
        paths, clock, settings = ground.paths, ground.clock, ground.settings
        library, secrets, status = ground.library, ground.secrets, ground.status
        atlas_path = ground.atlas_path or paths.resources / "atlas" / "atlas.sqlite"
        answers = DiskCache(paths.cache / "answers", clock, limit_bytes=lambda: settings().cache_limit_bytes)
        self.atlas = AtlasEngine(atlas_path, clock)
        evidence = AtlasEvidence(atlas_path)
        metrics, self._watch = PrometheusMetrics(), Watch.of(settings)

        def preset(bucket: Bucket) -> Limits:
            return PRESETS.get(settings().tier, PRESETS["unknown"]).limits(bucket.model)

        prices = PricesFile(paths.resources / "prices.json", paths.config / OWN_NAME)
        self.tariffs = Tariffs(settings, prices.table, clock, render)
        # A request holds its place until it has surely ended, so never shorter than one may take.
        deadline_s = ground.deadline_s or max(120.0, settings().timeout_s + _TO_END_S)
        own_ledger = LedgerDb(
            paths.state / "ledger.db", clock, defaults=preset, minute_s=ground.minute_s, deadline_s=deadline_s
        )
        team = team_of(
            own_ledger,
            clock,
            settings,
            Keeping(paths.state, ground.team_keys, ground.team_passwords, ground.save, lambda: gate.look_again()),
            spawn=lambda work: asyncio.get_running_loop().create_task(work),
            minute_s=ground.minute_s,
            deadline_s=deadline_s,
        )
        ledger, self.team = team.parts.ledger, team.service
        key = key_maker(label, settings)
        tariff = Tariff(self.tariffs.bucket, self.tariffs.demand, self.tariffs.used)
        own_gemini = GeminiEngine(secrets, settings, clock)

        async def has_key() -> bool:
            return await secrets.get() is not None

        async def ready() -> None:
            if ground.gemini is None and await has_key():
                await own_gemini.warm_up()

        gate = Gate(ledger, Circuits(clock), tariff, clock, key=key, ready=ready)
        memory = AnswerMemory()

        self._renewals = Renewals(
            spawn=lambda call: asyncio.get_running_loop().create_task(call),
            may=lambda: self._may_renew(ground),
            look_ups=memory.look_ups,
            monotonic=clock.monotonic,
        )

        def stack_around(gemini: Engine) -> Engine:
            return build_stack(
                gemini,
                self.atlas,
                cache=answers,
                library=library,
                metrics=metrics,
                clock=clock,
                key=key,
                gate=gate,
                locks=FileLocks(paths.cache / "locks"),
                memory=memory,
                settings=settings,
                spawn=lambda call: asyncio.get_running_loop().create_task(call),
                renewals=self._renewals,
                team=team.parts.cache,
                leases=team.parts.leases,
                tracing=self._watch.tracing,
            )

        engine = stack_around(ground.gemini or own_gemini)
        self._trials: list[GeminiEngine] = []

        def engine_for_key(key: str | None) -> Engine:
            if key is None:
                return engine
            self._trials.append(GeminiEngine(SessionSecrets(key), settings, clock))
            return stack_around(self._trials[-1])

        self.engine_for_key = engine_for_key
        self.quota = QuotaService(ledger, settings, clock, board=gate.board, changed=gate.look_again)
        self.prefetch = PrefetchService(engine, settings, status, self.quota, has_key)
        self.second_look = SecondLookService(engine, settings, self.quota, has_key)
        self.explore = ExploreService(engine, library, status, clock, ground.new_id)
        self.explain = ExplainService(engine, status, EvidenceService(evidence, metrics.claims))
        self.ask = AskService(engine, status)
        self.imaging = ImagingService(engine, Pictures(), library, status, clock, ground.new_id)
        self.cache = CacheService(answers, memory, settings, team=team.cache_for_people(settings()))
        jobs_db = JobsDb(paths.state / "jobs.db", clock)
        self.jobs = JobService(
            jobs_db,
            library,
            self.explain,
            clock,
            FileLocks(paths.state / "locks"),
            new_id=ground.new_id,
            has_key=has_key,
            quota=self.quota.report,
            explore=self.explore,
            imaging=self.imaging,
        )
        self.exchange = ExchangeService(library, ExchangeFiles(paths.data / "exchange"), clock, ground.new_id)
        self.diagnosis = DiagnosisService(
            doctor_checks(
                ground.folders,
                library,
                answers,
                self.atlas,
                secrets,
                settings,
                Drawing(ground.folders.resources / "fonts").check,
            ),
            selftest_checks(engine, ground.folders, ground.build_in),
            Hops(lambda: settings().base_url, clock.now).walk,
            team.hops.walk,
        )
        self.warm_up = team.warmed_up_after(own_gemini.warm_up)
        archive = cast("Archive", library)
        self.sky = SkyService(self.atlas, cast("ExploredIndex", library))
        self.origins = OriginService(archive, self.tariffs, settings, clock, prompts=versions(), cache=answers)
        self.monitor = MonitorService(
            metrics,
            version=__version__,
            clock=clock,
            settings=settings,
            quota=self.quota,
            overview=lambda now: archive.overview(now),
            cache_stats=answers.stats,
            memory=memory,
            circuits=gate.circuits.states,
            jobs=jobs_db,
            secrets=secrets,
            index=self.atlas,
            team=self.team.report,
        )
        self.notices = lambda: own_ledger.notices() + jobs_db.notices() + prices.notices() + self._watch.notices
        self._parts = (own_ledger, team.parts, jobs_db, answers, evidence, self.atlas, own_gemini)

    async def _may_renew(self, ground: Ground) -> bool:
        """Nothing is renewed while it could be in anybody's way."""
        is_offline = ground.status.snapshot().connection is Connection.OFFLINE
        if is_offline or self.quota.waiting() or await ground.secrets.get() is None:
            return False
        return not await self.quota.busy()

    async def aclose(self) -> None:
        """Release everything; each part ends, whatever the others say."""
        async with AsyncExitStack() as last_first:
            if self._watch.otlp is not None:  # last, so that it tells how all others ended
                last_first.push_async_callback(self._watch.otlp.aclose)
            for part in (*self._parts, *self._trials, self._renewals):
                last_first.push_async_callback(part.aclose)
