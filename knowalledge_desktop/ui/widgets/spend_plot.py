"""A small plot of what was spent day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QDate, QEvent, QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from knowalledge_desktop.ui.theme import Theme

_GAP = 0.3  # of a day's width
_HIGH, _AXIS_GAP = 118, 4
_LEAST_MICRO = 1_000


@dataclass(frozen=True, slots=True)
class Day:
    """A Pacific day ("2026-11-22") and what it cost."""

    name: str
    micro: int


class SpendPlot(QWidget):
    """One bar a day, the newest at the right; the day's budget as a dashed line where it is near."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spendPlot")
        self._theme = theme
        self._days: tuple[Day, ...] = ()
        self._budget: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(420, _HIGH + 2 * self._theme.line_height("caption") + _AXIS_GAP)

    def show_days(self, days: Sequence[Day], budget: int | None) -> None:
        """Show other days, oldest first, and the budget of a day in micro-dollars."""
        from knowalledge_desktop.core.prices import money

        self._days, self._budget = tuple(days), budget
        total = sum(day.micro for day in days)
        self.setAccessibleName(
            self.tr("Spent in {n} days: {total}, most on one day {most}").format(
                n=len(days), total=money(total), most=money(max((day.micro for day in days), default=0))
            )
        )
        self.update()

    @property
    def days(self) -> tuple[Day, ...]:
        """What is shown."""
        return self._days

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            day = self._day_at(event.pos().x())
            if day is None:
                QToolTip.hideText()
            else:
                from knowalledge_desktop.core.prices import money

                date = QLocale().toString(_date(day.name), QLocale.FormatType.LongFormat)
                QToolTip.showText(event.globalPos(), f"{date}: {money(day.micro)}", self)
            return True
        return super().event(event)

    # --- inside ---

    def _top(self) -> int:
        """The value at the upper end: round, above every bar, and above the budget where that is not far."""
        most = max((day.micro for day in self._days), default=0)
        if self._budget is not None and self._budget <= 3 * most:
            most = max(most, self._budget)
        step = _LEAST_MICRO
        while True:
            for part in (1, 2, 5):
                if most <= step * part:
                    return step * part
            step *= 10

    def _plot(self) -> QRectF:
        from knowalledge_desktop.core.prices import money

        metrics = QFontMetricsF(self._theme.font("caption"))
        left = max(metrics.horizontalAdvance(money(value)) for value in (self._top(), self._top() // 2)) + 10
        line = self._theme.line_height("caption")
        high = max(10, self.height() - line // 2 - line - _AXIS_GAP)
        return QRectF(left, line // 2, max(10.0, self.width() - left - 1), high)

    def _day_at(self, x: int) -> Day | None:
        box = self._plot()
        if not self._days or not box.left() <= x <= box.right():
            return None
        return self._days[min(len(self._days) - 1, int((x - box.left()) * len(self._days) / box.width()))]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        box, top = self._plot(), self._top()
        self._lines(painter, box, top)
        if self._days:
            self._bars(painter, box, top)
            self._dates(painter, box)
        if self._budget is not None and self._budget <= top:
            self._budget_line(painter, box, box.bottom() - box.height() * self._budget / top)
        painter.end()

    def _lines(self, painter: QPainter, box: QRectF, top: int) -> None:
        from knowalledge_desktop.core.prices import money

        line = self._theme.line_height("caption")
        for value in (0, top // 2, top):
            y = round(box.bottom() - box.height() * value / top) + 0.5
            painter.setPen(QPen(self._theme.color("border.subtle"), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(self._theme.color("text.tertiary"))
            words = QRectF(0, y - line, box.left() - 8, 2 * line)
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, money(value))

    def _bars(self, painter: QPainter, box: QRectF, top: int) -> None:
        wide = box.width() / len(self._days)
        colour = self._theme.color("accent.base")
        past = self._theme.mix(self._theme.color("bg.raised"), colour, 0.6)
        for number, day in enumerate(self._days):
            if not day.micro:
                continue
            high = max(2.0, box.height() * day.micro / top)
            bar = QRectF(box.left() + wide * (number + _GAP / 2), box.bottom() - high, wide * (1 - _GAP), high)
            round_top = QPainterPath()
            radius = min(2.0, high / 2)
            round_top.addRoundedRect(bar.adjusted(0, 0, 0, radius), radius, radius)
            painter.save()
            painter.setClipRect(bar)
            painter.fillPath(round_top, colour if number == len(self._days) - 1 else past)
            painter.restore()

    def _dates(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(self._theme.color("text.tertiary"))
        wide = box.width() / len(self._days)
        last, line = len(self._days) - 1, self._theme.line_height("caption")
        for number in sorted({0, last // 2, last}):
            words = (
                self.tr("today") if number == last else QLocale().toString(_date(self._days[number].name), "d MMM")
            )
            middle = box.left() + wide * (number + 0.5)
            length = painter.fontMetrics().horizontalAdvance(words) + 4
            left = min(max(box.left(), middle - length / 2), box.right() - length)
            painter.drawText(
                QRectF(left, box.bottom() + _AXIS_GAP, length, line), Qt.AlignmentFlag.AlignCenter, words
            )

    def _budget_line(self, painter: QPainter, box: QRectF, y: float) -> None:
        painter.setPen(QPen(self._theme.color("danger.base"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(self._theme.color("danger.text"))
        line = self._theme.line_height("caption")
        words = QRectF(box.left() + 4, y - line - 1, box.width() - 8, line)
        painter.drawText(
            words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.tr("Budget of a day")
        )


def _date(name: str) -> QDate:
    return QDate.fromString(name, Qt.DateFormat.ISODate)
