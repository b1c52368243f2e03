"""What the program relies on in the packages around it, because each of these once went wrong."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import sys

import apsw
import pytest
from PySide6.QtCore import QObject, QTimerEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

AWAITED_TIMERS = 4000
# A leak of one reference per timer event would show as -4000; what other objects do to None stays far below.
TOLERATED = 1000


def _version(package: str) -> tuple[int, ...]:
    return tuple(int(part) for part in importlib.metadata.version(package).split(".")[:3])


class _Ticking(QObject):
    """Counts its timer events through an overridden method, as qasync's loop does."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.left = wanted
        self.done = asyncio.Event()

    def timerEvent(self, event: QTimerEvent) -> None:  # noqa: N802  # Qt's name
        self.left -= 1
        if self.left <= 0:
            self.done.set()


def test_awaited_timers_do_not_drop_references_to_none(qapp: QApplication) -> None:
    async def wait() -> None:
        for _ in range(AWAITED_TIMERS):
            await asyncio.sleep(0.00001)

    with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
        runner.run(asyncio.sleep(0))
        before = sys.getrefcount(None)
        runner.run(wait())
        after = sys.getrefcount(None)
    assert after - before > -TOLERATED, (
        f"None lost {before - after} references: this aborts the process in the end"
    )


def test_overridden_timer_events_do_not_drop_references_to_none(qapp: QApplication) -> None:
    ticking = _Ticking(AWAITED_TIMERS)
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
        runner.run(asyncio.sleep(0))
        before = sys.getrefcount(None)
        timer = ticking.startTimer(0)
        runner.run(ticking.done.wait())
        ticking.killTimer(timer)
        after = sys.getrefcount(None)
    assert after - before > -TOLERATED


def test_qt_is_of_the_line_that_keeps_its_references() -> None:
    assert (6, 11) <= _version("PySide6_Essentials") < (6, 12)


def test_only_the_essential_part_of_qt_is_installed() -> None:
    assert importlib.util.find_spec("PySide6.QtWebEngineCore") is None


def test_aiohttp_is_absent() -> None:
    # google-genai would take it silently, with other time-outs and retries.
    assert importlib.util.find_spec("aiohttp") is None


def test_sqlite_is_without_the_wal_reset_bug() -> None:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    assert version >= (3, 51, 3)
    assert apsw.using_amalgamation, "apsw must bring its own SQLite, not the system's"


@pytest.mark.parametrize(
    ("package", "least", "below"), [("google-genai", (3, 4), (4,)), ("tenacity", (8, 2), (9, 2))]
)
def test_versions_are_in_the_range_that_was_measured(
    package: str, least: tuple[int, ...], below: tuple[int, ...]
) -> None:
    assert least <= _version(package) < below


def test_keys_are_never_kept_in_plain_files_by_a_keyring_extra() -> None:
    assert importlib.util.find_spec("keyrings") is None, "keyrings.alt stores secrets readable for everyone"
