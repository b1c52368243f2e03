"""Equal questions of several processes: one asks, the others find its answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.file_locks import FileLocks
from knowalledge_desktop.core.errors import Offline
from knowalledge_desktop.core.request import Answer, Part, Request, Task
from knowalledge_desktop.resilience.across import Across
from tests.support.engines import PlannedEngine, Step, answer, parsed_subtopics, told

ASK = Request(Task.SUBTOPICS, "DNA")
WHOLE = answer(parsed_subtopics("RNA", "Gene"))


class Shelf:
    """What the processes' caches share."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}

    async def read(self, key: str) -> Answer | None:
        return self.answers.get(key)

    async def write(self, key: str, found: Answer, name: str) -> None:
        assert name == "subtopics:dna"
        self.answers[key] = found


class Announced(PlannedEngine):
    """Says when it is asked."""

    async def ask(self, request: Request) -> AsyncGenerator[Part, None]:
        self.came.set()
        async with aclosing(super().ask(request)) as parts:
            async for part in parts:
                yield part

    def __init__(self, *plans: list[Step], gate: asyncio.Event | None = None) -> None:
        super().__init__(*plans, gate=gate)
        self.came = asyncio.Event()


def member(engine: PlannedEngine, folder: Path, shelf: Shelf) -> Across:
    return Across(engine, locks=FileLocks(folder), key=lambda r: r.topic, read=shelf.read, write=shelf.write)


async def test_of_eight_members_one_asks_and_all_are_answered(tmp_path: Path) -> None:
    gate, shelf = asyncio.Event(), Shelf()
    engine = Announced([WHOLE], gate=gate)
    async with asyncio.TaskGroup() as group:
        asks = [group.create_task(told(member(engine, tmp_path, shelf), ASK)) for _ in range(8)]
        await engine.came.wait()
        gate.set()
    answers = [each.result()[-1] for each in asks]
    assert len(engine.asked) == 1
    assert sum(part.from_cache for part in answers if isinstance(part, Answer)) == 7
    assert all(isinstance(part, Answer) and part.content == WHOLE.content for part in answers)


async def test_who_waited_in_vain_asks_itself(tmp_path: Path) -> None:
    gate, shelf = asyncio.Event(), Shelf()
    first = Announced([Offline()], gate=gate)
    second = PlannedEngine([WHOLE])

    async def in_vain() -> None:
        with pytest.raises(Offline):
            await told(member(first, tmp_path, shelf), ASK)

    async with asyncio.TaskGroup() as group:
        group.create_task(in_vain())
        await first.came.wait()
        other = group.create_task(told(member(second, tmp_path, shelf), ASK))
        gate.set()
    assert other.result() == [WHOLE]


async def test_cancelling_while_waiting_leaves_the_lock_to_its_holder(tmp_path: Path) -> None:
    gate, shelf = asyncio.Event(), Shelf()
    engine = Announced([WHOLE], gate=gate)
    async with asyncio.TaskGroup() as group:
        holder = group.create_task(told(member(engine, tmp_path, shelf), ASK))
        await engine.came.wait()
        waiting = group.create_task(told(member(engine, tmp_path, shelf), ASK))
        await asyncio.sleep(0)
        waiting.cancel()
        gate.set()
    assert holder.result() == [WHOLE]
    assert len(engine.asked) == 1


async def test_a_folder_that_cannot_be_used_means_no_lock(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    engine = PlannedEngine([WHOLE])
    assert await told(member(engine, blocked / "locks", Shelf()), ASK) == [WHOLE]


async def test_closing_early_lets_the_lock_go(tmp_path: Path) -> None:
    shelf = Shelf()
    engine = PlannedEngine([WHOLE])
    async with aclosing(member(engine, tmp_path, shelf).ask(ASK)) as parts:
        await anext(parts)
    assert await told(member(engine, tmp_path, Shelf()), replace(ASK)) == [WHOLE]


HOLD = """
import asyncio, sys
from pathlib import Path
from knowalledge_desktop.adapters.file_locks import FileLocks
async def main():
    async with FileLocks(Path(sys.argv[1])).hold("DNA"):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_the_lock_of_a_process_that_is_killed_is_free(tmp_path: Path) -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    assert (await other.stdout.readline()).strip() == b"held"

    engine = PlannedEngine([WHOLE])
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(told(member(engine, tmp_path, Shelf()), ASK))
        await asyncio.sleep(0)
        assert engine.asked == []
        other.kill()
    assert waiting.result() == [WHOLE]
    await other.wait()
    assert len(engine.asked) == 1


class KeptLocks(FileLocks):
    """Keeps what it makes, as a cycle of a traceback may: nothing is let go by being forgotten."""

    made: list[object]

    def _lock(self, name: str):  # type: ignore[no-untyped-def] # noqa: ANN202
        lock = super()._lock(name)
        self.made.append(lock)
        return lock


async def test_a_lock_that_comes_too_late_is_let_go(tmp_path: Path) -> None:
    locks = KeptLocks(tmp_path)
    locks.made = []

    async def hold() -> None:
        async with locks.hold("DNA"):
            await asyncio.sleep(0)

    for moments in range(40):  # cancelled at every moment of taking the lock, as threads will have it
        holding = asyncio.get_running_loop().create_task(hold())
        for _ in range(moments):
            await asyncio.sleep(0)
        holding.cancel()
        await asyncio.wait([holding])
    async with asyncio.timeout(10), FileLocks(tmp_path).hold("DNA"):
        assert len(locks.made) > 1
