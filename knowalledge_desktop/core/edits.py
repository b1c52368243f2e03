"""What a person does to a map, as changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from knowalledge_desktop.core.graph import (
    Change,
    Map,
    Place,
    Put,
    PutExplanation,
    PutLink,
    PutPicture,
    PutPlace,
    PutTopic,
    Topic,
)
from knowalledge_desktop.core.history import places_in

TAGS = "rygbp"
"""The letters of the colour tags: red, yellow, green, blue, purple. Files of others may bring further ones."""


def heads(document: Map, topic_ids: Collection[str]) -> tuple[str, ...]:
    """Those of the topics that are below none of the others, in the order of the map; none that is not there."""
    wanted, found = set(topic_ids) & document.topics.keys(), list[str]()
    for topic_id in wanted:
        if not any(above.topic_id in wanted for above in document.path(topic_id)[:-1]):
            found.append(topic_id)
    if len(found) < 2:
        return tuple(found)
    order = {topic_id: number for number, topic_id in enumerate(document.branch(document.root_id))}
    return tuple(sorted(found, key=order.__getitem__))


def removal(document: Map, topic_id: str) -> Change:
    """Remove a topic with its branch, its explanations and pictures, and the links that touch it."""
    return removing(document, (topic_id,))


def removing(document: Map, topic_ids: Collection[str]) -> Change:
    """Remove topics with their branches; all that is kept of them goes, as do the links that touch them."""
    above = heads(document, topic_ids)
    gone = [each for head in above for each in document.branch(head)]
    gone_set = set(gone)
    puts: list[Put] = [PutExplanation(e, None) for e in document.explanations.values() if e.topic_id in gone_set]
    puts += [
        PutLink(link, None) for link in document.links.values() if {link.source_id, link.target_id} & gone_set
    ]
    puts += [PutPicture(document.pictures[each], None) for each in gone if each in document.pictures]
    puts += [PutTopic(document.topics[each], None) for each in reversed(gone)]
    return about(document, above, puts, "remove")


def renaming(document: Map, topic_id: str, title: str) -> Change:
    """Give a topic another title."""
    before = document.topics[topic_id]
    if before.title == title:
        return Change((), "rename", title)
    return Change((PutTopic(before, replace(before, title=title, edited=True)),), "rename", before.title)


def moving(document: Map, places: Mapping[str, Place], reason: str = "move") -> Change:
    """Put topics at new places."""
    puts = tuple(
        PutPlace(topic_id, document.places.get(topic_id), place)
        for topic_id, place in places.items()
        if document.places.get(topic_id) != place
    )
    return Change(puts, reason)


def noting(document: Map, topic_id: str, note: str) -> Change:
    """Write a person's own note on a topic, or with an empty one take it away."""
    before = document.topics[topic_id]
    puts = [PutTopic(before, replace(before, note=note))] if before.note != note else []
    return about(document, (topic_id,), puts, "note")


def tagging(document: Map, topic_ids: Collection[str], tag: str) -> Change:
    """Give topics a colour tag by its letter, or with an empty one none."""
    return _altered(document, topic_ids, "tag" if tag else "untag", lambda topic: replace(topic, tag=tag))


def locking(document: Map, topic_ids: Collection[str], *, locked: bool) -> Change:
    """Have topics left alone by engines, or open them again."""
    reason = "lock" if locked else "unlock"
    return _altered(document, topic_ids, reason, lambda topic: replace(topic, locked=locked))


def pinning(document: Map, topic_ids: Collection[str], view: str, *, pinned: bool) -> Change:
    """Have topics stay where they are in a view when it is tidied up, or not any more."""
    known = places_in(document, view)
    there = [each for each in dict.fromkeys(topic_ids) if each in document.topics and each in known]
    changed = [each for each in there if known[each].pinned is not pinned]
    puts = [PutPlace(each, known[each], replace(known[each], pinned=pinned), view) for each in changed]
    return about(document, changed, puts, "pin" if pinned else "unpin")


def about(document: Map, topic_ids: Sequence[str], puts: Sequence[Put], reason: str) -> Change:
    """A change about one topic, by its title, or about several, by how many they are."""
    if len(topic_ids) == 1:
        return Change(tuple(puts), reason, document.topics[topic_ids[0]].title)
    return Change(tuple(puts), f"{reason} several", str(len(topic_ids)))


def _altered(document: Map, topic_ids: Collection[str], reason: str, alter: Callable[[Topic], Topic]) -> Change:
    there = [document.topics[each] for each in dict.fromkeys(topic_ids) if each in document.topics]
    changed = [(before, after) for before in there if (after := alter(before)) != before]
    puts = [PutTopic(before, after) for before, after in changed]
    return about(document, [before.topic_id for before, _ in changed], puts, reason)
