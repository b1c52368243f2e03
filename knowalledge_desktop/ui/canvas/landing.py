"""Where a branch comes to lie that is put below another topic: where it was dropped, but covering nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.ui.canvas.model import Rows

GAP, BETWEEN = 64.0, 8.0
"""Scene units from a topic to the branch put below it, and between what is put there."""
STEP, STEPS = 14.0, 60
"""How far apart the places are that are tried, and how many up and down."""
MOST_CHECKED = 60
"""Of larger branches only the topics nearest to the new parent have to be clear of others."""


def landing(
    document: Map,
    rows: Rows,
    moved: Mapping[str, Place],
    heads: Sequence[str],
    target_id: str,
    *,
    always: bool = False,
) -> dict[str, Place]:
    """The places of moved branches, beside their new parent where they would cover it (or `always`).

    Branches keep their shape; one that comes to the other side of the root is mirrored, so that it grows outwards.
    Nothing else moves. On a picture that is not the mind map branches are put below and right of the topic.
    """
    target = rows.index.get(target_id, -1)
    seen = [each for each in heads if each in rows.index and each in moved]
    if target < 0 or not seen or not (always or _covers(rows, moved, seen, target)):
        return dict(moved)
    tx, ty, tw, th = (float(each[target]) for each in (rows.x, rows.y, rows.w, rows.h))
    side = 1 if rows.style else _outward(rows, target)
    shifted: dict[str, Place] = {}
    y = ty + (th / 2 + 3 * BETWEEN if rows.style else 0.0)
    for head in seen:
        at, width = moved[head], float(rows.w[rows.index[head]])
        x = tx + tw / 2 + GAP + width / 2 if not rows.style else tx - tw / 2 + 2 * GAP / 3 + width / 2
        x = x if side > 0 else 2 * tx - x
        flip = not rows.style and int(rows.side[rows.index[head]]) != side
        high = float(rows.h[rows.index[head]])
        for topic_id in document.branch(head):
            place = moved.get(topic_id)
            if place is not None:
                dx = -(place.x - at.x) if flip else place.x - at.x
                shifted[topic_id] = replace(place, x=round(x + dx, 2), y=round(y + place.y - at.y, 2))
        y += high + BETWEEN
    down = _free(rows, shifted, {target_id: Place(tx, ty)})
    return {**moved, **{i: replace(place, y=round(place.y + down, 2)) for i, place in shifted.items()}}


def _covers(rows: Rows, moved: Mapping[str, Place], heads: Collection[str], target: int) -> bool:
    for head in heads:
        row, place = rows.index[head], moved[head]
        if abs(place.x - rows.x[target]) < (rows.w[row] + rows.w[target]) / 2 + 2.0 and (
            abs(place.y - rows.y[target]) < (rows.h[row] + rows.h[target]) / 2 + 2.0
        ):
            return True
    return False


def _outward(rows: Rows, target: int) -> int:
    """The side to which a topic's branch grows; of the root, where there are fewer branches."""
    if target > 0:
        return int(rows.side[target])
    children = np.flatnonzero(rows.parent == 0)
    return 1 if (rows.side[children] > 0).sum() <= (rows.side[children] < 0).sum() else -1


def _free(rows: Rows, shifted: Mapping[str, Place], fixed: Mapping[str, Place]) -> float:
    """How far down (or up) the branches have to go to cover nobody; 0 where there is no room anywhere near."""
    seen = [each for each in shifted if each in rows.index]
    others = np.array([row for row, each in enumerate(rows.ids) if each not in shifted], np.int64)
    if not len(others) or not seen:
        return 0.0
    taken = Boxes.of(
        np.column_stack([rows.x[others], rows.y[others]]), np.column_stack([rows.w[others], rows.h[others]])
    )
    (middle,) = fixed.values()
    seen.sort(key=lambda each: abs(shifted[each].x - middle.x) + abs(shifted[each].y - middle.y))
    seen = seen[:MOST_CHECKED]
    sizes: list[Size] = [(float(rows.w[rows.index[i]]), float(rows.h[rows.index[i]])) for i in seen]
    for number in range(2 * STEPS + 1):
        down = STEP * ((number + 1) // 2) * (1 if number % 2 else -1)
        spots = [(shifted[each].x, shifted[each].y + down) for each in seen]
        if taken.free_all(spots, sizes, 4.0):
            return down
    return 0.0
