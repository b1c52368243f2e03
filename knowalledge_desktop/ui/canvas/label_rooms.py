"""How much room the title of each topic has where topics are dots, and titles keep their size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.model import Rows

Floats = NDArray[np.float64]

BAND = 12.0
"""Scene units up and down within which another topic is in the way, and at most twice that: less than topics of a
column are apart."""
ALL_AT_ONCE = 3_000
"""Of maps of more topics, only those that are seen are asked, picture by picture."""
CARD_PAD = 6.0


class LabelRooms:
    """The rooms of the present rows; of a big map, those of the topics that are seen."""

    def __init__(self) -> None:
        self._of: Rows | None = None
        self._seen: NDArray[np.int32] | None = None
        self._rooms: Floats = np.empty(0)

    def look(self, rows: Rows, seen: NDArray[np.int32]) -> None:
        """Get ready for titles of topics that are seen, in the order of the rows, with what lies around them."""
        if len(rows) > ALL_AT_ONCE:
            self._of, self._seen, self._rooms = rows, seen, label_rooms(rows, seen)
        elif self._of is not rows:
            self._of, self._seen, self._rooms = rows, None, label_rooms(rows)

    def room(self, row: int) -> float:
        """Of one of these topics, in scene units."""
        if self._seen is None:
            return float(self._rooms[row]) if row < len(self._rooms) else np.inf
        at = int(np.searchsorted(self._seen, row))
        return float(self._rooms[at]) if at < len(self._seen) and self._seen[at] == row else np.inf


def label_rooms(rows: Rows, chosen: NDArray[np.int32] | None = None) -> Floats:
    """From each topic's dot to the nearest other topic in the way of its title, in scene units; infinite for none.

    With `chosen`, of those among each other. In the outline, titles end where their card does.
    """
    part = slice(None) if chosen is None else chosen
    x, y, w, sides = rows.x[part], rows.y[part], rows.w[part], rows.side[part]
    port = x - sides * w / 2
    found = np.full(len(x), np.inf)
    line = np.floor(y / BAND).astype(np.int64)
    for side, edge in ((1, x - w / 2), (-1, x + w / 2)):
        asking = np.flatnonzero(sides == side)
        if len(asking):
            found[asking] = _nearest(side * edge, side * port, line, asking)
    if rows.style == View.OUTLINE and chosen is None:
        found = np.minimum(found, _to_card_ends(rows) - port)
    return found


def _nearest(edge: Floats, port: Floats, line: NDArray[np.int64], asking: NDArray[np.int64]) -> Floats:
    """The distance from the port of each that asks to the next edge ahead, on its line and those beside it."""
    low, high = float(min(edge.min(), port.min())) - 1.0, float(max(edge.max(), port.max())) + 1.0
    width = high - low
    key = line * width + (edge - low)
    order = np.argsort(key, kind="stable")
    keys = key[order]
    found = np.full(len(asking), np.inf)
    for beside in (-1, 0, 1):
        # The first one ahead is enough: what stands behind it is farther.
        start = (line[asking] + beside) * width + (port[asking] + 1.0 - low)
        place = np.searchsorted(keys, start, side="right")
        there = np.minimum(place, len(keys) - 1)
        ahead = order[there]
        good = (place < len(keys)) & (line[ahead] == line[asking] + beside)
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
