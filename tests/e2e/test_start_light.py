"""Until the window is live nothing is loaded that only asks, keeps limits or serves: a start stays fast."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.atlas import atlas_path

__all__ = ["atlas_path"]
ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "knowalledge_desktop.gateway",
    "knowalledge_desktop.adapters.gemini",
    "knowalledge_desktop.adapters.ledger_db",
    "knowalledge_desktop.adapters.atlas",
    "knowalledge_desktop.ui.panels.library_page",
    "knowalledge_desktop.ui.panels.quota_page",
    "knowalledge_desktop.ui.panels.explanation_view",
    "google.genai",
    "diskcache",
    "httpx",
    "prometheus_client",
    "redis",
    "starlette",
    "PIL",
)
FIRST = """
import sys
from PySide6.QtCore import QTimer
import knowalledge_desktop.ui.live as live
made = live._report_bugs
def closing(window):
    made(window)
    QTimer.singleShot(0, lambda: window.desk.explore("Photosynthesis"))
    watch = QTimer(window, interval=50)
    quiet = lambda: (window.canvas.property("nodeCount") or 0) > 3 and not window.desk._tasks.running()
    watch.timeout.connect(lambda: quiet() and window.close())
    watch.start()
live._report_bugs = closing
from knowalledge_desktop.__main__ import main
sys.exit(main([]))
"""
AGAIN = """
import sys
from PySide6.QtCore import QTimer
import knowalledge_desktop.ui.curtain as curtain
waited = curtain.first_paint
async def watched(widget, *args):
    await waited(widget, *args)
    if not isinstance(widget, curtain.Curtain):  # the window itself: it is live now
        print(*sorted(sys.modules))
        QTimer.singleShot(0, widget.window().close)
curtain.first_paint = watched
from knowalledge_desktop.__main__ import main
sys.exit(main([]))
"""


def started(code: str) -> str:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_start_with_the_last_map_loads_nothing_heavy_before_it_is_seen(home: Path, atlas_path: Path) -> None:
    started(FIRST)
    loaded = started(AGAIN).split()
    assert "knowalledge_desktop.ui.canvas.renderer" in loaded
    assert [name for name in HEAVY if name in loaded] == []
