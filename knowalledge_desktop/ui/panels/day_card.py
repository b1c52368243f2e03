"""Today's requests of a model as a curve with its forecast, and the same in a sentence."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from knowalledge_desktop.core.pace import DayPace
from knowalledge_desktop.ui.messages import local_time
from knowalledge_desktop.ui.quota_words import pace_line
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import column, label, row
from knowalledge_desktop.ui.widgets.day_plot import DayPlot


class DayCard(QFrame):
    """Says at a glance whether the day's limit lasts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dayCard")
        self.setProperty("panel", "card")
        self._title = label("", "bodyStrong")
        self._pace = label(self.tr("dotted: at the pace of the last 3 hours"), "tertiary")
        self._plot = DayPlot(theme)
        self._words = label("", "secondary", wrap=True)
        self._words.setObjectName("dayForecast")
        self.setLayout(
            column(
                row(self._title, -1, self._pace),
                10,
                self._plot,
                8,
                self._words,
                margins=(16, 12, 16, 12),
            )
        )

    def show_day(self, day: DayPace) -> None:
        """Another state."""
        self._title.setText(self.tr("Requests since {time}").format(time=local_time(day.starts)))
        self._plot.show_day(day)
        self._words.setText(pace_line(day))
        self._words.setProperty("tone", "warning" if day.full_at is not None else "secondary")
        restyle(self._words)
