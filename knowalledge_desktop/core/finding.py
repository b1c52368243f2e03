"""Which topics of a map are meant: by words, and by what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowalledge_desktop.core.content import ClaimState, Relation
from knowalledge_desktop.core.graph import Explanation, Map, Opinion, Topic
from knowalledge_desktop.core.staleness import Present, stale_in
from knowalledge_desktop.core.validation import fold

GOOD_QUALITY = 0.7
"""From this quality on an explanation counts as good (0 to 1)."""


class Trait(StrEnum):
    """What a topic can be filtered by; several are all asked for."""

    EXPLAINED = "explained"
    OPEN = "open"
    DISPUTED = "disputed"
    WEAK = "weak"
    NOTED = "noted"
    TAGGED = "tagged"
    LOCKED = "locked"
    PICTURED = "pictured"
    OWN = "own"
    RELATED = "related"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Query:
    """Words that all occur in title, summary or note; traits; and how deep at most (0 the root).

    `present` is what the trait STALE holds against; without it nothing is known to be stale.
    """

    text: str = ""
    traits: frozenset[Trait] = frozenset()
    depth: int | None = None
    present: Present | None = None

    def __bool__(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.text.strip() or self.traits or self.depth is not None)


def find(document: Map, query: Query) -> tuple[str, ...]:
    """Ids of the topics that are meant, from the root down as the tree has them; nothing for an empty query.

    Case, accents and width do not matter. Topics whose title has the words come as they stand, too: the order
    is that of the map, so that next and previous walk through it.
    """
    if not query or document.root is None:
        return ()
    words = fold(query.text).split()
    told: dict[str, list[Explanation]] = {}
    stale = _stale(document, query)
    if query.traits & _ABOUT_TEXTS:
        for each in document.explanations.values():
            told.setdefault(each.topic_id, []).append(each)
    found: list[str] = []
    waiting = [(document.root_id, 0)]
    while waiting:
        topic_id, depth = waiting.pop()
        if query.depth is None or depth < query.depth:
            waiting.extend((child, depth + 1) for child in reversed(document.children(topic_id)))
        topic = document.topics[topic_id]
        if stale is not None and topic_id not in stale:
            continue
        traits = query.traits - {Trait.STALE}
        if _has_words(topic, words) and all(_has(document, topic, told, trait) for trait in traits):
            found.append(topic_id)
    return tuple(found)


def _stale(document: Map, query: Query) -> frozenset[str] | None:
    """Topics of which something is stale; None when that is not asked for."""
    if Trait.STALE not in query.traits:
        return None
    if query.present is None:
        return frozenset()
    return frozenset(each.topic_id for each in stale_in(document, query.present))


_ABOUT_TEXTS = frozenset({Trait.EXPLAINED, Trait.OPEN, Trait.DISPUTED, Trait.WEAK})


def _has_words(topic: Topic, words: list[str]) -> bool:
    if not words:
        return True
    text = fold(topic.title)
    if all(word in text for word in words):
        return True
    if not topic.summary and not topic.note:
        return False
    text = f"{text} {fold(topic.summary)} {fold(topic.note)}"
    return all(word in text for word in words)


def _has(document: Map, topic: Topic, told: dict[str, list[Explanation]], trait: Trait) -> bool:
    texts = told.get(topic.topic_id, [])
    return {
        Trait.EXPLAINED: lambda: bool(texts),
        Trait.OPEN: lambda: not texts,
        Trait.DISPUTED: lambda: any(_is_disputed(each) for each in texts),
        Trait.WEAK: lambda: any(each.quality is not None and each.quality < GOOD_QUALITY for each in texts),
        Trait.NOTED: lambda: bool(topic.note.strip()),
        Trait.TAGGED: lambda: bool(topic.tag),
        Trait.LOCKED: lambda: topic.locked,
        Trait.PICTURED: lambda: topic.topic_id in document.pictures,
        Trait.OWN: lambda: topic.provenance.engine == "person",
        Trait.RELATED: lambda: topic.relation is Relation.RELATED,
    }[trait]()


def _is_disputed(text: Explanation) -> bool:
    return text.opinion is Opinion.WRONG or any(claim.state is ClaimState.DISPUTED for claim in text.claims)
