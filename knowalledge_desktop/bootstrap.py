"""The wiring: the only place that names adapters. Plain constructor calls, read top to bottom."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from knowalledge_desktop.adapters.atlas import AtlasEngine
from knowalledge_desktop.adapters.atlas_evidence import AtlasEvidence
from knowalledge_desktop.adapters.clock import SystemClock
from knowalledge_desktop.adapters.disk_cache import DiskCache
from knowalledge_desktop.adapters.file_locks import FileLocks
from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.adapters.jobs_db import JobsDb
from knowalledge_desktop.adapters.keyring_secrets import KeyringSecrets
from knowalledge_desktop.adapters.ledger_db import LedgerDb
from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.logs import set_up_logs
from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.adapters.paths import resolve_paths
from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.adapters.prices_file import OWN_NAME, PricesFile
from knowalledge_desktop.adapters.session_secrets import SessionSecrets
from knowalledge_desktop.adapters.settings_file import SettingsFile
from knowalledge_desktop.core.ports import Clock, Engine, SecretStore
from knowalledge_desktop.core.quota import Bucket, Limits
from knowalledge_desktop.core.quota_rules import PRESETS
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.prompts.render import label, render
from knowalledge_desktop.resilience.admitted import Gate, Tariff
from knowalledge_desktop.resilience.breaker import Circuits
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.resilience.stack import build_stack
from knowalledge_desktop.services.ask import AskService
from knowalledge_desktop.services.bundle import Folders, Services
from knowalledge_desktop.services.cache import CacheService
from knowalledge_desktop.services.checks import doctor_checks, selftest_checks
from knowalledge_desktop.services.diagnosis import DiagnosisService
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.explore import ExploreService
from knowalledge_desktop.services.imaging import ImagingService
from knowalledge_desktop.services.jobs import JobService
from knowalledge_desktop.services.library import LibraryService
from knowalledge_desktop.services.preferences import PreferencesService
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.status import StatusService
from knowalledge_desktop.services.tariff import Tariffs


@dataclass(frozen=True, slots=True)
class Overrides:
    """What tests and the self-test replace; None means the real thing."""

    gemini: Engine | None = None
    secrets: SecretStore | None = None
    clock: Clock | None = None
    atlas_path: Path | None = None


def build_services(environ: Mapping[str, str], overrides: Overrides = Overrides()) -> Services:
    """Everything, wired for this user. Reads only the settings file; raises StorageError.

    Loads no vendor SDK: each adapter imports its own at first use.
    """
    paths = resolve_paths(environ)
    folders = Folders(paths.data, paths.state, paths.cache, paths.config, paths.resources)
    clock = overrides.clock or SystemClock()
    settings_file = SettingsFile(paths.config / "settings.json", environ)
    keyring = KeyringSecrets(environ)
    secrets = overrides.secrets or keyring
    end_logs = set_up_logs(paths.state / "logs", secrets=keyring.known)

    library = LibraryDb(paths.data / "library.db", clock)
    cache = DiskCache(paths.cache / "answers", clock, limit_bytes=settings_file.load().cache_limit_bytes)
    atlas_path = overrides.atlas_path or paths.resources / "atlas" / "atlas.sqlite"
    atlas = AtlasEngine(atlas_path, clock)
    evidence = AtlasEvidence(atlas_path)
    metrics = PrometheusMetrics()
    status = StatusService()

    def settings() -> Settings:
        return preferences.settings

    def preset(bucket: Bucket) -> Limits:
        return PRESETS.get(settings().tier, PRESETS["unknown"]).limits(bucket.model)

    prices = PricesFile(paths.resources / "prices.json", paths.config / OWN_NAME)
    tariffs = Tariffs(settings, prices.table, clock, render)
    ledger = LedgerDb(paths.state / "ledger.db", clock, defaults=preset)
    key = key_maker(label, settings)
    tariff = Tariff(tariffs.bucket, tariffs.demand, tariffs.used)
    gate = Gate(ledger, Circuits(clock), tariff, clock, key=key)
    memory = AnswerMemory()

    def stack_around(gemini: Engine) -> Engine:
        return build_stack(
            gemini,
            atlas,
            cache=cache,
            library=library,
            metrics=metrics,
            clock=clock,
            key=key,
            gate=gate,
            locks=FileLocks(paths.cache / "locks"),
            memory=memory,
            settings=settings,
            spawn=lambda call: asyncio.get_running_loop().create_task(call),
        )

    own_gemini = GeminiEngine(secrets, settings, clock)
    engine = stack_around(overrides.gemini or own_gemini)

    trials: list[GeminiEngine] = []

    def engine_for_key(key: str | None) -> Engine:
        if key is None:
            return engine
        trials.append(GeminiEngine(SessionSecrets(key), settings, clock))
        return stack_around(trials[-1])

    quota = QuotaService(ledger, settings, clock, board=gate.board, changed=gate.look_again)
    explain = ExplainService(engine, status, EvidenceService(evidence))

    async def has_key() -> bool:
        return await secrets.get() is not None

    jobs_db = JobsDb(paths.state / "jobs.db", clock)
    jobs = JobService(
        jobs_db,
        library,
        explain,
        clock,
        FileLocks(paths.state / "locks"),
        new_id=new_id,
        has_key=has_key,
        quota=quota.report,
    )
    preferences = PreferencesService(settings_file, secrets, status, engine_for_key)

    def build_in(folder: Path) -> Services:
        apart = {**environ, "KNOWALLEDGE_HOME": str(folder)}
        return build_services(apart, Overrides(secrets=SessionSecrets(None), atlas_path=overrides.atlas_path))

    async def close() -> None:
        async with AsyncExitStack() as last_first:  # each one ends, whatever the others say
            last_first.callback(end_logs)
            for part in (ledger, jobs_db, library, cache, evidence, atlas, own_gemini, *trials):
                last_first.push_async_callback(part.aclose)

    return Services(
        explore=ExploreService(engine, library, status, clock, new_id),
        explain=explain,
        jobs=jobs,
        ask=AskService(engine, status),
        imaging=ImagingService(engine, Pictures(), library, status, clock, new_id),
        edit=EditService(clock, new_id),
        library=LibraryService(library, atlas),
        preferences=preferences,
        quota=quota,
        cache=CacheService(cache, memory, settings),
        tariffs=tariffs,
        status=status,
        diagnosis=DiagnosisService(
            doctor_checks(folders, library, cache, atlas, secrets, settings),
            selftest_checks(engine, folders, build_in),
        ),
        folders=folders,
        now=clock.now,
        sleep=clock.sleep,
        notices=lambda: library.notices() + ledger.notices() + jobs_db.notices() + prices.notices(),
        warm_up=own_gemini.warm_up,
        metrics=lambda: asyncio.to_thread(metrics.exposition),
        cache_stats=cache.stats,
        aclose=close,
    )


def new_id() -> str:
    """A fresh identity for maps, topics and links (random, RFC 9562 version 4)."""
    return uuid.uuid4().hex
