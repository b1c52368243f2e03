"""What the hand does, over the map: what is picked, the band, what would take a branch, the link to be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from knowalledge_desktop.ui.canvas.bulk import draw_points
from knowalledge_desktop.ui.canvas.link_layer import bent, link_pen
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import round_pen
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import LABELS, Frame
from knowalledge_desktop.ui.theme import Theme

LINK, MOVE = "link", "move"
HANDLE, HANDLE_REACH, HANDLE_INSIDE = 6.0, 11.0, 4.0
"""Pixels of the handle that a link is drawn from, how near to its middle a press takes it, and how far into the
topic: a click on the topic itself is not to begin a link."""
CHECK = 8.0
OUT = 3.0
DISCS_AT_MOST = 2_000
"""Picked topics that are marked by round dots; more are marked by plain points, which cost little."""
DOT_RING = 7.0


@dataclass(frozen=True, slots=True)
class Hand:
    """What is under way. Rows are -1 where there is none; points are in widget coordinates.

    `act` is `LINK` or `MOVE`: from the `sources` to the topic of `target`, or to the point `to` while none is.
    """

    picked: Collection[int] = ()
    act: str = ""
    sources: Collection[int] = ()
    target: int = -1
    to: QPointF | None = None
    band: QRectF | None = None
    handle: int = -1


def handle_spot(rows: Rows, row: int, frame: Frame) -> QPointF | None:
    """Where the handle of a topic is, in widget coordinates; None where the topic is too small for one."""
    if not 0 <= row < len(rows) or frame.scale < LABELS or not frame.is_pill(int(rows.depth[row])):
        return None
    return frame.at(float(rows.x[row]), float(rows.y[row]) + float(rows.h[row]) / 2)


class HandOverlay:
    """Draws over the map what a `Hand` holds; the painter is in widget coordinates."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def paint(self, painter: QPainter, rows: Rows, frame: Frame, hand: Hand, renderer: MapRenderer) -> None:
        """Draw it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if hand.picked:
            self._picked(painter, rows, frame, hand.picked, renderer)
        if hand.act:
            self._aim(painter, rows, frame, hand, renderer)
        if hand.band is not None:
            accent = self._theme.color("accent.base")
            painter.setPen(QPen(accent, 1.0, Qt.PenStyle.DashLine))
            fill = QColor(accent)
            fill.setAlphaF(0.08)
            painter.setBrush(fill)
            painter.drawRect(hand.band)
        spot = handle_spot(rows, hand.handle, frame)
        if spot is not None and not hand.act:
            self._handle(painter, spot)

    def _picked(
        self, painter: QPainter, rows: Rows, frame: Frame, picked: Collection[int], renderer: MapRenderer
    ) -> None:
        """A ring, and a check in place of the port; from afar a filled dot."""
        left, top, right, bottom = frame.seen()
        chosen = np.fromiter(picked, np.int64, len(picked))
        chosen = chosen[
            (rows.x[chosen] + rows.w[chosen] >= left)
            & (rows.x[chosen] - rows.w[chosen] <= right)
            & (rows.y[chosen] + rows.h[chosen] >= top)
            & (rows.y[chosen] - rows.h[chosen] <= bottom)
        ]
        by_depth = [frame.is_pill(depth) for depth in range(int(rows.depth.max(initial=0)) + 1)]
        pills = np.array(by_depth, bool)[rows.depth[chosen]]
        accent = self._theme.color("accent.base")
        for row in chosen[pills].tolist():
            self._ring(painter, rows, row, frame, renderer, 2.0)
            self._check(painter, rows, row, frame, renderer)
        dots = chosen[~pills]
        if len(dots):
            x = frame.view.width() / 2 + (rows.x[dots] - rows.side[dots] * rows.w[dots] / 2 - frame.camera.x) * (
                frame.scale
            )
            y = frame.view.height() / 2 + (rows.y[dots] - frame.camera.y) * frame.scale
            many = len(dots) > DISCS_AT_MOST
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, not many)
            painter.setPen(QPen(accent, 3.0) if many else round_pen(accent, 9.0 if frame.scale >= LABELS else 6.0))
            draw_points(painter, x, y)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _check(self, painter: QPainter, rows: Rows, row: int, frame: Frame, renderer: MapRenderer) -> None:
        look = renderer.look(rows, row, frame.shown)
        box = renderer.pills.box(look, float(rows.x[row]), float(rows.y[row]))
        if look.depth:
            port = renderer.pills.port_centre(look, box)
            at = frame.at(port.x(), port.y())
        else:
            at = frame.at(box.left(), box.top())
        half = max(5.0, CHECK * min(1.2, frame.scale))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent.base"))
        painter.drawEllipse(at, half, half)
        painter.setPen(round_pen(self._theme.color("text.onAccent"), 1.8))
        unit = half / 8.0
        painter.drawPolyline(
            [QPointF(at.x() + x * unit, at.y() + y * unit) for x, y in ((-3.4, 0.2), (-0.9, 2.8), (3.6, -2.6))]
        )

    def _ring(
        self, painter: QPainter, rows: Rows, row: int, frame: Frame, renderer: MapRenderer, width: float
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("accent.base"), width))
        if not frame.is_pill(int(rows.depth[row])):
            x = float(rows.x[row]) - int(rows.side[row]) * float(rows.w[row]) / 2
            painter.drawEllipse(frame.at(x, float(rows.y[row])), DOT_RING, DOT_RING)
            return
        look = renderer.look(rows, row, frame.shown)
        pill = renderer.pills.box(look, float(rows.x[row]), float(rows.y[row]))
        box = QRectF(frame.at(pill.left(), pill.top()), frame.at(pill.right(), pill.bottom()))
        radius = renderer.pills.radius(look) * frame.scale
        painter.drawRoundedRect(box, radius, radius)

    def _aim(self, painter: QPainter, rows: Rows, frame: Frame, hand: Hand, renderer: MapRenderer) -> None:
        """A line from each source to where it would go; the topic that would take it is lit."""
        accent = self._theme.color("accent.base")
        if 0 <= hand.target < len(rows):
            self._glow(painter, rows, hand.target, frame, renderer)
            self._ring(painter, rows, hand.target, frame, renderer, 3.0)
            to = frame.at(float(rows.x[hand.target]), float(rows.y[hand.target]))
        elif hand.to is not None and hand.act == LINK:
            to = hand.to
        else:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for row in hand.sources:
            at = frame.at(float(rows.x[row]), float(rows.y[row]))
            if hand.act == MOVE:
                painter.setPen(QPen(accent, 2.0, Qt.PenStyle.DashLine, Qt.PenCapStyle.RoundCap))
                painter.drawLine(at, to)
            else:
                painter.setPen(link_pen(self._theme, "accent.base", 2.2))
                line = bent(np.array([[at.x(), at.y()]]), np.array([[to.x(), to.y()]]))[0]
                painter.drawPolyline([QPointF(x, y) for x, y in line.tolist()])

    def _glow(self, painter: QPainter, rows: Rows, row: int, frame: Frame, renderer: MapRenderer) -> None:
        if not frame.is_pill(int(rows.depth[row])):
            return
        look = renderer.look(rows, row, frame.shown)
        pill = renderer.pills.box(look, float(rows.x[row]), float(rows.y[row]))
        box = QRectF(frame.at(pill.left(), pill.top()), frame.at(pill.right(), pill.bottom()))
        radius = renderer.pills.radius(look) * frame.scale + 2 * OUT
        fill = QColor(self._theme.color("accent.base"))
        fill.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box.adjusted(-2 * OUT, -2 * OUT, 2 * OUT, 2 * OUT), radius, radius)

    def _handle(self, painter: QPainter, at: QPointF) -> None:
        """A ring that a link is drawn from."""
        painter.setPen(QPen(self._theme.color("accent.base"), 1.5))
        painter.setBrush(self._theme.color("bg.raised"))
        painter.drawEllipse(at, HANDLE, HANDLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent.base"))
        painter.drawEllipse(at, 2.0, 2.0)
