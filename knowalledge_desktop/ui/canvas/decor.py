"""What a view draws besides topics and edges: the cards of the outline, the learning path, the axis of time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.bulk import draw_lines
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.scene import LABELS, PILLS, Frame
from knowalledge_desktop.ui.theme import Theme

Floats = NDArray[np.float64]

CARD_RADIUS = 10.0
CAPTIONS = 0.6
"""The scale from which the words at the head of a card can be read."""
DISC, DISC_PX = 12.0, 9.0
"""Half the size of a number's disc: scene units, and the least in pixels."""
BESIDE = 18.0
"""How far left of its topic the middle of a number is, scene units."""
PATH_WIDTH, JUMP_WIDTH = 3.0, 1.2
NEXT = 1.6
"""Steps on the path longer than this, in usual ones, are jumps: dashed, so that they hide nothing they cross."""
AXIS_MORE = 60.0
"""How far the axis goes on beyond its first and last topic."""
LABEL_PAD = 6.0


@dataclass
class _Path:
    """The learning path of rows: the middles of the numbers in their order, and the steps between them.

    `left_of` is the left one of the two topics of each step.
    """

    rows: list[int] = field(default_factory=list[int])
    at: Floats = field(default_factory=lambda: np.empty((0, 2)))
    steps: Floats = field(default_factory=lambda: np.empty((0, 4)))
    jumps: Floats = field(default_factory=lambda: np.empty((0, 4)))
    left_of: list[int] = field(default_factory=list[int])


