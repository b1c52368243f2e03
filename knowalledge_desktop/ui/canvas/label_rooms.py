"""How much room the title of each topic has where topics are dots, and titles keep their size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.model import Rows

Floats = NDArray[np.float64]

BAND = 24.0
"""Scene units up and down within which another topic is in the way: less than topics of a column are apart."""
CARDS_MOST = 6_000
"""Maps of more topics are not asked where the cards of their outline end."""
CARD_PAD = 6.0


def label_rooms(rows: Rows) -> Floats:
    """From each topic's dot to the nearest other topic in the way of its title, in scene units; infinite for none.

    In the outline, titles end where their card does.
    """
    port = rows.x - rows.side * rows.w / 2
    found = np.full(len(rows), np.inf)
    line = np.floor(rows.y / BAND).astype(np.int64)
    for side, edge in ((1, rows.x - rows.w / 2), (-1, rows.x + rows.w / 2)):
        asking = np.flatnonzero(rows.side == side)
        if len(asking):
            found[asking] = _nearest(side * edge, side * port, line, asking, rows.y)
    if rows.style == View.OUTLINE and len(rows) <= CARDS_MOST:
        found = np.minimum(found, _to_card_ends(rows) - port)
    return found


def _nearest(edge: Floats, port: Floats, line: NDArray[np.int64], asking: NDArray[np.int64], y: Floats) -> Floats:
    """The distance from the port of each that asks to the next edge ahead, on its line and those beside it."""
    low, high = float(min(edge.min(), port.min())) - 1.0, float(max(edge.max(), port.max())) + 1.0
    width = high - low
    key = line * width + (edge - low)
    order = np.argsort(key, kind="stable")
    keys = key[order]
    found = np.full(len(asking), np.inf)
    for beside in (-1, 0, 1):
        # One ahead is enough: what stands behind it is farther.
        start = (line[asking] + beside) * width + (port[asking] + 1.0 - low)
        place = np.searchsorted(keys, start, side="right")
        there = np.minimum(place, len(keys) - 1)
        ahead = order[there]
        good = (place < len(keys)) & (line[ahead] == line[asking] + beside)
        good &= np.abs(y[ahead] - y[asking]) < BAND
        found = np.where(good, np.minimum(found, edge[ahead] - port[asking]), found)
    return found


def _to_card_ends(rows: Rows) -> Floats:
    """Where the card of each topic ends at its right; infinite for the root, which is on none."""
    from knowalledge_desktop.layout.outline import card_boxes, cards

    head = cards(rows.x, rows.y, rows.w, rows.h, rows.parent.astype(np.int64), rows.depth.astype(np.int64))
    heads, boxes = card_boxes(rows.x, rows.y, rows.w, rows.h, head)
    ends = np.full(len(rows) + 1, np.inf)
    ends[heads] = boxes[:, 2] - CARD_PAD
    return ends[head]
