"""The change that leads from one state of a map to another."""

from __future__ import annotations

from knowalledge_desktop.core.graph import (
    Change,
    Map,
    Put,
    PutExplanation,
    PutLink,
    PutPicture,
    PutPlace,
    PutTopic,
    PutView,
)
from knowalledge_desktop.core.history import places_in


def difference(before: Map, after: Map, reason: str = "", about: str = "") -> Change:
    """What has to be put so that `before` becomes `after`.

    Places that are only in `before` stay: they are kept for topics that come back. The order is one in which
    nothing refers to what is not there: first what hangs on topics is taken away, then topics come from the root
    down and go from the leaves up, then what hangs on them comes.
    """
    gone: list[Put] = [
        PutExplanation(e, None) for key, e in before.explanations.items() if key not in after.explanations
    ]
    gone += [PutLink(link, None) for key, link in before.links.items() if key not in after.links]
    gone += [PutPicture(p, None) for key, p in before.pictures.items() if key not in after.pictures]
    topics: list[Put] = [
        PutTopic(before.topics.get(key), after.topics[key])
        for key in _downwards(after)
        if before.topics.get(key) != after.topics[key]
    ]
    topics += [
        PutTopic(before.topics[key], None) for key in reversed(_downwards(before)) if key not in after.topics
    ]
    come: list[Put] = [
        PutExplanation(before.explanations.get(key), e)
        for key, e in after.explanations.items()
        if before.explanations.get(key) != e
    ]
    come += [PutLink(before.links.get(key), v) for key, v in after.links.items() if before.links.get(key) != v]
    come += [
        PutPicture(before.pictures.get(k), v) for k, v in after.pictures.items() if before.pictures.get(k) != v
    ]
    for view in ("", *after.view_places):
        was, now = places_in(before, view), places_in(after, view)
        come += [PutPlace(key, was.get(key), place, view) for key, place in now.items() if was.get(key) != place]
    if before.view != after.view:
        come.append(PutView(before.view, after.view))
    return Change((*gone, *topics, *come), reason, about)


def _downwards(document: Map) -> tuple[str, ...]:
    return document.branch(document.root_id) if document.root is not None else ()
