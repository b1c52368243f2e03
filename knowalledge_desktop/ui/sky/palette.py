"""The colours of the sky, from the theme."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from knowalledge_desktop.ui.sky.chart import OWN
from knowalledge_desktop.ui.theme import Theme

_HUES = (
    ("depth.1.line", "depth.1.text"),
    ("depth.2.line", "depth.2.text"),
    ("depth.5.line", "depth.5.text"),
    ("depth.4.line", "depth.4.text"),
    ("depth.3.line", "depth.3.text"),
    ("success.base", "success.text"),
    ("info.base", "info.text"),
    ("depth.0.line", "depth.0.text"),
    ("text.tertiary", "text.secondary"),  # what is no article
)
TINT, RIM, DOT = 0.07, 0.30, 0.72
"""How much of an area's colour its ground, its rim and its articles have."""
DARK_TINT = 0.11


@dataclass(frozen=True, slots=True)
class Palette:
    """All colours of one scheme; by hue where there are several."""

    ground: QColor
    tints: tuple[QColor, ...]
    rims: tuple[QColor, ...]
    dots: tuple[QColor, ...]
    lines: tuple[QColor, ...]
    texts: tuple[QColor, ...]
    name: QColor
    star_name: QColor
    star: QColor
    glow: QColor
    star_core: QColor
    focus: QColor
    haze: float
    has_glow: bool


def palette_of(theme: Theme) -> Palette:
    """The colours as the theme is now. High contrast has no tints, no haze and no glow."""
    ground, contrast = theme.color("bg.canvas"), theme.is_contrast
    lines = tuple(theme.color(line) for line, _ in _HUES)
    tint = 0.0 if contrast else DARK_TINT if theme.is_dark else TINT
    return Palette(
        ground,
        tuple(theme.mix(ground, line, tint if hue != OWN else tint / 2) for hue, line in enumerate(lines)),
        tuple(theme.mix(ground, line, 1.0 if contrast else RIM) for line in lines),
        tuple(theme.mix(ground, line, 1.0 if contrast else DOT) for line in lines),
        lines,
        tuple(theme.color(text) for _, text in _HUES),
        theme.color("text.primary" if contrast else "text.secondary"),
        theme.color("text.primary"),
        theme.color("text.primary" if theme.is_dark else "accent.base"),
        theme.color("accent.base"),
        ground,
        theme.color("accent.focus"),
        0.0 if contrast else 0.48 if theme.is_dark else 0.5,
        not contrast,
    )
