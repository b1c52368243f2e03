"""The rows of a map after a change, from those before it: a big map is not read anew for a few topics.

The rows are in the order of the tree, parents before children, so a branch is a run of rows. Runs that are gone
are cut out, new ones are put in, and the rest is taken over as arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.graph import LinkKind, Map, Topic
from knowalledge_desktop.ui.canvas.badges import Badges
from knowalledge_desktop.ui.canvas.metrics import KnownSizes, differing, lacking
from knowalledge_desktop.ui.canvas.model import Rows

FROM, MOST, FEW_RUNS = 300, 400, 8
"""Maps of fewer rows, and bigger changes, are read anew."""
Sizes = Mapping[str, tuple[float, float]]
Each = TypeVar("Each", bound=np.generic)


@dataclass
class _Changes:
    """What differs between two maps, by id: topics that are other ones now, that are gone, and places."""

    topics: list[str] = field(default_factory=list[str])
    gone: list[str] = field(default_factory=list[str])
    places: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        return bool(self.topics or self.gone or self.places)


def patched(before: Map, rows: Rows, after: Map, sizes: Sizes) -> Rows | None:
    """The rows of `after`, as `rows_of` would read them; None where they must be read anew.

    `rows` are those of `before`. All topics that are to be seen must have a place.
    """
    if len(rows) < FROM or before.root_id != after.root_id:
        return None
    changes = _changes(before, after, sizes.changed if isinstance(sizes, KnownSizes) else differing)
    if changes is None:
        return None
    if not changes and _same_besides(before, after):
        return rows
    gone, moved, folded = _structure(before, after, changes)
    if gone or moved or folded or any(i not in before.topics for i in changes.topics):
        made = _respliced(before, rows, after, sizes, changes)
    else:
        made = rows
    if made is None:
        return None
    return _refreshed(before, made, after, sizes, changes)


def _changes(before: Map, after: Map, changed: Callable[[Any, Any], list[str]]) -> _Changes | None:
    old, found = before.topics, _Changes()
    if old is not after.topics:
        found.topics = changed(old, after.topics)
        if len(old) + sum(1 for i in found.topics if i not in old) != len(after.topics):
            found.gone = lacking(after.topics, old)
    if before.places is not after.places:
        was, now = before.places, after.places
        others = differing(was, now)
        found.places = [i for i in others if was.get(i) != now[i] and i in after.topics]
        if any(i not in was and i in old for i in found.places):
            return None
        lost = len(was) + sum(1 for i in others if i not in was) != len(now)
        if lost and any(i in after.topics for i in lacking(now, was)):
            return None
    if len(found.topics) + len(found.gone) + len(found.places) > MOST:
        return None
    return found


def _same_besides(before: Map, after: Map) -> bool:
    """Whether what belongs to no topic's own row is the same."""
    return (
        before.links == after.links
        and before.pictures == after.pictures
        and before.explanations == after.explanations
    )


def _structure(before: Map, after: Map, changes: _Changes) -> tuple[list[str], list[str], list[str]]:
    """Topics that are gone, that hang elsewhere, and that were folded or opened."""
    moved: list[str] = []
    for topic_id in changes.topics:
        old, new = before.topics.get(topic_id), after.topics[topic_id]
        if old is not None and (old.parent_id, old.rank) != (new.parent_id, new.rank):
            moved.append(topic_id)
    folded: list[str] = []
    for topic_id in changes.places:
        was, now = before.places.get(topic_id), after.places[topic_id]
        if (was is not None and was.collapsed) != now.collapsed:
            folded.append(topic_id)
    return changes.gone, moved, folded


def _respliced(
    before: Map,
    rows: Rows,
    after: Map,
    sizes: Sizes,
    changes: _Changes,
) -> Rows | None:
    gone, moved, folded = _structure(before, after, changes)
    keep = np.ones(len(rows), bool)
    for topic_id in (*gone, *moved):
        row = rows.index.get(topic_id, -1)
        if row >= 0:
            keep[row : _end(rows, row)] = False
    for topic_id in folded:
        row = rows.index.get(topic_id, -1)
        if row >= 0 and after.places[topic_id].collapsed:
            keep[row + 1 : _end(rows, row)] = False
    added = [i for i in changes.topics if i not in before.topics]
    parents = {after.topics[i].parent_id or "" for i in (*added, *moved)} | set(folded)
    inserts: list[tuple[int, int, list[str]]] = []
    for parent_id in parents:
        row = rows.index.get(parent_id, -1)
        if row < 0 or not keep[row] or after.places[parent_id].collapsed:
            continue
        for at, ids in _new_below(rows, keep, after, parent_id, row):
            if any(i not in after.places or i not in sizes for i in ids):
                return None
            inserts.append((at, -int(rows.depth[row]), ids))
    inserts.sort(key=lambda insert: insert[:2])
    return _spliced(rows, keep, after, sizes, inserts)


