"""The tree that the topics of a map are: who is below whom, and whether it is one tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowalledge_desktop.core.graph import Map, Topic


class ChangeConflict(ValueError):
    """The map is not in the state that the change was made for (a bug of the caller)."""


def children_of(topics: Mapping[str, Topic]) -> Mapping[str, tuple[str, ...]]:
    """The children of each topic that has any, in rank order."""
    lists: dict[str, list[Topic]] = {}
    for topic in topics.values():
        if topic.parent_id is not None:
            lists.setdefault(topic.parent_id, []).append(topic)
    return {
        parent: tuple(t.topic_id for t in sorted(found, key=lambda t: (t.rank, t.topic_id)))
        for parent, found in lists.items()
    }


def children_after(
    children: Mapping[str, tuple[str, ...]],
    before: Mapping[str, Topic],
    after: Mapping[str, Topic],
    touched: Collection[str],
) -> Mapping[str, tuple[str, ...]]:
    """The children of each topic that has any, from those before a change that touched few of many topics."""
    new: dict[str, list[str]] = {}
    for table in (before, after):
        for topic_id in touched:
            topic = table.get(topic_id)
            if topic is not None and topic.parent_id is not None:
                new.setdefault(topic.parent_id, [])
    for topic_id in touched:
        topic = after.get(topic_id)
        if topic is not None and topic.parent_id is not None:
            new[topic.parent_id].append(topic_id)
    found = dict(children)
    for parent_id, ids in new.items():
        ids += [each for each in children.get(parent_id, ()) if each not in touched]
        found.pop(parent_id, None)
        if ids:
            found[parent_id] = tuple(sorted(ids, key=lambda each: (after[each].rank, each)))
    return found


def visible_ids(document: Map) -> tuple[str, ...]:
    """Topics that are not hidden below a collapsed one, parents first."""
    if document.root is None:
        return ()
    out: list[str] = []
    waiting = [document.root_id]
    while waiting:
        current = waiting.pop()
        out.append(current)
        place = document.places.get(current)
        if place is None or not place.collapsed:
            waiting.extend(reversed(document.children(current)))
    return tuple(out)


def check_tree(
    topics: Mapping[str, Topic], children: Mapping[str, tuple[str, ...]], touched: set[str], roots: set[str]
) -> None:
    """Raise ChangeConflict unless the tree, which was sound before, still is at the touched topics."""
    alone = {name for name in touched | roots if name in topics and topics[name].parent_id is None}
    if len(alone) > 1:
        raise ChangeConflict("a map has one root")
    sound: set[str] = set()
    for name in touched:
        if name not in topics and name in children:
            raise ChangeConflict(f"{name}: there are topics below it")
        way: set[str] = set()
        current = topics.get(name)
        while current is not None and current.topic_id not in sound:
            if current.topic_id in way:
                raise ChangeConflict(f"{name}: it would be below itself")
            way.add(current.topic_id)
            if current.parent_id is not None and current.parent_id not in topics:
                raise ChangeConflict(f"{current.topic_id}: its parent is not there")
            current = topics[current.parent_id] if current.parent_id is not None else None
        sound |= way
