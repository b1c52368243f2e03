"""The cache of answers: what each layer holds and how often it helped, its limits, and forgetting some or all."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from knowalledge_desktop.core.cache import Layer, Matches
from knowalledge_desktop.services.cache import LEAST_LIMIT, MOST_DAYS, MOST_LIMIT, CacheReport
from knowalledge_desktop.ui.panels.cache_card import MB, LayerCard
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import column, label, row, rule, text_button
from knowalledge_desktop.ui.widgets.meter import Meter
from knowalledge_desktop.ui.widgets.sides import Sides

PAUSE_MS = 250
"""So long nothing is typed before it is looked how much a pattern means."""
_DAY_S = 86_400.0


class CachePage(Sides):
    """Asks for changes; shows what is so. Documents are never touched from here."""

    save_requested = Signal(int, int, int)  # limit in bytes, days an answer is good, days until it is renewed
    look_requested = Signal(str)
    forget_requested = Signal(str)
    clear_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "cachePage")
        self._items = 0
        self._held: tuple[int, int, int] | None = None
        self.limit = _spin(
            "cacheLimit", self.tr("The most on this device, MB"), LEAST_LIMIT // MB, MOST_LIMIT // MB
        )
        self.limit.setSuffix(self.tr(" MB"))
        self.limit.setSingleStep(50)
        self.hard = _spin("cacheHardDays", self.tr("How many days an answer is good"), 1, MOST_DAYS)
        self.hard.setSuffix(self.tr(" days"))
        self.soft = _spin(
            "cacheSoftDays", self.tr("After how many days an answer is asked for again"), 0, MOST_DAYS
        )
        self.soft.setSuffix(self.tr(" days"))
        self.soft.setSpecialValueText(self.tr("never"))
        self.save = text_button(
            self.tr("Save"),
            "cacheSaveButton",
            lambda: self.save_requested.emit(*self._chosen()),
            "primary",
            self.tr("Use these limits from now on; when there is too much, the oldest answers go"),
        )
        self.pattern = QLineEdit()
        self.pattern.setObjectName("cachePattern")
        self.pattern.setAccessibleName(self.tr("Which answers to forget"))
        self.pattern.setPlaceholderText("topic:photosynthesis")
        self.pattern.setToolTip(self.tr("A name or a pattern: * is any text, ? any letter"))
        self.pattern.setMaxLength(1000)
        self._pause = QTimer(self, interval=PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._look)
        self.pattern.textEdited.connect(self._on_typed)
        self.pattern.returnPressed.connect(self._on_return)
        self._preview = label("", "secondary", wrap=True)
        self._preview.setObjectName("cachePreview")
        self._forget = text_button(
            self.tr("Forget"),
            "cacheForgetButton",
            lambda: self.forget_requested.emit(self.pattern.text()),
            "",
            self.tr("Forget the answers that the pattern means; they can be asked for again"),
        )
        self._forget.setEnabled(False)
        self._clear = text_button(
            self.tr("Clear the cache"),
            "cacheClearButton",
            lambda: self._ask(asking=True),
            "danger",
            self.tr("Forget all stored answers; maps and their texts stay"),
        )
        self._question = label("", "body", wrap=True)
        self._question.setObjectName("cacheClearQuestion")
        self._sure = text_button(
            self.tr("Clear it"), "cacheClearConfirmButton", self._on_sure, "danger", self.tr("Forget all answers")
        )
        self._rather_not = text_button(
            self.tr("Keep it"),
            "cacheClearCancelButton",
            lambda: self._ask(asking=False),
            "",
            self.tr("Change nothing"),
        )
        self._news = label("", "success", wrap=True)
        self._news.setObjectName("cacheNews")
        self._cards = {layer: LayerCard(theme, layer) for layer in Layer}
        self._rate = label("", "heading")
        self._rate.setObjectName("cacheHitRate")
        self._asked = label("", "secondary")
        self._asked.setObjectName("cacheAsked")
        self._share = Meter(theme)
        self._extra = label("", "secondary", wrap=True)
        self._extra.setObjectName("cacheExtra")
        for box in (self.limit, self.hard, self.soft):
            box.installEventFilter(self)
        left, right = QWidget(), QWidget()
        left.setLayout(self._form())
        right.setLayout(self._use())
        self.fill(left, right, wide=420, least=400)
        self._ask(asking=False)

    def _form(self) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        fields = (
            (self.tr("At most"), self.limit),
            (self.tr("Good for"), self.hard),
            (self.tr("Ask again after"), self.soft),
        )
        for line, (title, field) in enumerate(fields):
            words = label(title, "bodyStrong")
            words.setMinimumWidth(112)
            words.setBuddy(field)
            grid.addWidget(words, line, 0)
            grid.addWidget(field, line, 1)
        about = self.tr(
            "Answers that were given before and can be had again. Your maps, texts, notes and pictures are in the "
            "library: nothing on this page touches them."
        )
        again = self.tr(
            "An answer older than that is shown at once and asked for again behind: one request, only when nobody "
            "waits and less than four fifths of every limit is used."
        )
        patterns = self.tr(
            "topic:* is every topic, explanation:photo* explanations of topics that begin so, subtopics:python* "
            "their lists of subtopics."
        )
        return column(
            label(self.tr("Cache of answers"), "title"),
            2,
            label(about, "secondary", wrap=True),
            16,
            grid,
            6,
            label(again, "tertiary", wrap=True),
            12,
            row(self.save, -1),
            22,
            rule(),
            16,
            label(self.tr("Forget some"), "bodyStrong"),
            4,
            label(patterns, "tertiary", wrap=True),
            8,
            row(self.pattern, self._forget, gap=8),
            6,
            self._preview,
            22,
            rule(),
            16,
            label(self.tr("Forget all"), "bodyStrong"),
            8,
            self._question,
            8,
            row(self._clear, self._sure, self._rather_not, -1, gap=8),
            8,
            self._news,
            -1,
        )

    def _use(self) -> QVBoxLayout:
        rate = QFrame()
        rate.setObjectName("cacheRate")
        rate.setProperty("panel", "card")
        rate.setLayout(
            column(
                row(
                    label(self.tr("Answered by the cache"), "bodyStrong"),
                    -1,
                    label(self.tr("since the start"), "tertiary"),
                ),
                4,
                row(self._rate, self._asked, -1, gap=6),
                8,
                self._share,
                6,
                self._extra,
                margins=(16, 12, 16, 12),
            )
        )
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(14)
        grid.addWidget(self._cards[Layer.MEMORY], 0, 0)
        grid.addWidget(self._cards[Layer.DISK], 0, 1)
        grid.addWidget(self._cards[Layer.TEAM], 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._cards[Layer.TEAM].hide()
        return column(label(self.tr("Use"), "title"), 10, grid, 14, rate, -1)

    # --- what is shown ---

    def show_report(self, report: CacheReport) -> None:
        """Another state; what is being typed stays."""
        self._items = report.items
        for told in report.layers:
            self._cards[told.layer].show_layer(told)
            self._cards[told.layer].show()
        held = (
            report.limit_bytes // MB,
            round(report.lives.hard_s / _DAY_S),
            round(report.lives.soft_s / _DAY_S),
        )
        if held != self._held:
            self._held = held
            for box, value in zip((self.limit, self.hard, self.soft), held, strict=True):
                box.setValue(value)
        asked, rate = report.hits + report.misses, report.hit_rate
        self._rate.setText("" if rate is None else self.tr("{percent} %").format(percent=round(100 * rate)))
        self._rate.setVisible(rate is not None)
        self._asked.setText(
            self.tr("{hits} of %n questions", "", asked).format(hits=f"{report.hits:,}")
            if asked
            else self.tr("Nothing has been asked yet.")
        )
        self._share.show_share(rate or 0.0)
        self._extra.setText(self._more(report))
        self._extra.setVisible(bool(self._extra.text()))
        self._clear.setEnabled(report.items > 0 or bool(report.layers and report.layers[0].items))
        self._tell_question()

    def show_matches(self, pattern: str, found: Matches) -> None:
        """How much a pattern means, if it is still the one that stands there."""
        if pattern != self.pattern.text():
            return
        names = ", ".join(found.names)
        more = found.count > len(found.names) > 0
        text = self.tr("%n answers", "", found.count)
        text = f"{text}: {names}{' …' if more else ''}" if names else f"{text}."
        self._preview.setText(text)
        self._dress(self._preview, "secondary")
        self._forget.setEnabled(found.count > 0)
        self._forget.setText(self.tr("Forget %n", "", found.count) if found.count else self.tr("Forget"))
        self._forget.setAccessibleName(self._forget.text())

    def show_trouble(self, text: str) -> None:
        """Why a pattern is none, or why nothing could be forgotten."""
        self._preview.setText(text)
        self._dress(self._preview, "danger")
        self._forget.setEnabled(False)

    def say(self, text: str) -> None:
        """What has just been done."""
        self._news.setText(text)
        self._news.setVisible(bool(text))

    def forgotten(self) -> None:
        """What the pattern meant is forgotten."""
        self.pattern.clear()
        self._nothing()
        self.pattern.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- inside ---

    def _more(self, report: CacheReport) -> str:
        lines = (
            (
                report.declined,
                self.tr("%n questions that were declined lately were not sent again.", "", report.declined),
            ),
            (report.renewed, self.tr("%n old answers were asked for again behind.", "", report.renewed)),
            (
                report.renewals_failed,
                self.tr("%n could not be had anew and stay as they are.", "", report.renewals_failed),
            ),
        )
        return " ".join(text for number, text in lines if number)

    def _chosen(self) -> tuple[int, int, int]:
        return self.limit.value() * MB, self.hard.value(), self.soft.value()

    def _on_typed(self) -> None:
        self._forget.setEnabled(False)
        self.say("")
        if self.pattern.text().strip():
            self._pause.start()
        else:
            self._nothing()

    def _on_return(self) -> None:
        if self._forget.isEnabled():
            self.forget_requested.emit(self.pattern.text())
        elif self.pattern.text().strip():
            self._look()

    def _look(self) -> None:
        self._pause.stop()
        self.look_requested.emit(self.pattern.text())

    def _nothing(self) -> None:
        self._pause.stop()
        self._preview.setText("")
        self._forget.setText(self.tr("Forget"))
        self._forget.setEnabled(False)

    def _ask(self, *, asking: bool) -> None:
        had_focus = self._sure.hasFocus() or self._rather_not.hasFocus()
        self._question.setVisible(asking)
        self._sure.setVisible(asking)
        self._rather_not.setVisible(asking)
        self._clear.setVisible(not asking)
        if asking:
            self.say("")
            self._tell_question()
            self._rather_not.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_focus:
            self._clear.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_question(self) -> None:
        text = self.tr(
            "Forget all %n stored answers? This cannot be taken back. Your maps, texts, notes and pictures stay, "
            "and so does what stands in for Gemini while offline.",
            "",
            self._items,
        )
        self._question.setText(text)
        self._sure.setAccessibleDescription(text)

    def _on_sure(self) -> None:
        self._ask(asking=False)
        self.clear_requested.emit()

    def _dress(self, words: QWidget, tone: str) -> None:
        words.setProperty("tone", tone)
        restyle(words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the page; it must not change a limit in passing."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QSpinBox):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _spin(name: str, words: str, least: int, most: int) -> QSpinBox:
    made = QSpinBox()
    made.setObjectName(name)
    made.setAccessibleName(words)
    made.setToolTip(words)
    made.setRange(least, most)
    made.lineEdit().setTextMargins(8, 0, 0, 0)
    return made
