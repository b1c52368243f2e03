"""Icons: Lucide line drawings in the theme's colours, and the mark of the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPainterPath, QPixmap, QScreen
from PySide6.QtSvg import QSvgRenderer

from knowalledge_desktop.ui.theme import Theme

_CURRENT = b"currentColor"
_MIRRORED = frozenset({"arrow-left", "arrow-right", "chevron-left", "chevron-right", "undo-2", "redo-2"})
MOST_SCALED = 1.6
"""Icons grow with the text up to here: larger ones are no clearer, and there is no room for them."""
_MARK_SIZES = (16, 24, 32, 48, 64, 128, 256)


class Icons(QObject):
    """Icons by name, drawn once for each size, device pixel ratio and colour."""

    def __init__(self, resources: Path, theme: Theme) -> None:
        super().__init__()
        self._folder = resources / "icons"
        self._theme = theme
        self._shapes: dict[tuple[str, int, float, bool], QPixmap] = {}
        self._pixmaps: dict[tuple[str, int, float, int, bool], QPixmap] = {}
        self._ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()} or {1.0}
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._on_screen)

    def scaled(self, size: int) -> int:
        """A size of an icon in pixels for the size of text that is set."""
        return round(size * min(self._theme.scale, MOST_SCALED))

    def icon(
        self, name: str, colour: str = "text.secondary", size: int = 18, *, rtl: bool = False, gap: int = 0
    ) -> QIcon:
        """An icon for buttons and menus, with its disabled and checked colours; `gap` pixels before a text."""
        icon = QIcon()
        for dpr in sorted(self._ratios):
            normal, dead, on = (
                _with_gap(self.pixmap(name, each, size, dpr, rtl=rtl), gap, rtl=rtl)
                for each in (colour, "text.disabled", "accent.text")
            )
            icon.addPixmap(normal, QIcon.Mode.Normal, QIcon.State.Off)
            for state in (QIcon.State.Off, QIcon.State.On):
                icon.addPixmap(on, QIcon.Mode.Selected, state)  # else the style would tint it itself
                icon.addPixmap(dead, QIcon.Mode.Disabled, state)
            icon.addPixmap(on, QIcon.Mode.Normal, QIcon.State.On)
        return icon

    def follow(self, owner: QObject, dress: Callable[[], None]) -> None:
        """Dress something now and whenever the theme changes, as long as its owner lives."""
        dress()
        _Follower(owner, self._theme, dress)

    def _on_screen(self, screen: QScreen) -> None:
        """Have all icons also for a screen that was not there at the start."""
        dpr = screen.devicePixelRatio()
        if dpr not in self._ratios:
            self._ratios.add(dpr)
            self._theme.changed.emit()

    def pixmap(
        self, name: str, colour: str = "text.secondary", size: int = 18, dpr: float = 1.0, *, rtl: bool = False
    ) -> QPixmap:
        """An icon as a picture of `size` logical pixels; arrows are mirrored for right-to-left."""
        ink = self._theme.color(colour)
        mirror = rtl and name in _MIRRORED
        key = (name, size, dpr, ink.rgba(), mirror)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._draw(name, ink, size, dpr, mirror=mirror)
        return found

    def mark(self, size: int, dpr: float = 1.0) -> QPixmap:
        """The mark of the program: one tapered edge with its two topics."""
        picture = _blank(size, dpr)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        paint_mark(painter, QRectF(0, 0, size, size), self._theme.depth(0).line, self._theme.color("accent.base"))
        painter.end()
        return picture

    def app_icon(self) -> QIcon:
        """The icon of the window and the task bar."""
        icon = QIcon()
        for size in _MARK_SIZES:
            icon.addPixmap(self.mark(size))
        return icon

    def _draw(self, name: str, ink: QColor, size: int, dpr: float, *, mirror: bool) -> QPixmap:
        """The shape of an icon, which is drawn once, filled with a colour."""
        key = (name, size, dpr, mirror)
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = self._shape(name, size, dpr, mirror=mirror)
        picture = shape.copy()
        painter = QPainter(picture)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(QRectF(0, 0, size, size), ink)
        painter.end()
        return picture

    def _shape(self, name: str, size: int, dpr: float, *, mirror: bool) -> QPixmap:
        source = (self._folder / f"{name}.svg").read_bytes()
        renderer = QSvgRenderer(QByteArray(source.replace(_CURRENT, b"#000000")))
        picture = _blank(size, dpr)
        painter = QPainter(picture)
        if mirror:
            painter.translate(size, 0)
            painter.scale(-1, 1)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        return picture


def _with_gap(picture: QPixmap, gap: int, *, rtl: bool) -> QPixmap:
    if not gap:
        return picture
    dpr, size = picture.devicePixelRatio(), picture.deviceIndependentSize()
    wide = QPixmap(round((size.width() + gap) * dpr), picture.height())
    wide.setDevicePixelRatio(dpr)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(QPointF(gap if rtl else 0, 0), picture)
    painter.end()
    return wide


class _Follower(QObject):
    """Dies with its owner, and with it the connection to the theme."""

    def __init__(self, owner: QObject, theme: Theme, dress: Callable[[], None]) -> None:
        super().__init__(owner)
        self._dress = dress
        theme.changed.connect(self.again)

    def again(self) -> None:
        """The theme has changed."""
        self._dress()


def paint_mark(painter: QPainter, box: QRectF, thick: QColor, thin: QColor) -> None:
    """Paint the mark into a square: thick at the lower left, thin at the upper right."""
    unit = box.width() / 24.0

    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * unit, box.top() + y * unit)

    edge = QPainterPath(at(6.0, 12.8))
    edge.cubicTo(at(12.8, 12.4), at(11.4, 5.4), at(20.2, 5.0))
    edge.lineTo(at(20.2, 6.4))
    edge.cubicTo(at(13.6, 7.0), at(14.2, 17.8), at(6.0, 18.4))
    edge.closeSubpath()
    painter.setBrush(thin)
    painter.drawPath(edge)
    painter.drawEllipse(at(20.2, 5.7), 3.1 * unit, 3.1 * unit)
    painter.setBrush(thick)
    painter.drawEllipse(at(6.0, 16.3), 5.1 * unit, 5.1 * unit)


def _blank(size: int, dpr: float) -> QPixmap:
    side = QSize(size, size) * dpr
    picture = QPixmap(side)
    picture.setDevicePixelRatio(dpr)
    picture.fill(Qt.GlobalColor.transparent)
    return picture
