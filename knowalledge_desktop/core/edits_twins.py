"""Topics of one title in one map: several become one with all that was known of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from knowalledge_desktop.core.content import Source
from knowalledge_desktop.core.edits import about
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    LinkKind,
    Map,
    Put,
    PutExplanation,
    PutLink,
    PutPicture,
    PutTopic,
    Topic,
)
from knowalledge_desktop.core.validation import fold


def twins(document: Map, topic_id: str) -> tuple[str, ...]:
    """The other topics of the same title, in the order of the map."""
    title = fold(document.topics[topic_id].title)
    same = {i for i, topic in document.topics.items() if i != topic_id and fold(topic.title) == title}
    return tuple(i for i in document.branch(document.root_id) if i in same) if same else ()


def topic_called(document: Map, title: str) -> str | None:
    """The first topic of the map with this title, however it is written; None when there is none."""
    wanted = fold(title)
    return next((each for each, topic in document.topics.items() if fold(topic.title) == wanted), None)


def uniting(document: Map, topic_id: str) -> Change:
    """Make one topic of this one and its twins: children, explanations, sources, notes and links of all.

    It stays where it is, unless it is below one of its twins: then that one stays. Children of one title become
    one as well. Of two texts in one rendering the first stays, the other one goes into the note; of two pictures
    the first stays. Undo takes it apart again.
    """
    others = twins(document, topic_id)
    if not others:
        return Change((), "unite")
    above = [each.topic_id for each in document.path(topic_id) if each.topic_id in others]
    if above:
        topic_id, others = above[0], tuple(each for each in (topic_id, *others) if each != above[0])
    into, below = _matched(document, topic_id, others)
    puts = [
        *_topics(document, into, below),
        *_texts(document, into),
        *_pictures(document, into),
        *_links(document, into),
    ]
    return about(document, (topic_id,), puts, "unite")


def _matched(document: Map, kept: str, others: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Which topics go into which, and the new parents of those that stay."""
    into, below = dict.fromkeys(others, kept), dict[str, str]()
    names: dict[str, dict[str, str]] = {}

    def known(parent: str) -> dict[str, str]:
        if parent not in names:
            children = (each for each in document.children(parent) if each not in into)
            names[parent] = {fold(document.topics[each].title): each for each in children}
        return names[parent]

    waiting = [(other, kept) for other in others]
    while waiting:
        gone, stays = waiting.pop(0)
        for child in document.children(gone):
            if child in into or child == stays:
                continue
            title = fold(document.topics[child].title)
            twin = known(stays).get(title)
            if twin is not None and twin != child and twin not in into:
                into[child] = twin
                waiting.append((child, twin))
            else:
                known(stays)[title] = child
                below[child] = stays
    return into, below


def _topics(document: Map, into: Mapping[str, str], below: Mapping[str, str]) -> list[Put]:
    altered: dict[str, Topic] = {}
    ranks: dict[str, float] = {}
    for child, parent in below.items():
        if parent not in ranks:
            ranks[parent] = max((document.topics[each].rank for each in document.children(parent)), default=-1.0)
        ranks[parent] += 1.0
        altered[child] = replace(document.topics[child], parent_id=parent, rank=ranks[parent])
    lost = _lost_texts(document, into)
    for stays in dict.fromkeys(into.values()):
        gone = [document.topics[each] for each, to in into.items() if to == stays]
        altered[stays] = _united(altered.get(stays, document.topics[stays]), gone, lost.get(stays, ()))
    puts: list[Put] = [PutTopic(document.topics[each], None) for each in reversed(tuple(into))]
    puts += [PutTopic(document.topics[i], after) for i, after in altered.items() if after != document.topics[i]]
    return puts


def _united(topic: Topic, gone: Collection[Topic], texts: Collection[str]) -> Topic:
    notes = dict.fromkeys(each for each in (topic.note, *(t.note for t in gone), *texts) if each.strip())
    sources: dict[tuple[str, str], Source] = {}
    for each in (topic, *gone):
        for source in each.sources:
            sources.setdefault((source.url, source.title), source)
    return replace(
        topic,
        summary=topic.summary or next((t.summary for t in gone if t.summary), ""),
        sources=tuple(sources.values()),
        note="\n\n".join(notes),
        tag=topic.tag or next((t.tag for t in gone if t.tag), ""),
        locked=topic.locked or any(t.locked for t in gone),
    )


def _moved_texts(document: Map, into: Mapping[str, str]) -> list[tuple[Explanation, Explanation]]:
    """Each explanation of a topic that goes, and as the one of the topic that stays."""
    return [
        (each, replace(each, topic_id=into[each.topic_id]))
        for each in document.explanations.values()
        if each.topic_id in into
    ]


def _texts(document: Map, into: Mapping[str, str]) -> list[Put]:
    puts: list[Put] = []
    taken = set(document.explanations)
    for before, after in _moved_texts(document, into):
        puts.append(PutExplanation(before, None))
        if after.key not in taken:
            taken.add(after.key)
            puts.append(PutExplanation(None, after))
    return puts


def _lost_texts(document: Map, into: Mapping[str, str]) -> dict[str, list[str]]:
    """The texts that find another one in their rendering, by the topic that stays."""
    first = {key: each.markdown for key, each in document.explanations.items()}
    found: dict[str, list[str]] = {}
    for _, after in _moved_texts(document, into):
        if first.setdefault(after.key, after.markdown) != after.markdown:
            found.setdefault(after.topic_id, []).append(after.markdown)
    return found


def _pictures(document: Map, into: Mapping[str, str]) -> list[Put]:
    puts: list[Put] = []
    taken = set(document.pictures)
    for gone, stays in into.items():
        picture = document.pictures.get(gone)
        if picture is None:
            continue
        puts.append(PutPicture(picture, None))
        if stays not in taken:
            taken.add(stays)
            puts.append(PutPicture(None, replace(picture, topic_id=stays)))
    return puts


def _links(document: Map, into: Mapping[str, str]) -> list[Put]:
    """Links go to the topics that stay; those that would go round in a circle or come twice fall away."""
    puts: list[Put] = []
    there: set[tuple[frozenset[str], LinkKind, str]] = set()

    def is_new(link: Link) -> bool:
        key = (frozenset((link.source_id, link.target_id)), link.kind, link.label)
        new = link.source_id != link.target_id and key not in there
        there.add(key)
        return new

    touched = [each for each in document.links.values() if each.source_id in into or each.target_id in into]
    for link in document.links.values():
        if link not in touched:
            is_new(link)
    for link in touched:
        after = replace(
            link,
            source_id=into.get(link.source_id, link.source_id),
            target_id=into.get(link.target_id, link.target_id),
        )
        puts.append(PutLink(link, after if is_new(after) else None))
    return puts