def _new_below(
    rows: Rows, keep: NDArray[np.bool_], after: Map, parent_id: str, row: int
) -> Iterable[tuple[int, list[str]]]:
    """Branches that are to come below a topic, with the old row before which they come."""
    at = row + 1
    for child in after.children(parent_id):
        known = rows.index.get(child, -1)
        if known >= 0 and keep[known]:
            at = _end(rows, known)
        else:
            yield at, _visible(after, child)


def _visible(document: Map, top: str) -> list[str]:
    """A branch without what is folded, parents first."""
    out: list[str] = []
    waiting = [top]
    while waiting:
        current = waiting.pop()
        out.append(current)
        place = document.places.get(current)
        if place is None or not place.collapsed:
            waiting.extend(reversed(document.children(current)))
    return out


def _end(rows: Rows, row: int) -> int:
    """The row after the last one of a branch."""
    beyond = rows.depth[row + 1 :] <= rows.depth[row]
    return row + 1 + int(np.argmax(beyond)) if beyond.any() else len(rows)


def _spliced(
    rows: Rows, keep: NDArray[np.bool_], after: Map, sizes: Sizes, inserts: list[tuple[int, int, list[str]]]
) -> Rows:
    count = len(rows)
    more = np.zeros(count + 1, np.int64)
    for at, _, ids in inserts:
        more[at] += len(ids)
    where = np.cumsum(keep) - 1 + np.cumsum(more)[:count]  # of old rows among the new ones
    kept = np.flatnonzero(keep)
    new_ids = list(chain.from_iterable(ids for _, _, ids in inserts))
    total = len(kept) + len(new_ids)
    is_new = np.ones(total, bool)
    is_new[where[kept]] = False
    topics = [after.topics[i] for i in new_ids]
    order = np.empty(total, np.int64)
    order[where[kept]] = kept
    order[is_new] = count + np.arange(len(new_ids))
    # Where the old ones go on one after the other, they are taken over as they stand.
    breaks = np.flatnonzero(np.diff(order) != 1) + 1
    runs = [(int(order[a]), int(order[b - 1]) + 1) for a, b in pairwise([0, *breaks.tolist(), total]) if b > a]

    def texts(old: tuple[str, ...], new: list[str]) -> tuple[str, ...]:
        both = old + tuple(new)
        if len(runs) > FEW_RUNS:
            return tuple(chain.from_iterable(both[a:b] for a, b in runs))
        made: tuple[str, ...] = ()
        for a, b in runs:  # long pieces are taken over as they are, not one by one
            made += both[a:b]
        return made

    ids = texts(rows.ids, new_ids)
    index = dict(zip(ids, range(total), strict=True))
    parent = np.full(total, -1, np.int32)
    above = rows.parent[kept]
    parent[where[kept]] = np.where(above >= 0, where[above], -1)
    parent[is_new] = [index.get(t.parent_id or "", -1) for t in topics]
    depth = _joined(rows.depth, np.zeros(len(new_ids), np.int32), order)
    for row in np.flatnonzero(is_new).tolist():
        depth[row] = depth[parent[row]] + 1
    boxes = np.array([sizes[i] for i in new_ids], float).reshape(-1, 2)
    spots = np.array([(after.places[i].x, after.places[i].y) for i in new_ids], float).reshape(-1, 2)
    badges = {int(where[row]): each for row, each in rows.badges.items() if keep[row]}
    fresh = np.flatnonzero(is_new).tolist()
    for row, topic in zip(fresh, topics, strict=True):
        _mark(badges, row, topic, after)
    return replace(
        rows,
        ids=ids,
        titles=texts(rows.titles, [t.title for t in topics]),
        summaries=texts(rows.summaries, [t.summary for t in topics]),
        index=index,
        x=_joined(rows.x, spots[:, 0], order),
        y=_joined(rows.y, spots[:, 1], order),
        w=_joined(rows.w, boxes[:, 0], order),
        h=_joined(rows.h, boxes[:, 1], order),
        depth=depth,
        parent=parent,
        explained=_joined(rows.explained, _are_explained(after, new_ids), order),
        related=_joined(rows.related, np.array([t.relation is Relation.RELATED for t in topics], bool), order),
        hidden=_joined(rows.hidden, np.array([_hidden(after, i) for i in new_ids], np.int32), order),
        leaf=_joined(rows.leaf, np.array([not after.children(i) for i in new_ids], bool), order),
        badges=badges,
    )


