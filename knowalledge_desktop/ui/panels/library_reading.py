"""The explanation of a topic that was found, to be read in the library, with what was searched for lit."""

from __future__ import annotations

import re

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from knowalledge_desktop.core.graph import Explanation
from knowalledge_desktop.core.lit import MARK, UNMARK, lit
from knowalledge_desktop.core.ports import SearchHit
from knowalledge_desktop.core.validation import fold
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.theme import Theme

_LIT = re.compile(f"{MARK}(.*?){UNMARK}", re.DOTALL)


class LibraryReading(ExplanationView):
    """Shows a text as the map does; no claim is checked here."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("libraryReading")
        self._colours = theme
        self.hide()

    def show_kept(self, kept: Explanation | None, hit: SearchHit | None) -> None:
        """Show a kept text and light what was searched for; None shows nothing."""
        self.setVisible(kept is not None)
        if kept is None:
            return
        self.show_text(kept.markdown, (), kept.sources)
        words = {fold(each) for each in _LIT.findall(f"{hit.lit} {hit.snippet}")} if hit is not None else set()
        self.setExtraSelections(self._selections(words))
        self.verticalScrollBar().setValue(0)

    def _selections(self, words: set[str]) -> list[QTextEdit.ExtraSelection]:
        amber = QTextCharFormat()
        amber.setBackground(self._colours.color("highlight.match"))
        amber.setForeground(self._colours.color("highlight.text"))
        found: list[QTextEdit.ExtraSelection] = []
        marked, gone = lit(self.toPlainText(), words), 0
        for match in _LIT.finditer(marked):
            start = match.start() - gone
            gone += 2
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(start + len(match[1]), QTextCursor.MoveMode.KeepAnchor)
            one = QTextEdit.ExtraSelection()
            one.cursor, one.format = cursor, amber  # type: ignore[attr-defined] - fields of the Qt struct
            found.append(one)
        return found
