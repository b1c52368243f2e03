"""Where topics that are awaited will come."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from knowalledge_desktop.core.graph import Change, Map, Place, PutTopic, Topic

_NAME = "awaited/"
_TITLE = "A subtopic to come"
"""As wide as most titles are."""


def ghost_spots(
    document: Map,
    topic_id: str,
    count: int,
    sizes_of: Callable[[Map], Mapping[str, tuple[float, float]]],
    place: Callable[[Map, Mapping[str, tuple[float, float]]], dict[str, Place]] | None = None,
) -> list[tuple[float, float]]:
    """Where the layout would put so many subtopics: the ends of their edges, in scene units."""
    if place is None:
        from knowalledge_desktop.layout.fan import place
    awaited = tuple(PutTopic(None, Topic(f"{_NAME}{i}", _TITLE, topic_id, math.inf)) for i in range(count))
    imagined = document.apply(Change(awaited))
    sizes = sizes_of(imagined)
    from_x = document.places[topic_id].x if topic_id in document.places else 0.0
    return [
        (at.x - math.copysign(sizes[name][0] / 2, at.x - from_x), at.y)
        for name, at in place(imagined, sizes).items()
        if name.startswith(_NAME)
    ]
