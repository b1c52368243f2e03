"""The map as an outline: each branch is a card with an indented list, the cards stand in columns.

A branch that is longer than a screen goes on in further cards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Boxes, Size
from knowalledge_desktop.layout.columns import Group, column
from knowalledge_desktop.layout.forest import Floats, Forest, Ints, forest_of, places_of
from knowalledge_desktop.layout.groups import new_groups

INDENT = 26.0
"""How far a topic's left edge stands in from its parent's."""
ROW_GAP, HEAD_GAP = 7.0, 12.0
PAD = 16.0
"""Clear distance around the topics of a card, inside it."""
CARD_GAP = 28.0
ROOT_GAP = 36.0
SHAPE = 1.5
"""How wide the whole is for its height, about."""
WIDER = 1.3
"""How much longer than its pill a title is from afar, where it keeps its size: cards leave room for that."""
LONGEST = 44
"""So many topics are in a card at most; longer branches are cut where a branch within them begins."""
EXACT = 0.6
"""Scene units within which a left edge counts as indented from another."""


def tidy(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics from scratch."""
    forest = forest_of(document, sizes)
    return places_of(document, forest.ids, *outline(forest))


def outline(forest: Forest) -> tuple[Floats, Floats]:
    """The centres of all topics, x and y; the root at the origin, the cards below it."""
    if len(forest) == 1:
        return np.zeros(1), np.zeros(1)
    order = np.argsort(forest.reading_order(), kind="stable")[1:]
    depth = forest.depth[order]
    step = forest.h[order] + np.where(depth == 1, HEAD_GAP, ROW_GAP)
    top = np.cumsum(step) - step
    heads = np.array(_heads(depth.tolist()), np.int64)
    ends = np.append(heads[1:], len(order))
    card = np.repeat(np.arange(len(heads)), ends - heads)
    left = (depth - depth[heads][card]) * INDENT
    wide = np.maximum.reduceat(left + WIDER * forest.w[order], heads) + 2 * PAD
    high = (top + forest.h[order])[ends - 1] - top[heads] + 2 * PAD
    at_x, at_y = _columns(wide, high)
    x, y = np.zeros(len(forest)), np.zeros(len(forest))
    x[order] = at_x[card] + PAD + left + forest.w[order] / 2 - forest.w[0] / 2
    y[order] = at_y[card] + PAD + top - top[heads][card] + forest.h[order] / 2 + forest.h[0] / 2 + ROOT_GAP
    return x, y


