"""A whole bundle of services over stand-ins, and a console whose streams a test can read."""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from knowalledge_desktop.adapters.exchange_files import ExchangeFiles
from knowalledge_desktop.adapters.metrics import PrometheusMetrics
from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.main import run
from knowalledge_desktop.core.content import Claim, ClaimState, Picture, Provenance, Source, Usage
from knowalledge_desktop.core.payload import (
    Content,
    ExplanationText,
    Illustration,
    ModelInfo,
    ModelList,
    Subtopic,
    SubtopicList,
    TopicCandidate,
    TopicCandidates,
)
from knowalledge_desktop.core.ports import Library, SecretStore, SettingsStore
from knowalledge_desktop.core.prices import PriceTable
from knowalledge_desktop.core.quota import Ledger
from knowalledge_desktop.core.request import Answer, Part, Queued, Request, Substitute, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.shelf import Archive, Overview
from knowalledge_desktop.core.sky import ExploredIndex, SkyIndex
from knowalledge_desktop.prompts.render import render, versions
from knowalledge_desktop.resilience.breaker import Circuits
from knowalledge_desktop.resilience.memory import AnswerMemory
from knowalledge_desktop.services.ask import AskService
from knowalledge_desktop.services.backup import BackupService
from knowalledge_desktop.services.bundle import Folders, Services
from knowalledge_desktop.services.cache import CacheService
from knowalledge_desktop.services.diagnosis import Check, DiagnosisService
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.evidence import EvidenceService
from knowalledge_desktop.services.exchange import ExchangeService
from knowalledge_desktop.services.explain import ExplainService
from knowalledge_desktop.services.explore import ExploreService
from knowalledge_desktop.services.held import HeldLibrary
from knowalledge_desktop.services.imaging import ImagingService
from knowalledge_desktop.services.jobs import JobService
from knowalledge_desktop.services.library import LibraryService
from knowalledge_desktop.services.monitor import MonitorService
from knowalledge_desktop.services.origins import OriginService
from knowalledge_desktop.services.port_token import PortTokenService
from knowalledge_desktop.services.preferences import PreferencesService
from knowalledge_desktop.services.prefetch import PrefetchService
from knowalledge_desktop.services.quota import QuotaService
from knowalledge_desktop.services.second_look import SecondLookService
from knowalledge_desktop.services.sky import SkyService
from knowalledge_desktop.services.status import StatusService
from knowalledge_desktop.services.tariff import Tariffs
from tests.support.backups import MemoryBackups
from tests.support.fakes import FakeClock, MemoryCache, MemoryLibrary, MemorySecrets, MemorySettings, NoEvidence
from tests.support.gates import NoLocks
from tests.support.jobs import MemoryJobs
from tests.support.ledgers import PlannedLedger
from tests.support.pictures import png

TOKEN = "kae_a-word-that-nobody-guesses"
KEY = "AIzaTestKeyThatIsPlanted0000000"
TEXT = "Bebop is a style of jazz.\n\nIt is *fast*."
DRAWN = Picture.of("image/png", png(64, 48), 64, 48)
WIKI = Source("Bebop", "https://en.wikipedia.org/wiki/Bebop", "CC-BY-SA-4.0")


