"""Where new topics go: a fan to both sides of the root, in which nothing that is there moves.

The root sits at the origin. Its children stand in two columns bent into arcs; deeper levels go
outward, each branch to the side of its depth-1 ancestor. Labels are horizontal boxes, so two
topics overlap only when their boxes do, and that is what placing avoids: a group of new siblings
slides along its column, and if there is no room near its parent, further out.

All lengths are scene units (pixels at 100 %), boxes are given by their centre and size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.columns import ASIDE, Group, column
from knowalledge_desktop.layout.forest import places_of
from knowalledge_desktop.layout.groups import new_groups, settle, taken_boxes
from knowalledge_desktop.layout.packing import pack

ROOT_GAP = 44.0
"""Clear distance between the root and the near edge of the depth-1 column, at its ends."""
LEVEL_GAP = 88.0
"""Clear distance between a parent's edge and its children's near edge."""
PAST_SIBLINGS = 36.0
"""Clear distance between the parent's siblings and its children, so that edges cross no label."""
PITCH_GAP = (60.0, 8.0, 6.0)
"""Clear vertical distance between siblings at depth 1, 2, and deeper."""
CLEARANCE = 4.0
"""Least clear distance to any other topic."""
ARC = 0.32
"""How far the depth-1 columns bend in towards the root at their ends, as part of their half height."""
MOST_BEND = 90.0
PACK_FROM = 60
"""A map of more topics than this, none of which has a place yet, is packed as a whole."""


def place(document: Map, sizes: Mapping[str, Size], taken: Boxes | None = None) -> dict[str, Place]:
    """Places for the topics that have none; those that have one are never moved.

    `sizes` gives the box of every topic. `taken` are the boxes of those that have a place, where somebody knows
    them already; more are added to it. Topics below a collapsed one are placed too, so that unfolding later moves
    nothing; a place that only a removed topic had is free again.
    """
    if document.root is None:
        return {}
    if len(document.topics) > PACK_FROM and not any(i in document.topics for i in document.places):
        return tidy(document, sizes)
    found: dict[str, Place] = {}
    if document.topics.keys() <= document.places.keys():
        return found
    taken = taken_boxes(document, sizes) if taken is None else taken
    if document.root_id not in document.places:
        found[document.root_id] = Place(0.0, 0.0)
        taken.add(0.0, 0.0, *sizes[document.root_id])
    for parent_id, new in new_groups(document):
        _place_children(document, parent_id, new, sizes, found, taken)
    return found


def tidy(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics from scratch, as tight as the fan allows. Folding is kept, pins are not looked at."""
    if document.root is None:
        return {}
    ids, x, y = pack(document, sizes)
    return places_of(document, ids, x, y)


def _place_children(
    document: Map,
    parent_id: str,
    new: Sequence[str],
    sizes: Mapping[str, Size],
    found: dict[str, Place],
    taken: Boxes,
) -> None:
    depth = document.depth(parent_id) + 1
    gap = PITCH_GAP[min(depth, len(PITCH_GAP)) - 1]
    parent = _at(document, parent_id, found)
    if parent_id == document.root_id:
        right, left = _two_sides(document, new, found)
        for ids, side in ((right, 1), (left, -1)):
            if ids:
                _place_arc(Group.of(ids, sizes, gap), side, parent, parent_id, sizes, found, taken)
        return
    side = _side_of(document, parent_id, found)
    group = Group.of(new, sizes, gap)
    near = _near_edge(document, parent_id, side, group.height / 2.0, sizes, found)
    others = [c for c in document.children(parent_id) if c in document.places]
    below = max((document.places[c].y + sizes[c][1] / 2.0 for c in others), default=None)
    wanted = parent.y - group.height / 2.0 if below is None else below + gap
    settle(group.ids, column(group, side, near, wanted, taken), sizes, found, taken)


def _two_sides(document: Map, new: Sequence[str], found: Mapping[str, Place]) -> tuple[list[str], list[str]]:
    """The first half to the right, read downwards, the rest to the left; later ones where fewer are."""
    placed = [_at(document, c, found) for c in document.children(document.root_id) if c in document.places]
    if not placed:
        half = (len(new) + 1) // 2
        return list(new[:half]), list(new[half:])
    root_x = _at(document, document.root_id, found).x
    right_count = sum(1 for p in placed if p.x >= root_x)
    left_count = len(placed) - right_count
    right: list[str] = []
    left: list[str] = []
    for topic_id in new:
        if right_count + len(right) <= left_count + len(left):
            right.append(topic_id)
        else:
            left.append(topic_id)
    return right, left


def _place_arc(
    group: Group,
    side: int,
    root: Place,
    root_id: str,
    sizes: Mapping[str, Size],
    found: dict[str, Place],
    taken: Boxes,
) -> None:
    """A column around the root, bent inwards at its ends; the next column out when it is full."""
    height = group.height
    half = max(height / 2.0, 1.0)
    near = sizes[root_id][0] / 2.0 + ROOT_GAP
    while True:
        spots: list[Size] = []
        y = root.y - height / 2.0
        for w, h in group.sizes:
            middle = y + h / 2.0
            away = min(1.0, abs(middle - root.y) / (half * 1.05))
            bow = min(half * ARC, MOST_BEND) * math.sqrt(1.0 - away**2)
            x = root.x + side * (near + bow + w / 2.0)
            spots.append((x, middle))
            y += h + group.gap
        if taken.free_all(spots, group.sizes, CLEARANCE, ASIDE):
            settle(group.ids, spots, sizes, found, taken)
            return
        near += max(w for w, _ in group.sizes) + LEVEL_GAP


def _near_edge(
    document: Map, parent_id: str, side: int, reach: float, sizes: Mapping[str, Size], found: Mapping[str, Place]
) -> float:
    """Where the children's column begins: clear of the parent and of its siblings within reach."""
    parent = _at(document, parent_id, found)
    own = parent.x + side * sizes[parent_id][0] / 2.0
    edge = own + side * LEVEL_GAP
    above = document.topics[parent_id].parent_id
    for sibling in document.children(above) if above else ():
        at = found.get(sibling) or document.places.get(sibling)
        if at is None or abs(at.y - parent.y) > reach:
            continue
        past = at.x + side * (sizes[sibling][0] / 2.0 + PAST_SIBLINGS)
        if 0.0 < (past - edge) * side < LEVEL_GAP * 2:  # one that was dragged away does not count
            edge = past
    return edge


def _at(document: Map, topic_id: str, found: Mapping[str, Place]) -> Place:
    return found.get(topic_id) or document.places[topic_id]


def _side_of(document: Map, topic_id: str, found: Mapping[str, Place]) -> int:
    """1 when the branch grows to the right, -1 to the left: where its parent stands to its grandparent."""
    topic = document.topics[topic_id]
    here = _at(document, topic_id, found)
    parent = _at(document, topic.parent_id, found) if topic.parent_id else here
    return 1 if here.x >= parent.x else -1
