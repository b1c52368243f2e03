"""What a person does to a map: each act is one change, takes nothing else along, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Provenance, Source
from knowalledge_desktop.core.edits import heads, locking, noting, removing, tagging
from knowalledge_desktop.core.edits_links import labelling, link_between, linking, linking_to, links_of, unlinking
from knowalledge_desktop.core.edits_tree import folding, grafting, may_be_below, reparenting, shifting
from knowalledge_desktop.core.edits_twins import topic_called, twins, uniting
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    LinkKind,
    Map,
    Place,
    PutPlace,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.outline_text import LINES_MAX, Line, outline_of, read_outline
from knowalledge_desktop.core.validation import TOPIC_MAX
from tests.support.maps import maps

AUTHOR = Provenance(engine="person", created_at=5.0)


def numbered(start: int = 0) -> Callable[[], str]:
    return iter(f"new{n}" for n in range(start, 99_999)).__next__


def named(*lines: str, **more: dict[str, object]) -> Map:
    """A map of indented titles; ids are the titles' first words, with a prime for each that is there."""
    topics: dict[str, Topic] = {}
    stack: list[str] = []
    for line in lines:
        level = len(line) - len(line.lstrip())
        title = line.strip()
        topic_id = title
        while topic_id in topics:
            topic_id += "'"
        del stack[level:]
        parent = stack[-1] if stack else None
        topics[topic_id] = Topic(topic_id, title, parent, float(len(topics)))
        stack.append(topic_id)
    return Map("m", lines[0], lines[0], topics, **more)  # type: ignore[arg-type]


def taken_back(document: Map, change: Change) -> Map:
    after = document.apply(change)
    assert after.apply(change.inverse()) == document
    return after


SMALL = named("R", " A", "  A1", "  A2", " B", "  B1", " C")


# --- any map ---------------------------------------------------------------------------------------


@given(maps(), st.data())
def test_every_act_can_be_taken_back(document: Map, data: st.DataObject) -> None:
    some = st.sampled_from(sorted(document.topics))
    several = st.lists(some, min_size=1, max_size=4, unique=True)
    ids = data.draw(several)
    one, two = data.draw(some), data.draw(some)
    free = [each for each in ids if each != document.root_id]
    acts: list[Change] = [
        removing(document, free) if free else Change(()),
        noting(document, one, data.draw(st.text(max_size=5))),
        tagging(document, ids, data.draw(st.sampled_from(["", "r", "b"]))),
        locking(document, ids, locked=data.draw(st.booleans())),
        reparenting(document, ids, one, {two: Place(1.0, 2.0, pinned=True)}),
        shifting(document, one, data.draw(st.integers(-2, 2))),
        linking(document, one, two, data.draw(st.sampled_from(["", "is"])), numbered()),
        uniting(document, one),
        grafting(document, one, [Line(0, "a"), Line(1, "b", "long"), Line(0, "c")], numbered(), AUTHOR),
        folding(document, data.draw(st.none() | st.integers(0, 3))),
    ]
    for link_id in document.links:
        acts += [labelling(document, link_id, "new"), unlinking(document, link_id)]
    for change in acts:
        after = taken_back(document, change)
        moved = {put.topic_id for put in change.puts if isinstance(put, PutPlace)}
        assert all(after.places[each] == place for each, place in document.places.items() if each not in moved)


@given(maps(), st.data())
def test_merged_twins_lose_nothing(document: Map, data: st.DataObject) -> None:
    words = st.sampled_from(["Light", "LIGHT", "Dark", "Água", "agua"])
    document = replace(
        document, topics={i: replace(topic, title=data.draw(words)) for i, topic in document.topics.items()}
    )
    one = data.draw(st.sampled_from(sorted(document.topics)))
    after = taken_back(document, uniting(document, one))
    kept = [each for each in (one, *twins(document, one)) if each in after.topics]
    assert len(kept) == 1
    assert not twins(after, kept[0])
    assert after.root_id == document.root_id
    texts = "\n".join(
        [*(t.note for t in after.topics.values()), *(e.markdown for e in after.explanations.values())]
    )
    for explanation in document.explanations.values():
        assert explanation.markdown in texts or not explanation.markdown.strip()
    for topic in document.topics.values():
        assert topic.note in texts or not topic.note.strip()
    assert all(link.source_id in after.topics and link.target_id in after.topics for link in after.links.values())
    assert len({source.url for t in document.topics.values() for source in t.sources}) == len(
        {source.url for t in after.topics.values() for source in t.sources}
    )


@given(maps())
def test_an_outline_reads_back_as_the_same_titles(document: Map) -> None:
    lines = read_outline(outline_of(document, [document.root_id]))
    order = document.branch(document.root_id)
    assert len(lines) <= len(order)
    if all(" " not in document.topics[i].title and document.topics[i].title.isalpha() for i in order):
        assert [line.title for line in lines] == [document.topics[i].title for i in order]
        assert [line.level for line in lines] == [document.depth(i) for i in order]


