"""Places and the history: where topics sit changes without being a step of undo, and steps make up for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from knowalledge_desktop.core.graph import Change, Map, Place, Put, PutPlace


def places_in(document: Map, view: str) -> Mapping[str, Place]:
    """The places of a view; the one without a name is the mind map."""
    return document.view_places.get(view, {}) if view else document.places


def keeping_folds(document: Map, places: Mapping[str, Place]) -> dict[str, Place]:
    """These places as they may be put on the map as it is now: moving a topic does not fold it."""
    kept: dict[str, Place] = {}
    for topic_id, place in places.items():
        known = document.places.get(topic_id)
        kept[topic_id] = replace(place, collapsed=known.collapsed) if known else place
    return kept


def rebased(document: Map, change: Change) -> Change:
    """A change of the history, fitted to what views have done to the places since.

    Where topics sit and what is folded changes without being a step of undo, so a step may be older
    than the place it moves: it moves from where the topic is now, and leaves the fold alone.
    """
    puts: list[Put] = []
    for put in change.puts:
        if not isinstance(put, PutPlace):
            puts.append(put)
            continue
        now = places_in(document, put.view).get(put.topic_id)
        after = replace(put.after, collapsed=now.collapsed) if put.after and now else put.after
        if after != now:
            puts.append(PutPlace(put.topic_id, now, after, put.view))
    return replace(change, puts=tuple(puts))
