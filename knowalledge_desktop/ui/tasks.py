"""The only place that starts tasks: each has a key, an owner and an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from knowalledge_desktop.core.errors import AppError

OnError = Callable[[AppError], None]


class TaskRunner(QObject):
    """Runs coroutines on the running loop.

    Starting a key again cancels what ran under it. Cancelling is silent. An `AppError` goes to
    the `on_error` of its start, else to `failed`; anything else is a bug and goes to `broke`.
    """

    started = Signal(str)
    finished = Signal(str)
    failed = Signal(object)
    broke = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._all: set[asyncio.Task[None]] = set()

    def start(self, key: str, work: Coroutine[Any, Any, None], on_error: OnError | None = None) -> None:
        """Begin `work` under a key; what ran under it before is cancelled."""
        self.cancel(key)
        task = asyncio.create_task(self._run(work, on_error), name=key)
        self._tasks[key] = task
        self._all.add(task)
        task.add_done_callback(lambda task: self._end(key, work, task))
        self.started.emit(key)

    def is_running(self, key: str) -> bool:
        """Whether something runs under the key."""
        task = self._tasks.get(key)
        return task is not None and not task.done()

    def running(self) -> tuple[str, ...]:
        """Keys of all that runs."""
        return tuple(key for key, task in self._tasks.items() if not task.done())

    def cancel(self, key: str) -> bool:
        """Stop what runs under the key; whether there was anything."""
        task = self._tasks.pop(key, None)
        if task is None or task.done():
            return False
        task.cancel()
        return True

    def cancel_all(self) -> None:
        """Stop everything."""
        for key in self.running():
            self.cancel(key)

    async def aclose(self) -> None:
        """Stop everything and wait for its end."""
        for task in self._all:
            task.cancel()
        if self._all:
            await asyncio.wait(tuple(self._all))

    async def _run(self, work: Coroutine[Any, Any, None], on_error: OnError | None) -> None:
        try:
            await work
        except AppError as error:
            (on_error or self.failed.emit)(error)
        except Exception as error:  # noqa: BLE001 - a bug: the crash dialog shows it
            self.broke.emit(error)

    def _end(self, key: str, work: Coroutine[Any, Any, None], task: asyncio.Task[None]) -> None:
        """Tell of every end: a task that is cancelled before its first step never gets to say so itself."""
        work.close()  # which in that case nobody has awaited
        self._all.discard(task)
        if self._tasks.get(key) is task:
            del self._tasks[key]
        self.finished.emit(key)
