"""What a foreign format has no word for: a small JSON record beside the topic, the text or the link it belongs to.

Records hold only what is not as usual, and reading takes from them what is sound: a record that somebody has
damaged costs its damaged fields and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeVar, cast

from knowalledge_desktop.core.codec_values import claims_from, provenance_from, sources_from
from knowalledge_desktop.core.content import Provenance, Relation
from knowalledge_desktop.core.graph import Explanation, Link, LinkKind, Opinion, Place, Rendering, Topic
from knowalledge_desktop.core.map_codec import place_from
from knowalledge_desktop.core.request import Detail, Level, Style
from knowalledge_desktop.formats.base import clean, is_id

Record = dict[str, Any]
T = TypeVar("T")

_USUAL = Provenance(engine="person")
_BAD = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
_LANGUAGE = re.compile(r"[^\s,=/]{1,40}")


def compact(told: object) -> str:
    """JSON with sorted names and no spaces, of characters that any file can hold."""
    return json.dumps(_cleaned(told), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def record_of(text: object) -> Record:
    """The record that a text is; {} when it is none."""
    if not isinstance(text, str) or not text:
        return {}
    try:
        told: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("Record", told) if isinstance(told, dict) else {}


def topic_record(topic: Topic) -> Record:
    """Everything of a topic but its id, title, place in the tree, summary, note and foreign part."""
    told: Record = {}
    if topic.relation is not Relation.SUBTOPIC:
        told["relation"] = str(topic.relation)
    if topic.tag:
        told["tag"] = topic.tag
    if topic.locked:
        told["locked"] = True
    if topic.edited:
        told["edited"] = True
    if topic.sources:
        told["sources"] = [asdict(each) for each in topic.sources]
    if topic.provenance != _USUAL:
        told["by"] = _provenance(topic.provenance)
    return told


def with_record(topic: Topic, told: Mapping[str, Any]) -> Topic:
    """The topic with what a record says of it."""
    if not told:
        return topic
    return replace(
        topic,
        relation=_taken(told, "relation", Relation, topic.relation),
        tag=_taken(told, "tag", _text, topic.tag),
        locked=told.get("locked") is True,
        edited=told.get("edited") is True,
        sources=_taken(told, "sources", lambda each: sources_from(_clean_list(each)), topic.sources),
        provenance=_taken(told, "by", _provenance_from, topic.provenance),
    )


def text_record(text: Explanation, *, claims: bool = True) -> Record:
    """Everything of an explanation but whose it is, its rendering and its words."""
    told: Record = {}
    if text.claims and claims:
        told["claims"] = [asdict(each) for each in text.claims]
    if text.sources:
        told["sources"] = [asdict(each) for each in text.sources]
    if text.provenance != _USUAL:
        told["by"] = _provenance(text.provenance)
    if text.quality is not None:
        told["quality"] = text.quality
    if text.opinion is not Opinion.NONE:
        told["opinion"] = str(text.opinion)
    if text.opinion_note:
        told["opinion_note"] = text.opinion_note
    return told


def text_from(topic_id: str, rendering: Rendering, markdown: str, told: Mapping[str, Any]) -> Explanation:
    """An explanation from its words and its record."""
    return Explanation(
        topic_id=topic_id,
        rendering=rendering,
        markdown=markdown,
        claims=_taken(told, "claims", lambda each: claims_from(_clean_list(each)), ()),
        sources=_taken(told, "sources", lambda each: sources_from(_clean_list(each)), ()),
        provenance=_taken(told, "by", _provenance_from, _USUAL),
        quality=_taken(told, "quality", _share, None),
        opinion=_taken(told, "opinion", Opinion, Opinion.NONE),
        opinion_note=_taken(told, "opinion_note", _text, ""),
    )


def rendering_words(rendering: Rendering) -> tuple[str, str, str, str]:
    """Level, detail, style and language, as they stand in files."""
    language = rendering.language if _LANGUAGE.fullmatch(rendering.language) else "und"
    return (str(rendering.level), str(rendering.detail), str(rendering.style), language)


def rendering_from(words: tuple[str, ...]) -> Rendering | None:
    """The rendering of these four words; None when they name none."""
    if len(words) != 4 or not _LANGUAGE.fullmatch(words[3]):
        return None
    try:
        return Rendering(Level(words[0]), Detail(words[1]), Style(words[2]), words[3])
    except ValueError:
        return None


def links_record(links: list[Link]) -> list[list[str]]:
    """The links that start at one topic."""
    return [[each.link_id, each.target_id, str(each.kind), each.label] for each in links]


def links_from(source_id: str, told: object) -> list[Link]:
    """The links of a topic from its record, the sound ones; `told` is what JSON gave."""
    found: list[Link] = []
    for each in cast("list[object]", told) if isinstance(told, list) else []:
        words = cast("list[object]", each) if isinstance(each, list) else []
        if len(words) != 4 or not all(isinstance(word, str) for word in words):
            continue
        link_id, target_id, kind, label = cast("list[str]", words)
        if is_id(link_id) and is_id(target_id) and kind in set(LinkKind):
            found.append(Link(link_id, source_id, target_id, LinkKind(kind), clean(label)))
    return found


def links_by_source(links: Mapping[str, Link]) -> dict[str, list[Link]]:
    """Links by the topic they start at, in the order of their ids."""
    found: dict[str, list[Link]] = {}
    for link_id in sorted(links):
        found.setdefault(links[link_id].source_id, []).append(links[link_id])
    return found


def texts_by_topic(explanations: Mapping[str, Explanation]) -> dict[str, list[Explanation]]:
    """Explanations by their topic, in the order of their renderings' names."""
    found: dict[str, list[Explanation]] = {}
    for key in sorted(explanations):
        found.setdefault(explanations[key].topic_id, []).append(explanations[key])
    return found


def place_record(place: Place) -> list[Any]:
    """Where a topic sits."""
    return [place.x, place.y, place.pinned, place.collapsed]


def place_of(told: object) -> Place | None:
    """A place from its record; None when it is none."""
    if not isinstance(told, list) or len(cast("list[object]", told)) != 4:
        return None
    x, y, pinned, collapsed = cast("list[Any]", told)
    try:
        return place_from({"x": x, "y": y, "pinned": pinned, "collapsed": collapsed})
    except _BAD:
        return None


def _provenance(told: Provenance) -> Record:
    usual = asdict(_USUAL)
    return {name: value for name, value in asdict(told).items() if value != usual[name]} | {"engine": told.engine}


def _provenance_from(told: object) -> Provenance:
    if not isinstance(told, dict):
        raise TypeError("not a record")
    return provenance_from(_cleaned({**asdict(_USUAL), **cast("Record", told)}))


def _taken(told: Mapping[str, Any], name: str, read: Callable[[Any], T], otherwise: T) -> T:
    if name not in told:
        return otherwise
    try:
        return read(told[name])
    except _BAD:
        return otherwise


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError("not a text")
    return clean(told)


def _share(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0.0 <= told <= 1.0:
        raise TypeError("not a share")
    return float(told)


def _clean_list(told: object) -> list[Any]:
    if not isinstance(told, list):
        raise TypeError("not a list")
    return _cleaned(cast("list[Any]", told))


def _cleaned(told: Any) -> Any:  # noqa: ANN401 (what JSON can hold)
    """The same with every text fit for a file."""
    if isinstance(told, str):
        return clean(told)
    if isinstance(told, dict):
        return {clean(str(name)): _cleaned(value) for name, value in cast("Record", told).items()}
    if isinstance(told, list | tuple):
        return [_cleaned(each) for each in cast("list[Any]", told)]
    return told
