"""Mermaid: a map as the text of a mind map, or of a flow chart where there are cross links to show. One way.

Mermaid's own grammar decides what a title may hold, so every letter that means something to it or to HTML goes out
as a character code, and a title never is more than a label.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts
from knowalledge_desktop.core.graph import LinkKind, Map
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported, clean

_LOST = (
    losing.PICTURES,
    losing.PLACES,
    losing.TEXTS,
    losing.NOTES,
    losing.SUMMARIES,
    losing.SOURCES,
    losing.ORIGINS,
    losing.MARKS,
    losing.FOREIGN,
)
_PLAIN = frozenset(" .,;!?'/+=")
_HEAD = "%% Made by KnowAllEdge Desktop\n"


class MermaidMindmap:
    """`.mmd` with a mind map: the tree alone."""

    facts = FormatFacts(
        name="mermaid",
        title="Mermaid mind map",
        suffixes=(".mmd", ".mermaid"),
        keeps="Titles and their order, as text that wikis and code hosts draw.",
        loses="Everything but the titles. It cannot be imported.",
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
        keeps="Titles, their order and the cross links, as text that wikis and code hosts draw.",
        loses="Everything but titles and links. It cannot be imported.",
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
        text = "\n".join([_HEAD + "flowchart LR", *boxes, *lines])
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


def _walk(document: Map) -> Iterator[tuple[str, int]]:
    waiting = [(document.root_id, 0)] if document.root else []
    while waiting:
        topic_id, depth = waiting.pop()
        yield topic_id, depth
        waiting.extend((child, depth + 1) for child in reversed(document.children(topic_id)))
