"""Markdown to the HTML that a text view shows: no remote resources, TeX drawn as pictures.

Raw HTML in the text is shown as text. A formula stands between single dollar signs in a line, or
between double ones on lines of its own; what is code stays code, and prices stay prices.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_CODE_OR_FORMULA = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|`[^`\n]+`)"
    r"|(?<![\\$])\$\$(?P<block>[^$]{1,600}?)\$\$(?!\$)"
    r"|(?<![\\$])\$(?!\s)(?P<line>[^$\n]{1,300}?)(?<![\s\\])\$(?![\d$])",
    re.DOTALL,
)
_OUR_SIGNS = dict.fromkeys(range(0xE000, 0xE002))
"""Private characters that stand for formulae on the way; a text may not bring its own."""
_BLOCK_END = re.compile(r"\n\s*\n")

Draw = Callable[[str], str | None]
"""Draws TeX; gives the name of a picture that the view knows, or None when it cannot."""


class MarkdownView:
    """Turns Markdown into HTML. The parser is loaded with the first text.

    `formulae` is the TeX of the last text, in its order.
    """

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.formulae: tuple[str, ...] = ()
        self._parser: MarkdownIt | None = None

    def to_html(self, markdown: str, addresses: Collection[str] = ()) -> str:
        """The body's HTML. A link that does not lead to one of the `addresses` becomes its words."""
        formulae: list[str] = []

        def keep(found: re.Match[str]) -> str:
            if found["code"] is not None:
                return found[0]
            formulae.append((found["line"] or found["block"]).strip())
            return f"\ue000{len(formulae) - 1}\ue001"

        text = _CODE_OR_FORMULA.sub(keep, markdown.translate(_OUR_SIGNS))
        self.formulae = tuple(formulae)
        body = self._parse(text, addresses)
        return re.sub("\ue000([0-9]+)\ue001", lambda found: self._formula(formulae[int(found[1])]), body)

    def _parse(self, text: str, addresses: Collection[str]) -> str:
        if self._parser is None:
            from markdown_it import MarkdownIt

            self._parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
            self._parser.disable("image")
        parser = self._parser
        allowed = {parser.normalizeLink(address) for address in addresses}
        blocks = parser.parse(text)
        for block in blocks:
            if block.children:
                block.children = _without_links(block.children, allowed)
        return parser.renderer.render(blocks, parser.options, {})

    def _formula(self, tex: str) -> str:
        name = self._draw(tex)
        said = html.escape(tex, quote=True)
        if name is None:
            return f"<code>{said}</code>"
        return f'<img src="{name}" alt="{said}" title="{said}" style="vertical-align: middle">'


def _without_links(pieces: Sequence[Token], allowed: Collection[str]) -> list[Token]:
    """The pieces of a block without links that lead elsewhere; one link is never inside another."""
    kept: list[Token] = []
    leads_on = False
    for piece in pieces:
        if piece.type == "link_open":
            leads_on = piece.attrGet("href") in allowed
        if leads_on or piece.type not in ("link_open", "link_close"):
            kept.append(piece)
    return kept


def finished_part(markdown: str) -> int:
    """How many characters of a growing text are whole blocks, which will not change any more."""
    last = 0
    for found in _BLOCK_END.finditer(markdown):
        if markdown[: found.end()].count("```") % 2 == 0:
            last = found.end()
    return last
