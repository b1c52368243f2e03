"""Icons: Lucide line drawings in the theme's colours, and the mark of the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPixmap
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

    def scaled(self, size: int) -> int:
        """A size of an icon in pixels for the size of text that is set."""
        return round(size * min(self._theme.scale, MOST_SCALED))

    def icon(
        self, name: str, colour: str = "text.secondary", size: int = 18, *, rtl: bool = False, gap: int = 0
    ) -> QIcon:
        """An icon for buttons and menus, with its disabled and checked colours; `gap` pixels before a text."""
        return QIcon(_LineIcon(self, name, colour, size, rtl=rtl, gap=gap))

    def follow(self, owner: QObject, dress: Callable[[], None]) -> None:
        """Dress something now and whenever the theme changes, as long as its owner lives."""
        dress()
        _Follower(owner, self._theme, dress)

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
        fill(painter, QRectF(0, 0, size, size), ink)
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


class _LineIcon(QIconEngine):
    """Draws an icon when it is seen, in the state and for the screen that ask for it.

    Most icons of a window are never seen in all their states, many not at all: drawing them ahead took a
    fortieth of a start. They are never larger than they were made for.
    """

    def __init__(self, icons: Icons, name: str, colour: str, size: int, *, rtl: bool, gap: int) -> None:
        super().__init__()
        self._made = (icons, name, colour, size)
        self._rtl, self._gap = rtl, gap
        self._clones: list[_LineIcon] = []

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """The icon on a screen of the device pixel ratio `scale`; `size` is in logical pixels."""
        icons, name, colour, most = self._made
        side = max(1, min(size.height(), size.width() - self._gap, most))
        picture = icons.pixmap(name, self._ink(mode, state, colour), side, scale or 1.0, rtl=self._rtl)
        return _with_gap(picture, self._gap, rtl=self._rtl)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon where nobody says for which screen."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """The icon, painted in the middle of a box."""
        # Asking the painter for its device would load all kinds of device there are.
        picture = self.scaledPixmap(rect.size(), mode, state, abs(painter.deviceTransform().m11()))
        size = picture.deviceIndependentSize()
        painter.drawPixmap(QRectF(rect).center() - QPointF(size.width() / 2, size.height() / 2), picture)

    def actualSize(self, size: QSize, _mode: QIcon.Mode, _state: QIcon.State) -> QSize:
        """As large as it is asked for, up to what it was made for."""
        most = self._made[3]
        return size.boundedTo(QSize(most + self._gap, most))

    def isNull(self) -> bool:
        """Never: there is always something to draw."""
        return False

    def clone(self) -> QIconEngine:
        """Another one of its kind, which Qt takes over but Python has to keep alive."""
        icons, name, colour, size = self._made
        made = _LineIcon(icons, name, colour, size, rtl=self._rtl, gap=self._gap)
        self._clones.append(made)
        return made

    @staticmethod
    def _ink(mode: QIcon.Mode, state: QIcon.State, colour: str) -> str:
        """The colour of a state: those of Qt's style would be tints of the normal one."""
        if mode is QIcon.Mode.Disabled:
            return "text.disabled"
        if mode is QIcon.Mode.Selected or state is QIcon.State.On:
            return "accent.text"
        return colour


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


def fill(painter: QPainter, box: QRectF, ink: QColor) -> None:
    """`fillRect`, which would load gradients and all that they can be before it fills with a colour."""
    painter.setBackground(ink)
    painter.eraseRect(box)


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
