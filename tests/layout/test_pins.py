"""Tidying up leaves what a person pinned where it is, and puts nothing on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowalledge_desktop.core.edits import pinning
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.core.views import View, seen_in
from knowalledge_desktop.layout.views import tidy
from tests.support.trees import bushy, overlapping, placed, putting, sizes

ALL = list(View)


def pinned_at(document: Map, view: View, spots: dict[str, tuple[float, float]]) -> Map:
    places = seen_in(document, view).places
    found = {i: replace(places[i], x=x, y=y, pinned=True, collapsed=False) for i, (x, y) in spots.items()}
    return document.apply(putting(document, view, found))


def tidied(document: Map, view: View) -> dict[str, Place]:
    return tidy(view, seen_in(document, view), sizes(document))


@pytest.mark.parametrize("view", ALL)
@settings(deadline=None)
@given(
    st.dictionaries(
        st.integers(1, 90), st.tuples(st.integers(-1500, 1500), st.integers(-900, 900)), min_size=1, max_size=6
    )
)
@example({9: (99, -85)})
def test_tidying_up_leaves_pins_and_nothing_comes_to_lie_on_them(
    view: View, where: dict[int, tuple[int, int]]
) -> None:
    document = placed(bushy(), view)
    ids = list(document.topics)
    spots = {ids[n % len(ids)]: (float(x), float(y)) for n, (x, y) in where.items()}
    document = pinned_at(document, view, spots)
    found = tidied(document, view)
    assert set(found) == set(document.topics)
    assert {i: (found[i].x, found[i].y, found[i].pinned) for i in spots} == {
        i: (x, y, True) for i, (x, y) in spots.items()
    }
    assert not any(found[i].pinned for i in found if i not in spots)
    after = document.apply(putting(document, view, found))
    by_person = {*spots, "r"}  # the root stays as well, and a person may pin a topic right on it
    assert [pair for pair in overlapping(after, view) if not set(pair) <= by_person] == []


@pytest.mark.parametrize("view", [View.MIND, View.TREE, View.RADIAL, View.OUTLINE])
def test_what_hangs_on_a_pinned_topic_comes_along(view: View) -> None:
    document = placed(bushy(), view)
    pinned = document.children("r")[2]
    document = pinned_at(document, view, {pinned: (9000.0, 9000.0)})
    found = tidied(document, view)
    near = [abs(found[i].x - 9000.0) + abs(found[i].y - 9000.0) for i in document.branch(pinned)]
    assert max(near) < 3000.0


def test_a_branch_pinned_on_the_other_side_of_the_root_is_turned_round() -> None:
    document = placed(bushy(), View.MIND)
    right = next(c for c in document.children("r") if document.places[c].x > 0 and document.children(c))
    document = pinned_at(document, View.MIND, {right: (-4000.0, 0.0)})
    found = tidied(document, View.MIND)
    assert all(found[i].x < -4000.0 for i in document.children(right))


def test_pins_are_of_a_view_and_are_taken_off_again() -> None:
    document = placed(bushy(), View.TREE)
    topic_id = document.children("r")[0]
    change = pinning(document, [topic_id], "tree", pinned=True)
    document = document.apply(change)
    assert (change.reason, change.about) == ("pin", document.topics[topic_id].title)
    assert document.view_places["tree"][topic_id].pinned
    assert not document.places[topic_id].pinned
    assert not pinning(document, [topic_id, "gone"], "tree", pinned=True)
    back = document.apply(pinning(document, [topic_id], "tree", pinned=False))
    assert not back.view_places["tree"][topic_id].pinned
