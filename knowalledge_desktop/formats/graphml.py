"""GraphML for graph programs: every field of a topic is a named attribute of its node."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape, quoteattr

from knowalledge_desktop.core.content import Picture, Provenance, Relation
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Map, Place, Topic
from knowalledge_desktop.core.map_codec import canonical, explanation_from, picture_from, place_from, topic_from
from knowalledge_desktop.formats.base import (
    Caps,
    Exported,
    Extras,
    Imported,
    clean,
    derived_id,
    fit_title,
    foreign_of,
    is_id,
    refuse_too_many,
    with_foreign,
)
from knowalledge_desktop.formats.safe_xml import parse_xml
from knowalledge_desktop.formats.tree import Grove, is_near

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAME = "graphml"
_NODE_KEYS = (
    ("title", "string"),
    ("summary", "string"),
    ("note", "string"),
    ("tag", "string"),
    ("locked", "boolean"),
    ("edited", "boolean"),
    ("relation", "string"),
    ("rank", "double"),
    ("x", "double"),
    ("y", "double"),
    ("pinned", "boolean"),
    ("collapsed", "boolean"),
    ("sources", "string"),
    ("provenance", "string"),
    ("explanations", "string"),
    ("picture", "string"),
    ("views", "string"),
    ("foreign", "string"),
)
_EDGE_KEYS = (("kind", "string"), ("label", "string"))
_GRAPH_KEYS = (
    ("map_id", "string"),
    ("lineage", "string"),
    ("root", "string"),
    ("map_title", "string"),
    ("view", "string"),
)
_TITLES = ("title", "label", "name", "Label", "d_label", "description")
_TREE = "subtopic"
_YES = {"true", "True", "1"}


class GraphMl:
    """`.graphml`: full identity but for the pictures' bytes."""

    facts = FormatFacts(
        name=NAME,
        title="GraphML",
        suffixes=(".graphml",),
        keeps="Everything but the pictures: topics, texts, links, places, sources, where all of it came from.",
        loses="Pictures.",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The map as a directed graph; the tree is its edges of kind "subtopic"."""
        out = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
            *(_key(n, kind, "node") for n, kind in _NODE_KEYS),
            *(_key(n, kind, "edge") for n, kind in _EDGE_KEYS),
            *(_key(n, kind, "graph") for n, kind in _GRAPH_KEYS),
        ]
        more = sorted({name for topic in document.topics.values() for name in _extra(topic)})
        out += [_key(f"more:{name}", "string", "node", name) for name in more]
        out.append('<graph id="G" edgedefault="directed">')
        about = {
            "map_id": document.map_id,
            "lineage": " ".join(extras.lineage),
            "root": document.root_id,
            "map_title": document.title,
            "view": document.view,
        }
        out += [_data(key, "graph", value) for key, value in about.items() if value]
        texts: dict[str, list[Explanation]] = {}
        for key in sorted(document.explanations):
            texts.setdefault(document.explanations[key].topic_id, []).append(document.explanations[key])
        for key in document.branch(document.root_id):
            out.append(f"<node id={quoteattr(key)}>")
            told = _node(document, key, texts.get(key, []))
            out += [_data(name, "node", value) for name, value in told.items() if value != ""]
            extra = _extra(document.topics[key])
            out += [_data(f"more:{name}", "node", str(value)) for name, value in sorted(extra.items())]
            out.append("</node>")
        for key in document.branch(document.root_id):
            parent = document.topics[key].parent_id
            if parent is not None:
                out.append(_edge(f"tree-{key}", parent, key, _TREE, ""))
        for key, link in sorted(document.links.items()):
            out.append(_edge(key, link.source_id, link.target_id, link.kind.value, link.label))
        out += ["</graph>", "</graphml>", ""]
        lost = len(document.pictures)
        losses = (Loss("pictures", lost, "The file says which they are, it cannot hold them."),) if lost else ()
        return Exported("\n".join(out).encode("utf-8", "replace"), losses)

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The graph as a map: edges of kind "subtopic" make the tree, of other graphs the first edge to a node."""
        refuse_too_many(data.count(b"<edge") - caps.topics, caps)  # before anything is made of them
        whole = parse_xml(data, caps)
        if _plain(whole.tag) != "graphml":
            raise ImportRefused("The file is XML, but not GraphML.")
        graph = next((each for each in whole if _plain(each.tag) == "graph"), None)
        if graph is None:
            raise ImportRefused("There is no graph in this file.")
        keys = _keys(whole)
        about = _values(graph, keys)
        map_id = about.get("map_id", "")
        grove = Grove(name, caps, map_id if is_id(map_id) else "")
        heap = _Heap(grove, keys, {}, {}, {}, {}, {}, {})
        for element in graph:
            if _plain(element.tag) == "node":
                heap.take(element)
        links = _edges(graph, keys, heap, about.get("root", ""))
        if not grove.topics:
            raise ImportRefused("There are no nodes in this graph.")
        document = grove.finish(links, heap.texts, heap.places, heap.pictures, root_id=about.get("root", ""))
        lineage = tuple(each for each in about.get("lineage", "").split() if is_id(each))
        if about.get("map_title"):
            document = replace(document, title=about["map_title"])
        document = replace(document, view=about.get("view", ""), view_places=heap.views)
        pictures: Mapping[str, Picture] = {}
        return Imported(document, pictures, keeps_ids=True, lineage=lineage, warnings=tuple(grove.warnings))

    def recognises(self, data: bytes) -> bool:
        """Whether its first element says so."""
        return b"<graphml" in data[:4000]


def _key(name: str, kind: str, of: str, shown: str = "") -> str:
    told = quoteattr(clean(shown or name))
    return f'<key id={quoteattr(_id(name, of))} for="{of}" attr.name={told} attr.type="{kind}"/>'


def _id(name: str, of: str) -> str:
    return clean(f"{of}:{name}")


def _data(name: str, of: str, value: str) -> str:
    # A carriage return would come back as a line feed if it were written as it is.
    return f"<data key={quoteattr(_id(name, of))}>{escape(clean(value))}</data>"


def _edge(key: str, source: str, target: str, kind: str, label: str) -> str:
    told = [_data("kind", "edge", kind), *([_data("label", "edge", label)] if label else [])]
    return (
        f"<edge id={quoteattr(key)} source={quoteattr(source)} target={quoteattr(target)}>{''.join(told)}</edge>"
    )


def _node(document: Map, key: str, texts: list[Explanation]) -> dict[str, str]:
    topic, place = document.topics[key], document.places.get(key)
    told = {
        "title": topic.title,
        "summary": topic.summary,
        "note": topic.note,
        "tag": topic.tag,
        "locked": "true" if topic.locked else "",
        "edited": "true" if topic.edited else "",
        "relation": topic.relation.value,
        "rank": repr(topic.rank),
        "sources": canonical([asdict(each) for each in topic.sources]) if topic.sources else "",
        "provenance": canonical(asdict(topic.provenance)),
        "explanations": canonical([asdict(each) for each in texts]) if texts else "",
        "foreign": topic.foreign,
    }
    if place is not None:
        told |= {"x": repr(place.x), "y": repr(place.y)}
        told |= {"pinned": str(place.pinned).lower(), "collapsed": str(place.collapsed).lower()}
    picture = document.pictures.get(key)
    if picture is not None:
        told["picture"] = canonical(asdict(picture))
    views = {view: asdict(table[key]) for view, table in sorted(document.view_places.items()) if key in table}
    return told | ({"views": canonical(views)} if views else {})


def _extra(topic: Topic) -> dict[str, Any]:
    """Attributes of another program's graph."""
    told: object = foreign_of(topic, NAME).get("data")
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


_USUAL = asdict(Provenance(engine="person"))
_RELATIONS = frozenset(each.value for each in Relation)
_KNOWN = frozenset(name for name, _ in _NODE_KEYS)


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    of: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class _Heap:
    """What the nodes of a graph are."""

    grove: Grove
    keys: Mapping[str, _Key]
    ids: dict[str, str]
    texts: dict[str, Explanation]
    places: dict[str, Place]
    pictures: dict[str, Any]
    views: dict[str, dict[str, Place]]
    ranks: dict[str, float]

    def take(self, element: Element) -> None:
        """One node with its data; a field that cannot be read is left at what it is without one."""
        told = _values(element, self.keys)
        given = element.get("id", "")
        title, rest = fit_title(next((told[name] for name in _TITLES if told.get(name, "").strip()), given))
        key = self.grove.fresh_id(given, None, f"{given}\x1f{title}")
        note = "\n\n".join(filter(None, (rest, told.get("note", ""))))
        foreign = told.get("foreign", "")
        number = len(self.ids)
        rank = _number(told.get("rank"))
        plain = {
            "topic_id": key,
            "title": title,
            "parent_id": None,
            "rank": float(number) if rank is None else rank,
            "summary": told.get("summary", ""),
            "relation": told.get("relation", ""),
            "edited": told.get("edited", "") in _YES,
            "note": note,
            "tag": told.get("tag", ""),
            "locked": told.get("locked", "") in _YES,
            "foreign": foreign,
            "sources": _json(told.get("sources"), []),
            "provenance": _json(told.get("provenance"), None) or _USUAL,
        }
        if plain["relation"] not in _RELATIONS:
            plain["relation"] = Relation.SUBTOPIC.value
        topic = _tried(lambda: topic_from(plain))
        if topic is None:
            topic = Topic(key, title, rank=float(number), summary=told.get("summary", ""), note=note)
        more = {name: value for name, value in told.items() if name not in _KNOWN}
        if more:
            topic = with_foreign(topic, NAME, {"data": more})
        self.grove.add(topic)
        self.ids.setdefault(given, key)
        self._hang_on(key, told)

    def _hang_on(self, key: str, told: Mapping[str, str]) -> None:
        for each in _list(_json(told.get("explanations"), [])):
            text = _tried(lambda each=each: explanation_from({**each, "topic_id": key}))
            if text is not None:
                self.texts[text.key] = text
        picture = _json(told.get("picture"), None)
        found = _tried(lambda: picture_from({**picture, "topic_id": key})) if picture else None
        if found is not None:
            self.pictures[key] = found
        x, y = _number(told.get("x")), _number(told.get("y"))
        if x is not None and y is not None:
            self.places[key] = Place(x, y, told.get("pinned", "") in _YES, told.get("collapsed", "") in _YES)
        views = _json(told.get("views"), {})
        for view, about in cast("dict[str, Any]", views).items() if isinstance(views, dict) else ():
            place = _tried(lambda about=about: place_from(about))
            if place is not None and is_near(place):
                self.views.setdefault(view, {})[key] = place


def _tried(make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is made
    try:
        return make()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return None


def _edges(graph: Element, keys: Mapping[str, _Key], heap: _Heap, root: str) -> dict[str, Link]:
    grove, caps = heap.grove, heap.grove.caps
    links: dict[str, Link] = {}
    loose: list[tuple[Element, dict[str, str], str, str]] = []
    for element in graph:
        if _plain(element.tag) != "edge":
            continue
        source, target = heap.ids.get(element.get("source", "")), heap.ids.get(element.get("target", ""))
        if source is None or target is None:
            continue
        told = _values(element, keys)
        if told.get("kind") == _TREE and grove.topics[target].parent_id is None and target != source:
            grove.topics[target] = replace(grove.topics[target], parent_id=source)
        else:
            loose.append((element, told, source, target))
    for element, told, source, target in loose:
        kind = told.get("kind", "")
        if not kind and _may_be_below(grove, target, source, root):
            grove.topics[target] = replace(grove.topics[target], parent_id=source)
            continue
        if len(links) >= caps.links:
            raise ImportRefused(f"The graph has more than {caps.links:,} edges, so it was not read.")
        wanted = element.get("id") or told.get("id", "")
        label = " ".join(told.get("label", "").split())
        key = (
            wanted
            if is_id(wanted) and wanted not in links
            else derived_id("link", source, target, label, str(len(links)))
        )
        good = LinkKind(kind) if kind in {each.value for each in LinkKind} else LinkKind.RELATED
        links[key] = Link(key, source, target, good, label)
    return links


def _may_be_below(grove: Grove, topic_id: str, parent_id: str, root: str) -> bool:
    if grove.topics[topic_id].parent_id is not None or topic_id in (parent_id, root):
        return False
    current: str | None = parent_id
    for _ in range(grove.caps.depth + 1):
        if current is None:
            return True
        if current == topic_id:
            return False
        current = grove.topics[current].parent_id
    raise ImportRefused(f"The graph is nested more than {grove.caps.depth} levels deep.")


def _keys(whole: Element) -> dict[str, _Key]:
    found: dict[str, _Key] = {}
    for element in whole:
        if _plain(element.tag) == "key":
            default = next((each.text or "" for each in element if _plain(each.tag) == "default"), "")
            name = element.get("attr.name") or element.get("id", "")
            found[element.get("id", "")] = _Key(name, element.get("for", "all"), default)
    return found


def _values(element: Element, keys: Mapping[str, _Key]) -> dict[str, str]:
    of = _plain(element.tag)
    found = {key.name: key.default for key in keys.values() if key.default and key.of in (of, "all")}
    for each in element:
        if _plain(each.tag) == "data":
            key = keys.get(each.get("key", ""))
            found[key.name if key else each.get("key", "")] = each.text or ""
    return found


def _plain(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def _json(text: str | None, otherwise: Any) -> Any:  # noqa: ANN401 - what JSON gives
    if not text:
        return otherwise
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise


def _list(told: object) -> list[Any]:
    return cast("list[Any]", told) if isinstance(told, list) else []