class TopicEngine:
    """Answers every topic with made-up branches or a short text, in the shape of checked content.

    `troubles` raises for a topic (after the deltas of an explanation); `plans` plays the given parts
    instead; `known` limits how many branches a topic has.
    """

    def __init__(self, name: str = "gemini") -> None:
        self.name = name
        self.asked: list[Request] = []
        self.troubles: dict[str, BaseException] = {}
        self.plans: dict[str, Sequence[Part | BaseException]] = {}
        self.known = 100
        self.substitute: Substitute | None = None
        self.from_cache = False
        self.before: Callable[[Request], None] = lambda request: None
        self.gate: asyncio.Event | None = None
        self.closed = 0

    @property
    def topics(self) -> list[str]:
        return [request.topic for request in self.asked]

    def answer(self, content: Content, *, quality: float | None = 0.9) -> Answer:
        author = Provenance(self.name, f"{self.name}-1", "p@1", 1_799_999_000.0)
        return Answer(content, author, Usage(1, 2), self.from_cache, quality, self.substitute)

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        self.asked.append(request)
        try:
            self.before(request)
            if self.gate is not None:
                await self.gate.wait()
            for step in self.plans.get(request.topic) or self._parts(request):
                if isinstance(step, BaseException):
                    raise step
                yield step
        finally:
            self.closed += 1

    def _parts(self, request: Request) -> list[Part | BaseException]:
        trouble = self.troubles.get(request.topic)
        if request.task is Task.EXPLANATION:
            deltas: list[Part | BaseException] = [TextDelta(TEXT[:9]), TextDelta(TEXT[9:])]
            claims = (Claim("Bebop is a style of jazz.", ClaimState.SUPPORTED, (0,)), Claim("It is fast."))
            return [*deltas, trouble or self.answer(ExplanationText(TEXT, claims, (WIKI,)))]
        if request.task is Task.QUESTION:
            told = f"**{request.topic}**: {request.question}"
            return [TextDelta(told[:6]), TextDelta(told[6:]), trouble or self.answer(ExplanationText(told))]
        if trouble is not None:
            return [trouble]
        if request.task in {Task.IMAGE_TOPIC, Task.ILLUSTRATION}:
            topics = tuple(TopicCandidate(f"Thing {n}", f"It is there {n} times.") for n in range(1, 6))
            drawing = Illustration(DRAWN, f"A drawing of {request.topic}.")
            content = TopicCandidates(topics) if request.task is Task.IMAGE_TOPIC else drawing
            return [self.answer(content, quality=None)]
        if request.task is Task.SUBTOPICS:
            count = min(request.options.count, self.known)
            titles = [f"{request.topic} {n}" for n in range(1, 100) if f"{request.topic} {n}" not in request.avoid]
            items = tuple(Subtopic(title, f"About {title}.", sources=(WIKI,)) for title in titles[:count])
            return [self.answer(SubtopicList(items))]
        models = ModelInfo("models/gemini-3.5-flash-lite", "Flash-Lite", ("generateContent",))
        return [self.answer(ModelList((models, ModelInfo("models/other"))), quality=None)]


async def never(seconds: float) -> None:
    """Sleep as long as one is let."""
    await asyncio.Event().wait()


class TitleIndex:
    """Implements `TopicIndex` over a few titles."""

    def __init__(self, *titles: str) -> None:
        self.titles = titles

    async def articles(self, prefix: str, language: str, limit: int) -> tuple[str, ...]:
        return tuple(title for title in self.titles if title.startswith(prefix))[:limit]


