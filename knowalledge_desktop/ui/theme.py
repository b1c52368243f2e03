"""Colours, type, sizes and motion of the window, from one file of tokens.

No widget names a colour or a size: it is handed a `Theme` and asks by name. A name is a path
in `resources/theme/tokens.json`, such as "bg.canvas" (inside the colours of the present scheme)
or "layout.rail".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEasingCurve, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.fonts import font_of, load_fonts
from knowalledge_desktop.ui.styled import take_style
from knowalledge_desktop.ui.theme_qss import style_sheet

_SCALED = ("layout.rail", "layout.topBar", "layout.statusBar", "layout.controlHeight", "layout.row", "badge")
"""Sizes that grow with the person's text size."""


@dataclass(frozen=True, slots=True)
class DepthColours:
    """Colours of one depth of the map: edges and ports, text in that colour, areas."""

    line: QColor
    text: QColor
    tint: QColor


class Theme(QObject):
    """What the window looks like now; `changed` when any of it is different."""

    changed = Signal()

    def __init__(
        self,
        resources: Path,
        settings: Settings | None = None,
        parent: QObject | None = None,
        *,
        system_is_dark: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(parent)
        self._system_is_dark = system_is_dark or _system_is_dark
        self._folder = resources / "theme"
        self._tokens: dict[str, Any] = json.loads((resources / "theme" / "tokens.json").read_text("utf-8"))
        self._found_families = load_fonts(resources / "fonts")
        self._app: QApplication | None = None
        settings = settings or Settings()
        self._preference = settings.theme
        self._scale = settings.text_scale
        self._reduced = settings.reduced_motion
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._curves: dict[str, QEasingCurve] = {}
        self._dark, self._contrast = self._wants_dark(), self._wants_contrast()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    # --- state ---

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self._dark

    @property
    def is_contrast(self) -> bool:
        """Whether high contrast is in use: lines as thick as text, no tints."""
        return self._contrast

    @property
    def scale(self) -> float:
        """The person's text size, 1.0 for 100 %."""
        return self._scale

    @property
    def reduced_motion(self) -> bool:
        """Whether things appear in place instead of travelling."""
        return self._reduced

    def install(self, app: QApplication, *, finish: bool = True) -> None:
        """Dress the application: style, palette, font, style sheet; it follows from now on.

        Without `finish` the style sheet waits for `finish`: Qt goes over each widget again and again while a
        window with a sheet is put together, but only once when the sheet comes last.
        """
        self._app = app
        take_style(app)
        self._tell_system()
        self._dark, self._contrast = self._wants_dark(), self._wants_contrast()
        self._colours.clear()
        app.setPalette(self.palette())
        app.setFont(self.font("body"))
        if finish:
            self.finish()

    def finish(self) -> None:
        """Lay the style sheet over what is there, and over what comes."""
        if self._app is not None:
            self._app.setStyleSheet(style_sheet(self))

    def update(self, settings: Settings) -> None:
        """Take over what the person has set."""
        same = (self._preference, self._scale, self._reduced) == (
            settings.theme,
            settings.text_scale,
            settings.reduced_motion,
        )
        if same:
            return
        self._preference, self._scale, self._reduced = settings.theme, settings.text_scale, settings.reduced_motion
        self._tell_system()
        self._refresh()

    # --- tokens ---

    def color(self, name: str) -> QColor:
        """A colour of the present scheme, such as "text.secondary"."""
        found = self._colours.get(name)
        if found is None:
            found = self._colours[name] = _colour(name, _walk(self._scheme(), name))
        return found

    def _scheme(self) -> dict[str, Any]:
        scheme = self._tokens["color"]["dark" if self._dark else "light"]
        if not self._contrast:
            return scheme
        from knowalledge_desktop.ui.high_contrast import contrasted

        return contrasted(scheme, dark=self._dark)

    def depth(self, depth: int) -> DepthColours:
        """Colours of a depth of the map, 0 for the root; the last ones serve all deeper."""
        count = len(self._tokens["color"]["light"]["depth"])
        base = f"depth.{min(max(depth, 0), count - 1)}"
        return DepthColours(self.color(f"{base}.line"), self.color(f"{base}.text"), self.color(f"{base}.tint"))

    def mix(self, back: QColor, front: QColor, part: float) -> QColor:
        """A solid colour that looks like `front` laid over `back` with that opacity."""
        return QColor(
            round(back.red() + (front.red() - back.red()) * part),
            round(back.green() + (front.green() - back.green()) * part),
            round(back.blue() + (front.blue() - back.blue()) * part),
        )

    def font(self, name: str, *, tabular: bool = False) -> QFont:
        """A step of the type scale, such as "body" or "read", at the person's text size.

        It is the caller's own copy. `tabular` is for numbers that change while they are read.
        """
        key = (name, tabular)
        found = self._fonts.get(key)
        if found is None:
            style = _walk(self._tokens, f"typography.scale.{name}")
            families = self.families(style["family"])
            found = self._fonts[key] = font_of(style, families, self._scale, tabular=tabular)
        return QFont(found)

    def families(self, role: str) -> tuple[str, ...]:
        """Font families of "ui", "reading" or "mono", the wanted one first, CJK ones included."""
        entry = self._tokens["typography"]["families"][role]
        return (entry["family"], *entry["fallback"])

    def line_height(self, name: str) -> int:
        """Height of a line of this step of the type scale in pixels."""
        return round(self._tokens["typography"]["scale"][name]["line"] * self._scale)

    def number(self, name: str) -> float:
        """A number of the tokens as it stands, such as "radius.md"."""
        return float(_walk(self._tokens, name))

    def text(self, name: str) -> str:
        """A word of the tokens."""
        return str(_walk(self._tokens, name))

    def px(self, name: str) -> int:
        """A size in pixels; bars, rows and controls grow with the text."""
        value = self.number(name)
        return round(value * self._scale) if name.startswith(_SCALED) else round(value)

    def pair(self, name: str) -> tuple[float, float]:
        """Two numbers that belong together, such as "edge.width.0-1"."""
        first, second = _walk(self._tokens, name)
        return float(first), float(second)

    def picture(self, name: str) -> str:
        """Path of a small picture for the style sheet, in the ink of the present scheme."""
        return (self._folder / f"{name}-{'dark' if self._dark else 'light'}.svg").as_posix()

    def duration(self, name: str) -> int:
        """Milliseconds of a motion; 0 when the person wants less motion."""
        return 0 if self._reduced else round(self.number(f"motion.duration.{name}"))

    def fade(self, name: str) -> int:
        """Milliseconds of a change of opacity alone: less motion keeps it, but short."""
        return round(self.number(f"motion.duration.{'micro' if self._reduced else name}"))

    def easing(self, name: str) -> QEasingCurve:
        """How a motion speeds up and slows down."""
        found = self._curves.get(name)
        if found is None:
            x1, y1, x2, y2 = self._tokens["motion"]["easing"][name]
            found = QEasingCurve(QEasingCurve.Type.BezierSpline)
            found.addCubicBezierSegment(QPointF(x1, y1), QPointF(x2, y2), QPointF(1.0, 1.0))
            self._curves[name] = found
        return found

    def palette(self) -> QPalette:
        """The colours for what Qt itself draws, in all its groups."""
        palette = QPalette()
        for role, name in _ROLES.items():
            palette.setColor(QPalette.ColorGroup.All, role, self.color(name))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text.disabled"))
        palette.setColor(
            QPalette.ColorGroup.Disabled, QPalette.ColorRole.HighlightedText, self.color("text.disabled")
        )
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, self.color("bg.pressed"))
        return palette

    # --- inside ---

    def _wants_dark(self) -> bool:
        if self._preference in (Preference.SYSTEM, Preference.CONTRAST):
            return self._system_is_dark()
        return self._preference is Preference.DARK

    def _wants_contrast(self) -> bool:
        # What the system prefers is not asked: the bindings free the object that would tell (PySide6 6.11).
        return self._preference is Preference.CONTRAST

    def _tell_system(self) -> None:
        """The frame that the system draws follows an override too."""
        if self._app is None:
            return
        hints = QGuiApplication.styleHints()
        if self._preference in (Preference.SYSTEM, Preference.CONTRAST):
            hints.unsetColorScheme()
        else:
            dark = self._preference is Preference.DARK
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)

    def _follow_system(self) -> None:
        if (self._wants_dark(), self._wants_contrast()) != (self._dark, self._contrast):
            self._refresh()

    def _refresh(self) -> None:
        self._dark, self._contrast = self._wants_dark(), self._wants_contrast()
        self._colours.clear()
        self._fonts.clear()
        if self._app is not None:
            self._app.setPalette(self.palette())
            self._app.setFont(self.font("body"))
            self.finish()
        self.changed.emit()


