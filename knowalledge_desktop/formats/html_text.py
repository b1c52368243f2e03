"""Markdown and metadata as HTML for files that leave the house: no raw HTML, nothing from elsewhere, web links.

Everything that came from a person, a model or a file is escaped here and only here.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Provenance, Source
from knowalledge_desktop.core.graph import Rendering
from knowalledge_desktop.formats.base import clean
from knowalledge_desktop.formats.html_formula import FORMULA, mathml
from knowalledge_desktop.formats.markdown_text import is_web

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_OUR_SIGNS = dict.fromkeys(range(0xE000, 0xE002))
"""Private characters that stand for formulae on the way; a text may not bring its own."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_ENGINES = {"gemini": "Gemini", "atlas": "the Atlas", "person": "a person", "scripted": "a script"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "pt": "Portuguese",
    "tr": "Turkish",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "ar": "Arabic",
    "he": "Hebrew",
    "fa": "Persian",
    "ur": "Urdu",
    "hi": "Hindi",
}
_LEVELS = {"junior": "ages 8 to 12", "high-school": "high school", "undergraduate": "undergraduate"}


def escape(text: str) -> str:
    """A text as it stands in HTML, between tags or quotes."""
    return html.escape(clean(text))


def policy(style: str, script: str = "") -> str:
    """What a page may do: look like this, run this script, show pictures that are in it; nothing else."""
    runs = f"script-src '{_hash(script)}'; " if script else ""
    return (
        f"default-src 'none'; {runs}style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def language(name: str) -> str:
    """A language for a `lang` attribute; "und" where it is not one."""
    return name if _LANGUAGE.fullmatch(name) else "und"


class MarkdownHtml:
    """Turns Markdown into HTML; headings begin at `level`."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._parser: MarkdownIt | None = None

    def of(self, markdown: str) -> str:
        """The HTML of a text."""
        if self._parser is None:
            from markdown_it import MarkdownIt

            self._parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
            self._parser.disable("image")
        formulae: list[str] = []

        def keep(found: re.Match[str]) -> str:
            if found["code"] is not None:
                return found[0]
            formulae.append(_formula(found["line"] or found["block"], block=found["block"] is not None))
            return f"\ue000{len(formulae) - 1}\ue001"

        text = FORMULA.sub(keep, clean(markdown).translate(_OUR_SIGNS))
        blocks = self._parser.parse(text)
        for block in blocks:
            if block.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
                block.tag = f"h{min(6, int(block.tag[1]) + self._level - 1)}"
            # A column's side would be a style attribute, which the strict policy of the file forbids.
            block.attrs.pop("style", None)
            if block.children:
                block.children = _web_links(block.children)
        body = self._parser.renderer.render(blocks, self._parser.options, {})
        return re.sub("\ue000([0-9]+)\ue001", lambda found: formulae[int(found[1])], body)


def _formula(tex: str, *, block: bool) -> str:
    return mathml(tex, block=block) or f"<code>{escape(tex)}</code>"


def _web_links(pieces: Sequence[Token]) -> list[Token]:
    """The pieces of a block with links to the web alone; others become their words."""
    kept: list[Token] = []
    leads_on = False
    for piece in pieces:
        if piece.type == "link_open":
            leads_on = is_web(str(piece.attrGet("href") or ""))
            piece.attrSet("rel", "noopener noreferrer")
        if leads_on or piece.type not in {"link_open", "link_close"}:
            kept.append(piece)
    return kept


def date_of(seconds: float) -> str:
    """A day in words ("15 January 2027", UTC); "" when there is none."""
    if not 0 < seconds < 250_000_000_000:  # the year 9892; also refuses what is not a number
        return ""
    day = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def origin_words(provenance: Provenance, *, edited: bool = False) -> str:
    """Who wrote something and when, in words; "" for a person without a date."""
    if provenance.engine == "person" and not provenance.created_at and not edited:
        return ""
    who = _ENGINES.get(provenance.engine, provenance.engine)
    if provenance.model:
        who = f"{who} ({provenance.model})"
    words = f"Written by {who}"
    day = date_of(provenance.created_at)
    parts = [f"{words} on {day}" if day else words]
    if provenance.prompt:
        parts.append(f"prompt {provenance.prompt}")
    if edited or ("edited", "in a file") in provenance.parameters:
        parts.append("edited since")
    return ", ".join(parts)


def rendering_title(rendering: Rendering) -> str:
    """What a text was written for, in words, with a capital."""
    level = _LEVELS.get(str(rendering.level), str(rendering.level))
    words = [level, str(rendering.detail)]
    if str(rendering.style) != "general":
        words.append(str(rendering.style))
    words[0] = words[0][:1].upper() + words[0][1:]
    return ", ".join([*words, _LANGUAGES.get(rendering.language, rendering.language)])


def source_html(source: Source) -> str:
    """A source: a link when it leads to the web, with its licence."""
    title = escape(source.title or source.url)
    licence = f' <span class="licence">{escape(source.licence)}</span>' if source.licence else ""
    if not is_web(source.url):
        return f"<bdi>{title}</bdi>{licence}"
    return f'<a href="{escape(source.url)}" rel="noopener noreferrer"><bdi>{title}</bdi></a>{licence}'


def sources_html(sources: Iterable[Source]) -> str:
    """A list of sources, "" when there are none."""
    items = "".join(f"<li>{source_html(each)}</li>" for each in sources)
    return f'<ol class="sources">{items}</ol>' if items else ""
