"""The edges of a picture: ribbons close up, lines in bulk from afar, dashes where nothing is yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from knowalledge_desktop.ui.canvas.bulk import draw_lines
from knowalledge_desktop.ui.canvas.edges import FAR_AWAY, WITHOUT_EDGES, EdgeShapes, lines, ribbon, smooth_segments
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.pills import FAILED, IDLE, QUEUED
from knowalledge_desktop.ui.canvas.scene import LABELS, PILLS, Frame
from knowalledge_desktop.ui.theme import Theme

RIBBONS_AT_MOST, RIBBONS_CLOSE = 160, 480
"""Filled edges drawn one by one, among labels and among pills; beyond that, lines in bulk."""
SMOOTH_AT_MOST = 1500
"""Lines of one colour that are still drawn smooth."""
REST = 0.62
"""How much of its colour an edge has when it is not on the path to the selection."""
ACROSS = 0.26
"""The same, of one that runs across other branches."""
_DASHES = {"related": (1.4, (0.6, 3.6)), QUEUED: (1.2, (1.7, 4.2)), FAILED: (1.4, (2.9, 2.9))}
"""Width, and dash and gap in widths (tokens: edge.states)."""
TIP = 2.5
THICKEST = 12.0
"""Scene units around an edge's ends in which it may still leave ink."""