@dataclass
class Bench:
    """Everything behind a bundle of services, for a test to set and to look at."""

    folder: Path
    engine: TopicEngine = field(default_factory=TopicEngine)
    library: Library = field(default_factory=MemoryLibrary)
    secrets: SecretStore = field(default_factory=MemorySecrets)
    settings: SettingsStore = field(default_factory=MemorySettings)
    clock: FakeClock = field(default_factory=FakeClock)
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    cache: MemoryCache = field(default_factory=MemoryCache)
    memory_answers: AnswerMemory = field(default_factory=AnswerMemory)
    numbers: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    port_secrets: MemorySecrets = field(default_factory=MemorySecrets)
    ledger: Ledger | None = None
    waiting: Callable[[], Sequence[tuple[Request, Queued]]] = tuple
    sleep: Callable[[float], Awaitable[None]] = never
    index: TitleIndex = field(default_factory=lambda: TitleIndex("Jazz", "Jade"))
    status: StatusService = field(default_factory=StatusService)
    doctor: tuple[Check, ...] = ()
    selftest: tuple[Check, ...] = ()
    notices: tuple[str, ...] = ()
    backups: MemoryBackups = field(default_factory=lambda: MemoryBackups(Path("backups")))
    closed: int = 0
    tested_keys: list[str | None] = field(default_factory=list)
    overrides: list[dict[str, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def new_id(self) -> str:
        return f"id{next(self._numbers)}"

    @property
    def memory(self) -> MemoryLibrary:
        return cast("MemoryLibrary", self.library)

    def services(self) -> Services:
        def engine_for_key(key: str | None) -> TopicEngine:
            self.tested_keys.append(key)
            return self.engine

        async def warm_up() -> None:
            return

        async def close() -> None:
            self.closed += 1

        def settings() -> Settings:
            return self.settings.load()

        async def has_key() -> bool:
            return await self.secrets.get() is not None

        explain = ExplainService(self.engine, self.status, EvidenceService(NoEvidence()))
        ledger = self.ledger or PlannedLedger(self.clock)
        quota = QuotaService(ledger, settings, self.clock, board=lambda: self.waiting(), changed=lambda: None)
        jobs = JobService(
            self.jobs,
            self.library,
            explain,
            self.clock,
            NoLocks(),
            new_id=self.new_id,
            has_key=has_key,
            quota=quota.report,
        )
        parts = ("data", "state", "cache", "config", "resources")
        tariffs = Tariffs(settings, lambda: PriceTable("none", ""), self.clock, render)
        return Services(
            explore=ExploreService(self.engine, self.library, self.status, self.clock, self.new_id),
            explain=explain,
            jobs=jobs,
            ask=AskService(self.engine, self.status),
            imaging=ImagingService(self.engine, Pictures(), self.library, self.status, self.clock, self.new_id),
            edit=EditService(self.clock, self.new_id),
            library=LibraryService(self.library, self.index),
            backups=BackupService(
                self.backups,
                HeldLibrary(self.library, self.backups.look_again, self.clock, self.new_id),
                self.library,
            ),
            exchange=ExchangeService(
                self.library, ExchangeFiles(self.folder / "exchange"), self.clock, self.new_id
            ),
            preferences=PreferencesService(self.settings, self.secrets, self.status, engine_for_key),
            quota=quota,
            prefetch=PrefetchService(self.engine, settings, self.status, quota, has_key),
            second_look=SecondLookService(self.engine, settings, quota, has_key),
            cache=CacheService(self.cache, self.memory_answers, settings),
            origins=OriginService(
                cast("Archive", self.library), tariffs, settings, self.clock, prompts=versions(), cache=self.cache
            ),
            tariffs=tariffs,
            sky=SkyService(cast("SkyIndex", self.index), cast("ExploredIndex", self.library)),
            status=self.status,
            diagnosis=DiagnosisService(self.doctor, self.selftest),
            folders=Folders(*(self.folder / part for part in parts)),
            now=self.clock.now,
            sleep=lambda seconds: self.sleep(seconds),
            notices=lambda: self.notices,
            warm_up=warm_up,
            monitor=MonitorService(
                self.numbers,
                version="1.2.3",
                clock=self.clock,
                settings=settings,
                quota=quota,
                overview=lambda now: self._overview(),
                cache_stats=self.cache.stats,
                memory=self.memory_answers,
                circuits=Circuits(self.clock).states,
                jobs=self.jobs,
                secrets=self.secrets,
                index=self.index,
            ),
            port_token=PortTokenService(self.port_secrets, lambda: TOKEN),
            aclose=close,
        )

    async def _overview(self) -> Overview:
        maps = await self.library.maps()
        return Overview(len(maps), sum(info.topics for info in maps))

    def build(self, overrides: Mapping[str, str]) -> Services:
        self.overrides.append(dict(overrides))
        return self.services()


class FakePort:
    """Implements `PortLike`; `started` is called once it listens."""

    def __init__(self, started: Callable[[], None] = lambda: None, error: BaseException | None = None) -> None:
        self.started = started
        self.error = error
        self.asked: list[int] = []
        self.closed = 0

    async def start(self, port: int) -> int:
        self.asked.append(port)
        if self.error is not None:
            raise self.error
        self.started()
        return port or 40001

    async def aclose(self) -> None:
        self.closed += 1


class Stream(io.TextIOWrapper):
    """A text stream in memory that may say that it is a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO(text.encode(encoding))
        self.terminal = terminal
        super().__init__(self.bytes, encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return self.terminal

    @property
    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


@dataclass(frozen=True)
class Outcome:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


def console(typed: str = "", *, terminal: bool = False, **environ: str) -> Console:
    return Console(Stream(typed), Stream(terminal=terminal), Stream(terminal=terminal), environ)


def command(bench: Bench, *words: str, at: Console | None = None, port: FakePort | None = None) -> Outcome:
    """Run one command line over the bench."""
    at = at or console()
    code = run(words, bench.build, lambda services: port or FakePort(), at)
    return Outcome(code, cast("Stream", at.stdout).text, cast("Stream", at.stderr).text)


def with_settings(bench: Bench, **more: Any) -> None:
    bench.settings.save(replace(bench.settings.load(), **more))


async def everything(steps: AsyncGenerator[Any, None], into: list[Any] | None = None) -> list[Any]:
    """All that a service yields; `into` has what came before an error."""
    found: list[Any] = [] if into is None else into
    async for step in steps:
        found.append(step)  # noqa: PERF401 (a comprehension would lose it at an error)
    return found


async def until_cancelled(work: Coroutine[Any, Any, Any], begun: asyncio.Event) -> None:
    """Start something, and cancel it once it has begun; returns when it has ended."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        await begun.wait()
        task.cancel()
