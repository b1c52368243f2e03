"""Titles and notes as Freeplane keeps them: notes are XHTML, here one paragraph a line of our Markdown.

Spaces that XHTML would swallow are written as no-break spaces; on reading those are spaces again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from knowalledge_desktop.formats.base import clean
from knowalledge_desktop.formats.joined import is_mark
from knowalledge_desktop.formats.xml_text import content

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_GUARD = "\u2060"
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SWALLOWED = re.compile(r"^ +|(?<= ) +| +$")
_LIKE_HTML = re.compile(f"{_GUARD}*<html", re.IGNORECASE)
_BLOCKS = frozenset(
    {"p", "div", "li", "tr", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "body"}
)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "s": "~~", "strike": "~~"}
_PLAIN = frozenset({"richcontent", "html", "head", "body", "p", "h2"})


def safe_title(title: str) -> str:
    """A title as a node's TEXT; one that Freeplane would take for HTML starts with an invisible character."""
    return _GUARD + title if _LIKE_HTML.match(title) else title


def shown_title(text: str) -> str:
    """The title that a node's TEXT stands for."""
    return text[1:] if text.startswith(_GUARD) and _LIKE_HTML.match(text) else text


def html_of(text: str) -> str:
    """The lines of a text as XHTML."""
    return f"<html><head/><body>{''.join(map(_paragraph, clean(text).split(chr(10))))}</body></html>"


def as_read(text: str) -> str:
    """A text as it comes back from `html_of`: tabs and no-break spaces are spaces, blank lines are empty."""
    lines = clean(text).replace("\t", "    ").replace("\xa0", " ").split("\n")
    return "\n".join(line if line.strip(" ") else "" for line in lines)


def text_of_rich(element: Element) -> str:
    """The lines of a `richcontent`: its paragraphs, with the marks of Markdown where it is more than that."""
    plain = element.find("text")
    if plain is not None:
        return clean(plain.text or "").strip("\n")
    body = element.find("html/body")
    walk = _Lines()
    walk.run(element if body is None else body)
    return "\n".join(walk.lines)


def is_plain(element: Element) -> bool:
    """Whether a `richcontent` is no more than `html_of` writes, so that nothing else need be kept of it."""
    return all(
        each.tag in _PLAIN and (not each.attrib or (each is element and set(each.attrib) == {"TYPE"}))
        for each in element.iter()
    )


def _paragraph(line: str) -> str:
    if is_mark(line):
        return f"<h2>{content(line)}</h2>"
    shown = line.replace("\t", "    ").replace("\xa0", " ")
    shown = _SWALLOWED.sub(lambda found: "\xa0" * len(found[0]), shown)
    return f"<p>{content(shown).replace(chr(0xA0), '&#160;') or '&#160;'}</p>"


@dataclass
class _Lines:
    """Collects lines; every block starts a new one."""

    lines: list[str] = field(default_factory=list[str])
    _line: list[str] = field(default_factory=list[str])
    _open: bool = False

    def run(self, top: Element) -> None:
        """Walk through an element without recursion."""
        waiting: list[tuple[Element, bool]] = [(top, False)]
        while waiting:
            element, done = waiting.pop()
            if done:
                self._close(element, top)
                continue
            self._start(element)
            self._say(element.text)
            waiting.append((element, True))
            waiting.extend((child, False) for child in reversed(element))
        self._end_line()

    def _start(self, element: Element) -> None:
        tag = str(element.tag).lower()
        if tag in _BLOCKS:
            self._end_line()
            self._open = tag not in {"body", "ul", "ol", "table", "blockquote", "div"}
            if tag == "li":
                self._line.append("- ")
            elif len(tag) == 2 and tag[0] == "h" and not is_mark(_all_text(element)):
                self._line.append("#" * int(tag[1]) + " ")
        elif tag == "br":
            self._end_line()
            self._open = True
        elif tag == "a":
            self._line.append("[")
        else:
            self._line.append(_MARKS.get(tag, ""))

    def _close(self, element: Element, top: Element) -> None:
        tag = str(element.tag).lower()
        if tag in _BLOCKS:
            self._end_line()
        elif tag == "a":
            self._line.append(f"]({element.get('href', '')})")
        elif tag == "td":
            self._line.append(" | ")
        else:
            self._line.append(_MARKS.get(tag, ""))
        if element is not top:
            self._say(element.tail)

    def _say(self, text: str | None) -> None:
        if text:
            self._line.append(text)

    def _end_line(self) -> None:
        line = _SPACES.sub(" ", "".join(self._line)).strip(" ").replace("\xa0", " ")
        if self._open or line:
            self.lines.append(clean(line) if line.strip(" ") else "")
        self._line, self._open = [], False


def _all_text(element: Element) -> str:
    return _SPACES.sub(" ", "".join(element.itertext())).strip(" ")