class EdgeLayer:
    """Draws edges; the painter maps scene units. Keeps the shapes of the present rows."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._shapes = EdgeShapes(Rows())
        self._shapes_of: Rows | None = None
        self._boxes = _Boxes(Rows())
        self._rests: dict[int, QColor] = {}

    def paint(
        self, painter: QPainter, rows: Rows, frame: Frame, plates: Callable[[int], None] | None = None
    ) -> None:
        """All edges that are seen, then the way from the root to the selection.

        After the edges of a depth, `plates` may cover what runs below its branches.
        """
        if rows.style in WITHOUT_EDGES:
            return
        self._read(rows)
        chosen = self._boxes.touching(*frame.whole().seen())
        one_by_one = frame.scale >= LABELS and len(chosen) <= (
            RIBBONS_AT_MOST if frame.scale < PILLS else RIBBONS_CLOSE
        )
        if frame.part is not None:
            chosen = self._boxes.touching(*frame.seen(), THICKEST)
        if one_by_one:
            self._ribbons(painter, rows, chosen, frame)
        else:
            self._lines(painter, rows, chosen, frame, plates)
        self._path(painter, rows, frame)

    def paint_path(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """Only the way from the root to the selection."""
        if rows.style not in WITHOUT_EDGES and frame.shown.selected > 0:
            self._read(rows)
            self._path(painter, rows, frame)

    def paint_fine(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        """All edges that are seen, each as its outline however many there are: for a picture that is kept."""
        if rows.style in WITHOUT_EDGES:
            return
        self._read(rows)
        self._ribbons(painter, rows, self._boxes.touching(*frame.seen(), THICKEST), frame)

    def paint_leaving(self, painter: QPainter, rows: Rows, leaving: tuple[int, ...], left: float) -> None:
        """Edges that are taken back; `left` is how much of them is still there, 1 to 0."""
        painter.setPen(Qt.PenStyle.NoPen)
        for row in leaving if rows.style not in WITHOUT_EDGES else ():
            if rows.parent[row] >= 0:
                painter.setBrush(self._rest(int(rows.depth[row])))
                points = lines(rows, np.array([row], np.int32))[0]
                painter.drawPath(ribbon(points, int(rows.depth[row]) - 1, left))

    def _read(self, rows: Rows) -> None:
        if self._shapes_of is not rows:
            self._shapes, self._shapes_of, self._boxes = self._shapes.moved(rows), rows, _Boxes(rows)

    def _lines(
        self,
        painter: QPainter,
        rows: Rows,
        chosen: NDArray[np.int32],
        frame: Frame,
        plates: Callable[[int], None] | None,
    ) -> None:
        width = 0.0 if frame.scale < LABELS or frame.is_moving else 1.2 / frame.scale
        deepest = len(_LINE_DEPTHS)
        for depth in _LINE_DEPTHS:
            deep = rows.depth[chosen] >= depth if depth == deepest else rows.depth[chosen] == depth
            some = chosen[deep]
            smooth = len(some) < SMOOTH_AT_MOST and not frame.is_moving
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
            aside = np.abs(rows.x[some] - rows.x[rows.parent[some]]) > FAR_AWAY
            for which, ink in ((some[aside], -depth), (some[~aside], depth)):
                if not len(which):
                    continue
                painter.setPen(QPen(self._rest(ink), width))
                draw_lines(painter, smooth_segments(rows, which, frame.scale))
            if plates is not None:
                plates(depth)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _ribbons(self, painter: QPainter, rows: Rows, chosen: NDArray[np.int32], frame: Frame) -> None:
        """Filled edges one by one; those that are in no way special with the least ado."""
        born = frame.motion.born if frame.motion else {}
        special = {rows.index.get(topic_id, -1) for topic_id in frame.shown.states} | born.keys()
        painter.setPen(Qt.PenStyle.NoPen)
        last, ribbon_of = 0, self._shapes.ribbon
        aside = np.abs(rows.x[chosen] - rows.x[rows.parent[chosen]]) > FAR_AWAY
        kinds = np.where(aside, -rows.depth[chosen], rows.depth[chosen]).tolist()
        for row, depth, is_related in zip(chosen.tolist(), kinds, rows.related[chosen].tolist(), strict=True):
            if is_related or row in special:
                self._edge(painter, rows, row, frame)
                last = 0
                continue
            if depth != last:
                painter.setBrush(self._rest(depth))
                last = depth
            painter.drawPath(ribbon_of(row))

    def _edge(self, painter: QPainter, rows: Rows, row: int, frame: Frame) -> None:
        motion = frame.motion
        part = motion.grown(row) if motion and row in motion.born else 1.0
        if part <= 0.0:
            return
        eased = self._theme.easing("grow").valueForProgress(part) if part < 1.0 else 1.0
        state = frame.shown.states.get(rows.ids[row], IDLE)
        points = self._shapes.points(row)
        painter.setPen(Qt.PenStyle.NoPen)
        if state in _DASHES:
            ink = self._theme.color("danger.base" if state == FAILED else "text.tertiary")
            _dashed(painter, points, ink, state, eased)
        elif rows.related[row]:
            _dashed(painter, points, self._theme.color("text.tertiary"), "related", eased)
        else:
            painter.setBrush(self._rest(int(rows.depth[row])))
            whole = part >= 1.0
            painter.drawPath(
                self._shapes.ribbon(row) if whole else ribbon(points, int(rows.depth[row]) - 1, eased)
            )
        if part < 1.0:
            tip = points[min(len(points) - 1, max(1, round(len(points) * eased)) - 1)]
            painter.setBrush(self._theme.color("accent.base"))
            painter.drawEllipse(QPointF(*tip.tolist()), TIP, TIP)

    def _path(self, painter: QPainter, rows: Rows, frame: Frame) -> None:
        row = frame.shown.selected if frame.shown.selected < len(rows) else -1
        moving = frame.motion.born if frame.motion else {}
        while row > 0:
            colour = self._theme.depth(int(rows.depth[row])).line
            dashed = rows.related[row] or frame.shown.states.get(rows.ids[row], IDLE) in _DASHES
            if row in moving or dashed:
                pass
            elif frame.scale >= LABELS:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawPath(self._shapes.ribbon(row))
            else:
                painter.setPen(QPen(colour, 2.0 / frame.scale))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolyline(_points(self._shapes.points(row)))
            row = int(rows.parent[row])

    def _rest(self, depth: int) -> QColor:
        """The colour of an edge at rest; the depth is negative when it runs across other branches."""
        found = self._rests.get(depth)
        if found is None:
            ground, line = self._theme.color("bg.canvas"), self._theme.depth(abs(depth)).line
            found = self._rests[depth] = self._theme.mix(ground, line, REST if depth >= 0 else ACROSS)
        return found


_LINE_DEPTHS = (1, 2, 3, 4, 5)


def _dashed(painter: QPainter, points: NDArray[np.float64], ink: QColor, kind: str, part: float) -> None:
    width, pattern = _DASHES[kind]
    pen = QPen(ink, width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
    pen.setDashPattern(list(pattern))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(_points(points[: max(2, round(len(points) * part))]))
    painter.setPen(Qt.PenStyle.NoPen)


def _points(points: NDArray[np.float64]) -> list[QPointF]:
    return [QPointF(x, y) for x, y in points.tolist()]


class _Boxes:
    """The boxes of all edges: an edge stays between its topics, but for its thickness."""

    def __init__(self, rows: Rows) -> None:
        child = np.arange(1, len(rows), dtype=np.int32)
        self._child = child = child[rows.parent[1:] >= 0]
        parent = rows.parent[child]
        # On the mind map an edge stays between the centres; a trunk or a straight line may end beside both.
        above, own = (rows.w[parent] / 2, rows.w[child] / 2) if rows.style else (0.0, 0.0)
        self._left, self._right = (
            np.minimum(rows.x[child] - own, rows.x[parent] - above),
            np.maximum(rows.x[child] + own, rows.x[parent] + above),
        )
        self._top, self._bottom = (
            np.minimum(rows.y[child], rows.y[parent]),
            np.maximum(rows.y[child], rows.y[parent]),
        )

    def touching(
        self, left: float, top: float, right: float, bottom: float, pad: float = 0.0
    ) -> NDArray[np.int32]:
        """Rows whose edge may touch the rectangle."""
        aside = (self._left <= right + pad) & (self._right >= left - pad)
        return self._child[aside & (self._top <= bottom + pad) & (self._bottom >= top - pad)]
