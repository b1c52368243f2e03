"""A whole map as JSON and back, without loss, in one canonical form whose hash names its state.

Reading is strict: a missing or wrong field raises ValueError.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict
from typing import Any, cast

from knowalledge_desktop.core.codec_values import claims_from, provenance_from, sources_from
from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Map, Opinion, Place, Rendering, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Detail, Level, Style

VERSION = 1

Json = dict[str, Any]


def canonical(told: object) -> str:
    """JSON with sorted names, no spaces, letters as they are: the same text for the same values."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return whole_letters(text)


def whole_letters(text: str) -> str:
    """A text without half a surrogate pair, which a model can answer and no file can hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode_map(document: Map) -> bytes:
    """The map as canonical UTF-8 JSON."""
    return canonical(map_json(document)).encode()


def decode_map(payload: bytes) -> Map:
    """The map that `encode_map` wrote; raises ValueError when it is not one."""
    try:
        return map_from(json.loads(payload))
    except RecursionError as error:
        raise ValueError("not a map: nested too deeply") from error


def state_of(document: Map) -> str:
    """Name of the state that a map is in: SHA-256 hex of its canonical form."""
    return hashlib.sha256(encode_map(document)).hexdigest()


def map_json(document: Map) -> Json:
    """The map as what JSON can hold; lists are in the order of their ids."""
    return {
        "v": VERSION,
        "map_id": document.map_id,
        "title": document.title,
        "root_id": document.root_id,
        "topics": [topic_json(document.topics[key]) for key in sorted(document.topics)],
        "links": [link_json(document.links[key]) for key in sorted(document.links)],
        "explanations": [explanation_json(document.explanations[key]) for key in sorted(document.explanations)],
        "places": [{"topic_id": key, **asdict(document.places[key])} for key in sorted(document.places)],
        "pictures": [asdict(document.pictures[key]) for key in sorted(document.pictures)],
        "view": document.view,
        "views": {
            view: [{"topic_id": key, **asdict(places[key])} for key in sorted(places)]
            for view, places in sorted(document.view_places.items())
            if places
        },
    }


def topic_json(topic: Topic) -> Json:
    """A topic as what JSON can hold."""
    return asdict(topic)


def link_json(link: Link) -> Json:
    """A link as what JSON can hold."""
    return asdict(link)


def explanation_json(explanation: Explanation) -> Json:
    """An explanation as what JSON can hold."""
    return asdict(explanation)


def map_from(told: object) -> Map:
    """The map from its JSON form; its tree is not checked. Raises ValueError."""
    try:
        whole = _object(told)
        if whole["v"] != VERSION:
            raise ValueError("unknown version of a map")
        topics = [topic_from(each) for each in _list(whole["topics"])]
        links = [link_from(each) for each in _list(whole["links"])]
        explanations = [explanation_from(each) for each in _list(whole["explanations"])]
        views = {_text(view): _places(found) for view, found in _object(whole["views"]).items()}
        pictures = [picture_from(each) for each in _list(whole["pictures"])]
        return Map(
            map_id=_text(whole["map_id"]),
            title=_text(whole["title"]),
            root_id=_text(whole["root_id"]),
            topics={each.topic_id: each for each in topics},
            links={each.link_id: each for each in links},
            explanations={each.key: each for each in explanations},
            places=_places(whole["places"]),
            pictures={each.topic_id: each for each in pictures},
            view_places={view: places for view, places in views.items() if places},
            view=_text(whole["view"]),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a map: {type(error).__name__} {error}") from error


def topic_from(told: Json) -> Topic:
    """A topic from its JSON form; raises KeyError, TypeError, ValueError."""
    parent = told["parent_id"]
    return Topic(
        topic_id=_text(told["topic_id"]),
        title=_text(told["title"]),
        parent_id=None if parent is None else _text(parent),
        rank=_number(told["rank"]),
        summary=_text(told["summary"]),
        relation=Relation(told["relation"]),
        sources=sources_from(told["sources"]),
        provenance=provenance_from(told["provenance"]),
        edited=_flag(told["edited"]),
        note=_text(told["note"]),
        tag=_text(told["tag"]),
        locked=_flag(told["locked"]),
        foreign=_text(told["foreign"]),
    )


def link_from(told: Json) -> Link:
    """A link from its JSON form; raises KeyError, TypeError, ValueError."""
    kind = LinkKind(told["kind"])
    return Link(
        _text(told["link_id"]), _text(told["source_id"]), _text(told["target_id"]), kind, _text(told["label"])
    )


def explanation_from(told: Json) -> Explanation:
    """An explanation from its JSON form; raises KeyError, TypeError, ValueError."""
    return Explanation(
        topic_id=_text(told["topic_id"]),
        rendering=rendering_from(told["rendering"]),
        markdown=_text(told["markdown"]),
        claims=claims_from(told["claims"]),
        sources=sources_from(told["sources"]),
        provenance=provenance_from(told["provenance"]),
        quality=None if told["quality"] is None else _number(told["quality"]),
        opinion=Opinion(told["opinion"]),
        opinion_note=_text(told["opinion_note"]),
    )


def rendering_from(told: Json) -> Rendering:
    """A rendering from its JSON form; raises KeyError, TypeError, ValueError."""
    return Rendering(Level(told["level"]), Detail(told["detail"]), Style(told["style"]), _text(told["language"]))


def place_from(told: Json) -> Place:
    """A place from its JSON form; raises KeyError, TypeError, ValueError."""
    return Place(_number(told["x"]), _number(told["y"]), _flag(told["pinned"]), _flag(told["collapsed"]))


def picture_from(told: Json) -> TopicPicture:
    """Which picture a topic has, from its JSON form; raises KeyError, TypeError, ValueError."""
    return TopicPicture(
        topic_id=_text(told["topic_id"]),
        sha256=_text(told["sha256"]),
        mime=_text(told["mime"]),
        width=_count(told["width"]),
        height=_count(told["height"]),
        alt=_text(told["alt"]),
        provenance=provenance_from(told["provenance"]),
    )


def _places(told: object) -> dict[str, Place]:
    return {_text(each["topic_id"]): place_from(each) for each in _list(told)}


def _object(told: object) -> Json:
    if not isinstance(told, dict):
        raise TypeError("not an object")
    return cast("Json", told)


def _list(told: object) -> list[Any]:
    if not isinstance(told, list):
        raise TypeError("not a list")
    return cast("list[Any]", told)


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError("not a text")
    return told


def _flag(told: object) -> bool:
    if not isinstance(told, bool):
        raise TypeError("not true or false")
    return told


def _count(told: object) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or told < 0:
        raise TypeError("not a count")
    return told


def _number(told: object) -> float:
    if not isinstance(told, int | float) or isinstance(told, bool) or not math.isfinite(told):
        raise TypeError("not a number")
    return float(told)