_ROLES = {
    QPalette.ColorRole.Window: "bg.window",
    QPalette.ColorRole.WindowText: "text.primary",
    QPalette.ColorRole.Base: "bg.window",
    QPalette.ColorRole.AlternateBase: "bg.sunken",
    QPalette.ColorRole.ToolTipBase: "bg.raised",
    QPalette.ColorRole.ToolTipText: "text.primary",
    QPalette.ColorRole.PlaceholderText: "text.tertiary",
    QPalette.ColorRole.Text: "text.primary",
    QPalette.ColorRole.Button: "bg.raised",
    QPalette.ColorRole.ButtonText: "text.primary",
    QPalette.ColorRole.BrightText: "danger.text",
    QPalette.ColorRole.Light: "bg.raised",
    QPalette.ColorRole.Midlight: "bg.hover",
    QPalette.ColorRole.Mid: "border.strong",
    QPalette.ColorRole.Dark: "border.control",
    QPalette.ColorRole.Shadow: "border.strong",
    QPalette.ColorRole.Highlight: "accent.base",
    QPalette.ColorRole.HighlightedText: "text.onAccent",
    QPalette.ColorRole.Accent: "accent.base",
    QPalette.ColorRole.Link: "accent.text",
    QPalette.ColorRole.LinkVisited: "accent.text",
}


def _system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def _walk(tokens: Any, name: str) -> Any:  # noqa: ANN401 - tokens are plain JSON
    found = tokens
    try:
        for step in name.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise KeyError(f"no such token: {name}") from error
    return found


def _colour(name: str, text: object) -> QColor:
    """From #RRGGBB or #RRGGBBAA (Qt itself reads alpha first)."""
    if not isinstance(text, str):
        raise KeyError(f"no colour but a group of them: {name}")
    if len(text) == len("#RRGGBBAA"):
        text = f"#{text[7:9]}{text[1:7]}"
    return QColor(text)
