"""Where a Gemini key is entered: tested with one call, kept in the keyring, never shown again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from knowalledge_desktop.services.preferences import KeyState
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.topic_meta import open_address
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import card, column, dress_icon, label, leading_icon, row, text_button

THIS_SESSION = "this session only"
"""What a store of secrets calls its place when there is no keyring."""
WHERE = "https://aistudio.google.com/apikey"


class KeyCard(QWidget):
    """Asks its owner to test, keep or remove a key."""

    test_requested = Signal(str)
    keep_requested = Signal(str)
    remove_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._input = QLineEdit()
        self._input.setObjectName("apiKeyInput")
        self._input.setAccessibleName(self.tr("Gemini API key"))
        self._input.setPlaceholderText(self.tr("API key"))
        self._input.setToolTip(self.tr("Paste the key here; it is never shown again"))
        self._input.setEchoMode(QLineEdit.EchoMode.Password)
        leading_icon(self._input, icons, "key-round")
        self._input.textChanged.connect(lambda text: self._test.setEnabled(bool(text.strip())))
        self._input.returnPressed.connect(self._on_test)
        self._test = text_button(
            self.tr("Check key"),
            "apiKeyTestButton",
            self._on_test,
            "",
            self.tr("Try the key with one free call and keep it"),
        )
        self._test.setEnabled(False)
        self._keep = text_button(self.tr("Keep without checking"), "apiKeyKeepButton", self._on_keep, "ghost")
        self._keep.hide()
        self._remove = text_button(
            self.tr("Remove key"),
            "apiKeyRemoveButton",
            self.remove_requested.emit,
            "danger",
            self.tr("Forget the key on this device"),
        )
        self._remove.hide()
        self._said = label("", "secondary", wrap=True)
        self._said.setObjectName("apiKeyMessage")
        self._said.hide()
        self._place = label("", "tertiary", wrap=True)
        get_one = text_button(
            self.tr("Create a free key in Google AI Studio"), "apiKeyGetButton", _open_studio, "link", WHERE
        )
        dress_icon(get_one, icons, "external-link", "accent.text", 16)
        head = row(label(self.tr("Connect Gemini"), "title"), -1, label(self.tr("About one minute"), "tertiary"))
        inner = column(
            head,
            10,
            row(get_one, -1),
            6,
            row(self._input, self._test, gap=8),
            6,
            self._said,
            row(self._keep, self._remove, -1, gap=8),
            6,
            self._place,
            margins=(20, 16, 20, 16),
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(card(inner))

    def show_state(self, state: KeyState) -> None:
        """Whether a key is set, and where keys are kept."""
        self._remove.setVisible(state.is_set and state.removable)
        if state.is_set and not state.is_wellformed:
            self.say(self.tr("This is not a Gemini key. Copy it again from Google AI Studio."), "danger")
        elif state.is_set and state.tail:
            self.say(self.tr("A key is set, ending in {tail}.").format(tail=state.tail), "success")
        elif state.is_set:
            self.say(self.tr("A key is set."), "success")
        if state.place == THIS_SESSION:
            kept = self.tr("There is no system keyring here: a key is kept for this session only.")
        else:
            kept = self.tr("Kept in {place}, never in a file or a log.").format(place=state.place)
        self._place.setText(kept + " " + self.tr("Checking is free."))

    def say(self, text: str, tone: str, *, offer_keep: bool = False) -> None:
        """Tell how a check went; a key that cannot be checked now may be kept all the same."""
        self._said.setText(text)
        self._said.setProperty("tone", tone)
        restyle(self._said)
        self._said.setVisible(bool(text))
        self._keep.setVisible(offer_keep)

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - a plain state
        """While the key is being checked."""
        self._test.setEnabled(not busy and bool(self._input.text().strip()))
        self._input.setEnabled(not busy)
        if busy:
            self.say(self.tr("Checking the key…"), "secondary")

    def forget_input(self) -> None:
        """Empty the field."""
        self._input.clear()

    def _on_test(self) -> None:
        if self._input.text().strip():
            self.test_requested.emit(self._input.text().strip())

    def _on_keep(self) -> None:
        self.keep_requested.emit(self._input.text().strip())


def _open_studio() -> None:
    open_address(WHERE)
