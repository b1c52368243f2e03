"""Today's requests as a curve, with the line that they follow if it goes on like this."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from knowalledge_desktop.core.pace import DayPace
from knowalledge_desktop.ui.messages import local_time
from knowalledge_desktop.ui.quota_words import pace_line, pace_short
from knowalledge_desktop.ui.theme import Theme

_HIGH, _AXIS_GAP, _DOT = 130, 6, 4.0
_HOURS = 4
_FAR = 4  # a limit so many times above all that is shown would flatten the curve: it stays out of sight
_LEAST_TOP = 4


class DayPlot(QWidget):
    """Sent requests as an area up to now, dashed what comes, and the day's limit where it is near."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dayPlot")
        self._theme = theme
        self._day: DayPace | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(420, _HIGH + 2 * self._theme.line_height("caption") + _AXIS_GAP)

    def show_day(self, day: DayPace) -> None:
        """Show another state; screen readers and the tooltip are told the same in words."""
        self._day = day
        self.setAccessibleName(pace_line(day))
        self.setToolTip(pace_line(day))
        self.update()

    @property
    def day(self) -> DayPace | None:
        """What is shown."""
        return self._day

    # --- inside ---

    def _top(self, day: DayPace) -> int:
        """The value at the upper end: round, above the curve and its forecast, and the limit if that is near."""
        most = max(day.projected, day.used, 1)
        if day.full_at is not None and day.limit is not None:
            most = max(day.used, round(day.limit * 1.15))  # what is beyond the limit is never sent
        elif _is_near(day) and day.limit is not None:
            most = max(most, round(day.limit * 1.1))
        step = 1
        while True:
            for part in (1, 2, 4, 5, 6, 8):
                if most <= step * part and step * part >= _LEAST_TOP:
                    return step * part
            step *= 10

    def _plot(self, top: int) -> QRectF:
        metrics = QFontMetricsF(self._theme.font("caption"))
        left = metrics.horizontalAdvance(f"{top:,}") + 10
        line = self._theme.line_height("caption")
        right = metrics.horizontalAdvance(local_time(0)) / 2 + 1
        high = max(10, self.height() - line // 2 - line - _AXIS_GAP)
        return QRectF(left, line // 2, max(10.0, self.width() - left - right), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        day = self._day
        if day is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        top = self._top(day)
        box = self._plot(top)
        self._grid(painter, box, day, top)
        if day.limit is not None and day.limit <= top:
            self._limit_line(painter, _at(box, day, top, day.starts, day.limit).y(), box, day.limit)
        self._sent(painter, box, day, top)
        self._coming(painter, box, day, top)
        self._now(painter, box, day, top)
        painter.end()

    def _grid(self, painter: QPainter, box: QRectF, day: DayPace, top: int) -> None:
        line = self._theme.line_height("caption")
        for value in (0, top // 2, top):
            y = round(_at(box, day, top, day.starts, value).y()) + 0.5
            painter.setPen(QPen(self._theme.color("border.subtle"), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(self._theme.color("text.tertiary"))
            words = QRectF(0, y - line, box.left() - 8, 2 * line)
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:,}")
        parts = round((day.ends - day.starts) / (_HOURS * 3600))
        for number in range(parts + 1):
            at = day.starts + (day.ends - day.starts) * number / parts
            words = local_time(at)
            wide = painter.fontMetrics().horizontalAdvance(words) + 4
            x = _at(box, day, top, at, 0).x() - wide / 2
            painter.drawText(QRectF(x, box.bottom() + _AXIS_GAP, wide, line), Qt.AlignmentFlag.AlignCenter, words)

    def _limit_line(self, painter: QPainter, at: float, box: QRectF, limit: int) -> None:
        painter.setPen(QPen(self._theme.color("danger.base"), 1, Qt.PenStyle.DashLine))
        y = round(at) + 0.5  # a crisp line
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(self._theme.color("danger.text"))
        line = self._theme.line_height("caption")
        words = QRectF(box.left() + 4, y - line - 1, box.width() - 8, line)
        painter.drawText(
            words,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            self.tr("Limit {n}").format(n=f"{limit:,}"),
        )

    def _sent(self, painter: QPainter, box: QRectF, day: DayPace, top: int) -> None:
        points = [_at(box, day, top, *point) for point in day.points]
        curve, area = QPolygonF(points), QPainterPath()
        area.addPolygon(curve)
        area.lineTo(QPointF(points[-1].x(), box.bottom()))
        area.lineTo(QPointF(points[0].x(), box.bottom()))
        area.closeSubpath()
        painter.fillPath(area, self._theme.color("accent.subtle"))
        painter.setPen(QPen(self._theme.color("accent.base"), 2))
        painter.drawPolyline(curve)

    def _coming(self, painter: QPainter, box: QRectF, day: DayPace, top: int) -> None:
        """Up to the limit and along it: more is not sent."""
        way = [_at(box, day, top, day.now, day.used)]
        if day.full_at is not None and day.limit is not None:
            way.append(_at(box, day, top, day.full_at, max(day.used, day.limit)))
            way.append(_at(box, day, top, day.ends, max(day.used, day.limit)))
        else:
            way.append(_at(box, day, top, day.ends, day.projected))
        painter.setPen(QPen(self._theme.color("warning.base"), 2, Qt.PenStyle.DotLine))
        painter.drawPolyline(QPolygonF(way))
        painter.setPen(self._theme.color("warning.text"))
        # a way that rises leaves room above its end, one that goes along the limit below it
        words, end = pace_short(day), way[-1]
        if day.full_at is None and self._is_under_limit(end, box, day, top):
            self._under(painter, box, (way[-2], end), words)
        else:
            self._words(painter, box, end, words, below=day.full_at is not None)

    def _under(self, painter: QPainter, box: QRectF, rise: tuple[QPointF, QPointF], words: str) -> None:
        """Words below the end of a line that rises: so low that it is above them over their whole width."""
        start, end = rise
        wide = painter.fontMetrics().horizontalAdvance(words) + 8
        steep = (start.y() - end.y()) / max(1.0, end.x() - start.x())
        lowest = min(start.y(), end.y() + steep * wide)
        room = box.bottom() - self._theme.line_height("caption") - 14  # else they would lie on the axis
        self._words(painter, box, QPointF(end.x(), min(lowest - 10, room)), words, below=True)

    def _is_under_limit(self, end: QPointF, box: QRectF, day: DayPace, top: int) -> bool:
        """Whether words above this point would lie on the line of the limit, or leave the plot."""
        line = self._theme.line_height("caption") + 8
        if day.limit is None or day.limit > top:
            return end.y() < line
        return end.y() - _at(box, day, top, day.starts, day.limit).y() < line

    def _now(self, painter: QPainter, box: QRectF, day: DayPace, top: int) -> None:
        at = _at(box, day, top, day.now, day.used)
        painter.setPen(QPen(self._theme.color("bg.raised"), 1.5))
        painter.setBrush(self._theme.color("accent.base"))
        painter.drawEllipse(at, _DOT, _DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._theme.color("text.primary"))
        self._words(painter, box, at, self.tr("{n} now").format(n=f"{day.used:,}"), below=False)

    def _words(self, painter: QPainter, box: QRectF, at: QPointF, words: str, *, below: bool) -> None:
        """To the left of a point, or as far to the right as the plot's edge needs."""
        line = self._theme.line_height("caption")
        wide = painter.fontMetrics().horizontalAdvance(words) + 4
        left = max(box.left() + 2, at.x() - wide - 4)
        y = at.y() + 14 if below else at.y() - line - 5
        painter.drawText(QRectF(left, max(0.0, y), wide, line), Qt.AlignmentFlag.AlignCenter, words)


def _is_near(day: DayPace) -> bool:
    return day.limit is not None and day.limit <= _FAR * max(day.projected, day.used)


def _at(box: QRectF, day: DayPace, top: int, at: float, value: float) -> QPointF:
    """The place of a moment and a count."""
    share = (at - day.starts) / (day.ends - day.starts)
    return QPointF(box.left() + box.width() * share, box.bottom() - box.height() * value / top)
