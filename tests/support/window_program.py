"""The program as a person starts it, told to close its window by a file; says what happens on standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from knowalledge_desktop.__main__ import main
from knowalledge_desktop.ui import live
from knowalledge_desktop.ui.main_window import MainWindow


def run(close: Path, words: list[str]) -> int:
    report = live._report_bugs

    def watch(window: MainWindow) -> None:
        report(window)
        print("window", flush=True)
        timer = QTimer(window, interval=20)
        timer.timeout.connect(lambda: close.exists() and window.close())
        timer.start()
        explore = window.desk.explore

        def told(topic: str) -> None:
            explore(topic)
            print(f"explore {topic}", flush=True)

        window.desk.explore = told  # type: ignore[method-assign]

    live._report_bugs = watch
    return main(words)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2:]))
