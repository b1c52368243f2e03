"""Branches as plain lines, one topic each, a tab a level: for the clipboard, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from knowalledge_desktop.core.edits import heads
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.validation import TOPIC_MAX

LINES_MAX = 2_000
"""Topics that are pasted at once."""
_TAB = 4
_WIDEST = 4_000
"""Blanks at the start of a line that count."""
_BULLET = re.compile(r"(?:[-*+•‣◦·–—]|\d{1,4}[.)]|[A-Za-z][.)])[ \t]+(?=\S)")
_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Line:
    """A topic of an outline: how deep it is, its title, and the whole of a line that is too long for one."""

    level: int
    title: str
    note: str = ""


def outline_of(document: Map, topic_ids: Collection[str]) -> str:
    """These branches with all below them; a topic that is in another one of them comes once."""
    lines: list[str] = []
    for head in heads(document, topic_ids):
        waiting = [(head, 0)]
        while waiting:
            topic_id, level = waiting.pop()
            lines.append("\t" * level + document.topics[topic_id].title)
            waiting.extend((child, level + 1) for child in reversed(document.children(topic_id)))
    return "\n".join(lines)


def read_outline(text: str) -> tuple[Line, ...]:
    """The topics of an outline: tabs, blanks, bullets, numbers and headings say how deep each is.

    Lines without a letter, digit or symbol are left out; characters that no title may have become blanks. At most
    `LINES_MAX` are read.
    """
    found: list[Line] = []
    stack: list[int] = []
    below = 0
    for raw in text.splitlines():
        words = _plain(raw)
        indent = len(raw[: min(_WIDEST, len(raw) - len(raw.lstrip()))].expandtabs(_TAB))
        heading = _HEADING.match(words)
        if heading:
            below, words = len(heading[1]) * _WIDEST, words[heading.end() :]
            indent = (len(heading[1]) - 1) * _WIDEST  # what follows is below it, however little it is indented
        else:
            indent += below
            words = _BULLET.sub("", words, count=1)
        if not any(unicodedata.category(ch)[0] in "LNS" for ch in words):
            continue
        while stack and stack[-1] >= indent:
            stack.pop()
        found.append(_line(len(stack), words))
        stack.append(indent)
        if len(found) == LINES_MAX:
            break
    return tuple(found)


def _plain(raw: str) -> str:
    """The words of a line: NFC, single blanks, nothing that a title may not have."""
    text = unicodedata.normalize("NFC", raw)
    good = ("" if unicodedata.category(ch) in {"Cs", "Co", "Cn"} else ch for ch in text)
    return " ".join("".join(" " if unicodedata.category(ch) == "Cc" else ch for ch in good).split())


def _line(level: int, words: str) -> Line:
    if len(words) <= TOPIC_MAX:
        return Line(level, words)
    return Line(level, words[: TOPIC_MAX - 1].rstrip() + "…", words)
