"""Mermaid: a map as the text of a mind map, or of a flow chart where there are cross links to show. One way.

Mermaid's own grammar decides what a title may hold, so every letter that means something to it or to HTML goes out
as a character code, and a title never is more than a label. Who wrote the topics stands in comments at the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts
from knowalledge_desktop.core.graph import LinkKind, Map
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported, clean
from knowalledge_desktop.formats.origins import origin_line

_LOST = (
    losing.PICTURES,
    losing.PLACES,
    losing.TEXTS,
    losing.NOTES,
    losing.SUMMARIES,
    losing.SOURCES,
    losing.MARKS,
    losing.FOREIGN,
)
_PLAIN = frozenset(" .,;!?'/+=")
_HEAD = "%% Made by KnowAllEdge Desktop\n"
_NO_DIRECTIVE = str.maketrans("{}", "()")  # a brace could begin an instruction to Mermaid, also in a comment


class MermaidMindmap:
    """`.mmd` with a mind map: the tree alone."""

    facts = FormatFacts(
        name="mermaid",
        title="Mermaid mind map",
        suffixes=(".mmd", ".mermaid"),
        keeps="Titles, order and, as comments, origins; as text that wikis and code hosts draw.",
        loses="Everything else. It cannot be imported.",
        two_way=False,
        reads=False,
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The tree; each level two spaces further in."""
        lines = ["mindmap"]
        for number, (topic_id, depth) in enumerate(_walk(document)):
            title = label(document.topics[topic_id].title)
            shape = f'(("{title}"))' if depth == 0 else f'["{title}"]'
            lines.append(f"{'  ' * (depth + 1)}t{number}{shape}")
        lines += _origins(document)
        parts = (*_LOST, losing.LINKS)
        return Exported(f"{_HEAD}{chr(10).join(lines)}\n".encode(), losing.losses(document, "mermaid", parts))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """Mermaid is not read."""
        raise ImportRefused("Mermaid files can be written but not imported.")

    def recognises(self, data: bytes) -> bool:
        """Whether it starts as a mind map."""
        return data.removeprefix(_HEAD.encode()).lstrip().startswith(b"mindmap")


class MermaidFlowchart:
    """`.mmd` with a flow chart: the tree and the cross links."""

    facts = FormatFacts(
        name="mermaid-flowchart",
        title="Mermaid flow chart",
        suffixes=(".mmd",),
        keeps="Titles, order, cross links and, as comments, origins; as text that wikis and code hosts draw.",
        loses="Everything else. It cannot be imported.",
        two_way=False,
        reads=False,
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The tree with lines, the links dotted."""
        names: dict[str, str] = {}
        boxes, lines = list[str](), list[str]()
        for number, (topic_id, depth) in enumerate(_walk(document)):
            topic = document.topics[topic_id]
            names[topic_id] = f"t{number}"
            shown = f'"{label(topic.title)}"'
            boxes.append(f"  t{number}{f'([{shown}])' if depth == 0 else f'[{shown}]'}")
            if topic.parent_id in names:
                lines.append(f"  {names[topic.parent_id]} --> t{number}")
        for link_id in sorted(document.links):
            link = document.links[link_id]
            if link.source_id in names and link.target_id in names:
                same = "same as" if link.kind is LinkKind.SAME_AS else ""
                words = label(link.label) or same
                shown = f'|"{words}"|' if words else ""
                lines.append(f"  {names[link.source_id]} -.->{shown} {names[link.target_id]}")
        text = "\n".join([_HEAD + "flowchart LR", *boxes, *lines, *_origins(document)])
        return Exported(f"{text}\n".encode(), losing.losses(document, "mermaid", _LOST))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """Mermaid is not read."""
        raise ImportRefused("Mermaid files can be written but not imported.")

    def recognises(self, data: bytes) -> bool:
        """Whether it starts as a flow chart."""
        return data.removeprefix(_HEAD.encode()).lstrip().startswith(b"flowchart")


def label(text: str) -> str:
    """A text between double quotes: letters and digits of any script as they are, all else as codes."""
    words = " ".join(clean(text).split())
    return "".join(ch if ch.isalnum() or ch in _PLAIN or ord(ch) > 0x2FFF else f"#{ord(ch)};" for ch in words)


def _origins(document: Map) -> Iterator[str]:
    """Comments on who wrote which topics: those of one answer in one line."""
    found: dict[str, list[str]] = {}
    for number, (topic_id, _) in enumerate(_walk(document)):
        topic = document.topics[topic_id]
        told = origin_line(topic.provenance, edited=topic.edited)
        if told:
            found.setdefault(told, []).append(f"t{number}")
    for told, names in found.items():
        yield f"%% {' '.join(names)}: {' '.join(clean(told).split()).translate(_NO_DIRECTIVE)}"


def _walk(document: Map) -> Iterator[tuple[str, int]]:
    waiting = [(document.root_id, 0)] if document.root else []
    while waiting:
        topic_id, depth = waiting.pop()
        yield topic_id, depth
        waiting.extend((child, depth + 1) for child in reversed(document.children(topic_id)))
