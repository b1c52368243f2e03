"""The views over one map."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from knowalledge_desktop.core.graph import Map


class View(StrEnum):
    """How a map is laid out; the value is its name in what is stored."""

    MIND = ""
    TREE = "tree"
    RADIAL = "radial"
    OUTLINE = "outline"
    PATH = "path"
    TIMELINE = "timeline"


def seen_in(document: Map, view: str) -> Map:
    """The map with the places of a view in place of the mind map's; folded is what is folded there."""
    if not view:
        return document
    places = dict(document.view_places.get(view, {}))
    for topic_id, home in document.places.items():
        known = places.get(topic_id)
        if known is not None and known.collapsed is not home.collapsed:
            places[topic_id] = replace(known, collapsed=home.collapsed)
    return replace(document, places=places)
