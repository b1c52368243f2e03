"""The learning path: all topics in an order in which they can be studied, along a line that winds downwards."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.layout.boxes import Size
from knowalledge_desktop.layout.forest import Floats, places_of, sizes_array
from knowalledge_desktop.layout.groups import new_groups, taken_boxes

NUMBER = 36.0
"""Room for a topic's number, left of it."""
GAP, ROW_GAP = 130.0, 28.0
"""Clear distance to the next topic: so much that titles, which keep their size, still have room from afar."""
CLEAR = 6.0
"""Clear distance of a cell to what is pinned."""
SHAPE = 1.6
"""How wide the whole is for its height, about."""
NEEDS = frozenset(("requires", "needs", "builds on", "depends on", "after", "setzt voraus", "requiert"))
"""Labels of a cross link from a topic to one that is to be studied before it."""


def study_order(document: Map) -> tuple[str, ...]:
    """All topics: each after its parent and after what a link says it needs, else branch by branch.

    Needs that go round in a circle, or that a topic has of its own branch, are left aside.
    """
    if document.root is None:
        return ()
    reading = document.branch(document.root_id)
    number = {topic_id: n for n, topic_id in enumerate(reading)}
    needs = _needs(document)
    if not needs:
        return reading
    waits = {i: (1 if document.topics[i].parent_id else 0) + len(needs.get(i, ())) for i in reading}
    then: dict[str, list[str]] = {}
    for topic_id, before in needs.items():
        for each in before:
            then.setdefault(each, []).append(topic_id)
    ready = [number[document.root_id]]
    order: list[str] = []
    late = iter(reading)
    done: set[str] = set()
    while len(order) < len(reading):
        if not ready:  # a circle: the first that is left, and whose parent is done, goes on
            late_id = next(i for i in late if i not in done)
            ready.append(number[late_id])
        topic_id = reading[heapq.heappop(ready)]
        if topic_id in done:
            continue
        done.add(topic_id)
        order.append(topic_id)
        for each in (*document.children(topic_id), *then.get(topic_id, ())):
            waits[each] -= 1
            if waits[each] == 0 and each not in done:
                heapq.heappush(ready, number[each])
    return tuple(order)


def _needs(document: Map) -> dict[str, set[str]]:
    """What each topic needs, by the labels of its links."""
    found: dict[str, set[str]] = {}
    for link in document.links.values():
        source, target = link.source_id, link.target_id
        if (
            link.label.strip().casefold() in NEEDS
            and source != target
            and {source, target} <= document.topics.keys()
        ):
            above = {topic.topic_id for topic in document.path(target)}
            if source not in above:
                found.setdefault(source, set()).add(target)
    return found


def tidy(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics from scratch; the first one at the origin, none where a pinned one stays."""
    order = study_order(document)
    pins = [i for i in order if i in document.places and document.places[i].pinned]
    step, pitch = _cell(sizes_array(sizes, order))
    count = min(max(1, round(math.sqrt(SHAPE * len(order) * pitch / step))), len(order))
    if not pins:
        return places_of(document, order, *_winding(sizes_array(sizes, order), step, pitch, count))
    stay = frozenset(pins)
    ids = tuple(i for i in order if i not in stay)
    x, y = _winding_past(document, sizes, pins, (step, pitch, count), ids)
    return places_of(document, ids, x, y) | {i: document.places[i] for i in pins}


def _winding_past(
    document: Map,
    sizes: Mapping[str, Size],
    pins: Sequence[str],
    cell: tuple[float, float, int],
    ids: Sequence[str],
) -> tuple[Floats, Floats]:
    """As `_winding`, without the cells in which there is something pinned."""
    step, pitch, count = cell
    high, wide = pitch - ROW_GAP, step - GAP
    number = np.arange(len(ids) + 12 * len(pins) + count)  # so many cells that enough of them are free
    row, column = number // count, number % count
    column = np.where(row % 2 == 0, column, count - 1 - column)
    left, middle = column * step, row * pitch
    first = sizes[document.root_id][0]
    free = np.ones(len(number), bool)
    for topic_id in pins:
        at, (w, h) = document.places[topic_id], sizes[topic_id]
        near = np.abs(left - first / 2 + wide / 2 - at.x) < (wide + w) / 2 + CLEAR
        free &= ~(near & (np.abs(middle - at.y) < (high + h) / 2 + CLEAR))
    cells = np.flatnonzero(free)[: len(ids)]
    boxes = sizes_array(sizes, ids)
    x = left[cells] + NUMBER + (boxes[:, 0] - first) / 2
    return x.astype(np.float64), middle[cells].astype(np.float64)


def _cell(boxes: Floats) -> Size:
    return float(boxes[:, 0].max()) + NUMBER + GAP, float(boxes[:, 1].max()) + ROW_GAP


def _winding(boxes: Floats, step: float, pitch: float, count: int) -> tuple[Floats, Floats]:
    """Cells from left to right, the next row back, and so on."""
    number = np.arange(len(boxes))
    row, column = number // count, number % count
    column = np.where(row % 2 == 0, column, count - 1 - column)
    x = column * step + NUMBER + (boxes[:, 0] - boxes[0, 0]) / 2
    return x.astype(np.float64), (row * pitch).astype(np.float64)


def place(document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for the topics that have none: on rows of their own below all others, in their order."""
    new = {i for _, ids in new_groups(document) for i in ids}
    if not new:
        return {}
    ids = tuple(i for i in study_order(document) if i in new)
    boxes = sizes_array(sizes, ids)
    known = sizes_array(sizes, [i for i in document.places if i in document.topics])
    step, pitch = _cell(np.concatenate([boxes, known]) if len(known) else boxes)
    left, _, right, bottom = taken_boxes(document, sizes).bounds()
    x, y = _winding(boxes, step, pitch, max(1, min(len(ids), int((right - left + NUMBER + GAP) / step + 0.01))))
    x += left - (x[0] - boxes[0, 0] / 2)
    y += bottom + ROW_GAP + float(boxes[:, 1].max()) / 2
    return places_of(document, ids, x, y)