def _heads(depth: list[int]) -> list[int]:
    """Where cards begin among topics in reading order: at each branch of the root, and where a long one is cut.

    No topic of a card is less deep than its first one.
    """
    heads: list[int] = []
    start, count = 0, len(depth)
    while start < count:
        heads.append(start)
        most = min(count, start + LONGEST + 1)
        end = next((n for n in range(start + 1, most) if depth[n] < depth[start] or depth[n] == 1), most)
        if end - start > LONGEST:  # as shallow as can be, as late as can be
            end = min(range(start + LONGEST, start + LONGEST // 2, -1), key=depth.__getitem__)
        start = end
    return heads


def _columns(wide: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Left and top of each card: the next one goes into the column that ends first."""
    step = float(wide.max()) + CARD_GAP
    count = max(1, min(len(wide), round(math.sqrt(SHAPE * float((high + CARD_GAP).sum()) / step))))
    ends = [0.0] * count
    x, y = np.zeros(len(wide)), np.zeros(len(wide))
    for card, height in enumerate(high.tolist()):
        chosen = min(range(count), key=ends.__getitem__)
        x[card], y[card] = chosen * step, ends[chosen]
        ends[chosen] += height + CARD_GAP
    return x, y


def cards(x: Floats, y: Floats, w: Floats, h: Floats, parent: Ints, depth: Ints) -> Ints:
    """For each topic the one that heads its card, parents before children; the root heads none (-1).

    A topic is in its parent's card when it stands indented below it; siblings that were put elsewhere have a
    card of their own, with what is below them.
    """
    left = (x - w / 2).tolist()
    ys, above, deep = y.tolist(), parent.tolist(), depth.tolist()
    head = list(range(len(ys)))
    aside: dict[int, int] = {}
    for row in range(1, len(ys)):
        parent_row, before = above[row], aside.get(above[row])
        if deep[row] < 2:
            continue
        if abs(left[row] - left[parent_row] - INDENT) < EXACT and ys[row] > ys[parent_row]:
            head[row] = head[parent_row]
            continue
        if before is not None and abs(left[row] - left[before]) < EXACT and ys[row] > ys[before]:
            head[row] = head[before]
        aside[parent_row] = row
    if head:
        head[0] = -1
    return np.array(head, np.int64)


def card_boxes(x: Floats, y: Floats, w: Floats, h: Floats, head: Ints) -> tuple[Ints, Floats]:
    """The topics that head cards, and the cards' left, top, right, bottom."""
    order = np.argsort(head, kind="stable")
    order = order[head[order] >= 0]
    if not len(order):
        return np.empty(0, np.int64), np.empty((0, 4))
    starts = np.flatnonzero(np.diff(head[order], prepend=-2))
    left = np.minimum.reduceat((x - w / 2)[order], starts) - PAD
    top = np.minimum.reduceat((y - h / 2)[order], starts) - PAD
    right = np.maximum.reduceat((x + (WIDER - 0.5) * w)[order], starts) + PAD
    bottom = np.maximum.reduceat((y + h / 2)[order], starts) + PAD
    return head[order][starts], np.column_stack([left, top, right, bottom])


def place(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for the topics that have none: at the end of their parent's list, or on a card of their own."""
    found: dict[str, Place] = {}
    for parent_id, new in new_groups(document):
        _place_list(document, parent_id, new, sizes, found)
    return found


def _place_list(
    document: Map, parent_id: str, new: list[str], sizes: Mapping[str, Size], found: dict[str, Place]
) -> None:
    places = {**document.places, **found}
    forest = forest_of(document, sizes)
    at = np.array([(places[i].x, places[i].y) if i in places else (math.nan, math.nan) for i in forest.ids])
    there = ~np.isnan(at[:, 0])
    x, y = np.where(there, at[:, 0], 0.0), np.where(there, at[:, 1], 0.0)
    head = cards(x, y, forest.w, forest.h, forest.parent, forest.depth)
    head[~there] = -1
    heads, boxes = card_boxes(x, y, forest.w, forest.h, head)
    parent = places[parent_id]
    wide, high = sizes[parent_id]
    group = Group.of(new, sizes, ROW_GAP if parent_id != document.root_id else 2 * PAD + CARD_GAP)
    row = forest.ids.index(parent_id)
    own = np.flatnonzero(heads == head[row])
    spots: list[tuple[float, float]] = []
    if len(own):
        bottom = float(boxes[own[0], 3]) - PAD
        within = {c for c in document.branch(parent_id) if c in places}
        last = max((places[c].y + sizes[c][1] / 2 for c in within), default=bottom)
        if last >= bottom - EXACT:
            spots = _list(group, parent.x - wide / 2 + INDENT, bottom + ROW_GAP)
    others = np.delete(boxes, own, axis=0) if len(own) else boxes
    half_w, half_h = float(forest.w[0]) / 2, float(forest.h[0]) / 2
    root = np.array([[x[0] - half_w, y[0] - half_h, x[0] + half_w, y[0] + half_h]])
    others = np.concatenate([others, root])
    if not spots or not _apart(spots, group, others):
        grown = np.concatenate([boxes, root])
        # Boxes keep their distance by themselves: the new card's margin and the gap are added to those there.
        pad = PAD + CARD_GAP
        centres = (grown[:, :2] + grown[:, 2:]) / 2
        taken = Boxes.of(centres, grown[:, 2:] - grown[:, :2])
        near = float(boxes[own[0], 2]) + pad if len(own) else parent.x + wide / 2 + pad
        top = parent.y - high / 2 if parent_id != document.root_id else parent.y + high / 2 + pad
        spots = column(group, 1, near, top, taken, aside=pad, clear=pad)
    for topic_id, spot in zip(group.ids, spots, strict=True):
        found[topic_id] = Place(round(spot[0], 2), round(spot[1], 2))


def _list(group: Group, left: float, top: float) -> list[tuple[float, float]]:
    spots: list[tuple[float, float]] = []
    for w, h in group.sizes:
        spots.append((left + w / 2, top + h / 2))
        top += h + group.gap
    return spots


def _apart(spots: list[tuple[float, float]], group: Group, boxes: Floats) -> bool:
    """Whether a card around these would meet none of the boxes."""
    left = min(x - w / 2 for (x, _), (w, _) in zip(spots, group.sizes, strict=True)) - PAD
    right = max(x + (WIDER - 0.5) * w for (x, _), (w, _) in zip(spots, group.sizes, strict=True)) + PAD
    top, bottom = spots[0][1] - group.sizes[0][1] / 2, spots[-1][1] + group.sizes[-1][1] / 2 + PAD
    meets = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)
    return not bool(meets.any())
