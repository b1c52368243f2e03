"""Topics that have no place yet, as groups of siblings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.forest import sizes_array


def new_groups(document: Map) -> list[tuple[str, list[str]]]:
    """Each parent with those of its children that have no place, in reading order: parents come first."""
    places = document.places
    parents = {t.parent_id for i, t in document.topics.items() if i not in places and t.parent_id is not None}

    def way(topic_id: str) -> list[tuple[float, str]]:
        return [(topic.rank, topic.topic_id) for topic in document.path(topic_id)]

    return [(p, [c for c in document.children(p) if c not in places]) for p in sorted(parents, key=way)]


def taken_boxes(document: Map, sizes: Mapping[str, Size]) -> Boxes:
    """The boxes of all topics that have a place, seen or hidden."""
    placed = [(i, at) for i, at in document.places.items() if i in document.topics]
    if not placed:
        return Boxes()
    x, y = np.array([at.x for _, at in placed]), np.array([at.y for _, at in placed])
    return Boxes.of(np.column_stack([x, y]), sizes_array(sizes, [i for i, _ in placed]))


def settle(
    ids: tuple[str, ...],
    spots: list[tuple[float, float]],
    sizes: Mapping[str, Size],
    found: dict[str, Place],
    taken: Boxes,
) -> None:
    """Note new places, and that they are taken."""
    for topic_id, (x, y) in zip(ids, spots, strict=True):
        found[topic_id] = Place(round(x, 2), round(y, 2))
        taken.add(round(x, 2), round(y, 2), *sizes[topic_id])
