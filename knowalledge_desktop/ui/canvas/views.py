"""Which view of a map a canvas shows, and the places in it: those that are stored and those given out just now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.core.views import View, seen_in
from knowalledge_desktop.ui.canvas.metrics import KnownSizes, NodeMetrics, differing
from knowalledge_desktop.ui.canvas.model import Rows, rows_of
from knowalledge_desktop.ui.canvas.rows_patch import patched

if TYPE_CHECKING:
    from knowalledge_desktop.layout.boxes import Boxes

Sizes = Mapping[str, tuple[float, float]]

NAME_ROW, NAME_PAD = 13.0, 14.0
"""Pixels that the name of a branch needs for itself: its height, and beside its letters."""
BIG = 1200
"""So many topics without a place are laid out in a worker; fewer at once."""


def offered(document: Map) -> tuple[View, ...]:
    """The views that make sense for a map: a timeline needs some topics that have dates."""
    from knowalledge_desktop.core.dates import dates_of
    from knowalledge_desktop.layout.timeline import LEAST

    dated = len(dates_of(document)) >= LEAST
    return tuple(view for view in View if dated or view is not View.TIMELINE)


def view_of(document: Map) -> View:
    """The view a map was left in; the mind map where that is not offered any more, or not known."""
    if not document.view:
        return View.MIND
    known = next((view for view in View if view == document.view), View.MIND)
    return View.MIND if known is View.TIMELINE and known not in offered(document) else known


def places_for(view: View, document: Map, sizes: Sizes, taken: Boxes | None = None) -> dict[str, Place]:
    """Places for the topics that have none in the view the map is seen in; `taken` if that is known already."""
    if document.topics.keys() <= document.places.keys():
        return {}  # as after a start: no layout is loaded
    if view is View.MIND:
        from knowalledge_desktop.layout import fan

        return fan.place(document, sizes, taken)
    from knowalledge_desktop.layout import views

    return views.place(view, document, sizes)


def tidied(view: View, document: Map, sizes: Sizes) -> dict[str, Place]:
    """Places for all topics of the view from scratch; those that are pinned stay."""
    if view is View.MIND and not any(place.pinned for place in document.places.values()):
        from knowalledge_desktop.layout import fan

        return fan.tidy(document, sizes)
    from knowalledge_desktop.layout import views

    return views.tidy(view, document, sizes)


def names_with_room(rows: Rows, branches: Sequence[int], pitch: float, wide: Callable[[str], float]) -> list[int]:
    """The branches whose names fit beside each other in a view without columns of them.

    `pitch` is the height of a name in scene units, `wide` tells a name's width in pixels. Asked of the whole map,
    so that panning changes no name.
    """
    unit = pitch / NAME_ROW
    named: list[int] = []
    boxes = np.empty((0, 4))
    for row in branches:
        dot = float(rows.x[row] - rows.side[row] * rows.w[row] / 2)
        end = dot + int(rows.side[row]) * wide(rows.titles[row]) * unit
        left, right, y = min(dot, end), max(dot, end), float(rows.y[row])
        near = np.abs(boxes[:, 2] - y) < pitch
        if not bool((near & (boxes[:, 0] < right) & (boxes[:, 1] > left)).any()):
            boxes = np.concatenate([boxes, [[left, right, y, 0.0]]])
            named.append(row)
    return named


class Stage:
    """A map as one view shows it.

    Every topic has a place in the mind map too, whatever view it grew in: that place says what is folded. Such
    places are given out here and told to be stored, as those of the view are.
    """

    def __init__(self) -> None:
        self.view = View.MIND
        self.sizes: Sizes = {}
        self._whole: Map | None = None
        self._homes: dict[str, Place] = {}
        self._last: tuple[Map, Rows, object] | None = None

    def enter(self, document: Map, *, other: bool) -> Map:
        """The map in the view it was left in; `other` when the one before was another map."""
        given = {} if other else {i: at for i, at in self._homes.items() if i not in document.places}
        self._homes = given
        self._whole = replace(document, places={**given, **document.places}) if given else document
        self.view = view_of(document)
        return seen_in(self._whole, self.view)

    async def get_ready(self, document: Map, metrics: NodeMetrics) -> None:
        """Measure and read a big map behind the window, so that it is shown in a moment when it is entered."""
        seen = seen_in(document, view_of(document))
        sizes = await metrics.get_ready(seen)
        rows = await asyncio.to_thread(rows_of, seen, sizes)
        self._last = (seen, rows, metrics)

    def lacks(self, seen: Map) -> int:
        """How many topics have no place in the view."""
        return sum(1 for topic_id in seen.topics if topic_id not in seen.places)

    def places(self, seen: Map, sizes: Sizes) -> dict[str, Place]:
        """Places for the topics that have none."""
        self.sizes = sizes
        return places_for(self.view, seen, sizes, self._taken(seen))

    def _taken(self, seen: Map) -> Boxes | None:
        """The boxes that are taken, where the last rows are all of them: a big map's are not collected anew."""
        if self._last is None or len(self._last[1]) < BIG or seen.topics.keys() <= seen.places.keys():
            return None
        known, rows, _ = self._last
        in_map, has_place = seen.topics.__contains__, known.places.__contains__
        if sum(map(in_map, known.places)) != len(rows) or not all(map(in_map, rows.ids)):
            return None
        if not all(map(has_place, rows.ids)) or any(map(in_map, differing(known.places, seen.places))):
            return None
        from knowalledge_desktop.layout.boxes import Boxes

        return Boxes.of(np.column_stack([rows.x, rows.y]), np.column_stack([rows.w, rows.h]))

    def homes(self, sizes: Sizes) -> dict[str, Place]:
        """Places in the mind map for the topics that came while another view was seen."""
        if self._whole is None or self.view is View.MIND:
            return {}
        found = places_for(View.MIND, self._whole, sizes)
        if found:
            self._homes |= found
            self._whole = replace(self._whole, places={**self._whole.places, **found})
        return found

    def tidy(self, seen: Map, sizes: Sizes) -> dict[str, Place]:
        """Places for all topics of the view from scratch."""
        return tidied(self.view, seen, sizes)

    def rows(self, seen: Map, sizes: Sizes) -> Rows:
        """What is drawn: the rows with the style of the view and the marks it puts beside topics."""
        self.sizes = sizes
        rows = self._read(seen, sizes)
        if self.view is View.MIND or not len(rows):
            return rows
        if self.view is not View.RADIAL:
            rows = replace(rows, side=np.ones(len(rows), np.int32))
        return replace(rows, style=self.view.value, marks=self._marks(seen, rows))

    def _read(self, seen: Map, sizes: Sizes) -> Rows:
        """The rows, from the last ones where little has changed since."""
        made_by = sizes.made_by if isinstance(sizes, KnownSizes) else None
        last, rows = self._last, None
        if last is not None and made_by is not None and last[2] is made_by and last[0].map_id == seen.map_id:
            rows = patched(last[0], last[1], seen, sizes)
        if rows is None:
            rows = rows_of(seen, sizes)
        self._last = (seen, rows, made_by)
        return rows

    def _marks(self, seen: Map, rows: Rows) -> dict[int, str]:
        """The number on the learning path, the date on the timeline."""
        if self.view is View.PATH:
            from knowalledge_desktop.layout.study import study_order

            order = enumerate(study_order(seen), start=1)
            return {rows.index[i]: str(number) for number, i in order if i in rows.index}
        if self.view is View.TIMELINE:
            from knowalledge_desktop.core.dates import dates_of

            dates = dates_of(seen)
            return {rows.index[i]: dated.label for i, dated in dates.items() if i in rows.index}
        return {}
