"""Topics that a person is moving: by name, as the map may grow meanwhile."""

from __future__ import annotations

from dataclasses import replace

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.ui.canvas.model import Rows


class Drag:
    """What is being moved, and how far it has come.

    A gesture names rows as they were when it began; answers that arrive change the rows, so they are kept by name.
    """

    def __init__(self) -> None:
        self._begun_with: frozenset[int] | None = None
        self._ids: tuple[str, ...] = ()
        self._dx = self._dy = 0.0

    def move(self, begun_with: frozenset[int], rows: Rows, dx: float, dy: float) -> Rows:
        """The rows with the moved topics shifted by this much more."""
        if self._begun_with is not begun_with:
            self._begun_with, self._dx, self._dy = begun_with, 0.0, 0.0
            self._ids = tuple(rows.ids[row] for row in sorted(begun_with))
        self._dx, self._dy = self._dx + dx, self._dy + dy
        return self._shifted(rows, dx, dy)

    def again(self, rows: Rows) -> Rows:
        """Rows that were read anew from the map, with the moved topics where the person has them."""
        return self._shifted(rows, self._dx, self._dy) if self._ids else rows

    def drop(self, rows: Rows, document: Map) -> dict[str, Place]:
        """Where the topics are now that are still there, the tops of them pinned; nothing is moved any more."""
        found: dict[str, Place] = {}
        moved = set(self._ids)
        for topic_id in self._ids:
            place = document.places.get(topic_id)
            if topic_id not in rows.index or place is None:
                continue
            row = rows.index[topic_id]
            x, y = round(float(rows.x[row]), 2), round(float(rows.y[row]), 2)
            is_top = document.topics[topic_id].parent_id not in moved
            found[topic_id] = replace(place, x=x, y=y, pinned=place.pinned or is_top)
            if place.collapsed:  # what is folded below it comes along, unseen
                found |= _shifted_below(document, topic_id, x - place.x, y - place.y)
        self.end()
        return found

    def end(self) -> None:
        """Nothing is being moved any more."""
        self._begun_with, self._ids = None, ()

    def _shifted(self, rows: Rows, dx: float, dy: float) -> Rows:
        chosen = [rows.index[topic_id] for topic_id in self._ids if topic_id in rows.index]
        x, y = rows.x.copy(), rows.y.copy()
        x[chosen] += dx
        y[chosen] += dy
        return replace(rows, x=x, y=y)


def _shifted_below(document: Map, topic_id: str, dx: float, dy: float) -> dict[str, Place]:
    places = ((each, document.places.get(each)) for each in document.branch(topic_id)[1:])
    return {
        each: replace(at, x=round(at.x + dx, 2), y=round(at.y + dy, 2)) for each, at in places if at is not None
    }
