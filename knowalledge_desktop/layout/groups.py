"""Topics that have no place yet, as groups of siblings."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from operator import attrgetter

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.forest import sizes_array

_SPOT = attrgetter("x", "y")


def new_groups(document: Map) -> list[tuple[str, list[str]]]:
    """Each parent with those of its children that have no place, in reading order: parents come first."""
    places = document.places
    new = document.topics.keys() - places.keys()
    parents = {above for i in new if (above := document.topics[i].parent_id) is not None}

    def way(topic_id: str) -> list[tuple[float, str]]:
        return [(topic.rank, topic.topic_id) for topic in document.path(topic_id)]

    return [(p, [c for c in document.children(p) if c not in places]) for p in sorted(parents, key=way)]


def taken_boxes(document: Map, sizes: Mapping[str, Size]) -> Boxes:
    """The boxes of all topics that have a place, seen or hidden."""
    places = document.places
    if not places.keys() <= document.topics.keys():
        places = {i: at for i, at in places.items() if i in document.topics}
    if not places:
        return Boxes()
    spots = np.fromiter(chain.from_iterable(map(_SPOT, places.values())), float, 2 * len(places)).reshape(-1, 2)
    return Boxes.of(spots, sizes_array(sizes, list(places)))


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
