"""Engines whose answers a test decides, and numbers it can read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any

from knowalledge_desktop.core.content import Provenance, Usage
from knowalledge_desktop.core.payload import ExplanationText, RawText, Subtopic, SubtopicList
from knowalledge_desktop.core.request import Answer, Part, Request, TextDelta

Step = Part | BaseException

PROSE = (
    "Photosynthesis is how plants turn light into food. Leaves take in carbon dioxide and water, and with the "
    "energy of sunlight they build sugar from them. Oxygen is left over and goes into the air. Almost all animals "
    "live on what plants make this way, directly or through what they eat."
)


def raw_subtopics(count: int = 15) -> RawText:
    items = ", ".join(f'{{"title": "Branch {n}", "summary": "About {n}"}}' for n in range(count))
    return RawText(f'{{"subtopics": [{items}]}}')


def answer(content: Any, *, engine: str = "gemini", created_at: float = 1_799_999_000.0) -> Answer:
    return Answer(content, Provenance(engine, "model-x", "p@1", created_at), Usage(10, 20, 5, 0))


def subtopics_answer(count: int = 15) -> Answer:
    return answer(raw_subtopics(count))


def explanation_parts(text: str = PROSE) -> list[Part]:
    middle = len(text) // 2
    return [TextDelta(text[:middle]), TextDelta(text[middle:]), answer(RawText(text))]


def parsed_subtopics(*titles: str, complete: bool = True) -> SubtopicList:
    return SubtopicList(tuple(Subtopic(title) for title in titles), complete)


def parsed_explanation(text: str = PROSE, *, complete: bool = True) -> ExplanationText:
    return ExplanationText(text, complete=complete)


class PlannedEngine:
    """Plays one plan an ask (the last one again and again): parts are yielded, errors raised.

    `gate`, when given, is waited for before every step, and `turns` allows so many steps.
    `closed` counts generators that ended in any way, `open` those that have not.
    """

    def __init__(
        self, *plans: Sequence[Step], gate: asyncio.Event | None = None, turns: int | None = None
    ) -> None:
        self.plans = plans
        self.gate = gate
        self.turns = None if turns is None else asyncio.Semaphore(turns)
        self.asked: list[Request] = []
        self.closed = 0
        self.cancelled = 0

    @property
    def open(self) -> int:
        return len(self.asked) - self.closed

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        plan = self.plans[min(len(self.asked), len(self.plans) - 1)]
        self.asked.append(request)
        try:
            for step in plan:
                if self.gate is not None:
                    await self.gate.wait()
                if self.turns is not None:
                    await self.turns.acquire()
                if isinstance(step, BaseException):
                    raise step
                yield step
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.closed += 1


class CountedMetrics:
    """Implements `Metrics` with counters."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str, float, Usage]] = []
        self.caches: Counter[tuple[str, str]] = Counter()
        self.contents: list[tuple[str, int, float | None]] = []
        self.errors: list[str] = []
        self.limits: list[tuple[str, bool]] = []
        self.issues: list[tuple[str, str]] = []
        self.joined = 0

    def api_call(self, endpoint: str, model: str, status: str, seconds: float, usage: Usage) -> None:
        self.calls.append((endpoint, model, status, seconds, usage))

    def cache(self, operation: str, result: str) -> None:
        self.caches[operation, result] += 1

    def generated(self, kind: str, count: int, quality: float | None) -> None:
        self.contents.append((kind, count, quality))

    def error(self, kind: str, endpoint: str = "") -> None:
        self.errors.append(kind)

    def limited(self, limit: str, *, refused: bool) -> None:
        self.limits.append((limit, refused))

    def invalid(self, validator: str, issue: str) -> None:
        self.issues.append((validator, issue))

    def shared(self) -> None:
        self.joined += 1


def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """What the wiring hands to shared calls."""
    return asyncio.get_running_loop().create_task(work)


async def told(engine: Any, request: Request) -> list[Part]:
    """All parts of an answer."""
    return [part async for part in engine.ask(request)]


async def settle(until: Callable[[], bool]) -> None:
    """Let the loop turn until something holds; fails after many turns."""
    for _ in range(1000):
        if until():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")
