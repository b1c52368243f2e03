"""Draw the program's icon in every size and form the systems ask for, from the one SVG.

The PNGs go into resources (the window and the Linux menus use them), the .ico and .icns into packaging/icons
for the builds on Windows and macOS. Run it after the SVG was changed, and commit what it writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "resources" / "icons" / "app" / "knowalledge.svg"
SIZES = (16, 24, 32, 48, 64, 128, 256)


def main() -> None:
    """Write all files; needs Qt, no screen."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication([sys.argv[0], "-platform", "offscreen"])
    drawing = QSvgRenderer(str(SOURCE))
    builds = ROOT / "packaging" / "icons"
    builds.mkdir(exist_ok=True)
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        targets = [SOURCE.with_name(f"knowalledge-{size}.png")]
        if size == SIZES[-1]:
            targets += [builds / "knowalledge.ico", builds / "knowalledge.icns"]
        for target in targets:
            if not image.save(str(target)):
                raise SystemExit(f"could not write {target}")
    del application


if __name__ == "__main__":
    main()
