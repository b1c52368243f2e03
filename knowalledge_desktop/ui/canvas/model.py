"""What the canvas draws, as arrays: one row a visible topic, parents before children."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.graph import LinkKind, Map
from knowalledge_desktop.core.tree import visible_ids
from knowalledge_desktop.ui.canvas.badges import Badges

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Visible topics. `x`, `y` are centres, `w`, `h` sizes in scene units; `parent` is a row or -1.

    `side` is 1 where the port faces left (the branch grows to the right), else -1. `hidden`
    counts the topics below a collapsed one. `pictures` names the bytes of the pictures by row. `style` is the
    view that lays them out, which decides how edges run; `marks` is what it puts beside topics (number, date).
    `badges` are what a person put on topics. `links` are the rows that cross links join, from and to, with what is
    written on each and whether it says that both are the same topic.
    """

    ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    index: Mapping[str, int] = field(default_factory=dict[str, int])
    x: Floats = field(default_factory=lambda: np.empty(0))
    y: Floats = field(default_factory=lambda: np.empty(0))
    w: Floats = field(default_factory=lambda: np.empty(0))
    h: Floats = field(default_factory=lambda: np.empty(0))
    depth: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    parent: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    side: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    explained: Bools = field(default_factory=lambda: np.empty(0, bool))
    related: Bools = field(default_factory=lambda: np.empty(0, bool))
    hidden: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    leaf: Bools = field(default_factory=lambda: np.empty(0, bool))
    pictures: Mapping[int, str] = field(default_factory=dict[int, str])
    style: str = ""
    marks: Mapping[int, str] = field(default_factory=dict[int, str])
    badges: Mapping[int, Badges] = field(default_factory=dict[int, Badges])
    links: Ints = field(default_factory=lambda: np.empty((0, 2), np.int32))
    link_ids: tuple[str, ...] = ()
    link_labels: tuple[str, ...] = ()
    link_same: tuple[bool, ...] = ()

    def __len__(self) -> int:
        """How many topics are visible."""
        return len(self.ids)

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of everything; zeros when there is nothing."""
        if not len(self):
            return (0.0, 0.0, 0.0, 0.0)
        return (
            float((self.x - self.w / 2).min()),
            float((self.y - self.h / 2).min()),
            float((self.x + self.w / 2).max()),
            float((self.y + self.h / 2).max()),
        )

    def at(self, x: float, y: float, pad: float, without: Collection[int] = ()) -> int:
        """The row whose box, padded, holds the point; the nearest centre where several do; else -1.

        Rows that are not to be found are named by `without`.
        """
        if not len(self):
            return -1
        near = np.flatnonzero(np.abs(self.y - y) <= max(float(self.h.max()) / 2, pad))
        half_w, half_h = np.maximum(self.w[near] / 2, pad), np.maximum(self.h[near] / 2, pad)
        hit = near[(np.abs(self.x[near] - x) <= half_w) & (np.abs(self.y[near] - y) <= half_h)]
        if without:
            hit = hit[[row not in without for row in hit.tolist()]]
        if not len(hit):
            return -1
        distance = (self.x[hit] - x) ** 2 + (self.y[hit] - y) ** 2
        return int(hit[np.argmin(distance)])

    def inside(self, left: float, top: float, right: float, bottom: float) -> Ints:
        """Rows whose box touches the rectangle."""
        seen = (
            (self.x - self.w / 2 <= right)
            & (self.x + self.w / 2 >= left)
            & (self.y - self.h / 2 <= bottom)
            & (self.y + self.h / 2 >= top)
        )
        return np.flatnonzero(seen).astype(np.int32)


def rows_of(document: Map, sizes: Mapping[str, tuple[float, float]]) -> Rows:
    """The rows of a map whose topics all have places."""
    ids = tuple(i for i in visible_ids(document) if i in document.places)
    if not ids:
        return Rows()
    index = {topic_id: row for row, topic_id in enumerate(ids)}
    topics = [document.topics[i] for i in ids]
    places = [document.places[i] for i in ids]
    explained = document.explained_ids()
    parent = np.array([index.get(t.parent_id or "", -1) for t in topics], np.int32)
    x = np.array([p.x for p in places], float)
    levels = [0] * len(ids)
    for row, above in enumerate(parent.tolist()[1:], start=1):
        levels[row] = levels[above] + 1
    depth = np.array(levels, np.int32)
    toward = np.where(parent >= 0, x[parent], x)
    box = np.array([sizes[i] for i in ids], float)
    links = [each for each in document.links.values() if each.source_id in index and each.target_id in index]
    return Rows(
        ids=ids,
        titles=tuple(t.title for t in topics),
        summaries=tuple(t.summary for t in topics),
        index=index,
        x=x,
        y=np.array([p.y for p in places], float),
        w=box[:, 0],
        h=box[:, 1],
        depth=depth,
        parent=parent,
        side=np.where(x >= toward, 1, -1).astype(np.int32),
        explained=np.array([i in explained for i in ids], bool),
        related=np.array([t.relation is Relation.RELATED for t in topics], bool),
        hidden=np.array(
            [len(document.branch(i)) - 1 if p.collapsed else 0 for i, p in zip(ids, places, strict=True)], np.int32
        ),
        leaf=np.array([not document.children(i) for i in ids], bool),
        badges={
            row: marks
            for row, (t, p) in enumerate(zip(topics, places, strict=True))
            if (marks := Badges.of(t, p)) is not None
        },
        links=np.array([(index[each.source_id], index[each.target_id]) for each in links], np.int32).reshape(
            -1, 2
        ),
        link_ids=tuple(each.link_id for each in links),
        link_labels=tuple(each.label for each in links),
        link_same=tuple(each.kind is LinkKind.SAME_AS for each in links),
        pictures={index[i]: kept.sha256 for i, kept in document.pictures.items() if i in index},
    )
