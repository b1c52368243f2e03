"""What is known about one sentence: its state, the passage that decided it, and where that is from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.ui.claims import cited, is_web
from knowalledge_desktop.ui.widgets.basics import badge, column, label, row, text_button
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

_WIDTH = 420


class ClaimCard(QFrame):
    """A small card over the text; any click beside it or Esc closes it."""

    def __init__(self, claim: Claim, sources: Sequence[Source], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("claimCard")
        self.setProperty("panel", "floating")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("About this sentence"))
        lines: list[QWidget | int] = [label(state_words(claim.state), "bodyStrong", wrap=True)]
        if claim.note:
            lines.append(label(note_words(claim), "danger", wrap=True))
        if claim.passage:
            lines.append(label(f"“{claim.passage}”", "secondary", wrap=True))
        found = [(i + 1, sources[i]) for i in cited(claim, sources)]
        for n, (number, source) in enumerate(found):
            lines += [6, self._source(source, number, n)]
        if not found and claim.state is ClaimState.NOT_FOUND:
            text = self.tr("The Atlas was searched. That nothing was found says nothing about the sentence.")
            lines.append(label(text, "secondary", wrap=True))
        if claim.state is ClaimState.UNSURE:
            text = self.tr("It was asked again for this sentence alone and did not agree. No source was compared.")
            lines.append(label(text, "secondary", wrap=True))
        told = (state_words(claim.state), note_words(claim), claim.passage, *(source.title for _, source in found))
        self.setAccessibleDescription(". ".join(part.rstrip(".") for part in told if part))
        self.setLayout(column(*lines, margins=(16, 14, 16, 14), gap=6))
        self.setFixedWidth(_WIDTH)

    def show_at(self, place: QPoint) -> None:
        """Show the card below a place on the screen, inside the screen."""
        made = self.layout()
        self.resize(_WIDTH, made.heightForWidth(_WIDTH) if made is not None else self.height())
        screen = QGuiApplication.screenAt(place) or self.screen()
        room = screen.availableGeometry()
        left = min(max(place.x() - _WIDTH // 2, room.left() + 8), room.right() - _WIDTH - 8)
        top = place.y() + 14
        if top + self.height() > room.bottom() - 8:
            top = place.y() - self.height() - 14
        self.move(left, max(top, room.top() + 8))
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.focusNextChild()  # the first address; Enter opens it, Esc leads back to the text

    def _source(self, source: Source, number: int, n: int) -> QWidget:
        box = QWidget()
        name = label(source.title, wrap=True)
        address = ElidedLabel("mono")
        address.show_text(source.url.split("://", 1)[-1])
        address.setToolTip(source.url)
        opener = text_button(
            self.tr("Open"), f"claimSourceButton{n}", lambda: _open(source.url), "subtle", source.url
        )
        opener.setAccessibleName(self.tr("Open {title} in the browser").format(title=source.title))
        opener.setEnabled(is_web(source.url))
        opener.setAutoDefault(True)
        name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        mark = badge(str(number), "accent")
        mark.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        box.setLayout(row(mark, column(name, address, gap=1), opener, gap=10))
        return box


def state_words(state: ClaimState) -> str:
    """The state of a claim in words."""
    words = {
        ClaimState.SUPPORTED: _tr("A source says so"),
        ClaimState.DISPUTED: _tr("A source says something else"),
        ClaimState.UNSURE: _tr("The model itself is not sure"),
        ClaimState.NOT_FOUND: _tr("Checked, no source found"),
        ClaimState.UNCHECKED: _tr("Not checked"),
    }
    return words[state]


def note_words(claim: Claim) -> str:
    """The two values in disagreement in words; empty when there are none."""
    source, _, said = claim.note.partition(" / ")
    if not said:
        return claim.note
    return _tr("The source says {source}, the text {said}.").format(source=source, said=said)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClaimCard", text)


def _open(address: str) -> None:
    if is_web(address):
        QDesktopServices.openUrl(QUrl(address))
