"""What a person does to a map, as changes."""

from __future__ import annotations

from collections.abc import Mapping
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
)


def removal(document: Map, topic_id: str) -> Change:
    """Remove a topic with its branch, its explanations and pictures, and the links that touch it."""
    gone = document.branch(topic_id)
    gone_set = set(gone)
    puts: list[Put] = [PutExplanation(e, None) for e in document.explanations.values() if e.topic_id in gone_set]
    puts += [
        PutLink(link, None) for link in document.links.values() if {link.source_id, link.target_id} & gone_set
    ]
    puts += [PutPicture(document.pictures[each], None) for each in gone if each in document.pictures]
    puts += [PutTopic(document.topics[each], None) for each in reversed(gone)]
    return Change(tuple(puts), "remove", document.topics[topic_id].title)


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
