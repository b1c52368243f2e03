"""Some topics lit while the others are dimmed: what was found, or what a filter leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from knowalledge_desktop.ui.canvas.bulk import draw_points, draw_rects
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import round_pen
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.scene import PILLS, Frame
from knowalledge_desktop.ui.theme import Theme

DIM = 0.3
"""How much is left of what is not lit (design: find in map)."""
DOT, NAMES_AT_MOST = 9.0, 40
"""Pixels of a lit topic from afar, and how many of those in view have their name beside them."""
DISCS_AT_MOST, SQUARE = 250, 4.0
"""Lit topics beyond this are small squares, one for all in the same spot: they are drawn at every frame."""
SPREAD = 1 << 20


class Spotlight:
    """Holds which topics are lit; None means that nothing is dimmed."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._lit: tuple[str, ...] | None = None
        self._rows: tuple[Rows, NDArray[np.int32]] | None = None

    def light(self, topic_ids: Sequence[str] | None) -> None:
        """Light these, and dim the others."""
        self._lit = None if topic_ids is None else tuple(topic_ids)
        self._rows = None

    def paint(self, painter: QPainter, rows: Rows, frame: Frame, renderer: MapRenderer) -> None:
        """Lay a veil over the picture and draw the lit topics over it; the painter is in widget coordinates."""
        if self._lit is None:
            return
        veil = QColor(self._theme.color("bg.canvas"))
        veil.setAlphaF(1.0 - DIM)
        painter.fillRect(QRectF(QPointF(0, 0), frame.view), veil)
        lit = self._lit_rows(rows)
        left, top, right, bottom = frame.seen()
        seen = lit[
            (rows.x[lit] + rows.w[lit] >= left)
            & (rows.x[lit] - rows.w[lit] <= right)
            & (rows.y[lit] + rows.h[lit] >= top)
            & (rows.y[lit] - rows.h[lit] <= bottom)
        ]
        deepest = int(rows.depth.max(initial=0)) if frame.scale >= PILLS else frame.deepest_pill
        are_pills = rows.depth[seen] <= deepest
        for row in seen[are_pills].tolist():
            renderer.paint_pill(painter, rows, row, frame)
        dots: list[int] = seen[~are_pills].tolist()
        if dots:
            self._dots(painter, rows, dots, frame, renderer)

    def _lit_rows(self, rows: Rows) -> NDArray[np.int32]:
        if self._rows is None or self._rows[0] is not rows:
            found = (rows.index.get(topic_id, -1) for topic_id in self._lit or ())
            self._rows = (rows, np.array([row for row in found if row >= 0], np.int32))
        return self._rows[1]

    def _dots(self, painter: QPainter, rows: Rows, dots: list[int], frame: Frame, renderer: MapRenderer) -> None:
        at = np.array(dots)
        x = frame.view.width() / 2 + (rows.x[at] - rows.side[at] * rows.w[at] / 2 - frame.camera.x) * frame.scale
        y = frame.view.height() / 2 + (rows.y[at] - frame.camera.y) * frame.scale
        if len(dots) > DISCS_AT_MOST:
            _squares(painter, x, y, frame, self._theme.color("accent.base"))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(round_pen(self._theme.color("accent.base"), DOT))
        draw_points(painter, x, y)
        if len(dots) > NAMES_AT_MOST:
            return
        font = self._theme.font("caption")
        measure = QFontMetricsF(font)
        painter.setFont(font)
        plate, ink = self._theme.color("bg.raised"), self._theme.color("text.primary")
        for row, left, middle in zip(dots, x.tolist(), y.tolist(), strict=True):
            title = renderer.metrics.label(rows.titles[row], int(rows.depth[row]))
            wide, high = measure.horizontalAdvance(title) + 8.0, measure.height() + 2.0
            from_dot = DOT if rows.side[row] > 0 else -DOT - wide
            box = QRectF(left + from_dot, middle - high / 2, wide, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(plate)
            painter.drawRoundedRect(box, 4.0, 4.0)
            painter.setPen(QPen(ink))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextSingleLine), title)


def _squares(painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64], frame: Frame, ink: QColor) -> None:
    columns = np.floor(x / SQUARE).astype(np.int64)
    spots = np.unique(columns * SPREAD + np.floor(y / SQUARE).astype(np.int64))
    across = np.floor_divide(spots + SPREAD // 2, SPREAD)
    down = spots - across * SPREAD
    inside = (down * SQUARE < frame.view.height()) & (across * SQUARE < frame.view.width())
    boxes = np.full((int(np.count_nonzero(inside)), 4), SQUARE)
    boxes[:, 0], boxes[:, 1] = across[inside] * SQUARE, down[inside] * SQUARE
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # noqa: FBT003 - Qt takes no keyword here
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    draw_rects(painter, boxes)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
