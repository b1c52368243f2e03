"""A field for a limit: a whole number, or empty for none."""

from __future__ import annotations

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget

NONE = -1
MOST = 2_000_000_000
"""More than this would not fit the field; it is as good as no limit."""


class LimitBox(QSpinBox):
    """Counts from 0 on; empty, and one step below 0, is no limit."""

    def __init__(self, name: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setRange(NONE, MOST)
        self.setValue(NONE)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.lineEdit().setPlaceholderText(self.tr("no limit"))
        self.lineEdit().setTextMargins(8, 0, 0, 0)
        self.setToolTip(self.tr("{words}; empty is no limit").format(words=words))

    @property
    def limit(self) -> int | None:
        """What is set; None is no limit."""
        return None if self.value() == NONE else self.value()

    def show_limit(self, limit: int | None) -> None:
        """Show another."""
        self.setValue(NONE if limit is None else min(limit, MOST))

    def textFromValue(self, value: int) -> str:
        return "" if value == NONE else f"{value:,}"

    def valueFromText(self, text: str) -> int:
        digits = _digits(text)
        return int(digits) if digits else NONE

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        digits = _digits(text)
        fits = (not digits or digits.isdecimal()) and digits.isascii() and len(digits) <= len(str(MOST))
        fits = fits and (not digits or int(digits) <= MOST)
        return (QValidator.State.Acceptable if fits else QValidator.State.Invalid), text, position


def _digits(text: str) -> str:
    return "".join(text.replace(",", "").split())
