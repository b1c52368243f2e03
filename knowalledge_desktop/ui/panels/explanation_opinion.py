"""What a person thinks of an explanation: three quiet buttons under it, and what was written about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from knowalledge_desktop.core.graph import Explanation, Opinion
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.widgets.basics import column, dress_icon, row
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

_ICON = 16


class OpinionRow(QFrame):
    """Says in signals what is thought; what is shown is what is kept. A second click takes a word back."""

    judged = Signal(object)  # Opinion
    report_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("opinionRow")
        self.setAccessibleName(self.tr("Your opinion of this explanation"))
        self._kept: Explanation | None = None
        self._useful = _button(icons, "check", "opinionUsefulButton")
        self._useful.setText(self.tr("Useful"))
        self._wrong = _button(icons, "x", "opinionWrongButton")
        self._wrong.setText(self.tr("Wrong"))
        self._report = _button(icons, "pen-line", "opinionReportButton")
        self._report.setCheckable(False)
        self._useful.clicked.connect(lambda: self._judge(Opinion.USEFUL))
        self._wrong.clicked.connect(lambda: self._judge(Opinion.WRONG))
        self._report.clicked.connect(lambda: self.report_requested.emit())
        self._note = ElidedLabel("tertiary")
        self._note.setObjectName("opinionNote")
        self._note.setContentsMargins(9, 0, 0, 2)
        buttons = row(self._useful, self._wrong, self._report, -1, gap=2)
        self.setLayout(column(buttons, self._note, margins=(15, 2, 16, 2), gap=0))
        self.show_explanation(None)

    @property
    def explanation(self) -> Explanation | None:
        """The explanation that is judged here."""
        return self._kept

    def show_explanation(self, kept: Explanation | None) -> None:
        """Show what is thought of an explanation; of none, nothing is to be seen."""
        self._kept = kept
        self.setVisible(kept is not None)
        opinion = kept.opinion if kept is not None else Opinion.NONE
        self._dress(self._useful, opinion is Opinion.USEFUL, self.tr("This explanation is useful"))
        self._dress(self._wrong, opinion is Opinion.WRONG, self.tr("Something in this explanation is wrong"))
        whole = kept.opinion_note if kept is not None else ""
        note = " ".join(whole.split())
        self._report.setText(self.tr("Your report…") if note else self.tr("Report…"))
        self._report.setAccessibleName(self.tr("Read your report") if note else self.tr("Report what is wrong"))
        self._report.setToolTip(
            self.tr("Write down what is wrong. It is kept here and can be copied; nothing is sent.")
        )
        self._note.show_text(self.tr("You wrote: {note}").format(note=note) if note else "")
        self._note.setToolTip(whole)
        self._note.setVisible(bool(note))

    def _dress(self, button: QToolButton, is_chosen: bool, text: str) -> None:  # noqa: FBT001 - a plain state
        button.setChecked(is_chosen)
        button.setAccessibleName(self.tr("{text}, chosen").format(text=text) if is_chosen else text)
        button.setToolTip(self.tr("{text}. Click again to take it back.").format(text=text) if is_chosen else text)

    def _judge(self, opinion: Opinion) -> None:
        kept = self._kept
        if kept is not None:
            self.show_explanation(kept)  # a click changes nothing by itself: it is shown once it is kept
            self.judged.emit(Opinion.NONE if kept.opinion is opinion else opinion)


def _button(icons: Icons, icon: str, name: str) -> QToolButton:
    made = QToolButton()
    made.setObjectName(name)
    made.setCheckable(True)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    dress_icon(made, icons, icon, "text.tertiary", _ICON)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made
