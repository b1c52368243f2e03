"""The fonts of the window: the program's own files, and the system's where those are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

WEIGHTS = (400, 500, 600, 700)
"""The static weights that the fonts are made in."""


def load_fonts(folder: Path) -> tuple[str, ...]:
    """Make the program's fonts known to Qt; the families that were found.

    A folder without fonts is no error: Qt then takes the named fallbacks from the system.
    """
    families: dict[str, None] = {}
    for file in sorted(folder.glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        for family in QFontDatabase.applicationFontFamilies(number) if number >= 0 else ():
            families[family] = None
    return tuple(families)


def nearest_weight(wanted: int) -> int:
    """The made weight next to the one asked for, the lighter of two that are as near."""
    return min(WEIGHTS, key=lambda weight: (abs(weight - wanted), weight))


def font_of(style: Mapping[str, object], families: Sequence[str], scale: float, *, tabular: bool = False) -> QFont:
    """A font for one step of the type scale; `scale` is the person's text size, 1.0 for 100 %.

    `tabular` gives all figures one width, so that a number that counts does not tremble.
    """
    font = QFont()
    font.setFamilies(list(families))
    font.setPixelSize(max(1, round(_number(style["size"]) * scale)))
    font.setWeight(QFont.Weight(nearest_weight(int(_number(style["weight"])))))
    tracking = _number(style.get("tracking", 0))
    if tracking:
        # Tokens count in em; Qt's percentage would be one of each letter's own width.
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, tracking * font.pixelSize())
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return float(value)
