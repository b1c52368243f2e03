"""All layouts under the names of their views: places for new topics, and places from scratch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from knowalledge_desktop.core.dates import dates_of
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.core.views import View
from knowalledge_desktop.layout import fan, outline, radial, study, timeline, tree
from knowalledge_desktop.layout.boxes import Size
from knowalledge_desktop.layout.pins import around_pins

_PLACE = {
    View.MIND: fan.place,
    View.TREE: tree.place,
    View.RADIAL: radial.place,
    View.OUTLINE: outline.place,
    View.PATH: study.place,
}
_TIDY = {
    View.MIND: fan.tidy,
    View.TREE: tree.tidy,
    View.RADIAL: radial.tidy,
    View.OUTLINE: outline.tidy,
    View.PATH: study.tidy,
}


def place(view: View, document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for the topics that have none in a view; those that have one are never moved.

    `document` has the view's places (see `core.views.seen_in`), `sizes` the box of every topic in scene
    units. Topics below a folded one are placed too, so that unfolding moves nothing.
    """
    if document.root is None or all(i in document.places for i in document.topics):
        return {}
    if view is View.MIND:
        return fan.place(document, sizes)
    there = [i for i in document.places if i in document.topics]
    if view is View.TIMELINE and there:
        return timeline.place(document, sizes, dates_of(document))
    if not there or there == [document.root_id]:
        return _from_scratch(view, document, sizes)
    return _PLACE[view](document, sizes)


def tidy(view: View, document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Places for all topics of a view from scratch. Folding is kept, and what is pinned stays where it is."""
    if document.root is None:
        return {}
    if view is View.TIMELINE:
        found = timeline.tidy(document, sizes, dates_of(document))
    else:
        found = _TIDY[view](document, sizes)
    return around_pins(view, document, sizes, found)


def _from_scratch(view: View, document: Map, sizes: Mapping[str, Size]) -> dict[str, Place]:
    """Nothing is there yet but perhaps the root, and that stays where it is."""
    found = tidy(view, document, sizes)
    root = document.places.get(document.root_id)
    if root is None:
        return found
    begin = found.pop(document.root_id)
    dx, dy = root.x - begin.x, root.y - begin.y
    return {i: replace(at, x=round(at.x + dx, 2), y=round(at.y + dy, 2)) for i, at in found.items()}
