"""Every view: nothing that is there moves, nothing overlaps, and from scratch it looks as it should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowalledge_desktop.core.edits import removal
from knowalledge_desktop.core.graph import Change, Link, Map, PutPlace, PutTopic, Topic
from knowalledge_desktop.core.history import rebased
from knowalledge_desktop.core.views import View, seen_in
from knowalledge_desktop.layout.contour import band
from knowalledge_desktop.layout.forest import forest_of
from knowalledge_desktop.layout.outline import INDENT, PAD, card_boxes, cards
from knowalledge_desktop.layout.study import study_order
from knowalledge_desktop.layout.views import tidy
from tests.support.trees import bushy, grown, overlapping, placed, putting, rooted, sizes

Act = tuple[str, int, int]
ALL = list(View)


@pytest.mark.parametrize("view", ALL)
def test_from_scratch_nothing_overlaps_and_the_same_map_looks_the_same(view: View) -> None:
    document = bushy()
    found = tidy(view, document, sizes(document))
    assert set(found) == set(document.topics)
    assert found == tidy(view, document, sizes(document))
    assert overlapping(document.apply(putting(document, view, found)), view) == []


acts = st.lists(
    st.tuples(
        st.sampled_from(["expand", "expand", "remove", "undo", "fold", "drag", "tidy"]),
        st.integers(0, 60),
        st.integers(1, 15),
    ),
    max_size=12,
)


@pytest.mark.parametrize("view", ALL)
@settings(deadline=None)
@given(acts)
def test_nothing_moves_that_nobody_touched_and_nothing_overlaps(
    view: View, steps: list[tuple[str, int, int]]
) -> None:
    """Any sequence of growing, removing, taking back, folding, dragging far away, and tidying up."""
    document, history, dragged = placed(rooted(), view), list[Change](), False
    for number, (act, which, count) in enumerate(steps):
        chosen = list(document.topics)[which % len(document.topics)]
        before, touched = seen_in(document, view).places, set[str]()
        there = set(document.topics)
        if act == "expand":
            dated = f"title ({1500 + which * 7})"
            history.append(grown(document, chosen, count, f"{number}-", dated if count % 2 else "title"))
            document = document.apply(history[-1])
        elif act == "remove" and chosen != "r":
            history.append(removal(document, chosen))
            document = document.apply(history[-1])
        elif act == "undo" and history:
            change = rebased(document, history.pop().inverse())
            touched = {put.topic_id for put in change.puts if isinstance(put, PutPlace)}
            document = document.apply(change)
        elif act == "fold":
            home = document.places[chosen]
            put = PutPlace(chosen, home, replace(home, collapsed=not home.collapsed))
            document = document.apply(Change((put,)))
        elif act == "drag":
            touched = set(document.branch(chosen))
            moved = {
                i: replace(before[i], x=before[i].x + 9000.0 * (number + 1), collapsed=False) for i in touched
            }
            there_now = document.view_places.get(view, {}) if view else document.places
            kept = {i: replace(at, collapsed=there_now[i].collapsed) for i, at in moved.items()}
            history.append(putting(document, view, kept))
            document = document.apply(history[-1])
            dragged = True
        elif act == "tidy":
            touched = set(document.topics)
            found = tidy(view, seen_in(document, view), sizes(document))
            there_now = document.view_places.get(view, {}) if view else document.places
            kept = {i: replace(at, collapsed=there_now[i].collapsed) for i, at in found.items()}
            history.append(putting(document, view, kept))
            document = document.apply(history[-1])
        document = placed(document, view)
        after = seen_in(document, view).places
        for topic_id in (there & document.topics.keys()) - touched:
            assert (after[topic_id].x, after[topic_id].y) == (before[topic_id].x, before[topic_id].y)
        assert set(document.topics) <= set(after)
        assert dragged or overlapping(document, view) == []


@pytest.mark.parametrize("view", ALL)
def test_folding_and_unfolding_brings_all_back_to_where_it_was(view: View) -> None:
    document = placed(bushy(), view)
    child = document.children("r")[3]
    home = document.places[child]
    folded = document.apply(Change((PutPlace(child, home, replace(home, collapsed=True)),)))
    assert seen_in(folded, view).places[child].collapsed
    folded = placed(folded.apply(grown(folded, document.children("r")[4], 9, "late")), view)
    back = folded.apply(Change((PutPlace(child, folded.places[child], home),)))
    was, now = seen_in(document, view).places, seen_in(back, view).places
    assert {i: now[i] for i in was} == was
    assert overlapping(back, view) == []


def look(view: View, document: Map) -> Callable[[str], tuple[float, float, float, float]]:
    found, boxes = tidy(view, document, sizes(document)), sizes(document)

    def box(topic_id: str) -> tuple[float, float, float, float]:
        at, (w, h) = found[topic_id], boxes[topic_id]
        return at.x - w / 2, at.y - h / 2, at.x + w / 2, at.y + h / 2

    return box


def test_the_tree_goes_down_and_lists_stand_indented_below_their_parent() -> None:
    wide, document = bushy(), bushy(6, 1)
    for each in (wide, document):
        box = look(View.TREE, each)
        for topic_id in each.topics:
            for child in each.children(topic_id):
                assert box(child)[1] > box(topic_id)[3]
    on_shelves = look(View.TREE, wide)
    assert 1 < len({round(on_shelves(c)[1]) for c in wide.children("r")}) < 6
    listed = next(c for c in document.children("r") if len(document.children(c)) > 3)
    lefts = {round(box(c)[0], 1) for c in document.children(listed)}
    assert len(lefts) == 1 or any(document.children(c) for c in document.children(listed))
    tops = {round(box(c)[1], 1) for c in document.children("r")}
    assert len(tops) == 1


def test_the_rings_of_the_radial_view_go_outward_and_branches_keep_their_sectors() -> None:
    document = bushy()
    found = tidy(View.RADIAL, document, sizes(document))
    far = {i: np.hypot(at.x, at.y / 0.6) for i, at in found.items()}
    for topic_id in document.topics:
        for child in document.children(topic_id):
            assert far[child] > far[topic_id]
    around = [np.arctan2(found[c].x, -found[c].y) % (2 * np.pi) for c in document.children("r")]
    assert around == sorted(around)


def test_the_cards_of_the_outline_do_not_touch_and_hold_indented_lists() -> None:
    document = bushy()
    found, forest = tidy(View.OUTLINE, document, sizes(document)), forest_of(document, sizes(document))
    x = np.array([found[i].x for i in forest.ids])
    y = np.array([found[i].y for i in forest.ids])
    heads, boxes = card_boxes(
        x, y, forest.w, forest.h, cards(x, y, forest.w, forest.h, forest.parent, forest.depth)
    )
    assert [forest.ids[i] for i in heads.tolist()] == list(document.children("r"))
    for n, a in enumerate(boxes.tolist()):
        for b in boxes.tolist()[n + 1 :]:
            assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
    box = look(View.OUTLINE, document)
    child = document.children("r")[3]
    assert box(document.children(child)[0])[0] == pytest.approx(box(child)[0] + INDENT, abs=0.02)


def test_new_topics_of_an_outline_go_to_the_end_of_their_card_or_have_one_of_their_own() -> None:
    document = placed(bushy(), View.OUTLINE)
    last = max(document.children("r"), key=lambda c: seen_in(document, View.OUTLINE).places[c].y)
    middle = document.children(document.children("r")[2])[1]
    for topic_id in (last, middle):
        document = placed(document.apply(grown(document, topic_id, 4, "n")), View.OUTLINE)
        forest, at = forest_of(document, sizes(document)), seen_in(document, View.OUTLINE).places
        x, y = np.array([at[i].x for i in forest.ids]), np.array([at[i].y for i in forest.ids])
        head = cards(x, y, forest.w, forest.h, forest.parent, forest.depth)
        card = forest.ids[head[forest.ids.index(f"{topic_id}.n3")]]
        assert card == (last if topic_id == last else f"{middle}.n0")
        _, boxes = card_boxes(x, y, forest.w, forest.h, head)
        for n, a in enumerate(boxes.tolist()):
            for b in boxes.tolist()[n + 1 :]:
                assert a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
    assert PAD > 0


def test_one_studies_parents_first_and_what_a_link_says_is_needed() -> None:
    document = bushy(4, 3)
    assert study_order(document) == document.branch("r")
    early, late = document.children("r")[0], document.children("r")[2]
    links = {
        "l": Link("l", early, late, label="Requires"),
        "own": Link("own", late, document.children(late)[0], label="needs"),
        "other": Link("other", "r", late, label="like"),
        "circle": Link("circle", late, early, label="needs"),
    }
    order = study_order(replace(document, links={k: links[k] for k in ("l", "own", "other")}))
    assert order.index(late) < order.index(early) < order.index(document.children(early)[0])
    assert sorted(order) == sorted(document.topics)
    for topic_id in document.topics:
        for child in document.children(topic_id):
            assert order.index(topic_id) < order.index(child)
    assert sorted(study_order(replace(document, links=links))) == sorted(document.topics)


def test_the_learning_path_winds_from_row_to_row() -> None:
    document = bushy()
    box = look(View.PATH, document)
    order = study_order(document)
    rows = [round((box(i)[1] + box(i)[3]) / 2) for i in order]
    assert rows == sorted(rows)
    lefts = [box(i)[0] for i in order]
    first = [n for n, y in enumerate(rows) if y == rows[0]]
    second = [n for n, y in enumerate(rows) if y == sorted(set(rows))[1]]
    assert [lefts[n] for n in first] == sorted(lefts[n] for n in first)
    assert [lefts[n] for n in second] == sorted((lefts[n] for n in second), reverse=True)


def test_the_timeline_goes_from_left_to_right_and_what_has_no_date_stands_at_its_side() -> None:
    from knowalledge_desktop.core.dates import dates_of

    document = bushy()
    dates = dates_of(document)
    found = tidy(View.TIMELINE, document, sizes(document))
    ordered = sorted(dates, key=lambda i: dates[i].year)
    assert len(ordered) > 20
    along = [round(found[i].x - sizes(document)[i][0] / 2, 1) for i in ordered]
    assert along == sorted(along)
    assert max(found[i].x + sizes(document)[i][0] / 2 for i in document.topics if i not in dates) < min(along)


def test_a_new_date_between_two_others_stands_between_them() -> None:
    document = rooted()
    puts = [PutTopic(None, Topic(f"t{y}", f"Something of {y}", "r", float(y))) for y in (1200, 1500, 1900)]
    document = document.apply(Change((*puts, PutTopic(None, Topic("t", "Timeless", "r", 1.0)))))
    titles = {t: replace(document.topics[t], title=f"Event ({t[1:]})") for t in ("t1200", "t1500", "t1900")}
    document = document.apply(Change(tuple(PutTopic(document.topics[t], after) for t, after in titles.items())))
    document = placed(document, View.TIMELINE)
    late = PutTopic(None, Topic("new", "An event (1600)", "r", 9.0))
    document = placed(document.apply(Change((late,))), View.TIMELINE)
    at = seen_in(document, View.TIMELINE).places
    assert at["t1200"].x < at["t1500"].x < at["new"].x < at["t1900"].x
    assert overlapping(document, View.TIMELINE) == []


def test_a_forest_knows_its_levels_and_its_reading_order() -> None:
    document = bushy()
    forest = forest_of(document, sizes(document))
    assert [forest.ids[i] for i in np.argsort(forest.reading_order())] == list(document.branch("r"))
    assert [document.depth(i) for i in forest.ids] == forest.depth.tolist()
    assert forest.sizes_of_branches()[0] == len(document.topics)
    for row, topic_id in enumerate(forest.ids):
        assert tuple(forest.ids[i] for i in forest.children(row)) == document.children(topic_id)


def test_bands_leave_no_overlap_on_any_level() -> None:
    document = bushy()
    forest = forest_of(document, sizes(document))
    at = band(forest, forest.h, np.array([0.0, 20.0, 8.0]))
    for depth in range(len(forest.levels) - 1):
        part = forest.level(depth)
        y, h = at[part], forest.h[part]
        assert bool(np.all(np.diff(y) >= (h[1:] + h[:-1]) / 2))


@pytest.mark.parametrize("view", [View.MIND, View.RADIAL])
@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), min_size=1, max_size=8))
def test_what_a_person_puts_on_topics_covers_no_other_topic(view: View, steps: list[tuple[int, int]]) -> None:
    """Two marks make a topic longer at its far end: further children of a full parent leave room for them."""
    document = placed(rooted(), view)
    document = placed(document.apply(grown(document, "r", 15, "first")), view)
    for number, (which, count) in enumerate(steps):
        chosen = "r" if which < 12 else list(document.topics)[which % len(document.topics)]
        document = placed(document.apply(grown(document, chosen, count, f"{number}-")), view)
    places, boxes = seen_in(document, view).places, sizes(document)
    ids = list(document.topics)
    far = 34.0
    box: list[tuple[float, float, float, float]] = []
    for topic_id in ids:
        at, (w, h), above = places[topic_id], boxes[topic_id], document.topics[topic_id].parent_id
        right = above is None or at.x >= places[above].x
        left = at.x - w / 2 - (0.0 if right else far)
        box.append((left, at.y - h / 2, left + w + far, at.y + h / 2))
    b = np.array(box)
    hit = (b[:, None, 0] < b[None, :, 2] - 0.1) & (b[:, None, 2] > b[None, :, 0] + 0.1)
    hit &= (b[:, None, 1] < b[None, :, 3] - 0.1) & (b[:, None, 3] > b[None, :, 1] + 0.1)
    np.fill_diagonal(hit, val=False)
    assert [(ids[i], ids[j]) for i, j in np.argwhere(hit).tolist()] == []
