"""Versions of a map: going back over any history, and telling what is different."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from knowalledge_desktop.core.difference import difference
from knowalledge_desktop.core.edits import moving, removal, renaming
from knowalledge_desktop.core.graph import (
    Change,
    ChangeConflict,
    Explanation,
    Map,
    Place,
    PutExplanation,
    PutPlace,
    PutTopic,
    PutView,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.versions import (
    Befores,
    Comparison,
    Tally,
    author,
    befores,
    compare,
    merged,
    rewound,
    tally,
)
from tests.support.examples import GEMINI, histories, photosynthesis


def content(document: Map) -> tuple[object, ...]:
    """All but how the map is seen."""
    return document.root_id, document.topics, document.links, document.explanations, document.pictures


@given(histories())
def test_any_history_can_be_gone_back_to_its_beginning(told: tuple[Map, tuple[Change, ...]]) -> None:
    states = [told[0]]
    for change in told[1]:
        states.append(states[-1].apply(change))
    steps = [befores(change) for change in told[1]]
    for n, state in enumerate(states):
        back = rewound(states[-1], reversed(steps[n:]))
        assert content(back) == content(state)
        whole = Befores()
        for step in reversed(steps[n:]):
            whole = merged(step, whole)
        assert rewound(states[-1], [whole]) == back
        there = states[-1].apply(difference(states[-1], back, "back"))
        assert content(there) == content(state)
        assert not compare(there, replace(back, title=there.title, places=there.places))


def test_only_what_is_in_the_map_is_told_not_how_it_is_seen() -> None:
    document = photosynthesis()
    fold = replace(document.places["c0"], collapsed=True)
    seen = Change(
        (
            PutPlace("c0", document.places["c0"], fold),
            PutPlace("c9", None, Place(1, 1)),
            PutView("", "tree"),
        )
    )
    assert not befores(seen)
    assert befores(moving(document, {"c0": Place(9, 9)}))


def test_moved_topics_go_back_and_stay_folded() -> None:
    document = photosynthesis()
    moved = moving(document, {"c0": Place(50, 60, pinned=True, collapsed=True)})
    back = rewound(document.apply(moved), [befores(moved)])
    assert back.places["c0"] == replace(document.places["c0"], collapsed=True)


def test_what_fits_no_map_is_refused() -> None:
    orphan = Topic("x", "X", "nowhere")
    with pytest.raises(ChangeConflict):
        rewound(photosynthesis(), [Befores(topics={"x": orphan})])


def test_what_an_act_did() -> None:
    document = photosynthesis()
    assert tally(removal(document, "c0")) == Tally(removed=1, names=("Branch 0",))
    assert tally(renaming(document, "c1", "New")) == Tally(renamed=1, names=("New",))
    assert tally(moving(document, {"c0": Place(3, 3)})) == Tally(moved=1)
    new = Change((PutTopic(None, Topic("n", "N", "root", provenance=GEMINI)),))
    assert author(new).engine == "gemini"
    assert author(renaming(document, "c1", "New")).engine == "person"
    assert tally(new) + tally(new) == Tally(added=2, names=("N",))


def test_a_comparison_names_what_is_different() -> None:
    document = photosynthesis(children=5)
    now = document.apply(removal(document, "c4")).apply(renaming(document, "c1", "Renamed"))
    third = now.topics["c3"]
    text = Explanation("c2", Rendering(), "New.")
    (old,) = document.explanations.values()
    now = now.apply(
        Change(
            (
                PutTopic(None, Topic("n", "New one", "c1")),
                PutTopic(third, replace(third, parent_id="c2", note="mine")),
                PutExplanation(None, text),
                PutExplanation(old, replace(old, markdown="Other words.")),
                PutPlace("c0", now.places["c0"], Place(7, 7)),
            )
        )
    )
    assert compare(document, now) == Comparison(
        added=("New one",),
        removed=("Branch 4",),
        renamed=(("Branch 1", "Renamed"),),
        reparented=("Branch 3",),
        edited=("Branch 3",),
        explained=("Branch 2",),
        retold=("Branch 0",),
        moved=1,
    )
    back = compare(now, document)
    assert (back.added, back.removed, back.unexplained) == (("Branch 4",), ("New one",), ("Branch 2",))
    assert not compare(now, now)
