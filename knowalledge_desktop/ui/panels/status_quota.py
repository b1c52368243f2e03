"""How full the limits are, in the status bar; while something waits, for what and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.ui.quota_words import fullest, pace_line, short_use, when, whole_use
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import label, row
from knowalledge_desktop.ui.widgets.elided import ElidedLabel
from knowalledge_desktop.ui.widgets.meter import Meter

if TYPE_CHECKING:
    from knowalledge_desktop.core.pace import DayPace
    from knowalledge_desktop.core.quota import Gauge
    from knowalledge_desktop.services.quota import QuotaReport

_METER = 44
_BAR = 6
_HEIGHT = 26
_ROOM, _ROOM_WAITING = 940, 1300
"""From these widths of the window on (at a text size of 100 %) all is shown, else only what matters most."""


class StatusQuota(QToolButton):
    """A minute's and a day's fullest limit; a click asks for the page with all of them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("statusQuota")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._waits = ElidedLabel("warning", widest=560)
        self._waits.setObjectName("statusWaiting")
        self._minute = _Entry(theme, "statusMinute")
        self._day = _Entry(theme, "statusDay")
        self._line = row(self._waits, self._minute, self._day, margins=(6, 0, 6, 0), gap=14)
        self.setLayout(self._line)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._waits.hide()
        self._told: tuple[QuotaReport, str, float] | None = None
        self.setToolTip(self.tr("Open the page of limits (Ctrl+2)"))
        self.setAccessibleName(self.tr("Gemini use"))
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(self._line.sizeHint().width(), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._line.minimumSize().width(), _HEIGHT)

    def show_use(
        self, report: QuotaReport, waiting: str, now: float, in_line: int = 0, pace: DayPace | None = None
    ) -> None:
        """Show a report, what is waited for ("" when nothing is) and how many wait for this model.

        What waits is hatched in the bar of the minute; in that of the day, where the `pace` of today leads.
        """
        self._told = (report, waiting, now)
        minute = fullest(report.gauges, (Metric.RPM, Metric.TPM))
        day = fullest(report.gauges, (Metric.RPD,))
        self._minute.show_gauge(minute, in_line if minute is not None and minute.metric is Metric.RPM else 0)
        self._day.show_gauge(day, max(0, pace.projected - pace.used) if pace is not None else 0)
        self._waits.show_text(waiting)
        self.fit(self.window().width())
        limited = [gauge for gauge in report.gauges if gauge.limit is not None or gauge.used]
        title = self.tr("{model}, project {project}").format(model=report.model, project=report.project)
        ends = self.tr("Today’s count begins again {when}").format(when=when(report.day_ends, now))
        lines = [
            waiting,
            title,
            *(whole_use(gauge, now) for gauge in limited),
            pace_line(pace) if pace is not None else "",
            ends,
            self.tr("Open the page of limits (Ctrl+2)"),
        ]
        tip = "\n".join(line for line in lines if line)
        self.setToolTip(tip)
        told = [waiting, *(short_use(gauge) for gauge in (minute, day) if gauge is not None)]
        self.setAccessibleName(self.tr("Gemini use: {text}").format(text=", ".join(line for line in told if line)))
        self.setAccessibleDescription(tip)
        self.setVisible(minute is not None or day is not None or bool(waiting))
        self.updateGeometry()

    def fit(self, width: int) -> None:
        """Give way in a narrow window; the tooltip has it all."""
        if self._told is None:
            return
        report, waiting, _ = self._told
        minute = fullest(report.gauges, (Metric.RPM, Metric.TPM))
        day = fullest(report.gauges, (Metric.RPD,))
        self._waits.setVisible(bool(waiting))
        room = width >= (_ROOM_WAITING if waiting else _ROOM) * self._theme.scale
        self._day.setVisible(day is not None and (room or not waiting))
        self._minute.setVisible(minute is not None and (room or (day is None and not waiting)))
        self.updateGeometry()


class _Entry(QWidget):
    """A bar with its words."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._meter = Meter(theme, height=_BAR, width=_METER)
        self._text: QLabel = label("", "secondary")
        self._text.setObjectName(f"{name}Text")
        self.setLayout(row(self._meter, self._text, gap=8))

    def show_gauge(self, gauge: Gauge | None, coming: int) -> None:
        if gauge is None:
            return
        self._meter.show_use(gauge.used, gauge.limit, waiting=coming)
        self._text.setText(short_use(gauge))
        self._text.setProperty("tone", self._meter.tone or "secondary")
        restyle(self._text)
