"""Services for tests of the window: the real wiring around an engine that the test decides."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.payload import RawText, Subtopic, SubtopicList
from knowalledge_desktop.core.ports import SecretStore
from knowalledge_desktop.core.request import Answer, Part, Request, Task, TextDelta
from knowalledge_desktop.services.bundle import Services
from tests.support.engines import PROSE
from tests.support.fakes import FakeClock, MemorySecrets

KEY = "AIzaTestKeyThatIsPlanted0000000"
Steps = Sequence[Part | BaseException]


class Oracle:
    """Answers every topic: children are named after their parent, texts are the same short prose.

    `plans` plays other steps for a topic instead, `answers` for a task. While a task's `gate` is shut, its
    answers wait after their first part.
    """

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.plans: dict[str, Steps] = {}
        self.answers: dict[Task, Steps] = {}
        self.gates: dict[Task, asyncio.Event] = {}
        self.left_early = 0

    def shut(self, task: Task) -> asyncio.Event:
        """Make the answers of a task wait; set the event to let them go on."""
        self.gates[task] = asyncio.Event()
        return self.gates[task]

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        self.asked.append(request)
        whole = False
        try:
            steps = self.answers.get(request.task) or self.plans.get(request.topic) or _steps(request)
            for number, step in enumerate(steps):
                if number or len(steps) == 1:
                    await self._wait(request.task)
                if isinstance(step, BaseException):
                    raise step
                yield step
            whole = True
        finally:
            self.left_early += not whole

    async def _wait(self, task: Task) -> None:
        gate = self.gates.get(task)
        if gate is not None:
            await gate.wait()


def _steps(request: Request) -> Steps:
    if request.task is Task.SUBTOPICS:
        return (subtopics(request.topic, request.options.count, avoid=request.avoid),)
    half = len(PROSE) // 2
    return (TextDelta(PROSE[:half]), TextDelta(PROSE[half:]), text(PROSE))


def subtopics(topic: str, count: int, avoid: Sequence[str] = ()) -> Answer:
    names = (f"{topic}, part {n}" for n in range(1, 1000))
    titles = [name for name in names if name not in avoid][:count]
    return _answer(SubtopicList(tuple(Subtopic(title, f"About {title}.") for title in titles)))


def text(markdown: str) -> Answer:
    return _answer(RawText(markdown))


def _answer(content: SubtopicList | RawText) -> Answer:
    return Answer(content, Provenance("gemini", "gemini-made-up-1", "p@1", 1_799_999_000.0))


def ui_services(
    engine: Oracle,
    atlas_path: Path,
    *,
    secrets: SecretStore | None = None,
    clock: FakeClock | None = None,
) -> Services:
    """The program's wiring, with a key set and the given engine in Gemini's place."""
    keeper = secrets or MemorySecrets(KEY)
    return build_services(
        dict(os.environ), Overrides(gemini=engine, secrets=keeper, clock=clock, atlas_path=atlas_path)
    )


Build = Callable[[Oracle], Services]