# --- the tree --------------------------------------------------------------------------------------


def test_a_branch_goes_below_another_topic_and_only_it_moves() -> None:
    document = replace(SMALL, places={"A": Place(1, 1), "B": Place(9, 9)})
    change = reparenting(document, ["A"], "B", {"A": Place(5.0, 6.0, pinned=True)})
    after = taken_back(document, change)
    assert after.children("B") == ("B1", "A")
    assert after.children("A") == ("A1", "A2")
    assert after.places == {"A": Place(5.0, 6.0, pinned=True), "B": Place(9, 9)}
    assert (change.reason, change.about) == ("reparent", "A")
    assert len(change.puts) == 2


def test_several_branches_keep_their_order_and_a_topic_below_another_goes_with_it() -> None:
    change = reparenting(SMALL, ["C", "A1", "A"], "B")
    after = taken_back(SMALL, change)
    assert after.children("B") == ("B1", "A", "C")
    assert after.children("A") == ("A1", "A2")
    assert (change.reason, change.about) == ("reparent several", "2")


@pytest.mark.parametrize(("what", "where"), [("A", "A"), ("A", "A1"), ("R", "A"), ("A", "gone"), ("gone", "A")])
def test_nothing_goes_below_itself(what: str, where: str) -> None:
    assert not may_be_below(SMALL, [what], where)
    assert not reparenting(SMALL, [what], where)


def test_a_place_among_the_new_siblings() -> None:
    after = taken_back(SMALL, reparenting(SMALL, ["C"], "A", at=1))
    assert after.children("A") == ("A1", "C", "A2")


def test_another_order_swaps_two_and_touches_no_others() -> None:
    change = shifting(SMALL, "A", 1)
    assert taken_back(SMALL, change).children("R") == ("B", "A", "C")
    assert len(change.puts) == 2
    assert not shifting(SMALL, "A", -1)
    assert not shifting(SMALL, "R", 1)
    equal = replace(SMALL, topics={i: replace(t, rank=0.0) for i, t in SMALL.topics.items()}, _children=None)
    assert taken_back(equal, shifting(equal, "C", -2)).children("R") == ("C", "A", "B")


def test_folding_to_a_level() -> None:
    document = replace(SMALL, places={i: Place(0, 0) for i in SMALL.topics})
    folded = taken_back(document, folding(document, 1))
    assert {i for i, place in folded.places.items() if place.collapsed} == {"A", "B"}
    assert not folding(folded, 1)
    all_open = taken_back(folded, folding(folded, None))
    assert not any(place.collapsed for place in all_open.places.values())


def test_removing_several_is_one_step() -> None:
    change = removing(SMALL, ["A", "A1", "C"])
    assert set(taken_back(SMALL, change).topics) == {"R", "B", "B1"}
    assert (change.reason, change.about) == ("remove several", "2")
    assert heads(SMALL, ["C", "A1", "A", "gone"]) == ("A", "C")


# --- outlines --------------------------------------------------------------------------------------


def test_copy_and_paste_of_a_branch() -> None:
    text = outline_of(SMALL, ["A", "A2", "B"])
    assert text == "A\n\tA1\n\tA2\nB\n\tB1"
    other = named("Other", " C")
    change = grafting(other, "C", read_outline(text), numbered(), AUTHOR)
    after = taken_back(other, change)
    assert [after.topics[i].title for i in after.branch("C")] == ["C", "A", "A1", "A2", "B", "B1"]
    assert (change.reason, change.about) == ("paste several", "5")


def test_what_is_in_the_map_already_is_linked_and_what_stands_below_it_comes_below_it() -> None:
    lines = read_outline("a1\n\tNew\n\t\tC\nNew\nC\nC\n\tOther")
    change = grafting(SMALL, "C", lines, numbered(), AUTHOR)
    after = taken_back(SMALL, change)
    new = next(i for i, topic in after.topics.items() if topic.title == "New")
    other = next(i for i, topic in after.topics.items() if topic.title == "Other")
    assert after.topics.keys() - SMALL.topics.keys() == {new, other}
    assert (after.topics[new].parent_id, after.topics[other].parent_id) == ("A1", "C")
    pairs = {(link.source_id, link.target_id, link.kind) for link in after.links.values()}
    before = {(link.source_id, link.target_id, link.kind) for link in SMALL.links.values()}
    same = LinkKind.SAME_AS
    assert pairs - before == {("C", "A1", same), (new, "C", same)}
    assert not grafting(after, "A", read_outline("A1\nA2"), numbered(50), AUTHOR)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("a\n  b\n    c\n  d", [(0, "a"), (1, "b"), (2, "c"), (1, "d")]),
        ("- a\n\t* b\n\n\t* c\n- d", [(0, "a"), (1, "b"), (1, "c"), (0, "d")]),
        ("1. a\n   2) b\n3. c", [(0, "a"), (1, "b"), (0, "c")]),
        ("# a\n- x\n## b\n- y\n# c", [(0, "a"), (1, "x"), (1, "b"), (2, "y"), (0, "c")]),
        ("    a\n  b\nc", [(0, "a"), (0, "b"), (0, "c")]),
        ("---\n\x00\n a\x07b ", [(0, "a b")]),
        ("", []),
    ],
)
def test_outlines_of_others(text: str, levels: list[tuple[int, str]]) -> None:
    assert [(line.level, line.title) for line in read_outline(text)] == levels


