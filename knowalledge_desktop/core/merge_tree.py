"""The tree of a merged map: no circle, no orphan, and the order of both sides as far as they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from knowalledge_desktop.core.graph import Map, Topic

_GAP = 1e-6  # ranks nearer to each other than this are given anew


def mend_tree(topics: dict[str, Topic], root_id: str, ours: Mapping[str, Topic]) -> list[str]:
    """Make one tree of the topics, in place; returns the ids of those that could not be put where asked.

    A topic whose parent is gone goes where it is here, or below the root. A circle, which comes about when each
    side put one topic below the other, is opened by leaving ours where they are.
    """
    undone: list[str] = []
    for key, topic in topics.items():
        if key == root_id:
            if topic.parent_id is not None:
                topics[key] = replace(topic, parent_id=None)
        elif topic.parent_id is None or topic.parent_id not in topics:
            topics[key] = replace(topic, parent_id=_home(key, topics, root_id, ours))
    while circle := _circle(topics):
        movable = [key for key in circle if topics[key].parent_id != _home(key, topics, root_id, ours)]
        for key in movable or circle:
            home = _home(key, topics, root_id, ours) if movable else root_id
            topics[key] = replace(topics[key], parent_id=home)
            undone.append(key)
    return undone


def _home(key: str, topics: Mapping[str, Topic], root_id: str, ours: Mapping[str, Topic]) -> str:
    mine = ours.get(key)
    if mine is not None and mine.parent_id is not None and mine.parent_id in topics:
        return mine.parent_id
    return root_id


def _circle(topics: Mapping[str, Topic]) -> list[str]:
    sound: set[str] = set()
    for start in topics:
        way: dict[str, None] = {}
        current: str | None = start
        while current is not None and current not in sound:
            if current in way:
                steps = list(way)
                return steps[steps.index(current) :]
            way[current] = None
            current = topics[current].parent_id
        sound.update(way)
    return []


def ordered(topics: Mapping[str, Topic], ours: Map, theirs: Map, base: Map, seen: Map) -> dict[str, Topic]:
    """The topics with ranks that hold the order: ours; theirs where only they have changed it.

    Newcomers stand where they stand in the file, after the same neighbour.
    """
    result = dict(topics)
    below: dict[str, list[str]] = {}
    for key, topic in topics.items():
        if topic.parent_id is not None:
            below.setdefault(topic.parent_id, []).append(key)
    for parent, found in below.items():
        here = set(found)
        mine = [key for key in ours.children(parent) if key in here]
        their = [key for key in theirs.children(parent) if key in here]
        turned = _differ(their, seen.children(parent)) and not _differ(mine, base.children(parent))
        first, second = (their, mine) if turned else (mine, their)
        order = _woven(first, second)
        order += sorted(here - set(order), key=lambda key: (topics[key].rank, key))
        if order != mine:
            _rank(result, order, {} if turned else {key: topics[key].rank for key in mine})
    return result


def _differ(order: list[str], other: tuple[str, ...]) -> bool:
    common = set(order) & set(other)
    return [key for key in order if key in common] != [key for key in other if key in common]


def _woven(first: list[str], second: list[str]) -> list[str]:
    """`first`, with those that are in `second` alone after the neighbour they have there."""
    known, after = set(first), dict[str, list[str]]()
    last = ""
    for key in second:
        if key in known:
            last = key
        else:
            after.setdefault(last, []).append(key)
    order = list(after.get("", ()))
    for key in first:
        order.append(key)
        order.extend(after.get(key, ()))
    return order


def _rank(topics: dict[str, Topic], order: list[str], fixed: Mapping[str, float]) -> None:
    """Give ranks in this order; those that are fixed keep theirs if there is room between them."""
    ranks = _between(order, fixed)
    if any(b - a < _GAP for a, b in pairwise(ranks)):
        ranks = [float(n) for n in range(len(order))]
    for key, rank in zip(order, ranks, strict=True):
        if topics[key].rank != rank:
            topics[key] = replace(topics[key], rank=rank)


def _between(order: list[str], fixed: Mapping[str, float]) -> list[float]:
    ahead: list[tuple[int, float] | None] = []  # how far the next fixed one is, and its rank
    for key in reversed(order):
        last = ahead[-1] if ahead else None
        ahead.append((0, fixed[key]) if key in fixed else (last[0] + 1, last[1]) if last else None)
    ahead.reverse()
    ranks: list[float] = []
    for coming in ahead:
        if coming is None:
            ranks.append(ranks[-1] + 1.0 if ranks else 0.0)
        elif coming[0] == 0 or not ranks:
            ranks.append(coming[1] - coming[0])
        else:
            ranks.append(ranks[-1] + (coming[1] - ranks[-1]) / (coming[0] + 1))
    return ranks
