"""Trees of topics with sizes of their own, and whether anything overlaps."""

from __future__ import annotations

import numpy as np

from knowalledge_desktop.core.graph import Change, Map, Place, PutPlace, PutTopic, Topic
from knowalledge_desktop.core.views import View, seen_in
from knowalledge_desktop.layout.views import place

Size = tuple[float, float]


def sizes(document: Map) -> dict[str, Size]:
    found: dict[str, Size] = {}
    depth: dict[str, int] = {}
    for i in document.branch(document.root_id):
        topic = document.topics[i]
        depth[i] = depth[topic.parent_id] + 1 if topic.parent_id else 0
        found[i] = (60.0 + 7.0 * len(topic.title), (48.0, 36.0, 30.0, 26.0)[min(depth[i], 3)])
    return found


def rooted() -> Map:
    return Map("m", "Root", "r", {"r": Topic("r", "The root of it all")})


def grown(document: Map, parent: str, count: int, tag: str, title: str = "title") -> Change:
    return Change(
        tuple(
            PutTopic(None, Topic(f"{parent}.{tag}{i}", f"{'long ' * (i % 4)}{title} {i}", parent, float(i)))
            for i in range(count)
        )
    )


def bushy(children: int = 15, leaves: int = 7) -> Map:
    document = rooted()
    document = document.apply(grown(document, "r", children, "a"))
    for n, child in enumerate(document.children("r")):
        title = f"leaf ({1700 + 10 * n})" if n % 2 else "leaf"
        document = document.apply(grown(document, child, (leaves + n) % 12, "b", title))
    first = document.children(document.children("r")[3])[0]
    return document.apply(grown(document, first, 5, "c"))


def putting(document: Map, view: View, found: dict[str, Place]) -> Change:
    there = document.view_places.get(view, {}) if view else document.places
    return Change(tuple(PutPlace(i, there.get(i), at, view) for i, at in found.items()))


def placed(document: Map, view: View) -> Map:
    """As the window does it: the mind map's places first, they say what is folded."""
    for each in {View.MIND, view}:
        found = place(each, seen_in(document, each), sizes(document))
        document = document.apply(putting(document, each, found))
    return document


def overlapping(document: Map, view: View) -> list[tuple[str, str]]:
    boxes, places = sizes(document), seen_in(document, view).places
    ids = list(document.topics)
    at = np.array([(places[i].x, places[i].y, *boxes[i]) for i in ids])
    aside = np.abs(at[:, None, 0] - at[None, :, 0]) < (at[:, None, 2] + at[None, :, 2]) / 2 - 0.05
    up = np.abs(at[:, None, 1] - at[None, :, 1]) < (at[:, None, 3] + at[None, :, 3]) / 2 - 0.05
    a, b = np.nonzero(np.triu(aside & up, 1))
    return [(ids[i], ids[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)]
