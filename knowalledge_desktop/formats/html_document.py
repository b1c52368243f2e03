"""A map as a document for Word, Pages and LibreOffice: headings, tables, and sources as footnotes.

It is HTML with the few words that word processors understand: a heading for each topic, a table of contents they
can renew, footnotes by number with their list at the end. No script; nothing from elsewhere. One way.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Explanation, LinkKind, Map, Topic
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported
from knowalledge_desktop.formats.html_text import (
    MarkdownHtml,
    escape,
    language,
    origin_words,
    policy,
    rendering_title,
    source_html,
)
from knowalledge_desktop.formats.records import links_by_source, texts_by_topic

_HEADINGS = 6
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif"})
_WIDEST = 480
_STYLE = """
body{font:11pt/1.45 Georgia,"Times New Roman",serif;color:#14191f;max-width:44em;margin:2em auto;padding:0 1em}
h1,h2,h3,h4,h5,h6{font-family:Inter,"Segoe UI",Arial,sans-serif;line-height:1.25;color:#262070}
h1{font-size:24pt}h2{font-size:17pt}h3{font-size:13.5pt}h4,h5,h6{font-size:11.5pt}
table{border-collapse:collapse;margin:8pt 0}th,td{border:1px solid #c2cbd3;padding:3pt 6pt;text-align:left}
th{background:#f3f5f7}.summary{color:#434f5a;font-style:italic}
.small{font-size:9pt;color:#5b6773}pre,code{font-family:Consolas,"Courier New",monospace;font-size:10pt}
blockquote{margin:8pt 0 8pt 16pt;color:#434f5a}a{color:#333db5}
"""


class HtmlDocument:
    """`.html`: the map as a text to go on writing."""

    facts = FormatFacts(
        name="document",
        title="Document for Word (HTML)",
        suffixes=(".html",),
        keeps="Titles as headings, texts, tables, notes, pictures, links; sources as footnotes, with licences.",
        loses="It is for reading and writing on, and cannot be imported.",
        two_way=False,
        reads=False,
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The document."""
        text = _Document(document, extras)
        page = "\n".join(text.lines()) + "\n"
        told = losing.losses(document, "document", (losing.PLACES, losing.CLAIMS, losing.FOREIGN))
        if text.missing:
            told = (*told, Loss(losing.PICTURES, text.missing, "Word cannot show them, or their bytes are gone."))
        return Exported(page.encode(), told)

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """Documents are not read."""
        raise ImportRefused("Web pages can be written but not imported.")

    def recognises(self, data: bytes) -> bool:
        """Whether it is a page at all."""
        return b"<html" in data[:1024].lower()


class _Document:
    def __init__(self, document: Map, extras: Extras) -> None:
        self.document, self.pictures = document, extras.pictures
        self.texts, self.links = texts_by_topic(document.explanations), links_by_source(document.links)
        self.order = document.branch(document.root_id) if document.root else ()
        self.number = {topic_id: number for number, topic_id in enumerate(self.order)}
        self.markdown = {level: MarkdownHtml(level) for level in range(2, _HEADINGS + 1)}
        self.notes: dict[Source, int] = {}
        self.missing = 0

    def lines(self) -> Iterator[str]:
        """The whole document; the namespaces tell Word that it may be opened as one of its own."""
        title = escape(self.document.title)
        yield '<!doctype html>\n<html xmlns:o="urn:schemas-microsoft-com:office:office" lang="en"><head>'
        yield f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy(_STYLE)}">'
        yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
        yield f'<meta name="generator" content="KnowAllEdge Desktop"><title>{title}</title>'
        yield f"<style>{_STYLE}</style></head><body>"
        depths = dict.fromkeys(self.order[:1], 0)
        for topic_id in self.order:
            topic = self.document.topics[topic_id]
            depths[topic_id] = depths.get(topic.parent_id or "", -1) + 1
            yield from self._topic(topic, depths[topic_id])
            if depths[topic_id] == 0:
                yield from self._contents()
        if self.notes:
            yield '<hr><h2>Sources</h2><div class="footnotes">'
            for source, number in self.notes.items():
                yield f'<p id="fn{number}" class="small"><a href="#fr{number}">[{number}]</a>'
                yield f"{source_html(source)}{_address(source)}</p>"
            yield "</div>"
        yield "</body></html>"

    def _contents(self) -> Iterator[str]:
        branches = self.document.children(self.document.root_id)
        if not branches:
            return
        yield "<table><thead><tr><th>Topic</th><th>In a sentence</th><th>Subtopics</th></tr></thead><tbody>"
        for topic_id in branches:
            topic = self.document.topics[topic_id]
            count = len(self.document.branch(topic_id)) - 1
            link = f'<a href="#t{self.number[topic_id]}">{escape(topic.title)}</a>'
            yield f"<tr><td>{link}</td><td>{escape(topic.summary)}</td><td>{count}</td></tr>"
        yield "</tbody></table>"

    def _topic(self, topic: Topic, depth: int) -> Iterator[str]:
        level = min(depth + 1, _HEADINGS)
        markdown = self.markdown[min(level + 1, _HEADINGS)]
        yield (
            f'<h{level} id="t{self.number[topic.topic_id]}" dir="auto">{escape(topic.title)}'
            f"{self._footnotes(topic.sources)}</h{level}>"
        )
        if topic.summary:
            yield f'<p class="summary" dir="auto">{escape(topic.summary)}</p>'
        yield from self._picture(topic)
        if topic.note:
            yield f'<div dir="auto">{markdown.of(topic.note)}</div>'
        several = len(self.texts.get(topic.topic_id, ())) > 1
        for text in self.texts.get(topic.topic_id, ()):
            yield from self._text(text, markdown, several=several)
        also = list(self._also(topic))
        if also:
            yield f'<p class="small">See also: {", ".join(also)}</p>'

    def _text(self, text: Explanation, markdown: MarkdownHtml, *, several: bool) -> Iterator[str]:
        if several:
            yield f"<p><b>{escape(rendering_title(text.rendering))}</b></p>"
        tongue = language(text.rendering.language)
        yield f'<div dir="auto" lang="{tongue}">{markdown.of(text.markdown)}</div>'
        origin = escape(origin_words(text.provenance))
        notes = self._footnotes(text.sources)
        if origin or notes:
            yield f'<p class="small">{origin or "Sources:"} {notes}</p>'

    def _footnotes(self, sources: tuple[Source, ...]) -> str:
        marks: list[str] = []
        for source in sources:
            number = self.notes.get(source)
            first = number is None
            if number is None:
                number = self.notes[source] = len(self.notes) + 1
            name = f' id="fr{number}"' if first else ""
            marks.append(f'<sup><a{name} href="#fn{number}">[{number}]</a></sup>')
        return "".join(marks)

    def _also(self, topic: Topic) -> Iterator[str]:
        for link in self.links.get(topic.topic_id, ()):
            if link.target_id in self.number:
                title = escape(self.document.topics[link.target_id].title)
                words = link.label or ("same as" if link.kind is LinkKind.SAME_AS else "")
                label = f" ({escape(words)})" if words else ""
                yield f'<a href="#t{self.number[link.target_id]}">{title}</a>{label}'

    def _picture(self, topic: Topic) -> Iterator[str]:
        shown = self.document.pictures.get(topic.topic_id)
        if shown is None:
            return
        picture = self.pictures.get(shown.sha256)
        if picture is None or picture.mime not in _SHOWN:
            self.missing += 1
            return
        width = min(picture.width, _WIDEST)
        height = round(picture.height * width / max(1, picture.width))
        data = base64.b64encode(picture.data).decode()
        alt = escape(shown.alt)
        yield f'<p><img alt="{alt}" width="{width}" height="{height}" src="data:{picture.mime};base64,{data}"></p>'


def _address(source: Source) -> str:
    """The address in words, for paper."""
    return f"<br>{escape(source.url)}" if source.url and source.url != source.title else ""
