"""Freeplane and FreeMind maps (.mm), both ways.

A topic is a `node`; its summary is the text below the node (DETAILS), its note and explanations are the node's
note, one paragraph a line, so that they can be read and edited there. Cross links are arrows. What is left stands
in an attribute of our own, which Freeplane keeps, as we keep what is Freeplane's: icons, colours, styles, dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Map, Place, Rendering, Topic
from knowalledge_desktop.formats import losing
from knowalledge_desktop.formats.base import (
    Caps,
    Exported,
    Extras,
    Imported,
    clean,
    derived_id,
    foreign_of,
    is_id,
    refuse_too_many,
    with_foreign,
)
from knowalledge_desktop.formats.freeplane_text import (
    as_read,
    html_of,
    is_plain,
    safe_title,
    shown_title,
    text_of_rich,
)
from knowalledge_desktop.formats.joined import join, split
from knowalledge_desktop.formats.records import (
    compact,
    links_by_source,
    place_of,
    place_record,
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
from knowalledge_desktop.formats.xml_text import Part, attributes_of, is_name, opening, part_of, part_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

KIND = "freeplane"
OURS = "knowalledge"
_HEAD = '<map version="freeplane 1.7.0">'
_OWN = frozenset({"TEXT", "ID", "FOLDED", "POSITION", OURS})
_LOST = (losing.PICTURES, losing.FOREIGN)
_ARROW = frozenset({"DESTINATION", "MIDDLE_LABEL"})
_HALVES = re.compile(rb"&#(x[dD][89abAB][0-9a-fA-F]{2}|5[5-6]\d{3});&#(x[dD][c-fC-F][0-9a-fA-F]{2}|5[6-7]\d{3});")
_NOTE, _DETAILS = "NOTE", "DETAILS"


class Freeplane:
    """`.mm`, both ways."""

    facts = FormatFacts(
        name=KIND,
        title="Freeplane or FreeMind map",
        suffixes=(".mm",),
        keeps="Titles, order, notes, texts, sources, links, tags, places, folding, origins; all of Freeplane's.",
        loses="Pictures.",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The map as Freeplane opens it; places are kept for coming back, Freeplane lays out by itself."""
        root = document.root
        told = foreign_of(root, KIND) if root else {}
        whole = [("id", document.map_id), ("lineage", " ".join(extras.lineage))]
        views = {
            view: {key: place_record(place) for key, place in sorted(places.items())}
            for view, places in sorted(document.view_places.items())
        }
        if views or document.view:
            whole.append(("views", compact({"seen": document.view, "places": views})))
        parts = [part_text(each) for each in _list(told.get("file"))]
        lines = [
            _HEAD,
            opening(OURS, whole, closed=True),
            *(part for part in parts if part),
            *_nodes(document),
            "</map>",
        ]
        return Exported(("\n".join(lines) + "\n").encode(), losing.losses(document, KIND, _LOST))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The map of a file of Freeplane or FreeMind."""
        refuse_too_many(data.count(b"<arrowlink"), caps)
        whole = parse_xml(_mended(data), caps)
        if whole.tag != "map" or whole.find("node") is None:
            raise ImportRefused("The file is XML, but not a map of Freeplane.")
        return _Reading(name, caps).run(whole)

    def recognises(self, data: bytes) -> bool:
        """Whether a `map` element begins near the start."""
        return b"<map" in data[:4096]


def _mended(data: bytes) -> bytes:
    """The file with whole characters: Freeplane writes those beyond U+FFFF as two halves, against XML."""
    return _HALVES.sub(_whole, data) if b"&#" in data else data


def _whole(found: re.Match[bytes]) -> bytes:
    first, second = (int(each[1:], 16) if each[:1] in b"xX" else int(each) for each in found.groups())
    if not (0xD800 <= first <= 0xDBFF and 0xDC00 <= second <= 0xDFFF):
        return found[0]
    return b"&#%d;" % (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))


def _nodes(document: Map) -> Iterator[str]:
    texts, links = texts_by_topic(document.explanations), links_by_source(document.links)
    waiting: list[tuple[str, bool]] = [(document.root_id, False)] if document.root else []
    while waiting:
        topic_id, done = waiting.pop()
        if done:
            yield "</node>"
            continue
        topic = document.topics[topic_id]
        yield opening("node", _attributes(document, topic, texts.get(topic_id, []), links.get(topic_id, [])))
        yield from _insides(topic, texts.get(topic_id, []), links.get(topic_id, []))
        waiting.append((topic_id, True))
        waiting.extend((child, False) for child in reversed(document.children(topic_id)))


def _attributes(
    document: Map, topic: Topic, texts: list[Explanation], links: list[Link]
) -> Iterator[tuple[str, str]]:
    place = document.places.get(topic.topic_id)
    yield "TEXT", safe_title(topic.title)
    yield "ID", topic.topic_id
    if place is not None and document.children(topic.topic_id):
        # Said also when it is open: a map without a word on folding is opened folded.
        yield "FOLDED", "true" if place.collapsed else "false"
    kept = attributes_of(foreign_of(topic, KIND).get("attributes"))
    if place is None and kept.get("FOLDED") == "true":
        yield "FOLDED", "true"
    if topic.parent_id == document.root_id:
        yield "POSITION", _side(document, place, kept.get("POSITION", ""))
    if topic.title[:1] in {"=", "\\"}:
        kept["FORMAT"] = "NO_FORMAT"  # else Freeplane would calculate, or draw, what is a title here
    yield from ((name, kept[name]) for name in sorted(kept) if name not in _OWN)
    about: dict[str, Any] = topic_record(topic)
    if place is not None:
        about["place"] = place_record(place)
    records = {"/".join(rendering_words(each.rendering)): text_record(each) for each in texts}
    records = {name: told for name, told in records.items() if told}
    if records:
        about["texts"] = records
    if links:
        about["links"] = [[each.link_id, each.target_id, str(each.kind)] for each in links]
    yield OURS, compact(about)


def _side(document: Map, place: Place | None, kept: str) -> str:
    """Left or right of the root, as it is on our canvas; as it was in the file where we do not know."""
    middle = document.places.get(document.root_id)
    if place is None or middle is None:
        return kept if kept in {"left", "right"} else "right"
    return "left" if place.x < middle.x else "right"


def _insides(topic: Topic, texts: list[Explanation], links: list[Link]) -> Iterator[str]:
    kept = foreign_of(topic, KIND)
    arrows = cast("dict[str, Any]", kept["arrows"]) if isinstance(kept.get("arrows"), dict) else {}
    for each in links:
        told = attributes_of(arrows.get(each.link_id)) | {"DESTINATION": each.target_id}
        if each.label:
            told["MIDDLE_LABEL"] = each.label
        yield opening("arrowlink", sorted(told.items()), closed=True)
    for kind, text in ((_NOTE, join(topic.note, texts)), (_DETAILS, topic.summary)):
        as_it_was = _rich(kept.get(kind.lower()), text)
        if as_it_was:
            yield as_it_was
        elif text:
            yield f'<richcontent TYPE="{kind}">{html_of(text)}</richcontent>'
    yield from filter(None, (part_text(each) for each in _list(kept.get("parts"))))


def _rich(told: object, text: str) -> str:
    """Rich text as it came from Freeplane, as long as nobody has altered what it says; else ""."""
    pair = _list(told)
    return part_text(pair[0]) if len(pair) == 2 and pair[1] == derived_id(as_read(text)) else ""


def _list(told: object) -> list[object]:
    return cast("list[object]", told) if isinstance(told, list) else []


class _Reading:
    """One file on its way into a map."""

    def __init__(self, name: str, caps: Caps) -> None:
        self.name, self.caps = name, caps
        self.texts: dict[str, Explanation] = {}
        self.links: dict[str, Link] = {}
        self.places: dict[str, Place] = {}
        self.left = self.formatted = 0

    def run(self, whole: Element) -> Imported:
        """The map that the file is."""
        told = next((each.attrib for each in whole if each.tag == OURS), dict[str, str]())
        map_id = told.get("id", "")
        self.grove = Grove(self.name, self.caps, map_id if is_id(map_id) else "")
        named = self._walk(whole)
        document = self.grove.finish(self.links, self.texts, self.places)
        document = self._with_file(document, whole)
        document = _with_views(document, record_of(told.get("views")))
        lost = (("formatted titles", self.formatted), ("unusual parts", self.left))
        return Imported(
            document,
            keeps_ids=named > 0,
            lineage=tuple(each for each in told.get("lineage", "").split(" ") if is_id(each)),
            losses=tuple(Loss(what, count, "A map has no place for them.") for what, count in lost if count),
            warnings=tuple(self.grove.warnings),
        )

    def _walk(self, whole: Element) -> int:
        ranks: dict[str | None, int] = {}
        named = 0
        waiting: list[tuple[Element, str | None]] = [(each, None) for each in reversed(whole.findall("node"))]
        while waiting:
            element, parent = waiting.pop()
            ranks[parent] = ranks.get(parent, -1) + 1
            topic_id = self._take(element, parent, float(ranks[parent]))
            named += topic_id == element.get("ID")
            waiting.extend((child, topic_id) for child in reversed(element.findall("node")))
        return named

    def _take(self, element: Element, parent: str | None, rank: float) -> str:
        text = element.get("TEXT")
        if text is None:
            rich = next((each for each in element.iter("richcontent") if each.get("TYPE") == "NODE"), None)
            text = "" if rich is None else text_of_rich(rich)
            self.formatted += rich is not None
        title, rest = fitted(shown_title(text))
        topic_id = self.grove.fresh_id(element.get("ID"), parent, title)
        about = record_of(element.get(OURS))
        note, texts, summary, kept = self._rich_parts(element)
        note = "\n\n".join(filter(None, (rest, note)))
        topic = with_record(Topic(topic_id, title, parent, rank, summary=summary, note=note), about)
        self._take_texts(topic_id, texts, about.get("texts"))
        self._take_place(topic_id, element, about)
        arrows = self._take_arrows(topic_id, element, about.get("links"))
        if arrows:
            kept["arrows"] = arrows
        attributes = self._attributes(element, topic_id, about, title)
        if attributes:
            kept["attributes"] = attributes
        if OURS not in element.attrib and element.get("LINK", "").startswith(("https://", "http://")):
            topic = replace(topic, sources=(*topic.sources, Source(title, clean(element.get("LINK", "")))))
        return self.grove.add(with_foreign(topic, KIND, kept))

    def _rich_parts(self, element: Element) -> tuple[str, dict[Rendering, str], str, dict[str, Any]]:
        """Note, explanations, summary, and what else is to be kept of the insides of a node."""
        kept: dict[str, Any] = {}
        said = {_NOTE: "", _DETAILS: ""}
        parts: list[Part] = []
        for child in element:
            kind = child.get("TYPE", "")
            if child.tag in {"node", "arrowlink"} or (child.tag == "richcontent" and kind == "NODE"):
                continue
            part = part_of(child)
            if child.tag == "richcontent" and kind in said:
                said[kind] = text_of_rich(child)
                if part is not None and not is_plain(child):
                    kept[kind.lower()] = [part, derived_id(as_read(said[kind]))]
            elif part is None:
                self.left += 1
            else:
                parts.append(part)
        if parts:
            kept["parts"] = parts
        note, texts = split(said[_NOTE])
        return note, texts, said[_DETAILS], kept

    def _take_texts(self, topic_id: str, texts: dict[Rendering, str], told: object) -> None:
        records = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
        for rendering, markdown in texts.items():
            record: object = records.get("/".join(rendering_words(rendering)))
            known = cast("dict[str, Any]", record) if isinstance(record, dict) else {}
            text = text_from(topic_id, rendering, markdown, known)
            self.texts[text.key] = text

    def _take_place(self, topic_id: str, element: Element, about: dict[str, Any]) -> None:
        place = place_of(about.get("place"))
        if place is None:
            return
        if self.grove.topics and element.find("node") is not None:
            place = replace(place, collapsed=element.get("FOLDED") == "true")
        self.places[topic_id] = place

    def _take_arrows(self, topic_id: str, element: Element, told: object) -> dict[str, dict[str, str]]:
        known: dict[str, list[list[Any]]] = {}
        for each in reversed(_list(told)):
            row = cast("list[Any]", each) if isinstance(each, list) else []
            if len(row) == 3 and all(isinstance(word, str) for word in row):
                known.setdefault(row[1], []).append(row)
        more: dict[str, dict[str, str]] = {}
        for arrow in element.findall("arrowlink"):
            target = arrow.get("DESTINATION", "")
            label = clean(arrow.get("MIDDLE_LABEL", ""))
            kind, link_id = LinkKind.RELATED, ""
            if known.get(target):
                wanted, _, kind_word = known[target].pop()
                link_id = wanted if is_id(wanted) else ""
                kind = LinkKind(kind_word) if kind_word in tuple(LinkKind) else kind
            if not link_id or link_id in self.links:
                link_id = derived_id("link", topic_id, target, label, str(len(self.links)))
            refuse_too_many(len(self.links) + 1, self.caps)
            self.links[link_id] = Link(link_id, topic_id, target, kind, label)
            rest = {n: clean(v) for n, v in arrow.attrib.items() if n not in _ARROW and is_name(n)}
            if rest:
                more[link_id] = rest
        return more

    def _attributes(self, element: Element, topic_id: str, about: dict[str, Any], title: str) -> dict[str, str]:
        kept = {n: clean(v) for n, v in element.attrib.items() if n not in _OWN and is_name(n)}
        if title[:1] in {"=", "\\"} and kept.get("FORMAT") == "NO_FORMAT":
            del kept["FORMAT"]
        if topic_id not in self.places:
            if element.get("POSITION") == "left":
                kept["POSITION"] = "left"
            if element.get("FOLDED") == "true":
                kept["FOLDED"] = "true"
        return kept

    def _with_file(self, document: Map, whole: Element) -> Map:
        others = [each for each in whole if each.tag not in {"node", OURS}]
        parts = [part for part in map(part_of, others) if part is not None]
        self.left += len(others) - len(parts)
        root = document.root
        if not parts or root is None:
            return document
        told = {**foreign_of(root, KIND), "file": parts}
        return replace(document, topics={**document.topics, root.topic_id: with_foreign(root, KIND, told)})


def _with_views(document: Map, told: dict[str, Any]) -> Map:
    views: dict[str, dict[str, Place]] = {}
    places = told.get("places")
    for view, table in cast("dict[str, Any]", places).items() if isinstance(places, dict) else ():
        rows = cast("dict[str, Any]", table) if isinstance(table, dict) else {}
        found = {key: place_of(row) for key, row in rows.items() if key in document.topics}
        sound = {key: place for key, place in found.items() if place is not None}
        if sound:
            views[clean(view)] = sound
    seen = told.get("seen")
    return replace(document, view_places=views, view=clean(seen) if isinstance(seen, str) else "")
