"""Places: nothing that is there moves, and no two topics overlap."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from knowalledge_desktop.core.edits import moving, removal
from knowalledge_desktop.core.graph import Change, Map, PutTopic, Topic
from knowalledge_desktop.core.tree import visible_ids
from knowalledge_desktop.layout.fan import place, tidy

Size = tuple[float, float]


def size_of(topic: Topic, depth: int) -> Size:
    height = (48.0, 36.0, 30.0, 26.0)[min(depth, 3)]
    return (60.0 + 7.0 * len(topic.title), height)


def sizes(document: Map) -> dict[str, Size]:
    return {t.topic_id: size_of(t, document.depth(t.topic_id)) for t in document.topics.values()}


def rooted(title: str = "Root") -> Map:
    root = Topic("r", title)
    return Map("m", title, "r", {"r": root})


def grown(document: Map, parent: str, titles: list[str], tag: str) -> Map:
    puts = tuple(
        PutTopic(None, Topic(f"{parent}.{tag}{i}", title, parent, float(i))) for i, title in enumerate(titles)
    )
    return document.apply(Change(puts))


def placed(document: Map) -> Map:
    return document.apply(moving(document, place(document, sizes(document))))


def overlapping(document: Map) -> list[tuple[str, str]]:
    boxes = sizes(document)
    found = []
    for a, b in itertools.combinations(document.topics, 2):
        pa, pb = document.places[a], document.places[b]
        (wa, ha), (wb, hb) = boxes[a], boxes[b]
        if abs(pa.x - pb.x) < (wa + wb) / 2 - 0.02 and abs(pa.y - pb.y) < (ha + hb) / 2 - 0.02:
            found.append((a, b))
    return found


def test_fifteen_children_stand_on_both_sides_of_the_root() -> None:
    document = placed(grown(rooted("Photosynthesis"), "r", [f"Topic {i}" for i in range(15)], "a"))
    right = [t for t in document.children("r") if document.places[t].x > 0]
    left = [t for t in document.children("r") if document.places[t].x < 0]
    assert (len(right), len(left)) == (8, 7)
    assert [document.places[t].y for t in right] == sorted(document.places[t].y for t in right)
    assert overlapping(document) == []


def test_same_map_same_places() -> None:
    document = grown(rooted(), "r", list("abcdefgh"), "a")
    assert place(document, sizes(document)) == place(document, sizes(document))


acts = st.lists(
    st.tuples(st.sampled_from(["expand", "remove", "undo"]), st.integers(0, 40), st.integers(1, 15)), max_size=14
)


@given(acts)
@settings(max_examples=60, deadline=None)
def test_nothing_that_is_there_moves_and_nothing_overlaps(steps: list[tuple[str, int, int]]) -> None:
    document, history = placed(rooted()), []
    for number, (act, which, count) in enumerate(steps):
        ids = list(document.topics)
        chosen = ids[which % len(ids)]
        before = {t: p for t, p in document.places.items() if t in document.topics}
        if act == "expand":
            titles = [f"{'long ' * (i % 4)}title {i}" for i in range(count)]
            after = grown(document, chosen, titles, f"{number}-")
            history.append(_difference(document, after))
            document = placed(after)
        elif act == "remove" and chosen != "r":
            change = removal(document, chosen)
            history.append(change)
            document = document.apply(change)
        elif act == "undo" and history:
            document = document.apply(history.pop().inverse())
            document = placed(document)
        for topic_id, at in before.items():
            if topic_id in document.topics:
                assert document.places[topic_id] == at
        assert set(document.topics) <= set(document.places)
        assert overlapping(document) == []


def _difference(before: Map, after: Map) -> Change:
    return Change(tuple(PutTopic(None, t) for i, t in after.topics.items() if i not in before.topics))


def test_tidy_leaves_no_overlap_and_keeps_folding() -> None:
    document = grown(rooted(), "r", [f"child {i}" for i in range(15)], "a")
    for child in document.children("r")[::2]:
        document = grown(document, child, [f"{child} leaf {i}" for i in range(11)], "b")
    document = placed(document)
    packed = document.apply(moving(document, tidy(document, sizes(document)), "tidy"))
    assert overlapping(packed) == []
    for side in (1, -1):
        column = [packed.places[t].y for t in document.children("r") if packed.places[t].x * side > 0]
        assert column == sorted(column)
    assert {p.x > 0 for t, p in packed.places.items() if t != "r"} == {True, False}


def test_topics_below_a_collapsed_one_are_not_visible() -> None:
    from dataclasses import replace

    document = placed(grown(grown(rooted(), "r", ["a", "b"], "x"), "r.x0", ["c"], "y"))
    folded = document.apply(moving(document, {"r.x0": replace(document.places["r.x0"], collapsed=True)}))
    assert set(visible_ids(folded)) == {"r", "r.x0", "r.x1"}


def test_a_big_map_that_comes_without_places_is_packed_without_overlap() -> None:
    document = grown(rooted(), "r", [f"child {i}" for i in range(15)], "a")
    for child in document.children("r"):
        document = grown(document, child, [f"leaf {i}" for i in range(9)], "b")
    document = placed(document)
    assert set(document.places) == set(document.topics)
    assert overlapping(document) == []


def test_collapsing_and_expanding_brings_all_back_to_where_it_was() -> None:
    from dataclasses import replace

    document = placed(grown(rooted(), "r", ["a", "b", "c"], "x"))
    document = placed(grown(document, "r.x0", list("defgh"), "y"))
    folded = document.apply(moving(document, {"r.x0": replace(document.places["r.x0"], collapsed=True)}))
    assert place(folded, sizes(folded)) == {}
    folded = placed(grown(folded, "r.x1", list("ijklm"), "z"))
    opened = folded.apply(moving(folded, {"r.x0": replace(folded.places["r.x0"], collapsed=False)}))
    assert {t: opened.places[t] for t in document.topics} == dict(document.places)
    assert overlapping(opened) == []
