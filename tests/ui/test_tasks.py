"""The one that starts tasks: keys, ends, and what becomes of errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from knowalledge_desktop.core.errors import AppError, Offline
from knowalledge_desktop.ui.tasks import TaskRunner

Run = Callable[[Awaitable[None]], None]


class Heard:
    """What a runner said, in order."""

    def __init__(self, tasks: TaskRunner) -> None:
        self.said: list[tuple[str, object]] = []
        for name in ("started", "finished", "failed", "broke"):
            getattr(tasks, name).connect(lambda value, name=name: self.said.append((name, value)))

    def of(self, name: str) -> list[object]:
        return [value for said, value in self.said if said == name]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_starting_a_key_again_ends_what_ran_under_it(qapp: object, run_async: Run) -> None:
    async def steps() -> None:
        tasks, ended = TaskRunner(), list[str]()

        async def work(name: str) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        tasks.start("a", work("first"))
        await turns()
        tasks.start("a", work("second"))
        await turns()
        assert ended == ["first"]
        assert tasks.running() == ("a",)
        await tasks.aclose()
        assert ended == ["first", "second"]

    run_async(steps())


@pytest.mark.parametrize("turns_before", [0, 3])
def test_every_end_is_told_also_of_what_never_began(qapp: object, run_async: Run, turns_before: int) -> None:
    async def steps() -> None:
        tasks = TaskRunner()
        heard = Heard(tasks)

        async def work() -> None:
            await asyncio.Event().wait()

        tasks.start("a", work())
        await turns(turns_before)
        assert tasks.cancel("a")
        assert not tasks.cancel("a")
        assert not tasks.is_running("a")
        await turns()
        assert heard.said == [("started", "a"), ("finished", "a")]

    run_async(steps())


def test_a_known_error_goes_to_its_asker_or_to_all(qapp: object, run_async: Run) -> None:
    async def steps() -> None:
        tasks, own = TaskRunner(), list[AppError]()
        heard = Heard(tasks)

        async def work() -> None:
            raise Offline("no route")

        tasks.start("asked", work(), own.append)
        tasks.start("loose", work())
        await turns()
        assert [type(error) for error in own] == [Offline]
        assert [type(error) for error in heard.of("failed")] == [Offline]
        assert heard.of("broke") == []
        assert heard.of("finished") == ["asked", "loose"]

    run_async(steps())


def test_a_bug_is_told_as_one(qapp: object, run_async: Run) -> None:
    async def steps() -> None:
        tasks = TaskRunner()
        heard = Heard(tasks)

        async def work() -> None:
            raise ZeroDivisionError("a bug")

        tasks.start("a", work())
        await turns()
        assert [type(error) for error in heard.of("broke")] == [ZeroDivisionError]
        assert heard.of("failed") == []
        assert tasks.running() == ()

    run_async(steps())


def test_closing_waits_for_what_must_be_finished(qapp: object, run_async: Run) -> None:
    async def steps() -> None:
        tasks, written = TaskRunner(), list[str]()

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await turns(2)
                written.append("done")

        tasks.start("a", work())
        tasks.start("b", work())
        await turns()
        tasks.cancel_all()
        await tasks.aclose()
        assert written == ["done", "done"]

    run_async(steps())
