"""An engine that plays a script: for tests, the self-test and demonstrations without a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.ports import Clock
from knowalledge_desktop.core.request import Part, Request


@dataclass(frozen=True, slots=True)
class Pause:
    """Waiting between parts, in seconds of the engine's clock."""

    seconds: float


Step = Part | AppError | Pause
Script = Iterable[Iterable[Step]] | Callable[[Request], Iterable[Step]]


class ScriptedEngine:
    """Plays one list of steps per request: parts are given out, errors raised, pauses waited.

    `script` is the lists in the order of the requests, or a function from a request to its list.
    `requests` are those asked so far; `closed_early` counts the answers that were not taken to
    their end.
    """

    def __init__(self, script: Script, clock: Clock | None = None) -> None:
        self._steps_for = script if callable(script) else _in_order(iter(script))
        self._clock = clock
        self.requests: list[Request] = []
        self.closed_early = 0

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        """The parts of the script for this request."""
        self.requests.append(request)
        finished = False
        try:
            for step in self._steps_for(request):
                match step:
                    case Pause(seconds):
                        if self._clock is None:
                            raise ValueError("a script with pauses needs a clock")
                        await self._clock.sleep(seconds)
                    case AppError():
                        finished = True
                        raise step
                    case part:
                        yield part
            finished = True
        finally:
            if not finished:
                self.closed_early += 1


def _in_order(lists: Iterator[Iterable[Step]]) -> Callable[[Request], Iterable[Step]]:
    def following(request: Request) -> Iterable[Step]:
        steps = next(lists, None)
        if steps is None:
            raise LookupError(f"the script has no steps left for {request.task} {request.topic!r}")
        return steps

    return following
