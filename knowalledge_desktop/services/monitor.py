"""What monitoring is told: the numbers, and whether all that is needed works."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

from knowalledge_desktop.core.circuit import CircuitState, Family
from knowalledge_desktop.core.errors import AppError, KeyringUnavailable, StorageError
from knowalledge_desktop.core.jobs import JobStore
from knowalledge_desktop.core.ports import CacheStats, Clock, SecretStore, TopicIndex
from knowalledge_desktop.core.request import EngineChoice
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.shelf import Overview
from knowalledge_desktop.core.standing import Numbers, Probe, Standing
from knowalledge_desktop.core.team import TeamReport, TeamState
from knowalledge_desktop.services.quota import QuotaReport, QuotaService

PROBE_PREFIX = "Photo"

T = TypeVar("T")


class Memory(Protocol):
    """The answers in memory, as far as they are counted."""

    @property
    def size_bytes(self) -> int:
        """Bytes of all that is held."""
        ...

    @property
    def items(self) -> int:
        """How many there are."""
        ...


class MonitorService:
    """Reads the parts of the program for people and programs that watch it. It asks no engine anything."""

    def __init__(
        self,
        numbers: Numbers,
        *,
        version: str,
        clock: Clock,
        settings: Callable[[], Settings],
        quota: QuotaService,
        overview: Callable[[float], Awaitable[Overview]],
        cache_stats: Callable[[], Awaitable[CacheStats]],
        memory: Memory,
        circuits: Callable[[], Mapping[Family, CircuitState]],
        jobs: JobStore,
        secrets: SecretStore,
        index: TopicIndex,
        team: Callable[[], Awaitable[TeamReport]] | None = None,
    ) -> None:
        self.numbers = numbers
        self.version = version
        self._clock = clock
        self._settings = settings
        self._quota = quota
        self._overview = overview
        self._cache_stats = cache_stats
        self._memory = memory
        self._circuits = circuits
        self._jobs = jobs
        self._secrets = secrets
        self._index = index
        self._team = team
        self.started_at = clock.now()

    async def exposition(self) -> bytes:
        """All numbers in the text format of Prometheus."""
        standing = await self.standing()
        return await asyncio.to_thread(self.numbers.exposition, standing)

    async def standing(self) -> Standing:
        """How the program stands now. A store that cannot be read is told by its probe and has no numbers."""
        settings = self._settings()
        words, pictures = await self._report(settings.text_model), await self._report(settings.image_model)
        library = await self._read(self._overview(self._clock.now()))
        jobs = await self._read(self._jobs.jobs())
        team = await self._team_now()
        waiting = Counter(request.priority.name.lower() for request, _ in self._quota.waiting())
        return Standing(
            self.version,
            self.started_at,
            self._clock.now(),
            gauges=words.gauges if words else (),
            image_gauges=pictures.gauges if pictures else (),
            day_ends=words.day_ends if words else None,
            waiting=waiting,
            circuits={family.value: state.value for family, state in self._circuits().items()},
            layers={
                "memory": CacheStats(self._memory.items, self._memory.size_bytes),
                "disk": await self._cache_stats(),
            },
            jobs=Counter(job.state.value for job in jobs or ()),
            maps=library.maps if library else None,
            topics=library.topics if library else None,
            probes=await self._probes(team),
            team=team,
        )

    async def probes(self) -> tuple[Probe, ...]:
        """Library, ledger, keyring, breaker, engine: whether each works now; with a team its Redis as well.

        No engine is asked.
        """
        return await self._probes(await self._team_now())

    async def _team_now(self) -> TeamReport | None:
        if self._team is None or not self._settings().team_url:
            return None
        try:
            return await self._team()
        except KeyringUnavailable as error:
            return TeamReport(TeamState.NO_KEY, trouble=type(error).__name__)

    async def _probes(self, team: TeamReport | None) -> tuple[Probe, ...]:
        library = await self._probe("library", self._overview(self._clock.now()))
        ledger = await self._probe("ledger", self._quota.report())
        key = await self._key()
        rests = [family.value for family, state in self._circuits().items() if state is CircuitState.OPEN]
        text = f"Gemini is left alone for a moment: {', '.join(sorted(rests))}" if rests else ""
        breaker = Probe("breaker", not rests, text, essential=False)
        has_gemini = key.passed and key.text == "" and Family.TEXT.value not in rests
        redis: tuple[Probe, ...] = ()
        if team is not None:  # without it each member goes on with its own share: not essential
            together = team.state is TeamState.TOGETHER
            redis = (Probe("redis", together, "" if together else team.state.value, essential=False),)
        return library, ledger, key, breaker, *redis, await self._engine(has_gemini=has_gemini)

    async def _key(self) -> Probe:
        try:
            there = await self._secrets.get() is not None
        except AppError as error:
            return Probe("keyring", passed=False, text=type(error).__name__, essential=False)
        return Probe("keyring", passed=True, text="" if there else "no Gemini key is set", essential=False)

    async def _engine(self, *, has_gemini: bool) -> Probe:
        choice = self._settings().engine
        if choice is not EngineChoice.ATLAS and has_gemini:
            return Probe("engine", passed=True, text="gemini")
        if choice is EngineChoice.GEMINI:
            return Probe("engine", passed=False, text="Gemini cannot be asked now, and nothing else may be")
        try:
            known = await self._index.articles(PROBE_PREFIX, "en", 1)
        except AppError as error:
            return Probe("engine", passed=False, text=type(error).__name__)
        return Probe("engine", passed=bool(known), text="atlas" if known else "the Atlas is empty")

    async def _probe(self, name: str, question: Awaitable[object]) -> Probe:
        try:
            await question
        except StorageError as error:
            return Probe(name, passed=False, text=type(error).__name__)
        return Probe(name, passed=True)

    async def _report(self, model: str) -> QuotaReport | None:
        return await self._read(self._quota.report(model))

    async def _read(self, question: Awaitable[T]) -> T | None:
        try:
            return await question
        except StorageError:  # the probe of that store tells it
            return None
