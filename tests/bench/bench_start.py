"""Start to the first painted window with the last map in it, against an empty PySide6 window.

Both are started as processes, in turn; each prints the moment of its first paint. The clock is
the system's monotonic one, which processes share.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.graph import moving
from knowalledge_desktop.core.request import EngineChoice, Options
from knowalledge_desktop.layout.fan import place
from tests.support.atlas import atlas_path

__all__ = ["atlas_path"]
ROUNDS = 9
WANTED = 2.5
ROOT = Path(__file__).resolve().parents[2]

EMPTY = """
import time
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        print(time.monotonic(), flush=True)
        app.quit()
app = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
app.exec()
"""

OURS = """
import os, sys, time
from PySide6.QtCore import QTimer
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
paint = GraphCanvas.paintEvent
def first(self, event):
    paint(self, event)
    if len(self.rows) > 1:
        print(time.monotonic(), flush=True)
        GraphCanvas.paintEvent = paint
        QTimer.singleShot(0, self.window().close)
GraphCanvas.paintEvent = first
from knowalledge_desktop.__main__ import main
sys.exit(main([]))
"""


def started(code: str, environ: dict[str, str]) -> float:
    """Seconds from the start of the process to its first paint."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return float(done.stdout.split()[0]) - begun


async def _map_kept(atlas: Path) -> None:
    services = build_services(dict(os.environ), Overrides(atlas_path=atlas))
    session = services.explore.new_map("Photosynthesis")
    async for _ in services.explore.expand(session, session.map.root_id, Options(), engine=EngineChoice.ATLAS):
        pass
    boxes = dict.fromkeys(session.map.topics, (140.0, 36.0))
    await session.commit(lambda document: moving(document, place(document, boxes)), undoable=False)
    await services.aclose()


@pytest.mark.bench
def test_start_against_an_empty_window(home: Path, atlas_path: Path) -> None:
    asyncio.run(_map_kept(atlas_path))
    environ = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    empty: list[float] = []
    ours: list[float] = []
    for _ in range(ROUNDS):
        empty.append(started(EMPTY, environ))
        ours.append(started(OURS, environ))
    ratio = statistics.median(ours) / statistics.median(empty)
    print(
        f"\nfirst painted window: empty {statistics.median(empty) * 1000:.0f} ms, "
        f"ours with the last map {statistics.median(ours) * 1000:.0f} ms, ratio {ratio:.2f} (wanted <= {WANTED})"
    )
    assert ratio <= WANTED
