"""From a picture to a map: what would be sent and what it costs, then topics to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.payload import TopicCandidate
from knowalledge_desktop.core.validation import TOPIC_MAX
from knowalledge_desktop.ui.messages import Message
from knowalledge_desktop.ui.widgets.basics import clear, column, label, row, text_button
from knowalledge_desktop.ui.widgets.trouble import Trouble

PREVIEW = 260
"""Pixels of the picture's longer side here."""
WIDTH = 700
LEAST_HEIGHT = 440
TOLD_AFTER_S = 10


class ImageTopicDialog(QDialog):
    """Shows one picture at a time; says in signals what is wanted. A dropped file replaces the picture."""

    file_wanted = Signal()
    send_requested = Signal()
    stop_requested = Signal()
    topic_chosen = Signal(str)
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("imageTopicDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Topic from a picture"))
        self.setMinimumSize(WIDTH, LEAST_HEIGHT)
        self._picture = label("", "secondary")
        self._picture.setObjectName("imagePreview")
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedSize(PREVIEW, PREVIEW)
        self._picture.setProperty("panel", "sunken")
        self._sent = label("", "tertiary", wrap=True)
        self._sent.setObjectName("imageSentLabel")
        self._price = label("", "tertiary", wrap=True)
        self._price.setObjectName("priceLabel")
        self._other = text_button(
            self.tr("Other picture…"), "imageFileButton", self.file_wanted.emit, "ghost", self.tr("Choose a file")
        )
        self._told = label("", "body", wrap=True)
        self._told.setObjectName("imageMessage")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Working"))
        self._trouble = Trouble("image")
        self._trouble.retry_requested.connect(self.send_requested)
        self._trouble.settings_requested.connect(self.settings_requested)
        self._choices = QWidget()
        self._rows = QVBoxLayout(self._choices)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(8)
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(lambda *_: self._tell_choice())
        self._own = QLineEdit()
        self._own.setObjectName("imageOwnTopic")
        self._own.setAccessibleName(self.tr("Another topic"))
        self._own.setToolTip(self.tr("Say yourself what the picture shows"))
        self._own.setPlaceholderText(self.tr("Or say what it shows"))
        self._own.setMaxLength(TOPIC_MAX)
        self._own.textEdited.connect(self._on_typed)
        self._send = text_button(
            self.tr("Find its topic"), "imageSendButton", self._on_send, "primary", self.tr("Send it to Gemini")
        )
        self._choose = text_button(
            self.tr("Map this topic"), "imageChooseButton", self._on_choose, "primary", self.tr("Begin a new map")
        )
        self._stop = text_button(
            self.tr("Stop"), "imageStopButton", self.stop_requested.emit, "", self.tr("Stop asking")
        )
        self._cancel = text_button(self.tr("Cancel"), "imageCancelButton", self.reject, "ghost")
        self._why: Callable[[], str] = lambda: ""
        self._looking = self.tr("Gemini is looking at the picture…")
        self._since = QElapsedTimer()
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._tell_waiting)
        self._names: list[tuple[QRadioButton, str]] = []
        self._build()
        self.show_empty()

    def explain_waits_by(self, why: Callable[[], str]) -> None:
        """What tells why the question waits for its turn, in a sentence; empty when it is being answered."""
        self._why = why

    @property
    def send_button(self) -> QWidget:
        """The button that costs something."""
        return self._send

    @property
    def retry_button(self) -> QWidget:
        """The button that sends it again."""
        return self._trouble.retry_button

    @property
    def choose_button(self) -> QWidget:
        """The button that begins the map, which costs something as well."""
        return self._choose

    @property
    def chosen(self) -> str:
        """The topic that would be mapped: what was typed, else the chosen candidate."""
        own = self._own.text().strip()
        return own or next((title for button, title in self._names if button.isChecked()), "")

    def _build(self) -> None:
        left = column(self._picture, 8, self._sent, 2, self._price, -1, row(self._other, -1))
        left_side = QWidget()
        left_side.setFixedWidth(PREVIEW)
        left_side.setLayout(left)
        right = column(
            label(self.tr("What is it about?"), "heading"), 10, self._told, 6, self._bar, self._trouble, 4
        )
        right.addWidget(self._choices)
        right.addSpacing(8)
        right.addWidget(self._own)
        right.addStretch(1)
        right.addSpacing(16)
        right.addLayout(row(-1, self._cancel, self._stop, self._send, self._choose, gap=8))
        whole = row(left_side, margins=(24, 24, 24, 20), gap=24)
        whole.addLayout(right, 1)
        self.setLayout(whole)

    # --- states ---

    def show_empty(self) -> None:
        """No picture yet, or none that can be used."""
        self._picture.setPixmap(QPixmap())
        self._picture.setText(self.tr("Drop a picture here"))
        self._sent.setText("")
        self._price.setText("")
        self._clear_choices()
        self._show(told=self.tr("PNG, JPEG, GIF, WebP or HEIC, at most 10 MB."))

    def show_preparing(self) -> None:
        """The picture is being read."""
        self.show_empty()
        self._picture.setText("")
        self._show(told=self.tr("Reading the picture…"), busy=True)

    def show_picture(self, picture: Picture, image: QImage, price: str) -> None:
        """The picture as it would be sent, before anything is sent."""
        ratio = self.devicePixelRatioF()
        shown = QPixmap.fromImage(image).scaled(
            round(PREVIEW * ratio),
            round(PREVIEW * ratio),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown.setDevicePixelRatio(ratio)
        self._picture.setPixmap(shown)
        self._picture.setAccessibleName(self.tr("The picture that would be sent"))
        size = self.tr("{width} × {height} pixels, {kb} KB").format(
            width=picture.width, height=picture.height, kb=max(1, round(len(picture.data) / 1024))
        )
        self._sent.setText(
            self.tr("Sent to Gemini: {size}. Place, camera and all other metadata are removed.").format(size=size)
        )
        self._price.setText(price)
        self._clear_choices()
        self._show(
            told=self.tr("Gemini looks at it and names up to five topics. Nothing is sent before you say so."),
            can_send=True,
        )
        self._send.setFocus()

    def show_busy(self) -> None:
        """Gemini is looking at it."""
        self._clear_choices()
        self._since.start()
        self._tick.start()
        self._show(told=self._looking, busy=True, can_stop=True)

    def show_candidates(self, items: Sequence[TopicCandidate]) -> None:
        """What it may be about, the best chosen already."""
        self._clear_choices()
        for number, item in enumerate(items):
            self._add_choice(number, item)
        told = "" if items else self.tr("No clear topic found. Say what it shows:")
        self._show(told=told, can_choose=True)
        self._own.show()
        if self._names:
            self._names[0][0].setChecked(True)
            self._names[0][0].setFocus()
        else:
            self._own.setFocus()
        self._tell_choice()

    def show_error(self, message: Message, *, can_retry: bool, needs_settings: bool, has_picture: bool) -> None:
        """Say what went wrong; a picture that was read stays, and its topic can be typed."""
        if not has_picture:
            self.show_empty()
        self._clear_choices()
        self._show(can_choose=has_picture)
        self._own.setVisible(has_picture)
        self._trouble.show_message(message, can_retry=can_retry, needs_settings=needs_settings)
        self._tell_choice()

    # --- inside ---

    def _show(
        self,
        *,
        told: str = "",
        busy: bool = False,
        can_send: bool = False,
        can_stop: bool = False,
        can_choose: bool = False,
    ) -> None:
        if not can_stop:
            self._tick.stop()
        self._told.setText(told)
        self._told.setVisible(bool(told))
        self._bar.setVisible(busy)
        self._trouble.hide()
        self._send.setVisible(can_send)
        self._stop.setVisible(can_stop)
        self._choose.setVisible(can_choose)
        self._own.hide()
        QTimer.singleShot(0, self, self._grow)
        self._other.setEnabled(not busy)

    def _grow(self) -> None:
        """As high as what is said needs in this width; never lower than it was."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _clear_choices(self) -> None:
        for button, _ in self._names:
            self._group.removeButton(button)
        self._names.clear()
        clear(self._rows)
        self._own.clear()

    def _add_choice(self, number: int, item: TopicCandidate) -> None:
        button = QRadioButton(item.title.replace("&", "&&"))
        button.setObjectName(f"imageCandidate{number}")
        button.setAccessibleName(item.title)
        button.setAccessibleDescription(item.reason)
        button.setToolTip(item.reason or item.title)
        button.setFont(self._told.font())
        self._group.addButton(button)
        self._names.append((button, item.title))
        reason = label(item.reason, "tertiary", wrap=True)
        reason.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        reason.setBuddy(button)
        self._rows.addWidget(button)
        if item.reason:
            self._rows.addLayout(row(26, _grown(reason)))

    def _on_typed(self, text: str) -> None:
        if text.strip():
            self._group.setExclusive(False)
            for button, _ in self._names:
                button.setChecked(False)
            self._group.setExclusive(True)
        elif self._names:
            self._names[0][0].setChecked(True)
        self._tell_choice()

    def _tell_choice(self) -> None:
        if any(button.isChecked() for button, _ in self._names):
            self._own.clear()
        self._choose.setEnabled(bool(self.chosen))

    def _tell_waiting(self) -> None:
        seconds = self._since.elapsed() // 1000
        told = self._why()
        if not told and seconds >= TOLD_AFTER_S:
            told = self.tr("Still waiting for Gemini, {n} s").format(n=seconds)
        self._told.setText(told or self._looking)

    def _on_send(self) -> None:
        self.send_requested.emit()

    def _on_choose(self) -> None:
        if self.chosen:
            self.topic_chosen.emit(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops what runs first, and closes the dialog then."""
        if event.key() == Qt.Key.Key_Escape and self._stop.isVisible():
            self.stop_requested.emit()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._tick.stop()
        super().closeEvent(event)


def _grown(text: QLabel) -> QLabel:
    text.setContentsMargins(0, 0, 0, 2)
    return text
