"""Marks of claims: numbers of sources, red lines where one says something else, dots where none was found.

Dashes are under what the model itself does not hold to.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.ui.claims import Span, cited, places
from knowalledge_desktop.ui.theme import Theme

CLAIM = "claim:"
"""Begins the addresses of marks; the number of the claim follows."""

_STYLE = QTextCharFormat.UnderlineStyle
_UNDERLINED = {
    ClaimState.DISPUTED: (_STYLE.SingleUnderline, "danger.base"),
    ClaimState.UNSURE: (_STYLE.DashUnderline, "warning.base"),
    ClaimState.NOT_FOUND: (_STYLE.DotLine, "warning.base"),
}


def mark_claims(
    document: QTextDocument, claims: Sequence[Claim], sources: Sequence[Source], theme: Theme
) -> list[Span | None]:
    """Mark the sentences that something is known about; where each claim then stands.

    What was not checked has no mark, and what is not in the text gets none. From the end to the beginning,
    so that no place changes before it is used.
    """
    if not claims:
        return []
    spans = places(document.toRawText(), claims)
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    added: list[Span] = []
    for n in sorted((n for n, span in enumerate(spans) if span), key=lambda n: spans[n] or (0, 0), reverse=True):
        span, claim = spans[n], claims[n]
        if span is None:
            continue
        numbers = ",".join(str(i + 1) for i in cited(claim, sources))
        if claim.state in _UNDERLINED:
            cursor.setPosition(span[0])
            cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(_line(n, claim, theme))
        elif claim.state is ClaimState.SUPPORTED and numbers:
            cursor.setPosition(span[1])
            cursor.insertText(numbers, _number(n, theme))
            added.append((span[1], len(numbers)))
    cursor.endEditBlock()
    return [span and _moved(span, added) for span in spans]


def _moved(span: Span, added: Sequence[Span]) -> Span:
    by = sum(length for at, length in added if at <= span[0])
    return span[0] + by, span[1] + by


def _line(number: int, claim: Claim, theme: Theme) -> QTextCharFormat:
    look = _mark(number)
    style, colour = _UNDERLINED[claim.state]
    look.setForeground(theme.color("text.primary"))
    look.setUnderlineStyle(style)
    look.setUnderlineColor(theme.color(colour))
    return look


def _number(number: int, theme: Theme) -> QTextCharFormat:
    look = _mark(number)
    look.setForeground(theme.color("accent.text"))
    look.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
    look.setFontUnderline(False)
    small = theme.font("caption")  # a thin figure of the text's own font is too easily overlooked
    look.setFontFamilies(small.families())
    look.setFontWeight(theme.font("bodyStrong").weight())
    return look


def _mark(number: int) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setAnchor(True)
    look.setAnchorHref(f"{CLAIM}{number}")
    return look
