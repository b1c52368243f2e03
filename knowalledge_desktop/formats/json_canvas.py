"""JSON Canvas 1.0 (jsoncanvas.org): cards with text, and arrows between them.

What cards have no field for (who wrote a topic and with what, sources, locks) stands once beside the cards, under
our own name: programs that make cards anew leave it alone, or drop it as a whole, and then nothing is taken for
an edit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Link, LinkKind, Map, Place, Topic
from knowalledge_desktop.formats.base import (
    Caps,
    Exported,
    Extras,
    Imported,
    derived_id,
    fit_title,
    foreign_of,
    is_id,
    text_of,
    with_foreign,
)
from knowalledge_desktop.formats.records import topic_record, with_record
from knowalledge_desktop.formats.sections import join_sections, split_sections
from knowalledge_desktop.formats.tree import Grove

NAME = "canvas"
WIDTH, HEIGHT = 280, 80
_STEP_X, _STEP_Y = 380, 110
_TREE = "tree-"
_TAGS = {"r": "1", "o": "2", "y": "3", "g": "4", "c": "5", "p": "6"}
_COLOURS = {colour: tag for tag, colour in _TAGS.items()}
_KINDS = {"related": LinkKind.RELATED, "same as": LinkKind.SAME_AS}
_NODE_KEYS = {"id", "type", "text", "x", "y", "width", "height"}
_EDGE_KEYS = {"id", "fromNode", "toNode", "label", "fromSide", "toSide", "toEnd", "fromEnd"}
_FAR = 10_000_000.0


class JsonCanvas:
    """`.canvas`: topics as cards, the tree and the links as arrows."""

    facts = FormatFacts(
        name=NAME,
        title="JSON Canvas",
        suffixes=(".canvas",),
        keeps="Titles, summaries, notes, the tree, links, tags, sources, origins and places.",
        loses="Explanations and pictures.",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The map as cards."""
        root = document.topics[document.root_id]
        kept = foreign_of(root, NAME).get("file", {})
        places = _places(document)
        nodes: list[dict[str, Any]] = [_dict(each) for each in _list(kept.get("nodes"))]
        for key in document.branch(document.root_id):
            topic = document.topics[key]
            body = [("", "", topic.summary), ("note", "Note", topic.note)]
            node: dict[str, Any] = _box(key, places[key]) | {
                "type": "text",
                "text": f"# {topic.title}\n\n{join_sections(body)}".rstrip("\n"),
            }
            if topic.tag in _TAGS:
                node["color"] = _TAGS[topic.tag]
            nodes.append(_dict(foreign_of(topic, NAME).get("node")) | node)
        edges = _edges(document) + [_dict(each) for each in _list(kept.get("edges"))]
        told: dict[str, Any] = _dict(kept.get("more")) | {
            "nodes": nodes,
            "edges": edges,
            "knowalledge": {
                "map_id": document.map_id,
                "root": document.root_id,
                "lineage": " ".join(extras.lineage),
                "topics": _records(document),
            },
        }
        return Exported(_json(told), _losses(document))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The cards as topics; those that no arrow reaches stand below the root."""
        told = _parsed(data, caps)
        about = _dict(told.get("knowalledge"))
        map_id = about.get("map_id") if is_id(about.get("map_id")) else ""
        grove = Grove(name, caps, str(map_id))
        places: dict[str, Place] = {}
        ids: dict[str, str] = {}
        others: list[dict[str, Any]] = []
        records = _dict(about.get("topics"))
        for node in map(_dict, _list(told.get("nodes"))):
            topic, rest = _topic(node, grove, records)
            if topic is None:
                others.append(node)
                continue
            if rest:
                topic = replace(topic, note=f"{rest}\n\n{topic.note}".strip())
            grove.add(topic)
            ids.setdefault(str(node.get("id")), topic.topic_id)
            place = _place(node)
            if place is not None:
                places[topic.topic_id] = place
        links, loose = _read_edges(told, ids, grove, caps)
        if not grove.topics:
            raise ImportRefused("There are no cards in this canvas.")
        document = grove.finish(links, None, places, root_id=str(about.get("root", "")))
        more = {key: value for key, value in told.items() if key not in ("nodes", "edges", "knowalledge")}
        kept = {"nodes": others, "edges": loose, "more": more}
        document = _with_kept(document, {key: value for key, value in kept.items() if value})
        lineage = tuple(each for each in str(about.get("lineage", "")).split() if is_id(each))
        return Imported(document, {}, keeps_ids=True, lineage=lineage, warnings=tuple(grove.warnings))

    def recognises(self, data: bytes) -> bool:
        """Whether it looks like JSON with nodes."""
        return data[:2000].lstrip()[:1] == b"{" and b'"nodes"' in data[:100_000]


def vault_canvas(document: Map, names: Mapping[str, str]) -> bytes:
    """The canvas of a vault: each card is a note."""
    places = _places(document)
    nodes = [
        _box(key, places[key]) | {"type": "file", "file": f"{names[key]}.md"}
        for key in document.branch(document.root_id)
    ]
    return _json({"nodes": nodes, "edges": _edges(document)})


def canvas_places(data: bytes, caps: Caps) -> dict[str, Place]:
    """Where the cards of a canvas are, by their ids; {} when it cannot be read."""
    try:
        told = _parsed(data, caps)
    except ImportRefused:
        return {}
    found: dict[str, Place] = {}
    for node in map(_dict, _list(told.get("nodes"))):
        place = _place(node)
        if place is not None and isinstance(node.get("id"), str):
            found[node["id"]] = place
    return found


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent="\t").encode("utf-8", "replace")


def _parsed(data: bytes, caps: Caps) -> dict[str, Any]:
    try:
        told: object = json.loads(text_of(data, caps))
    except (ValueError, RecursionError) as error:
        raise ImportRefused("The file is not sound JSON.") from error
    if not isinstance(told, dict) or not isinstance(cast("dict[str, Any]", told).get("nodes"), list):
        raise ImportRefused("The file is JSON, but not a canvas.")
    whole = cast("dict[str, Any]", told)
    if len(_list(whole.get("nodes"))) > caps.topics or len(_list(whole.get("edges"))) > caps.links + caps.topics:
        raise ImportRefused("The canvas has too many cards or arrows, so it was not read.")
    return whole


def _box(key: str, place: Place) -> dict[str, Any]:
    return {
        "id": key,
        "x": round(place.x - WIDTH / 2),
        "y": round(place.y - HEIGHT / 2),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _places(document: Map) -> dict[str, Place]:
    """The places; topics that have none yet stand in columns beside the others."""
    found: dict[str, Place] = {}
    depths: dict[str, int] = {}
    left = max((place.x for place in document.places.values()), default=-_STEP_X) + _STEP_X
    row = 0
    for key in document.branch(document.root_id):
        parent = document.topics[key].parent_id
        depths[key] = depths.get(parent or "", -1) + 1
        place = document.places.get(key)
        if place is None:
            place = Place(left + depths[key] * _STEP_X, row * _STEP_Y)
            row += 1
        found[key] = place
    return found


def _place(node: dict[str, Any]) -> Place | None:
    values = [node.get(name) for name in ("x", "y", "width", "height")]
    if not all(isinstance(v, int | float) and math.isfinite(v) and abs(v) < _FAR for v in values):
        return None
    x, y, width, height = (float(cast("float", v)) for v in values)
    return Place(x + width / 2, y + height / 2)


def _edges(document: Map) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for key in document.branch(document.root_id):
        topic = document.topics[key]
        if topic.parent_id is not None:
            kept = _dict(foreign_of(topic, NAME).get("edge"))
            found.append(kept | {"id": f"{_TREE}{key}", "fromNode": topic.parent_id, "toNode": key})
    for key, link in sorted(document.links.items()):
        word = "same as" if link.kind is LinkKind.SAME_AS else ""
        edge: dict[str, Any] = {"id": key, "fromNode": link.source_id, "toNode": link.target_id, "toEnd": "none"}
        label = f"{word}: {link.label}" if word else link.label
        found.append(edge | ({"label": label} if label else {}))
    return found


def _records(document: Map) -> dict[str, Any]:
    """What cards have no field for, by topic; a colour is on the card itself."""
    found: dict[str, Any] = {}
    for key in document.branch(document.root_id):
        topic = document.topics[key]
        told = topic_record(replace(topic, tag="") if topic.tag in _TAGS else topic)
        if told:
            found[key] = told
    return found


def _topic(node: dict[str, Any], grove: Grove, records: Mapping[str, Any]) -> tuple[Topic | None, str]:
    """The topic that a card is, and what its title had no room for; None for what is no card, as a group."""
    kind = node.get("type")
    if kind == "text":
        first, _, rest = str(node.get("text", "")).strip("\n").partition("\n")
        heading = first.lstrip("#").strip() if first.startswith("#") else first
    elif kind == "file":
        heading, rest = str(node.get("file", "")).rpartition("/")[2].removesuffix(".md"), ""
    elif kind == "link":
        heading, rest = str(node.get("label") or node.get("url", "")), ""
    else:
        return None, ""
    title, whole = fit_title(heading)
    key = grove.fresh_id(node.get("id"), None, f"{node.get('id')}\x1f{title}")
    parts = split_sections(rest)
    colour = node.get("color")
    tag = _COLOURS.get(str(colour), "")
    rank = float(len(grove.topics))
    topic = Topic(key, title, rank=rank, summary=parts.get("", ""), note=parts.get("note", ""))
    topic = with_record(topic, _dict(records.get(key)))
    if tag or topic.tag in _TAGS:  # the card tells the colour, also when it has none any more
        topic = replace(topic, tag=tag)
    more = {
        name: value for name, value in node.items() if name not in _NODE_KEYS and not (name == "color" and tag)
    }
    if kind != "text":
        more |= {"type": kind}
    return with_foreign(topic, NAME, {"node": more} if more else {}), whole


def _read_edges(
    told: dict[str, Any], ids: Mapping[str, str], grove: Grove, caps: Caps
) -> tuple[dict[str, Link], list[dict[str, Any]]]:
    """Put topics below each other, and find the links; arrows to what is no card are given back."""
    edges = [_dict(each) for each in _list(told.get("edges"))]
    # Arrows of an export say what they are; of others the first one to a card makes the tree, if it has an end.
    edges.sort(key=lambda edge: not str(edge.get("id", "")).startswith(_TREE))
    links: dict[str, Link] = {}
    loose: list[dict[str, Any]] = []
    root = _dict(told.get("knowalledge")).get("root")
    for edge in edges:
        source, target = ids.get(str(edge.get("fromNode"))), ids.get(str(edge.get("toNode")))
        if source is None or target is None:
            loose.append(edge)
            continue
        topic = grove.topics[target]
        is_tree = edge.get("toEnd") != "none" and topic.parent_id is None and target not in (source, root)
        if is_tree and not _is_above(grove, target, source, caps):
            more = {name: value for name, value in edge.items() if name not in _EDGE_KEYS or name == "label"}
            kept = foreign_of(topic, NAME) | ({"edge": more} if more else {})
            grove.topics[target] = with_foreign(replace(topic, parent_id=source), NAME, kept)
        else:
            label = edge.get("label") if isinstance(edge.get("label"), str) else ""
            kind, text = LinkKind.RELATED, str(label)
            if text == "same as" or text.startswith("same as: "):
                kind, text = LinkKind.SAME_AS, text[len("same as: ") :]
            wanted = edge.get("id")
            key = str(wanted) if is_id(wanted) else derived_id("link", source, target, text)
            links[key] = Link(key, source, target, kind, " ".join(text.split()))
    return links, loose


def _is_above(grove: Grove, topic_id: str, other: str, caps: Caps) -> bool:
    """Whether the topic stands above the other one already, so that it cannot come below it."""
    current: str | None = other
    for _ in range(caps.depth + 1):
        if current is None:
            return False
        if current == topic_id:
            return True
        current = grove.topics[current].parent_id
    raise ImportRefused(f"The canvas is nested more than {caps.depth} levels deep.")


def _with_kept(document: Map, kept: dict[str, Any]) -> Map:
    if not kept:
        return document
    root = document.topics[document.root_id]
    root = with_foreign(root, NAME, foreign_of(root, NAME) | {"file": kept})
    return replace(document, topics={**document.topics, root.topic_id: root})


def _losses(document: Map) -> tuple[Loss, ...]:
    counts = (
        ("explanations", len(document.explanations), "Cards hold titles, summaries and notes."),
        ("pictures", len(document.pictures), "A canvas alone cannot hold them; a vault can."),
        ("places of other views", sum(map(len, document.view_places.values())), "A canvas has one view."),
    )
    return tuple(Loss(what, count, why) for what, count, why in counts if count)


def _dict(told: object) -> dict[str, Any]:
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _list(told: object) -> list[Any]:
    return cast("list[Any]", told) if isinstance(told, list) else []
