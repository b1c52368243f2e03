"""What a map has that a file of some format does not carry, counted for the report."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

from knowalledge_desktop.core.content import Provenance, Relation
from knowalledge_desktop.core.exchange import Loss
from knowalledge_desktop.core.graph import Map, Opinion

PICTURES = "pictures"
PLACES = "places on the canvas"
CLAIMS = "checked sentences"
TEXTS = "explanations"
NOTES = "notes"
SUMMARIES = "summaries"
SOURCES = "sources"
LINKS = "cross links"
ORIGINS = "origins"
MARKS = "tags, locks and opinions"
FOREIGN = "other programs' fields"

_WHY = {
    PICTURES: "The format has no place for pictures.",
    PLACES: "The format lays the map out by itself.",
    CLAIMS: "Which sentences were checked, and how, is not in the file.",
    TEXTS: "The format has room for titles alone.",
    NOTES: "The format has room for titles alone.",
    SUMMARIES: "The format has room for titles alone.",
    SOURCES: "The format has no place for sources.",
    LINKS: "The format has no links across the tree.",
    ORIGINS: "Who wrote what, when and with which model is not in the file.",
    MARKS: "The format has no place for them.",
    FOREIGN: "They belong to files of another format and stay in the map.",
}


def losses(document: Map, own: str, parts: Collection[str]) -> tuple[Loss, ...]:
    """Those of the parts that this map has; `own` is the name of the format in `Topic.foreign`."""
    counts: dict[str, Callable[[], int]] = {
        PICTURES: lambda: len(document.pictures),
        PLACES: lambda: len(document.places) + sum(map(len, document.view_places.values())),
        CLAIMS: lambda: sum(len(each.claims) for each in document.explanations.values()),
        TEXTS: lambda: len(document.explanations),
        NOTES: lambda: sum(bool(each.note) for each in document.topics.values()),
        SUMMARIES: lambda: sum(bool(each.summary) for each in document.topics.values()),
        SOURCES: lambda: _sources(document),
        LINKS: lambda: len(document.links),
        ORIGINS: lambda: _origins(document),
        MARKS: lambda: _marks(document),
        FOREIGN: lambda: sum(_has_others(each.foreign, own) for each in document.topics.values()),
    }
    found = ((part, counts[part]()) for part in counts if part in parts)
    return tuple(Loss(part, count, _WHY[part]) for part, count in found if count)


def _sources(document: Map) -> int:
    topics = sum(len(each.sources) for each in document.topics.values())
    return topics + sum(len(each.sources) for each in document.explanations.values())


def _origins(document: Map) -> int:
    usual = Provenance(engine="person")
    topics = sum(each.provenance != usual or each.edited for each in document.topics.values())
    return topics + sum(each.provenance != usual for each in document.explanations.values())


def _marks(document: Map) -> int:
    topics = sum(
        bool(each.tag) or each.locked or each.relation is not Relation.SUBTOPIC
        for each in document.topics.values()
    )
    texts = document.explanations.values()
    return topics + sum(each.opinion is not Opinion.NONE or bool(each.opinion_note) for each in texts)


def _has_others(foreign: str, own: str) -> bool:
    if not foreign:
        return False
    try:
        told: object = json.loads(foreign)
    except (ValueError, RecursionError):
        return True
    return not isinstance(told, dict) or bool(set(told) - {own})  # pyright: ignore[reportUnknownArgumentType]