def test_a_line_that_is_no_title_is_kept_whole_in_the_note() -> None:
    (line,) = read_outline("word " * 80)
    assert len(line.title) <= TOPIC_MAX
    assert line.note == ("word " * 80).strip()
    assert len(read_outline("x\n" * (LINES_MAX + 5))) == LINES_MAX


# --- links, marks, twins ---------------------------------------------------------------------------


def test_linking_twice_only_writes_the_word() -> None:
    once = SMALL.apply(linking(SMALL, "A", "B1", "", numbered()))
    assert link_between(once, "B1", "A") == links_of(once, "A")[0]
    assert not linking(once, "B1", "A", "", numbered(5))
    again = once.apply(linking(once, "B1", "A", "needs", numbered(5)))
    assert [link.label for link in again.links.values()] == ["needs"]
    assert not linking(SMALL, "A", "A", "self", numbered())


def test_marks_say_how_many_they_changed() -> None:
    change = tagging(SMALL, ["A", "B", "gone"], "r")
    assert (change.reason, change.about) == ("tag several", "2")
    tagged = taken_back(SMALL, change)
    assert not tagging(tagged, ["A"], "r")
    assert tagging(tagged, ["A", "C"], "").about == "A"
    assert locking(SMALL, ["A"], locked=True).reason == "lock"
    assert noting(SMALL, "A", "*mine*").reason == "note"
    assert not noting(SMALL, "A", "")


def test_twins_become_one_with_all_that_was_known() -> None:
    document = named("R", " Light", "  Rays", "  Lamps", " B", "  LIGHT", "   rays", "    Deep", "   Colour")
    at, other = Rendering(), Rendering(language="tr")
    texts = (
        Explanation("Light", at, "Ours."),
        Explanation("LIGHT", at, "Theirs."),
        Explanation("LIGHT", other, "Işık."),
    )
    document = replace(
        document,
        topics={
            **document.topics,
            "LIGHT": replace(document.topics["LIGHT"], note="Mine", tag="g", sources=(Source("s", "u"),)),
        },
        explanations={each.key: each for each in texts},
        links={
            "l1": Link("l1", "B", "LIGHT", LinkKind.RELATED, "of"),
            "l2": Link("l2", "Light", "LIGHT", LinkKind.SAME_AS),
            "l3": Link("l3", "B", "Light", LinkKind.RELATED, "of"),
        },
    )
    change = uniting(document, "Light")
    after = taken_back(document, change)
    assert [after.topics[i].title for i in after.branch("R")] == [
        "R", "Light", "Rays", "Deep", "Lamps", "Colour", "B"
    ]  # fmt: skip
    assert after.topics["Light"].note == "Mine\n\nTheirs."
    assert (after.topics["Light"].tag, after.topics["Light"].sources) == ("g", (Source("s", "u"),))
    assert {each.markdown for each in after.explanations_of("Light")} == {"Ours.", "Işık."}
    assert set(after.links) == {"l3"}
    assert (change.reason, change.about) == ("unite", "Light")


def test_a_topic_below_its_twin_goes_into_it() -> None:
    document = named("R", " Light", "  Lamps", "   Light", "    Deep")
    after = taken_back(document, uniting(document, "Light'"))
    assert [after.topics[i].title for i in after.branch("R")] == ["R", "Light", "Lamps", "Deep"]
    assert not uniting(after, "Light")
    own = named("Sun", " Moon", "  Sun", "   Rays")
    assert taken_back(own, uniting(own, "Sun'")).branch("Sun") == ("Sun", "Moon", "Rays")


def test_several_are_linked_to_one_in_one_change() -> None:
    change = linking_to(SMALL, ["A", "B", "B1", "A"], "C", "of", numbered())
    assert (change.reason, change.about) == ("link several", "3")
    after = taken_back(SMALL, change)
    assert {each.source_id for each in links_of(after, "C")} == {"A", "B", "B1"}
    assert not linking_to(after, ["A", "C"], "C", "of", numbered(9))
    assert linking_to(SMALL, ["A"], "C", "", numbered()).reason == "link"


def test_a_topic_is_found_however_its_title_is_written() -> None:
    document = named("R", " Calvin cycle")
    assert topic_called(document, "  CALVIN   Cycle ") == "Calvin cycle"
    assert topic_called(document, "Calvin") is None