class Decor:
    """Draws below the topics; keeps what it has worked out for the present rows."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._font = QFont(theme.font("caption"))
        self._measure = QFontMetricsF(self._font)
        self._of: Rows | None = None
        self._cards: list[tuple[QRectF, str]] = []
        self._path = _Path()
        self._dated: list[int] = []

    def below(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """What lies under the edges; the painter maps scene units."""
        if not rows.style:
            return
        self._work_out(rows)
        if rows.style == View.OUTLINE:
            self._paint_cards(painter, frame)
        elif rows.style == View.PATH:
            self._paint_path(painter, rows, frame)
        elif rows.style == View.TIMELINE and self._dated:
            self._paint_axis(painter, rows, frame)

    def marks(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Numbers and dates, which stay readable from afar; the painter maps scene units."""
        if rows.style == View.PATH and frame.scale >= LABELS:
            self._paint_numbers(painter, rows, frame)
        elif rows.style == View.TIMELINE:
            self._paint_dates(painter, rows, frame)

    def _work_out(self, rows: Rows) -> None:
        if self._of is rows:
            return
        self._of = rows
        if rows.style == View.OUTLINE:
            from knowalledge_desktop.layout.outline import card_boxes, cards

            parent, depth = rows.parent.astype(np.int64), rows.depth.astype(np.int64)
            head = cards(rows.x, rows.y, rows.w, rows.h, parent, depth)
            heads, boxes = card_boxes(rows.x, rows.y, rows.w, rows.h, head)
            above = parent[heads].tolist()
            goes_on = [rows.titles[row] if row > 0 else "" for row in above]
            cards_of = zip(boxes.tolist(), goes_on, strict=True)
            self._cards = [(QRectF(a, b, c - a, d - b), title) for (a, b, c, d), title in cards_of]
        elif rows.style == View.PATH:
            self._path = _path_of(rows)
        elif rows.style == View.TIMELINE:
            self._dated = sorted(rows.marks, key=lambda row: float(rows.x[row] - rows.w[row] / 2))

    def _paint_cards(self, painter: QPainter, frame: Frame) -> None:
        pen = QPen(self._theme.color("border.subtle"), 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(self._theme.color("bg.window"))
        left, top, right, bottom = frame.seen()
        seen = QRectF(left, top, right - left, bottom - top).adjusted(-2, -2, 2, 2)
        shown = [each for each in self._cards if each[0].intersects(seen)]
        for box, _ in shown:
            painter.drawRoundedRect(box, CARD_RADIUS, CARD_RADIUS)
        if frame.scale >= CAPTIONS:
            self._paint_captions(painter, shown)

    def _paint_captions(self, painter: QPainter, shown: list[tuple[QRectF, str]]) -> None:
        """Of which topic a card is that goes on somewhere else."""
        painter.save()
        painter.setFont(self._font)
        painter.setPen(self._theme.color("text.tertiary"))
        for box, title in shown:
            if title:
                text = self._measure.elidedText(f"{title} ›", Qt.TextElideMode.ElideRight, box.width() - 24.0)
                painter.drawText(QPointF(box.left() + 12.0, box.top() + self._measure.ascent() + 1.0), text)
        painter.restore()

    def _paint_path(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        ground, line = self._theme.color("bg.canvas"), self._theme.depth(1).line
        painter.setPen(QPen(self._theme.mix(ground, line, 0.45), max(PATH_WIDTH, 1.0 / frame.scale)))
        if frame.scale < PILLS and frame.scale >= LABELS:
            self._paint_between(painter, rows, frame)
        else:
            draw_lines(painter, self._path.steps)
        pen = QPen(self._theme.mix(ground, line, 0.45), max(JUMP_WIDTH, 1.0 / frame.scale), Qt.PenStyle.DashLine)
        painter.setPen(pen)
        draw_lines(painter, self._path.jumps)

    def _paint_between(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """The steps on a row only where no title is: it has no ground of its own and keeps its size."""
        left, top, right, bottom = frame.seen()
        for x0, y0, x1, y1, row in zip(*self._path.steps.T.tolist(), self._path.left_of, strict=True):
            if not (min(y0, y1) <= bottom and max(y0, y1) >= top and min(x0, x1) <= right and max(x0, x1) >= left):
                continue
            if abs(y1 - y0) < 1.0:
                begin = min(x0, x1) + BESIDE
                begin += (self._measure.horizontalAdvance(rows.titles[row]) + 16.0) / frame.scale
                painter.drawLine(QPointF(min(begin, max(x0, x1)), y0), QPointF(max(x0, x1), y0))
            else:
                painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))

    def _paint_numbers(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        unit = max(1.0, DISC_PX / DISC / frame.scale)
        left, top, right, bottom = frame.seen()
        at = self._path.at
        reach = DISC * unit * 2
        seen = (at[:, 0] > left - reach) & (at[:, 0] < right + reach)
        seen &= (at[:, 1] > top - reach) & (at[:, 1] < bottom + reach)
        painter.save()
        font = QFont(self._font)
        font.setPixelSize(max(1, round(self._pixels() * unit)))
        painter.setFont(font)
        for number in np.flatnonzero(seen).tolist():
            row = self._path.rows[number]
            mark, (x, y) = rows.marks[row], at[number].tolist()
            half = max(DISC, self._measure.horizontalAdvance(mark) / 2 + 5.0) * unit
            end = x + BESIDE - (BESIDE - DISC) * unit
            box = QRectF(end - 2 * half, y - DISC * unit, 2 * half, 2 * DISC * unit)
            painter.setPen(QPen(self._theme.depth(max(1, int(rows.depth[row]))).line, 1.4 * unit))
            painter.setBrush(self._theme.color("bg.canvas"))
            painter.drawRoundedRect(box, DISC * unit, DISC * unit)
            painter.setPen(self._theme.color("text.primary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark)
        painter.restore()

    def _paint_axis(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        dated = np.array(self._dated, np.int64)
        x, y = rows.x[dated] - rows.w[dated] / 2, rows.y[dated]
        stem = np.column_stack([x, np.zeros(len(x)), x, y])
        colour = self._theme.mix(self._theme.color("bg.canvas"), self._theme.color("text.tertiary"), 0.55)
        painter.setPen(QPen(colour, max(1.0, 0.7 / frame.scale)))
        draw_lines(painter, np.ascontiguousarray(stem))
        painter.setPen(QPen(self._theme.depth(0).line, max(2.5, 1.5 / frame.scale)))
        painter.drawLine(QPointF(float(x.min()) - AXIS_MORE, 0.0), QPointF(float(x.max()) + AXIS_MORE, 0.0))

    def _paint_dates(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """From left to right, as many as there is room for; asked of all rows, so that panning changes none."""
        unit = 1.0 / min(1.0, frame.scale)
        painter.save()
        font = QFont(self._font)
        font.setPixelSize(max(1, round(self._pixels() * unit)))
        painter.setFont(font)
        high, end, last = self._measure.height() * unit, -np.inf, ""
        for row in self._dated:
            mark, x = rows.marks[row], float(rows.x[row] - rows.w[row] / 2)
            half = (self._measure.horizontalAdvance(mark) / 2 + LABEL_PAD) * unit
            if x - half < end or mark == last:
                continue
            end, last = x + half, mark
            box = QRectF(x - half, -high / 2 - 1.0, 2 * half, high + 2.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("bg.canvas"))
            painter.drawRoundedRect(box, 4.0, 4.0)
            painter.setPen(self._theme.color("text.primary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark)
        painter.restore()

    def _pixels(self) -> float:
        size = self._font.pixelSize()
        return float(size) if size > 0 else self._measure.height() / 1.25


def _path_of(rows: Rows) -> _Path:
    order = sorted(rows.marks, key=lambda row: int(rows.marks[row]))
    at = (
        np.column_stack([rows.x[order] - rows.w[order] / 2 - BESIDE, rows.y[order]]) if order else np.empty((0, 2))
    )
    steps = np.concatenate([at[:-1], at[1:]], axis=1)
    long = np.hypot(steps[:, 2] - steps[:, 0], steps[:, 3] - steps[:, 1])
    usual = float(np.median(long)) * NEXT if len(long) else 0.0
    left = np.where(steps[:, 0] <= steps[:, 2], order[:-1], order[1:]) if order else np.empty(0, np.int64)
    near = long <= usual
    return _Path(
        order,
        at,
        np.ascontiguousarray(steps[near]),
        np.ascontiguousarray(steps[~near]),
        left[near].tolist(),
    )
