"""What is known about one sentence: its state, the passage that decided it, and where that is from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

_WIDTH = 380


class ClaimCard(QFrame):
    """A small card over the text; any click beside it or Esc closes it."""

    def __init__(self, claim: Claim, sources: Sequence[Source], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("claimCard")
        self.setProperty("panel", "floating")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("About this sentence"))
        lines: list[QWidget | int] = [label(self._title(claim), "bodyStrong", wrap=True)]
        if claim.note:
            lines.append(label(self._note(claim), "danger", wrap=True))
        if claim.passage:
            lines.append(label(f"“{claim.passage}”", "secondary", wrap=True))
        found = [sources[i] for i in claim.sources if 0 <= i < len(sources)]
        for n, source in enumerate(found):
            lines += [6, self._source(source, n)]
        if not found and claim.state is ClaimState.NOT_FOUND:
            text = self.tr("The Atlas was searched. That nothing was found says nothing about the sentence.")
            lines.append(label(text, "secondary", wrap=True))
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

    def _title(self, claim: Claim) -> str:
        return state_words(self, claim)

    def _note(self, claim: Claim) -> str:
        source, _, said = claim.note.partition(" / ")
        if not said:
            return claim.note
        return self.tr("The source says {source}, the text {said}.").format(source=source, said=said)

    def _source(self, source: Source, n: int) -> QWidget:
        box = QWidget()
        name = label(source.title, wrap=True)
        name.setToolTip(source.url)
        opener = text_button(
            self.tr("Open"), f"claimSourceButton{n}", lambda: _open(source.url), "subtle", source.url
        )
        opener.setEnabled(_is_web(source.url))
        name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        box.setLayout(row(name, opener, gap=8))
        return box


def state_words(owner: QWidget, claim: Claim) -> str:
    """The state of a claim in words."""
    words = {
        ClaimState.SUPPORTED: owner.tr("A source says so"),
        ClaimState.DISPUTED: owner.tr("A source says something else"),
        ClaimState.NOT_FOUND: owner.tr("Checked, no source found"),
        ClaimState.UNCHECKED: owner.tr("Not checked"),
    }
    return words[claim.state]


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _open(address: str) -> None:
    if _is_web(address):
        QDesktopServices.openUrl(QUrl(address))
