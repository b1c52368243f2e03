"""Markdown to the HTML that a text view shows: no remote resources, TeX drawn as pictures.

Raw HTML in the text is shown as text. A formula stands between single dollar signs in a line, or
between double ones on lines of its own; what is code stays code, and prices stay prices.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Claim, ClaimState

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_CODE_OR_FORMULA = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|`[^`\n]+`)"
    r"|(?<![\\$])\$\$(?P<block>[^$]{1,600}?)\$\$(?!\$)"
    r"|(?<![\\$])\$(?!\s)(?P<line>[^$\n]{1,300}?)(?<![\s\\])\$(?![\d$])",
    re.DOTALL,
)
_OUR_SIGNS = dict.fromkeys(range(0xE000, 0xE007))
"""Private characters that stand for formulae and marks on the way; a text may not bring its own."""
CLAIM = "claim:"
"""Begins the addresses of marks; the number of the claim follows."""

MARKED = re.compile("\ue004([0-9]+)\ue005|\ue006")
"""Signs around a sentence that is to be marked: its beginning with the number of its claim, and its end."""

_WORDS = re.compile(r"\w+")
_BETWEEN_MAX = 12
"""Signs between two words of a sentence: spaces, quotation marks, emphasis."""

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

    def to_html(self, markdown: str, claims: Sequence[Claim] = ()) -> str:
        """The body's HTML. Supported claims get superscript numbers of their sources.

        Claims that are disputed, or that no source was found for, stand between signs with their number;
        the view takes the signs out again and marks what is between them: see `MARKED`.
        """
        formulae: list[str] = []

        def keep(found: re.Match[str]) -> str:
            if found["code"] is not None:
                return found[0]
            formulae.append((found["line"] or found["block"]).strip())
            return f"\ue000{len(formulae) - 1}\ue001"

        text = _marked(markdown.translate(_OUR_SIGNS), claims)
        text = _CODE_OR_FORMULA.sub(keep, text)
        self.formulae = tuple(formulae)
        body = self._parse(text)
        body = re.sub("\ue002([0-9]+):([0-9,]+)\ue003", rf'<sup><a href="{CLAIM}\1">\2</a></sup>', body)
        return re.sub("\ue000([0-9]+)\ue001", lambda found: self._formula(formulae[int(found[1])]), body)

    def _parse(self, text: str) -> str:
        if self._parser is None:
            from markdown_it import MarkdownIt

            self._parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
            self._parser.disable("image")
        return self._parser.render(text)

    def _formula(self, tex: str) -> str:
        name = self._draw(tex)
        said = html.escape(tex, quote=True)
        if name is None:
            return f"<code>{said}</code>"
        return f'<img src="{name}" alt="{said}" title="{said}" style="vertical-align: middle">'


def finished_part(markdown: str) -> int:
    """How many characters of a growing text are whole blocks, which will not change any more."""
    last = 0
    for found in _BLOCK_END.finditer(markdown):
        if markdown[: found.end()].count("```") % 2 == 0:
            last = found.end()
    return last


def _marked(markdown: str, claims: Sequence[Claim]) -> str:
    """Put source numbers behind the sentences that are supported, and signs around those to be marked."""
    at = 0
    for n, claim in enumerate(claims):
        if claim.state is ClaimState.UNCHECKED or (claim.state is ClaimState.SUPPORTED and not claim.sources):
            continue
        found = _place(markdown, claim.text, at)
        if found is None:
            continue
        start, end = found
        if claim.state is ClaimState.SUPPORTED:
            mark = f"\ue002{n}:" + ",".join(str(i + 1) for i in claim.sources) + "\ue003"
            markdown = markdown[:end] + mark + markdown[end:]
            at = end + len(mark)
        else:
            whole = f"\ue004{n}\ue005{markdown[start:end]}\ue006"
            markdown = markdown[:start] + whole + markdown[end:]
            at = start + len(whole)
    return markdown


def _place(markdown: str, sentence: str, at: int) -> tuple[int, int] | None:
    """Where a sentence stands in the Markdown, whose signs for emphasis may be among its words."""
    found = markdown.find(sentence, at)
    if found >= 0:
        return found, found + len(sentence)
    words = _WORDS.findall(sentence)
    if not words:
        return None
    between = rf"[\W_]{{1,{_BETWEEN_MAX}}}?"
    match = re.compile(between.join(map(re.escape, words))).search(markdown, at)
    if match is None or "\n\n" in match[0]:
        return None
    end = match.end()
    while end < len(markdown) and markdown[end] in ".!?…。":
        end += 1
    return match.start(), end
