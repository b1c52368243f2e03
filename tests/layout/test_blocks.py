"""A big map has about the shape of a screen, and no topic lies on another."""

from __future__ import annotations

import numpy as np
import pytest

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.layout.forest import forest_of
from knowalledge_desktop.layout.packing import packed

SCREEN = 2.6
"""By how much the shape may be off that of a square, either way."""


def wide_map(count: int, most: int = 9) -> Map:
    topics, parents, number = {"r": Topic("r", "Everything")}, ["r"], 0
    while len(topics) < count:
        for i in range(min(15 if number == 0 else 3 + number * 5 % most, count - len(topics))):
            name = f"t{len(topics)}"
            topics[name] = Topic(name, "x" * (3 + len(topics) % 30), parents[number], float(i))
            parents.append(name)
        number += 1
    return Map("m", "Everything", "r", topics)


@pytest.mark.parametrize("count", [450, 1500, 4000])
def test_a_big_map_fits_a_screen_and_no_topic_lies_on_another(count: int) -> None:
    document = wide_map(count)
    sizes = {i: (60.0 + 7.0 * len(t.title), 26.0 if t.parent_id else 48.0) for i, t in document.topics.items()}
    forest = forest_of(document, sizes)
    x, y = packed(forest)
    assert 1 / SCREEN < np.ptp(x) / np.ptp(y) < SCREEN
    left, right, top, bottom = x - forest.w / 2, x + forest.w / 2, y - forest.h / 2, y + forest.h / 2
    for one in range(len(forest)):
        others = slice(one + 1, None)
        hit = (left[others] < right[one]) & (right[others] > left[one])
        hit &= (top[others] < bottom[one]) & (bottom[others] > top[one])
        assert not hit.any(), forest.ids[one]


def test_children_stand_further_out_than_their_parents() -> None:
    document = wide_map(2000)
    sizes = dict.fromkeys(document.topics, (120.0, 26.0))
    forest = forest_of(document, sizes)
    x, _ = packed(forest)
    child = np.arange(1, len(forest))
    assert (np.abs(x[child]) > np.abs(x[forest.parent[child]])).all()
    deeper = child[forest.depth[child] > 1]
    assert (np.sign(x[deeper]) == np.sign(x[forest.parent[deeper]])).all()
