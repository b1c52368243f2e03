"""Asks before maps are deleted for good, and says what goes."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from knowalledge_desktop.core.shelf import Losses
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button


class EraseDialog(QDialog):
    """Tells how many maps, topics, texts, notes and pictures go; the harmless answer is the default."""

    def __init__(self, losses: Losses, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("eraseDialog")
        self.setWindowTitle(self.tr("Delete for good"))
        self.setModal(True)
        keep = text_button(self.tr("Keep"), "eraseCancelButton", self.reject, "primary")
        keep.setDefault(True)
        erase = text_button(self.tr("Delete for good"), "eraseConfirmButton", self.accept, "danger")
        what = label(self._what(losses), "body", wrap=True)
        what.setObjectName("eraseWhat")
        more = losses.maps - len(losses.titles)
        names = ", ".join(f"‘{title}’" for title in losses.titles)
        told = self.tr("{names} and {n} more").format(names=names, n=more) if more > 0 else names
        self.setLayout(
            column(
                label(self.tr("This cannot be undone"), "title"),
                10,
                what,
                8,
                label(told, "secondary", wrap=True),
                6,
                label(
                    self.tr("Copies of the library that were made before still have them."), "tertiary", wrap=True
                ),
                20,
                row(-1, keep, erase, gap=8),
                margins=(24, 22, 24, 20),
            )
        )
        self.setMinimumWidth(420)
        keep.setFocus()

    def _what(self, losses: Losses) -> str:
        parts = (
            (losses.maps, self.tr("%n maps", "", losses.maps)),
            (losses.topics, self.tr("%n topics", "", losses.topics)),
            (losses.explanations, self.tr("%n explanations", "", losses.explanations)),
            (losses.notes, self.tr("%n notes of yours", "", losses.notes)),
            (losses.pictures, self.tr("%n pictures", "", losses.pictures)),
        )
        return self.tr("These go: {what}.").format(what=", ".join(text for count, text in parts if count))
