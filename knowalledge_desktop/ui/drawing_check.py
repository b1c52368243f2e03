"""Whether Qt draws here without a graphics card, with the program's own letters: a process that says so."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import perf_counter

_WIDE, _HIGH = 240, 60
_TEXT = "KnowAllEdge"


def main(fonts: Path) -> int:
    """Draw, and print what was seen in one line; 1 when nothing was drawn or in other letters."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import qVersion
    from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QImage, QPainter

    from knowalledge_desktop.ui.fonts import load_fonts

    app = QGuiApplication([_TEXT])
    families = load_fonts(fonts)
    began = perf_counter()
    image = QImage(_WIDE, _HIGH, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("white"))
    font = QFont(families[0] if families else "")
    font.setPixelSize(24)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.drawText(8, 40, _TEXT)
    painter.end()
    took_ms = (perf_counter() - began) * 1000
    dark = sum(image.pixelColor(x, y).lightness() < 128 for x in range(_WIDE) for y in range(_HIGH))
    family = QFontInfo(font).family()
    told = f"Qt {qVersion()} draws without a graphics card: letters of {family}, {took_ms:.0f} ms"
    well = dark > 0 and bool(families) and family in families
    sys.stdout.write(
        told if well else f"Qt {qVersion()} drew {dark} dark points with the font {family or '(none)'}"
    )
    sys.stdout.flush()
    del app
    return 0 if well else 1
