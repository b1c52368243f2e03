"""A map as one Markdown file: headings down to the sixth level, nested lists below, texts as they are.

What belongs to a topic stands below its title. Texts lie between two comments, so that their own headings and
lists stay theirs; the id of a topic is a comment behind its title. All of it is invisible where the file is shown.
Files of others are read as well: headings and list items become topics, everything else their notes.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowalledge_desktop.core.exchange import FormatFacts
from knowalledge_desktop.core.graph import Explanation, Link, Map, Topic
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported, foreign_of, text_of
from knowalledge_desktop.formats.markdown_reading import KIND, MarkdownReading, looks_like_markdown
from knowalledge_desktop.formats.markdown_text import comment, escaped, framed, source_line
from knowalledge_desktop.formats.records import (
    Record,
    links_by_source,
    rendering_words,
    text_record,
    texts_by_topic,
    topic_record,
)

_LOST = (losing.PICTURES, losing.PLACES, losing.CLAIMS, losing.FOREIGN)
_HEADINGS = 6


class MarkdownOutline:
    """`.md`, both ways."""

    facts = FormatFacts(
        name=KIND,
        title="Markdown outline",
        suffixes=(".md", ".markdown"),
        keeps="Titles, order, summaries, notes, explanations, sources, links, tags, origins.",
        loses="Pictures, places on the canvas, which sentences were checked.",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The outline."""
        root = document.root
        front = foreign_of(root, KIND).get("front") if root else None
        lines = ["---", *front.split("\n"), "---", ""] if isinstance(front, str) else []
        lines.append(comment("knowalledge", {"id": document.map_id, "lineage": " ".join(extras.lineage)}))
        lines.extend(_topics(document))
        return Exported(("\n".join(lines) + "\n").encode(), losing.losses(document, KIND, _LOST))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The map of an outline, ours or anybody's."""
        return MarkdownReading(name, caps).run(text_of(data, caps))

    def recognises(self, data: bytes) -> bool:
        """Whether there is a heading or a list near the start."""
        return looks_like_markdown(data[:16384])


def _topics(document: Map) -> Iterator[str]:
    texts, links = texts_by_topic(document.explanations), links_by_source(document.links)
    waiting = [(document.root_id, 0)] if document.root else []
    while waiting:
        topic_id, depth = waiting.pop()
        topic = document.topics[topic_id]
        task = foreign_of(topic, KIND).get("task")
        box = f"[{task}] " if task in {" ", "x"} else ""
        told = f"{box}{escaped(topic.title)} <!-- id: {topic_id} -->"
        if depth < _HEADINGS:
            yield ""
            yield f"{'#' * (depth + 1)} {told}"
            indent = ""
        else:
            indent = "  " * (depth - _HEADINGS)
            yield f"{indent}- {told}"
            indent += "  "
        yield from _insides(document, topic, texts.get(topic_id, []), links.get(topic_id, []), (depth, indent))
        waiting.extend((child, depth + 1) for child in reversed(document.children(topic_id)))


def _insides(
    document: Map, topic: Topic, texts: list[Explanation], links: list[Link], where: tuple[int, str]
) -> Iterator[str]:
    depth, indent = where
    level = min(depth + 1, _HEADINGS)
    about: Record = topic_record(topic)
    about.pop("sources", None)
    if about:
        yield indent + comment("about", about)
    if topic.summary:
        yield from framed("summary", topic.summary, level=level, indent=indent)
    if topic.note:
        yield from framed("note", topic.note, level=level, indent=indent)
    if topic.sources:
        yield from framed("sources", "\n".join(map(source_line, topic.sources)), indent=indent)
    for text in texts:
        told = text_record(text, claims=False)
        told.pop("sources", None)
        told["for"] = list(rendering_words(text.rendering))
        yield from framed("text", text.markdown, level=level, indent=indent, told=told)
        if text.sources:
            yield from framed("text sources", "\n".join(map(source_line, text.sources)), indent=indent)
    if links:
        yield f"{indent}{comment('begin links', {})}"
        for link in links:
            target = document.topics.get(link.target_id)
            record = {"id": link.link_id, "to": link.target_id, "kind": str(link.kind), "label": link.label}
            shown = escaped(target.title) if target else ""
            yield f"{indent}- {shown} {comment('link', record)}"
        yield f"{indent}<!-- end links -->"
