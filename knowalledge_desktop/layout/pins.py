"""Tidying up around topics that a person pinned: they stay, what hangs on them does too, the rest makes room.

All lengths are scene units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from knowalledge_desktop.core.dates import dates_of
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.core.views import View
from knowalledge_desktop.layout import fan, outline, radial, study, timeline, tree
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.forest import sizes_array

CLEARANCE = 4.0
"""Least clear distance between what a person pinned and what makes room for it."""
IN_BRANCHES = frozenset((View.MIND, View.TREE, View.RADIAL, View.OUTLINE))
"""Views in which a branch hangs together, so that it goes where its pinned topic is."""
Spots = dict[str, tuple[float, float]]


def pinned_ids(document: Map) -> tuple[str, ...]:
    """The topics that are pinned in the view whose places the map has."""
    return tuple(i for i, place in document.places.items() if place.pinned and i in document.topics)


def around_pins(
    view: View, document: Map, sizes: Mapping[str, Size], found: Mapping[str, Place]
) -> dict[str, Place]:
    """The places `found` for all topics from scratch, with the pinned ones where they are.

    Branches that would lie on them, or on what came along with them, are put where there is room for them.
    """
    pins = pinned_ids(document)
    if not pins:
        return dict(found)
    dx, dy = _shift(document, view, found)
    spots: Spots = {i: (place.x + dx, place.y + dy) for i, place in found.items()}
    moved = _moved(document, view, spots, pins)
    kept = _without_collisions(document, view, sizes, spots, moved)
    there: dict[str, Place] = {}
    for topic_id in kept:
        x, y = spots[topic_id]
        known = document.places.get(topic_id)
        there[topic_id] = Place(round(x, 2), round(y, 2), collapsed=known is not None and known.collapsed)
    there |= {i: document.places[i] for i in pins}
    late = _placed(view, replace(document, places=there), sizes)
    folded = {i for i, place in document.places.items() if place.collapsed}
    return there | {i: replace(place, collapsed=True) if i in folded else place for i, place in late.items()}


def _shift(document: Map, view: View, found: Mapping[str, Place]) -> tuple[float, float]:
    """From where the root would be to where it is, in views that grow around it: pins are told from there."""
    now, then = document.places.get(document.root_id), found[document.root_id]
    return (now.x - then.x, now.y - then.y) if now is not None and view in IN_BRANCHES else (0.0, 0.0)


def _moved(document: Map, view: View, spots: Spots, pins: tuple[str, ...]) -> list[str]:
    """Put pinned topics where they are, in views of branches with what hangs on them; all that moved."""
    moved: list[str] = []
    fresh = dict(spots)
    wanted = set(pins)
    for topic_id in document.branch(document.root_id):
        above = document.topics[topic_id].parent_id
        if topic_id in wanted:
            place = document.places[topic_id]
            spots[topic_id] = (place.x, place.y)
        elif above is not None and spots[above] != fresh[above] and view in IN_BRANCHES:
            flip = _flip(document, view, above, spots, fresh)
            dx, dy = fresh[topic_id][0] - fresh[above][0], fresh[topic_id][1] - fresh[above][1]
            spots[topic_id] = (spots[above][0] + flip * dx, spots[above][1] + dy)
        else:
            continue
        moved.append(topic_id)
    return moved


def _flip(document: Map, view: View, topic_id: str, spots: Spots, fresh: Spots) -> float:
    """-1 where a branch of the mind map stands on the other side of its parent than it would from scratch."""
    above = document.topics[topic_id].parent_id
    if above is None or view is not View.MIND:
        return 1.0
    return -1.0 if (spots[topic_id][0] < spots[above][0]) != (fresh[topic_id][0] < fresh[above][0]) else 1.0


def _without_collisions(
    document: Map, view: View, sizes: Mapping[str, Size], spots: Spots, moved: list[str]
) -> list[str]:
    """The topics that can be where they are to be; those that cannot, go with all below them."""
    pins = set(pinned_ids(document))
    pins.add(document.root_id)
    moved = [document.root_id, *(i for i in moved if i != document.root_id)]
    gone: set[str] = set()
    taken = Boxes()
    for topic_id in (*(i for i in moved if i in pins), *(i for i in moved if i not in pins)):
        above = document.topics[topic_id].parent_id
        free = taken.free_all([spots[topic_id]], [sizes[topic_id]], CLEARANCE)
        if topic_id not in pins and (above in gone or not free):
            gone.add(topic_id)
        else:
            taken.add(*spots[topic_id], *sizes[topic_id])
    known = set(moved)
    still = [i for i in document.topics if i not in known]
    if still:
        at = np.array([spots[i] for i in still]).reshape(-1, 2)
        half = sizes_array(sizes, still) / 2 + CLEARANCE
        hit = np.zeros(len(still), bool)
        for topic_id in moved:
            if topic_id not in gone:
                (x, y), (w, h) = spots[topic_id], sizes[topic_id]
                hit |= (np.abs(at[:, 0] - x) < half[:, 0] + w / 2) & (np.abs(at[:, 1] - y) < half[:, 1] + h / 2)
        gone |= {still[n] for n in np.flatnonzero(hit).tolist()}
    kept: list[str] = []
    lost: set[str] = set()
    for topic_id in document.branch(document.root_id):
        above = document.topics[topic_id].parent_id
        goes_too = above in lost and view in IN_BRANCHES
        if topic_id in pins or not (topic_id in gone or goes_too):
            kept.append(topic_id)
        else:
            lost.add(topic_id)
    return kept


def _placed(view: View, document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for the branches that had to make room, as for topics that have just come."""
    if all(i in document.places for i in document.topics):
        return {}
    if view is View.TIMELINE:
        return timeline.place(document, sizes, dates_of(document))
    ways = {
        View.MIND: fan.place,
        View.TREE: tree.place,
        View.RADIAL: radial.place,
        View.OUTLINE: outline.place,
        View.PATH: study.place,
    }
    return ways[view](document, sizes)
