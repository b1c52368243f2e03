"""OPML 2.0: an outline that nearly every outliner and feed reader opens.

A topic is an `outline` with its title as `text` and its note as `_note`, the attribute most outliners agree on;
explanations follow the note in the same text, so that they survive a program that knows nothing of them. What is
left stands in attributes of a namespace, as the specification asks. A text that could be taken for HTML, which
OPML allows, is written as HTML, so that no title becomes markup in a program that shows it as such.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Explanation, Link, Map, Topic
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import (
    Caps,
    Exported,
    Extras,
    Imported,
    clean,
    foreign_of,
    is_id,
    with_foreign,
)
from knowalledge_desktop.formats.joined import join, split
from knowalledge_desktop.formats.records import (
    compact,
    links_by_source,
    links_from,
    links_record,
    record_of,
    rendering_words,
    text_from,
    text_record,
    texts_by_topic,
    topic_record,
    with_record,
)
from knowalledge_desktop.formats.safe_xml import parse_xml
from knowalledge_desktop.formats.titles import fitted
from knowalledge_desktop.formats.tree import Grove
from knowalledge_desktop.formats.xml_text import HEAD, attributes_of, content, is_name, opening

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

KIND = "opml"
SPACE = "urn:knowalledge:map:1"
_LIKE_HTML = re.compile(r"<[A-Za-z/!?]|&#?\w{1,31};")
_TAG = re.compile(r"<[A-Za-z/!?][^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_OWN = ("text", "_note")
_LOST = (losing.PICTURES, losing.PLACES, losing.FOREIGN)


class Opml:
    """`.opml`, both ways."""

    facts = FormatFacts(
        name=KIND,
        title="OPML outline",
        suffixes=(".opml",),
        keeps="Titles, order, notes, explanations, sources, links, tags, origins; what other outliners added.",
        loses="Pictures, places on the canvas.",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The outline, with everything that attributes can carry."""
        root = document.root
        told = foreign_of(root, KIND) if root else {}
        head = dict(_pairs(told.get("file")))
        own = [("id", document.map_id), ("lineage", " ".join(extras.lineage))]
        lines = [
            f'{HEAD}<opml version="2.0" xmlns:k="{SPACE}">',
            "<head>",
            _element("title", document.title),
            *(_element(name, head[name]) for name in sorted(head) if name != "title"),
            opening("k:map", own, closed=True),
            "</head>",
            "<body>",
            *_outlines(document),
            "</body>",
            "</opml>",
        ]
        return Exported(("\n".join(lines) + "\n").encode(), losing.losses(document, KIND, _LOST))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The outline as a map; several top outlines get a root above them."""
        whole = parse_xml(data, caps)
        body = next((each for each in whole if _local(each.tag) == "body"), None)
        if _local(whole.tag) != "opml" or body is None:
            raise ImportRefused("The file is XML, but not OPML.")
        head = next((each for each in whole if _local(each.tag) == "head"), None)
        return _Reading(caps, name, [] if head is None else list(head)).run(body)

    def recognises(self, data: bytes) -> bool:
        """Whether an `opml` element begins near the start."""
        return b"<opml" in data[:4096].lower()


def _outlines(document: Map) -> Iterator[str]:
    texts, links = texts_by_topic(document.explanations), links_by_source(document.links)
    waiting: list[tuple[str, bool]] = [(document.root_id, False)] if document.root else []
    while waiting:
        topic_id, done = waiting.pop()
        children = document.children(topic_id)
        if done:
            yield "</outline>"
            continue
        topic = document.topics[topic_id]
        told = _attributes(topic, texts.get(topic_id, []), links.get(topic_id, []))
        yield opening("outline", told, closed=not children)
        if children:
            waiting.append((topic_id, True))
            waiting.extend((child, False) for child in reversed(children))


def _attributes(topic: Topic, texts: list[Explanation], links: list[Link]) -> Iterator[tuple[str, str]]:
    yield "text", _as_html(topic.title)
    note = join(topic.note, texts)
    if note:
        yield "_note", _as_html(note)
    yield "k:id", topic.topic_id
    if topic.summary:
        yield "k:summary", topic.summary
    about = topic_record(topic)
    if about:
        yield "k:about", compact(about)
    records = {"/".join(rendering_words(each.rendering)): text_record(each) for each in texts}
    records = {name: told for name, told in records.items() if told}
    if records:
        yield "k:texts", compact(records)
    if links:
        yield "k:links", compact(links_record(links))
    kept = attributes_of(foreign_of(topic, KIND).get("attributes"))
    yield from ((name, kept[name]) for name in sorted(kept) if name not in _OWN)


@dataclass
class _Reading:
    caps: Caps
    name: str
    head: list[Element]

    def run(self, body: Element) -> Imported:
        """The map that the body is."""
        told = next((each.attrib for each in self.head if each.tag == f"{{{SPACE}}}map"), dict[str, str]())
        map_id = told.get("id", "")
        title = next((clean(each.text or "") for each in self.head if _local(each.tag) == "title"), "")
        self.grove = Grove(title.strip() or self.name, self.caps, map_id if is_id(map_id) else "")
        self.texts: dict[str, Explanation] = {}
        self.links: dict[str, Link] = {}
        self.left = self.named = 0
        self.root = ""
        self._walk(body)
        document = self.grove.finish(self.links, self.texts, root_id=self.root)
        document = _with_head(document, self._head())
        lineage = tuple(each for each in told.get("lineage", "").split(" ") if is_id(each)) if self.named else ()
        losses = (
            (Loss("parts of other namespaces", self.left, "A map has no place for them."),) if self.left else ()
        )
        return Imported(
            document,
            keeps_ids=self.named > 0,
            lineage=lineage,
            losses=losses,
            warnings=tuple(self.grove.warnings),
        )

    def _walk(self, body: Element) -> None:
        ranks: dict[str | None, int] = {}
        waiting: list[tuple[Element, str | None]] = [(each, None) for each in reversed(body)]
        while waiting:
            element, parent = waiting.pop()
            if _local(element.tag) != "outline":
                self.left += 1
                continue
            rank = ranks[parent] = ranks.get(parent, -1) + 1
            topic_id = self._take(element, parent, rank)
            waiting.extend((child, topic_id) for child in reversed(element))

    def _take(self, element: Element, parent: str | None, rank: int) -> str:
        told = {name.removeprefix(f"{{{SPACE}}}"): value for name, value in element.attrib.items()}
        ours = is_id(element.get(f"{{{SPACE}}}id"))
        self.named += ours
        title, rest = fitted(_from_html(element.get("text") or element.get("title") or ""))
        wanted = element.get(f"{{{SPACE}}}id")
        topic_id = self.grove.fresh_id(wanted, parent, title)
        if ours and parent is None and not self.root:
            self.root = topic_id
        note, texts = split(clean(_from_html(element.get("_note", ""))))
        note = "\n\n".join(filter(None, (rest, note)))
        topic = Topic(topic_id, title, parent, float(rank), note=note)
        if ours:
            topic = replace(
                with_record(topic, record_of(told.get("about"))), summary=clean(told.get("summary", ""))
            )
        records = record_of(told.get("texts")) if ours else {}
        for rendering, markdown in texts.items():
            record = records.get("/".join(rendering_words(rendering)))
            text = text_from(
                topic_id, rendering, markdown, cast("dict[str, Any]", record) if isinstance(record, dict) else {}
            )
            self.texts[text.key] = text
        self._take_links(topic_id, told.get("links") if ours else None)
        kept = {n: clean(v) for n, v in element.attrib.items() if n not in _OWN and is_name(n)}
        self.left += sum(not is_name(n) and not n.startswith(f"{{{SPACE}}}") for n in element.attrib)
        if "text" not in element.attrib:
            kept.pop("title", None)
        return self.grove.add(with_foreign(topic, KIND, {"attributes": kept} if kept else {}))

    def _take_links(self, topic_id: str, told: str | None) -> None:
        if told is None:
            return
        for link in links_from(topic_id, record_of(f'{{"links":{told}}}').get("links")):
            if len(self.links) >= self.caps.links:
                raise ImportRefused(f"The file has more than {self.caps.links:,} links, so it was not read.")
            self.links.setdefault(link.link_id, link)

    def _head(self) -> dict[str, str]:
        found = {each.tag: clean(each.text or "") for each in self.head if is_name(each.tag) and len(each) == 0}
        found.pop("title", None)
        return found


def _with_head(document: Map, head: dict[str, str]) -> Map:
    root = document.root
    if not head or root is None:
        return document
    told = {**foreign_of(root, KIND), "file": head}
    return replace(document, topics={**document.topics, root.topic_id: with_foreign(root, KIND, told)})


def _pairs(told: object) -> Iterator[tuple[str, str]]:
    yield from attributes_of(told).items()


def _element(name: str, text: str) -> str:
    return f"<{name}>{content(text)}</{name}>"


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower()


def _as_html(text: str) -> str:
    return html.escape(text, quote=False) if _LIKE_HTML.search(text) else text


def _from_html(text: str) -> str:
    if not _LIKE_HTML.search(text):
        return text
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
