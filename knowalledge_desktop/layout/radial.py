"""The map as rings around its root: each branch has a sector, deeper topics stand further out in it.

Labels are horizontal, so the rings are ellipses, wider than high, and two topics of a ring need less of it at the
sides than at the top.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.contour import band
from knowalledge_desktop.layout.forest import Floats, Forest, forest_of, places_of
from knowalledge_desktop.layout.groups import new_groups, settle, taken_boxes

SQUASH = 0.6
"""How high a ring is for its width."""
RING_GAP, RING_GAP_UP = 54.0, 40.0
"""Clear distance between the topics of two rings at the sides, and above and below."""
GAP, MARKS = 10.0, 36.0
"""Clear distance between two topics of a ring; sideways there is room for what a person puts on a topic."""
INNER = 0.85
"""How much of their even share of the way to the next one inner rings take."""
ROUNDS = 5
STEP_OUT, STEP_ROUND = 40.0, 0.008
"""How finely room is looked for: outward in scene units, along the ring in radians."""
NEVER = 1e9


def tidy(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics from scratch."""
    forest = forest_of(document, sizes)
    return places_of(document, forest.ids, *radial(forest))


def radial(forest: Forest) -> tuple[Floats, Floats]:
    """The centres of all topics, x and y; the root at the origin, its first branch above it, clockwise."""
    if len(forest) == 1:
        return np.zeros(1), np.zeros(1)
    least = _least_reach(forest)
    reach, angle = least, _turned(forest, np.ones(len(forest)))
    for _ in range(ROUNDS):
        aside, up = np.abs(np.sin(angle)), SQUASH * np.abs(np.cos(angle))
        need = np.minimum((forest.w + MARKS) / np.maximum(aside, 1e-6), (forest.h + GAP) / np.maximum(up, 1e-6))
        need[1:] /= reach[forest.depth[1:]]
        need[0] = 0.0
        angle = _turned(forest, need)
        reach = _reach(forest, angle, least)
    far = _spread(reach)[forest.depth]
    return far * np.cos(angle), far * SQUASH * np.sin(angle)


def _turned(forest: Forest, need: Floats) -> Floats:
    """Angles for all: bands of what each needs, stretched or pressed into the whole round."""
    at = band(forest, need, np.zeros(1))
    one = forest.level(1)
    first, last = at[one.start], at[one.stop - 1]
    rooms = _rooms(forest, need)
    whole = last - first + (rooms[0] + rooms[-1]) / 2
    return (at - first + rooms[0] / 2) * (2 * math.pi / max(float(whole), 1e-9)) - math.pi / 2


def _rooms(forest: Forest, need: Floats) -> Floats:
    """How long the bands of the root's first and last branch are."""
    room, below = need.copy(), np.zeros(len(forest))
    for depth in range(len(forest.levels) - 2, 0, -1):
        part = forest.level(depth)
        room[part] = np.maximum(need[part], below[part])
        below += np.bincount(forest.parent[part], room[part], len(forest))
    return room[forest.level(1)]


def _least_reach(forest: Forest) -> Floats:
    """How far out each ring must be at least, so that it meets no topic of the one before."""
    wide, high = forest.widest(forest.w), forest.widest(forest.h)
    aside, up = (wide[1:] + wide[:-1]) / 2 + RING_GAP, (high[1:] + high[:-1]) / 2 + RING_GAP_UP
    return np.concatenate([[0.0], np.cumsum(np.maximum(aside, up / SQUASH))])


def _reach(forest: Forest, angle: Floats, least: Floats) -> Floats:
    """How far out each ring is, so that no two neighbours on it touch."""
    reach = least.copy()
    for depth in range(1, len(least)):
        part = forest.level(depth)
        far = reach[depth - 1] + least[depth] - least[depth - 1]
        if part.stop - part.start > 1:
            w, h = forest.w[part] + MARKS, forest.h[part] + GAP
            across, down = np.cos(angle[part]), np.sin(angle[part]) * SQUASH
            aside = (w + np.roll(w, -1)) / 2 / np.maximum(np.abs(across - np.roll(across, -1)), 1 / NEVER)
            up = (h + np.roll(h, -1)) / 2 / np.maximum(np.abs(down - np.roll(down, -1)), 1 / NEVER)
            far = max(far, float(np.minimum(aside, up).max()))
        reach[depth] = far
    return reach


def _spread(reach: Floats) -> Floats:
    """Rings that have to be far out draw the inner ones with them, so that no branch stands at the root's feet."""
    out = reach.copy()
    for depth in range(len(reach) - 2, 0, -1):
        out[depth] = max(reach[depth], INNER * out[depth + 1] * depth / (depth + 1) + (1 - INNER) * reach[depth])
    return out


def place(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for the topics that have none: outward of their parent, where there is room for all siblings."""
    found: dict[str, Place] = {}
    taken = taken_boxes(document, sizes)
    for parent_id, new in new_groups(document):
        spots = _spots(document, parent_id, [sizes[i] for i in new], sizes, found, taken)
        settle(tuple(new), spots, sizes, found, taken)
    return found


def _spots(
    document: Map,
    parent_id: str,
    boxes: Sequence[Size],
    sizes: Mapping[str, Size],
    found: Mapping[str, Place],
    taken: Boxes,
) -> list[tuple[float, float]]:
    root = found.get(document.root_id) or document.places[document.root_id]
    parent = found.get(parent_id) or document.places[parent_id]
    dx, dy = parent.x - root.x, (parent.y - root.y) / SQUASH
    middle = math.atan2(dy, dx) if parent_id != document.root_id else -math.pi / 2
    wide = max(w for w, _ in boxes)
    reach = math.hypot(dx, dy) + (wide + sizes[parent_id][0]) / 2 + RING_GAP
    spread = 2 * math.pi if parent_id == document.root_id else math.pi
    while True:
        angles = _around(middle, reach, boxes, spread)
        spots = [(root.x + reach * math.cos(a), root.y + SQUASH * reach * math.sin(a)) for a in angles]
        if spots and taken.free_all(spots, boxes, GAP / 2, 2 * MARKS):
            return spots
        reach += STEP_OUT


def _around(middle: float, reach: float, boxes: Sequence[Size], spread: float) -> list[float]:
    """Angles of siblings on a ring, from the middle to both sides, as near as their boxes allow; else none."""
    begin = len(boxes) // 2
    angles = [middle] * len(boxes)
    for rows, sign in ((range(begin + 1, len(boxes)), 1), (range(begin - 1, -1, -1), -1)):
        for row in rows:
            before = row - sign
            w = (boxes[row][0] + boxes[before][0]) / 2 + MARKS
            h = (boxes[row][1] + boxes[before][1]) / 2 + GAP
            angle = angles[before]
            while True:
                angle += sign * STEP_ROUND
                if abs(angle - middle) > spread / 2:
                    return []
                aside = abs(math.cos(angle) - math.cos(angles[before])) * reach
                up = abs(math.sin(angle) - math.sin(angles[before])) * SQUASH * reach
                if aside >= w or up >= h:
                    break
            angles[row] = angle
    return angles
