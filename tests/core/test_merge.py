"""Maps that were edited here and elsewhere: every edit of either side is in what comes out, and nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowalledge_desktop.core.difference import difference
from knowalledge_desktop.core.graph import Change, Map, PutTopic, Topic
from knowalledge_desktop.core.merge import Side, merge
from tests.support.maps import edits, maps, shape


def side_of(base: Map, ours: Map) -> Side:
    return Side(base=base, seen=base, mirror=ours)


def side_of_import(after: Map, theirs: Map) -> Side:
    return Side(base=after, seen=theirs, mirror=after)


def everything(document: Map) -> str:
    """All words of a map."""
    words = [text for t in document.topics.values() for text in (t.title, t.summary, t.note)]
    return "\n".join([*words, *(e.markdown for e in document.explanations.values())])


def check_merge(base: Map, ours: Map, theirs: Map) -> None:
    merged = merge(ours, theirs, side_of(base, ours))
    after = ours.apply(merged.change)
    words = everything(after)
    for edited in (ours, theirs):
        for key, topic in edited.topics.items():
            if topic != base.topics.get(key):
                assert key in after.topics  # what was edited is never removed
            was = base.topics.get(key)
            if was is None or topic.title != was.title:
                assert topic.title in words
            if was is None or topic.note != was.note:
                assert topic.note.strip() in words
        for key, text in edited.explanations.items():
            if text != base.explanations.get(key):
                assert text.markdown in words
    assert set(after.topics) <= set(ours.topics) | set(theirs.topics)  # one id, one topic
    untouched = {k for k, t in base.topics.items() if ours.topics.get(k) == t == theirs.topics.get(k)}
    assert untouched <= set(after.topics)
    assert after.apply(merged.change.inverse()) == ours  # one step of undo
    # Once more the same file: nothing is told twice.
    again = merge(after, theirs, replace(side_of(base, after), later=side_of_import(after, theirs)))
    assert not again.change


@settings(max_examples=18)
@given(data=st.data(), base=maps(most=8))
def test_no_edit_is_lost_and_nothing_is_doubled(data: st.DataObject, base: Map) -> None:
    check_merge(base, data.draw(edits(base, "here")), data.draw(edits(base, "there")))


@pytest.mark.long
@settings(max_examples=400)
@given(data=st.data(), base=maps(most=20))
def test_no_edit_is_lost_and_nothing_is_doubled_often(data: st.DataObject, base: Map) -> None:
    check_merge(base, data.draw(edits(base, "here")), data.draw(edits(base, "there")))


@settings(max_examples=8)
@given(data=st.data(), base=maps(most=8))
def test_edits_of_one_side_come_as_they_are(data: st.DataObject, base: Map) -> None:
    theirs = data.draw(edits(base, "there"))
    merged = merge(base, theirs, side_of(base, base))
    assert merged.conflicts == ()
    told = shape(base.apply(merged.change))
    wanted = shape(theirs)
    assert {**told, "order": None, "places": None} == {**wanted, "order": None, "places": None}
    ours = merge(theirs, base, side_of(base, theirs))
    assert not ours.change


@settings(max_examples=8)
@given(before=maps(most=8), after=maps(most=8))
def test_a_difference_leads_from_one_map_to_the_other(before: Map, after: Map) -> None:
    after = replace(after, map_id=before.map_id, title=before.title)
    moved = before.apply(difference(before, after))
    kept = {**before.places, **after.places}
    assert (moved.topics, moved.links, moved.explanations) == (after.topics, after.links, after.explanations)
    assert (moved.places, moved.pictures, moved.view) == (kept, after.pictures, after.view)


@pytest.fixture
def base() -> Map:
    root = Topic("root", "Root", None, 0.0)
    kids = [Topic(name, name.title(), "root", float(n)) for n, name in enumerate(("one", "two", "three"))]
    return Map("m", "Root", "root", {each.topic_id: each for each in (root, *kids)})


def put(document: Map, **changed: Topic | None) -> Map:
    return document.apply(Change(tuple(PutTopic(document.topics.get(key), new) for key, new in changed.items())))


def test_both_titles_are_kept(base: Map) -> None:
    ours, theirs = (put(base, one=replace(base.topics["one"], title=title)) for title in ("Mine", "Yours"))
    merged = merge(ours, theirs, side_of(base, ours))
    after = ours.apply(merged.change)
    assert after.topics["one"].title == "Mine"
    assert "Yours" in after.topics["one"].note
    assert [(c.topic_id, c.what) for c in merged.conflicts] == [("one", "title")]


def test_what_was_removed_there_and_edited_here_stays(base: Map) -> None:
    ours = put(base, one=replace(base.topics["one"], note="mine"))
    merged = merge(ours, put(base, one=None), side_of(base, ours))
    assert not merged.change
    assert merged.conflicts[0].what == "removal in the file"


def test_what_was_removed_here_and_edited_there_comes_back(base: Map) -> None:
    ours = put(base, one=None)
    merged = merge(ours, put(base, one=replace(base.topics["one"], note="theirs")), side_of(base, ours))
    assert ours.apply(merged.change).topics["one"].note == "theirs"


def test_a_removed_parent_stays_for_what_is_new_below_it(base: Map) -> None:
    ours = put(base, new=Topic("new", "New", "one"))
    merged = merge(ours, put(base, one=None), side_of(base, ours))
    assert ours.apply(merged.change) == ours


def test_each_below_the_other_makes_no_circle(base: Map) -> None:
    ours = put(base, one=replace(base.topics["one"], parent_id="two"))
    theirs = put(base, two=replace(base.topics["two"], parent_id="one"))
    merged = merge(ours, theirs, side_of(base, ours))
    after = ours.apply(merged.change)
    assert after.topics["one"].parent_id == "two"
    assert [c.what for c in merged.conflicts] == ["place in the tree"]


def test_the_order_of_the_file_is_taken_where_ours_is_as_it_was(base: Map) -> None:
    turned = put(base, one=replace(base.topics["one"], rank=9.0), new=Topic("new", "New", "root", 1.5))
    merged = merge(base, turned, side_of(base, base))
    assert base.apply(merged.change).children("root") == ("two", "new", "three", "one")


def test_a_newcomer_stands_after_its_neighbour(base: Map) -> None:
    ours = put(base, mine=Topic("mine", "Mine", "root", 0.5))
    theirs = put(base, new=Topic("new", "New", "root", 1.5))
    merged = merge(ours, theirs, side_of(base, ours))
    assert ours.apply(merged.change).children("root") == ("one", "mine", "two", "new", "three")


def test_without_a_base_nothing_goes_and_both_are_kept(base: Map) -> None:
    ours = put(base, one=replace(base.topics["one"], title="Mine"))
    theirs = put(base, two=None)
    merged = merge(ours, theirs, Side(ours, ours, ours, blind=True))
    after = ours.apply(merged.change)
    assert set(after.topics) == set(base.topics)
    assert after.topics["one"].title == "Mine"
    assert "One" in after.topics["one"].note


def test_what_a_format_drops_is_no_edit(base: Map) -> None:
    noted = put(base, one=replace(base.topics["one"], note="long", tag="r"))
    theirs = put(base, one=replace(base.topics["one"], title="Other"))
    merged = merge(noted, theirs, Side(base=noted, seen=base, mirror=base))
    assert noted.apply(merged.change).topics["one"] == replace(noted.topics["one"], title="Other", edited=True)


def test_the_same_file_edited_once_more_is_no_conflict(base: Map) -> None:
    first = put(base, one=replace(base.topics["one"], title="First"))
    after = base.apply(merge(base, first, side_of(base, base)).change)
    second = put(base, one=replace(base.topics["one"], title="Second"))
    merged = merge(after, second, replace(side_of(base, after), later=side_of_import(after, first)))
    assert merged.conflicts == ()
    assert after.apply(merged.change).topics["one"].title == "Second"


def test_what_came_with_a_file_and_was_removed_does_not_come_again(base: Map) -> None:
    theirs = put(base, new=Topic("new", "New", "root"))
    after = base.apply(merge(base, theirs, side_of(base, base)).change)
    ours = put(after, new=None)
    assert not merge(ours, theirs, replace(side_of(base, ours), later=side_of_import(after, theirs))).change