def _refreshed(before: Map, rows: Rows, after: Map, sizes: Sizes, changes: _Changes) -> Rows:
    """What topics are called and look like now, where they are, and what belongs to the whole map."""
    x, y, w, h = (each.copy() for each in (rows.x, rows.y, rows.w, rows.h))
    related, leaf, hidden = rows.related.copy(), rows.leaf.copy(), rows.hidden.copy()
    titles, summaries, badges = list(rows.titles), list(rows.summaries), dict(rows.badges)
    for topic_id in changes.places:
        row = rows.index.get(topic_id, -1)
        if row >= 0:
            x[row], y[row] = after.places[topic_id].x, after.places[topic_id].y
            hidden[row] = _hidden(after, topic_id)
            _mark(badges, row, after.topics[topic_id], after)
    for topic_id in changes.topics:
        row = rows.index.get(topic_id, -1)
        if row >= 0:
            topic = after.topics[topic_id]
            titles[row], summaries[row] = topic.title, topic.summary
            w[row], h[row] = sizes[topic_id]
            related[row] = topic.relation is Relation.RELATED
            _mark(badges, row, topic, after)
    for topic_id in _above(before, after, changes):
        row = rows.index.get(topic_id, -1)
        if row >= 0:
            leaf[row] = not after.children(topic_id)
            hidden[row] = _hidden(after, topic_id)
    toward = np.where(rows.parent >= 0, x[rows.parent], x)
    explained = rows.explained
    if before.explanations is not after.explanations:
        known = after.explained_ids()
        explained = np.fromiter(map(known.__contains__, rows.ids), bool, len(rows))
    index = rows.index
    links = [each for each in after.links.values() if each.source_id in index and each.target_id in index]
    return replace(
        rows,
        titles=tuple(titles),
        summaries=tuple(summaries),
        x=x,
        y=y,
        w=w,
        h=h,
        side=np.where(x >= toward, 1, -1).astype(np.int32),
        explained=explained,
        related=related,
        leaf=leaf,
        hidden=hidden,
        badges=badges,
        links=np.array([(index[e.source_id], index[e.target_id]) for e in links], np.int32).reshape(-1, 2),
        link_ids=tuple(each.link_id for each in links),
        link_labels=tuple(each.label for each in links),
        link_same=tuple(each.kind is LinkKind.SAME_AS for each in links),
        pictures={index[i]: kept.sha256 for i, kept in after.pictures.items() if i in index},
    )


def _above(before: Map, after: Map, changes: _Changes) -> set[str]:
    """All topics above those that changed or are gone, as they hung before and as they hang now."""
    found: set[str] = set()
    for document in (before, after):
        for topic_id in (*changes.topics, *changes.gone):
            topic = document.topics.get(topic_id)
            current = topic.parent_id if topic is not None else None
            while current and current not in found:
                found.add(current)
                above = document.topics.get(current)
                current = above.parent_id if above is not None else None
    return found


def _hidden(document: Map, topic_id: str) -> int:
    place = document.places.get(topic_id)
    return len(document.branch(topic_id)) - 1 if place is not None and place.collapsed else 0


def _mark(badges: dict[int, Badges], row: int, topic: Topic, document: Map) -> None:
    badges.pop(row, None)
    marks = Badges.of(topic, document.places.get(topic.topic_id))
    if marks is not None:
        badges[row] = marks


def _are_explained(document: Map, ids: list[str]) -> NDArray[np.bool_]:
    known: frozenset[str] = document.explained_ids() if ids else frozenset()
    return np.array([i in known for i in ids], bool)


def _joined(old: NDArray[Each], new: NDArray[Any], order: NDArray[np.int64]) -> NDArray[Each]:
    return np.concatenate([old, new.astype(old.dtype)])[order]
