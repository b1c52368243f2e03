"""One limit of a model: how much of it is used, when it frees, and what Google said of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.ui.quota_words import amount, learned_line, moment, remark, whole_use
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import badge, column, label, row
from knowalledge_desktop.ui.widgets.elided import ElidedLabel
from knowalledge_desktop.ui.widgets.meter import Meter

_SHOWN = (Metric.RPM, Metric.TPM, Metric.RPD, Metric.TPD, Metric.IPM)
_ALWAYS = (Metric.RPM, Metric.TPM, Metric.RPD)
_COLUMNS = 2


class LimitCard(QFrame):
    """A number large enough to read from afar, its bar and a line of what comes next."""

    def __init__(self, theme: Theme, metric: Metric, name: str) -> None:
        super().__init__()
        self.setObjectName(f"{name}-{metric.value}")
        self.setProperty("panel", "card")
        self._metric = metric
        what, span = {
            Metric.RPM: (self.tr("Requests"), self.tr("this minute")),
            Metric.TPM: (self.tr("Input tokens"), self.tr("this minute")),
            Metric.IPM: (self.tr("Images"), self.tr("this minute")),
            Metric.RPD: (self.tr("Requests"), self.tr("today")),
            Metric.TPD: (self.tr("Input tokens"), self.tr("today")),
        }[metric]
        self._used = label("", "heading")
        self._used.setObjectName(f"{name}-{metric.value}-used")
        self._limit = label("", "secondary")
        self._learned = badge("", "info")
        self._learned.setObjectName(f"{name}-{metric.value}-learned")
        self._meter = Meter(theme)
        self._remark = ElidedLabel("secondary")  # one that wraps would let the card be squeezed
        self._remark.setObjectName(f"{name}-{metric.value}-remark")
        self.setLayout(
            column(
                row(label(what, "bodyStrong"), -1, label(span, "tertiary")),
                4,
                row(self._used, self._limit, -1, self._learned, gap=6),
                8,
                self._meter,
                6,
                self._remark,
                margins=(16, 12, 16, 12),
            )
        )

    def show_gauge(self, gauge: Gauge, now: float, waiting: int) -> None:
        """Another state; `waiting` requests stand in line for it."""
        limit = gauge.limit
        self._used.setText(amount(gauge.metric, gauge.used, limit))
        self._limit.setText(
            self.tr("no limit")
            if limit is None
            else self.tr("of {limit}").format(limit=amount(gauge.metric, limit, gauge.used))
        )
        self._show_learned(gauge, now)
        queued = waiting if gauge.metric is Metric.RPM else 0
        self._meter.show_use(gauge.used, limit, waiting=queued)
        words = remark(gauge, now)
        if not words and limit is not None:
            words = self.tr("All of it is free")
        if queued and limit is not None:
            words = self.tr("{words}. In line: {n}").format(words=words, n=queued)
        self._remark.show_text(words)
        shut = gauge.blocked_until is not None and gauge.blocked_until > now
        self._remark.setProperty("tone", "danger" if shut else self._meter.tone or "secondary")
        restyle(self._remark)
        self.setAccessibleName(whole_use(gauge, now))
        self.setToolTip(whole_use(gauge, now))

    def _show_learned(self, gauge: Gauge, now: float) -> None:
        """A badge with the time; the tooltip says from what, and how it can be forgotten."""
        self._learned.setVisible(gauge.learned)
        at = gauge.learned_at
        self._learned.setText(
            self.tr("Learned") if at is None else self.tr("Learned {time}").format(time=moment(at, now))
        )
        self._learned.setToolTip(
            self.tr("{learned}. Saving limits of your own forgets it.").format(learned=learned_line(gauge, now))
        )


class ModelUse(QWidget):
    """All limits of a model."""

    def __init__(self, theme: Theme, name: str, purpose: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._model = ElidedLabel("title")
        self._model.setObjectName(f"{name}-model")
        self._cards = {metric: LimitCard(theme, metric, name) for metric in _SHOWN}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(14)
        for number in range(_COLUMNS):
            self._grid.setColumnStretch(number, 1)
        self._there: tuple[Metric, ...] = ()
        head = row(self._model, -1, label(purpose, "tertiary"), gap=10)
        self.setLayout(column(head, 10, self._grid))
        for card in self._cards.values():
            card.setParent(self)
            card.hide()

    def show_report(self, report: QuotaReport, now: float, waiting: int) -> None:
        """Another state of the same model, or another model."""
        self._model.show_text(report.model)
        shown = [gauge for gauge in report.gauges if gauge.metric in self._cards and _is_told(gauge)]
        self._place([gauge.metric for gauge in shown])
        for gauge in shown:
            self._cards[gauge.metric].show_gauge(gauge, now, waiting)

    def _place(self, metrics: Sequence[Metric]) -> None:
        """Cards in the order of `_SHOWN`; laid out anew only when there are others."""
        wanted = tuple(metric for metric in _SHOWN if metric in metrics)
        if wanted == self._there:
            return
        for metric in self._there:
            self._grid.removeWidget(self._cards[metric])
            self._cards[metric].hide()
        for number, metric in enumerate(wanted):
            self._grid.addWidget(self._cards[metric], number // _COLUMNS, number % _COLUMNS)
            self._cards[metric].show()
        self._there = wanted


def _is_told(gauge: Gauge) -> bool:
    return gauge.metric in _ALWAYS or gauge.limit is not None or gauge.learned
