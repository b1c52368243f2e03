"""Fixtures for tests with a real Qt loop: shared by the folders ui, e2e and bench."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QAbstractAnimation, QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.ui.loop import EventLoop

RunAsync = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run_async(qapp: QApplication) -> Iterator[RunAsync]:
    """Run a coroutine to its end on Qt's loop; fails when it leaves tasks behind.

    Usable several times in one test: `run_async(window.restore())`. The loop is the same throughout.
    """
    qapp.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: EventLoop(qapp)) as runner:
        yield runner.run
        runner.run(_settle())
        loop = runner.get_loop()
        left = asyncio.all_tasks(loop)
    # What was to be called later still ticks in the loop's timers. Left to the garbage collector they may be
    # destroyed in another thread, which Qt does not survive.
    shiboken6.delete(loop._timer)  # type: ignore[attr-defined]
    if left:
        pytest.fail(f"tasks left over: {[task.get_coro() for task in left]}", pytrace=False)


async def _settle() -> None:
    """Give what was cancelled just now some turns of the loop to end."""
    me = asyncio.current_task()
    for _ in range(20):
        if asyncio.all_tasks() <= {me}:
            return
        await asyncio.sleep(0)


def _visible() -> set[str]:
    return {f"{type(w).__name__} {w.objectName()!r}" for w in QApplication.topLevelWidgets() if w.isVisible()}


def _animations() -> set[str]:
    owners = [*QApplication.topLevelWidgets(), QCoreApplication.instance()]
    return {
        f"{type(a).__name__} of {owner.objectName()!r}"
        for owner in owners
        if owner is not None
        for a in owner.findChildren(QAbstractAnimation)
        if a.state() == QAbstractAnimation.State.Running
    }


@pytest.fixture(autouse=True)
def nothing_left_on_screen(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a window open or an animation running."""
    windows = _visible()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # What a window leaves in reference cycles must die here: Python would collect it in whichever thread is
    # running later, and a widget that is destroyed in another thread takes the process with it.
    gc.collect()
    left = (_visible() - windows) | _animations()
    if left:
        for widget in QApplication.topLevelWidgets():
            widget.close()
        pytest.fail(f"left on the screen: {sorted(left)}", pytrace=False)
