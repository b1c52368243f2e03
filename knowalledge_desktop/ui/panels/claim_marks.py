"""Lines below sentences: red where a source says something else, dotted where none was found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument

from knowalledge_desktop.core.content import Claim, ClaimState
from knowalledge_desktop.ui.markdown import CLAIM, MARKED
from knowalledge_desktop.ui.theme import Theme


def mark_claims(document: QTextDocument, claims: Sequence[Claim], theme: Theme) -> None:
    """Mark the sentences that stand between signs, and take the signs out.

    From the end to the beginning, so that no place changes before it is used.
    """
    open_end: tuple[int, int] | None = None
    for found in reversed(list(MARKED.finditer(document.toPlainText()))):
        cursor = QTextCursor(document)
        cursor.setPosition(found.start())
        cursor.setPosition(found.end(), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if found[1] is None:
            open_end = (found.start(), 0)
        elif open_end is not None and int(found[1]) < len(claims):
            length = open_end[0] - found.end()
            cursor.setPosition(found.start())
            cursor.setPosition(found.start() + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(_look(int(found[1]), claims[int(found[1])], theme))
            open_end = None


def _look(number: int, claim: Claim, theme: Theme) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setAnchor(True)
    look.setAnchorHref(f"{CLAIM}{number}")
    look.setForeground(theme.color("text.primary"))
    disputed = claim.state is ClaimState.DISPUTED
    style = QTextCharFormat.UnderlineStyle
    look.setUnderlineStyle(style.SingleUnderline if disputed else style.DotLine)
    look.setUnderlineColor(theme.color("danger.text" if disputed else "text.tertiary"))
    return look
