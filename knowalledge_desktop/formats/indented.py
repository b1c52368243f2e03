"""Plain text, one topic a line, deeper ones further in: what one pastes from a mail or types in an editor."""

from __future__ import annotations

import re

from knowalledge_desktop.core.exchange import FormatFacts
from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported, clean, text_of
from knowalledge_desktop.formats.titles import fitted
from knowalledge_desktop.formats.tree import Grove

_BULLET = re.compile(r"(?:[-*+•‣◦·–—]|\d{1,4}[.)]|[A-Za-z][.)])[ \t]+(?=\S)")
_WIDEST = 4_000
"""Blanks at the start of a line that count."""
_LOST = (
    losing.PICTURES,
    losing.PLACES,
    losing.TEXTS,
    losing.NOTES,
    losing.SUMMARIES,
    losing.SOURCES,
    losing.LINKS,
    losing.ORIGINS,
    losing.MARKS,
    losing.FOREIGN,
)


class IndentedText:
    """`.txt`: read from anybody; written as titles with tabs, for programs that know nothing else."""

    facts = FormatFacts(
        name="text",
        title="Indented text",
        suffixes=(".txt", ".text"),
        keeps="Titles and their order.",
        loses="Everything but the titles.",
        two_way=False,
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """Titles, one tab a level."""
        lines: list[str] = []
        waiting = [(document.root_id, 0)] if document.root else []
        while waiting:
            topic_id, depth = waiting.pop()
            lines.append("\t" * depth + " ".join(clean(document.topics[topic_id].title).split()))
            waiting.extend((child, depth + 1) for child in reversed(document.children(topic_id)))
        return Exported(("\n".join(lines) + "\n").encode(), losing.losses(document, "text", _LOST))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """A topic a line; spaces, tabs and bullets at its start say how deep it is, blank lines nothing."""
        grove = Grove(name, caps)
        stack: list[tuple[int, str]] = []
        ranks: dict[str | None, int] = {}
        for line in text_of(data, caps).split("\n"):
            words = line.strip()
            if not words:
                continue
            indent = len(line[: min(_WIDEST, len(line) - len(line.lstrip()))].expandtabs(4))
            while stack and stack[-1][0] >= indent:
                stack.pop()
            parent = stack[-1][1] if stack else None
            title, rest = fitted(_BULLET.sub("", words, count=1) if _BULLET.match(words) else words)
            rank = ranks[parent] = ranks.get(parent, -1) + 1
            topic_id = grove.fresh_id(None, parent, title)
            grove.add(Topic(topic_id, title, parent, float(rank), note=rest))
            stack.append((indent, topic_id))
        return Imported(grove.finish(), warnings=tuple(grove.warnings))

    def recognises(self, data: bytes) -> bool:
        """Whether it is text at all."""
        return data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in data[:4096]
