"""The cross links of a picture: dotted bows from topic to topic, with their words on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from knowalledge_desktop.ui.canvas.bulk import draw_lines
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.scene import AREAS, LABELS, PILLS, Frame
from knowalledge_desktop.ui.theme import Theme

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

DOTTED_AT_MOST = 300
"""Links in view that are drawn dotted and smooth; beyond that, straight thin lines in bulk."""
LONG_PX = 400.0
"""From afar, links longer than this are left out, but for those of the selection: they cost and say nothing."""
BOW = 0.16
"""How far a link bends aside, as a part of its length."""
SAMPLES = 25
WIDTH = 1.4
NEAR_PX = 7.0
"""How near to a link a click counts as on it."""


class LinkLayer:
    """Draws links; the painter maps scene units. Keeps the bows of the present rows."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._font = QFont(theme.font("caption"))
        self._measure = QFontMetricsF(self._font)
        self._of: Rows | None = None
        self._bows: Floats = np.empty((0, SAMPLES, 2))

    def paint(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """All links that are seen; those of the selection stand out."""
        if not len(rows.links):
            return
        bows = self._bows_of(rows)
        chosen = self._seen(bows, frame.seen(), frame.scale)
        selected = frame.shown.selected
        own = (rows.links[chosen] == selected).any(axis=1) if selected >= 0 else np.zeros(len(chosen), bool)
        length = np.hypot(*(bows[chosen, -1] - bows[chosen, 0]).T) * frame.scale
        near = own if frame.scale < AREAS else own | (length <= LONG_PX) | (frame.scale >= LABELS)
        chosen, own = chosen[near], own[near]
        if len(chosen) > DOTTED_AT_MOST or frame.is_moving:
            self._straight(painter, bows[chosen[~own]], frame)
        else:
            self._dotted(painter, bows[chosen[~own]], "text.tertiary", frame)
        self._dotted(painter, bows[chosen[own]], "accent.base", frame)
        if frame.scale >= LABELS and not frame.is_moving:
            told = chosen if frame.scale >= PILLS else chosen[own]
            for number in told.tolist():
                self._word(painter, rows, number, bows[number, SAMPLES // 2], frame)

    def at(self, rows: Rows, x: float, y: float, scale: float) -> str:
        """The link at a scene point, empty when there is none."""
        if not len(rows.links):
            return ""
        bows = self._bows_of(rows)
        away = np.hypot(bows[:, :, 0] - x, bows[:, :, 1] - y)
        step = np.hypot(*(bows[:, 1] - bows[:, 0]).T)
        nearest = away.min(axis=1) - step / 2
        number = int(np.argmin(nearest))
        on_word = self._plate(rows, number, bows[number, SAMPLES // 2], scale).contains(x, y)
        return rows.link_ids[number] if on_word or nearest[number] * scale <= NEAR_PX else ""

    def middle(self, rows: Rows, link_id: str) -> QPointF:
        """Where a link's word is, in scene units; the origin when it is not seen."""
        if link_id not in rows.link_ids:
            return QPointF()
        return QPointF(*self._bows_of(rows)[rows.link_ids.index(link_id), SAMPLES // 2].tolist())

    def _bows_of(self, rows: Rows) -> Floats:
        if self._of is not rows:
            self._of, self._bows = rows, bows(rows, rows.links[:, 0], rows.links[:, 1])
        return self._bows

    def _seen(self, lines: Floats, seen: tuple[float, float, float, float], scale: float) -> Ints:
        left, top, right, bottom = seen
        pad = 80.0 / scale  # a word is wider than its line
        low, high = lines.min(axis=1), lines.max(axis=1)
        touches = (low[:, 0] <= right + pad) & (high[:, 0] >= left - pad)
        touches &= (low[:, 1] <= bottom + pad) & (high[:, 1] >= top - pad)
        return np.flatnonzero(touches).astype(np.int32)

    def _straight(self, painter: QPainter, lines: Floats, frame: Frame) -> None:
        colour = self._theme.mix(self._theme.color("bg.canvas"), self._theme.color("text.tertiary"), 0.5)
        painter.setPen(QPen(colour, 0.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt takes no keyword here
        draw_lines(painter, np.concatenate([lines[:, 0], lines[:, -1]], axis=1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _dotted(self, painter: QPainter, lines: Floats, ink: str, frame: Frame) -> None:
        if not len(lines):
            return
        painter.setPen(link_pen(self._theme, ink, max(WIDTH, WIDTH / frame.scale)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in lines.tolist():
            painter.drawPolyline([QPointF(x, y) for x, y in line])

    def _word(self, painter: QPainter, rows: Rows, number: int, at: Floats, frame: Frame) -> None:
        text = word_of(rows, number)
        if not text:
            return
        box = self._plate(rows, number, at, frame.scale)
        unit = box.height() / (self._measure.height() + 2.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("bg.canvas"))
        painter.drawRoundedRect(box, 4.0 * unit, 4.0 * unit)
        font = QFont(self._font)
        font.setPixelSize(max(1, round(self._pixels() * unit)))
        painter.setFont(font)
        painter.setPen(self._theme.color("text.secondary"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextSingleLine), text)

    def _plate(self, rows: Rows, number: int, at: Floats, scale: float) -> QRectF:
        """Where the word of a link stands, in scene units; it gets no smaller than it is at 100 %."""
        text = word_of(rows, number)
        if not text:
            return QRectF()
        unit = 1.0 / min(1.0, scale)
        wide = (self._measure.horizontalAdvance(text) + 10.0) * unit
        high = (self._measure.height() + 2.0) * unit
        x, y = at.tolist()
        return QRectF(x - wide / 2, y - high / 2, wide, high)

    def _pixels(self) -> float:
        size = self._font.pixelSize()
        return float(size) if size > 0 else self._measure.height() / 1.25


def word_of(rows: Rows, number: int) -> str:
    """What is written on a link."""
    if rows.link_labels[number]:
        return rows.link_labels[number]
    return QCoreApplication.translate("GraphCanvas", "same topic") if rows.link_same[number] else ""


def link_pen(theme: Theme, ink: str, width: float) -> QPen:
    """Round dots, as cross links have them (tokens: edge.states)."""
    pen = QPen(theme.color(ink), width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
    pen.setDashPattern([1.0 / WIDTH, 5.0 / WIDTH])
    return pen


def bows(rows: Rows, sources: Ints, targets: Ints) -> Floats:
    """The sampled lines from topics to topics, shape (links, samples, 2), bent to one side."""
    a = np.column_stack([rows.x[sources], rows.y[sources]])
    b = np.column_stack([rows.x[targets], rows.y[targets]])
    return bent(a, b)


def bent(a: Floats, b: Floats) -> Floats:
    """Sampled lines between points, bent to one side."""
    way = b - a
    aside = np.column_stack([-way[:, 1], way[:, 0]]) * np.where(way[:, :1] >= 0, -BOW, BOW)
    control = (a + b) / 2 + 2 * aside
    t = np.linspace(0.0, 1.0, SAMPLES)[None, :, None]
    return (1 - t) ** 2 * a[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * b[:, None]
