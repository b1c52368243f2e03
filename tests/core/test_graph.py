"""The map model: changes fit, invert, and keep the tree as it should be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.edits import moving, removal, renaming
from knowalledge_desktop.core.graph import (
    Change,
    ChangeConflict,
    Explanation,
    Link,
    Map,
    Place,
    Put,
    PutExplanation,
    PutLink,
    PutPicture,
    PutPlace,
    PutTopic,
    Rendering,
    Topic,
    root_after,
)
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Detail, Level, Options, Style
from knowalledge_desktop.core.tree import children_of
from tests.support.examples import histories, ids, photosynthesis, topics
from tests.support.maps import edits, maps


def after(told: tuple[Map, tuple[Change, ...]]) -> Map:
    document, changes = told
    for change in changes:
        document = document.apply(change)
    return document


# --- changes ---


def copy_of(document: Map) -> Map:
    tables = (document.topics, document.links, document.explanations, document.places, document.pictures)
    views = {view: dict(places) for view, places in document.view_places.items()}
    copies = (dict(table) for table in tables)
    return Map(document.map_id, document.title, document.root_id, *copies, view_places=views, view=document.view)


@given(told=histories())
def test_every_change_and_its_inverse_give_the_same_map(told: tuple[Map, tuple[Change, ...]]) -> None:
    document, changes = told
    for change in changes:
        copy = copy_of(document)
        grown = document.apply(change)
        assert document == copy  # it was not touched
        back = grown.apply(change.inverse())
        assert back == document
        assert all(back.children(name) == document.children(name) for name in document.topics)
        assert change.inverse().inverse() == change
        document = grown


@given(told=histories())
def test_a_whole_history_is_undone_and_redone_and_always_one_tree(told: tuple[Map, tuple[Change, ...]]) -> None:
    start, changes = told
    end = after(told)
    document = end
    for change in reversed(changes):
        document = document.apply(change.inverse())
        assert_tree(document)
    assert document == start
    for change in changes:
        document = document.apply(change)
        assert_tree(document)
    assert document == end


@given(told=histories())
def test_a_change_that_was_applied_does_not_fit_again_unless_it_changed_nothing(
    told: tuple[Map, tuple[Change, ...]],
) -> None:
    document = told[0]
    for change in told[1]:
        grown = document.apply(change)
        try:
            again = grown.apply(change)
        except ChangeConflict:
            assert grown != document or len(change.puts) > 1
        else:  # only when its puts lead in a circle
            assert again == grown
        document = grown


def assert_tree(document: Map) -> None:
    roots = [topic.topic_id for topic in document.topics.values() if topic.parent_id is None]
    assert roots == ([document.root_id] if document.topics else [])
    assert document.root_id == "" or document.root_id in document.topics
    if document.topics:
        assert sorted(document.branch(document.root_id)) == sorted(document.topics)
    for name in document.topics:
        assert [topic.topic_id for topic in document.path(name)][:1] == roots
        below = [topic for topic in document.topics.values() if topic.parent_id == name]
        below.sort(key=lambda topic: (topic.rank, topic.topic_id))
        assert document.children(name) == tuple(topic.topic_id for topic in below)


@given(told=histories(), data=st.data())
def test_any_put_of_a_topic_gives_a_tree_or_is_refused(
    told: tuple[Map, tuple[Change, ...]], data: st.DataObject
) -> None:
    document = after(told)
    names = data.draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    afters = [data.draw(st.none() | topics(name, st.none() | ids)) for name in names]
    change = Change(
        tuple(PutTopic(document.topics.get(name), new) for name, new in zip(names, afters, strict=True))
    )
    try:
        grown = document.apply(change)
    except ChangeConflict:
        return
    assert_tree(grown)
    assert grown.apply(change.inverse()) == document


@given(told=histories())
def test_a_removed_topic_takes_what_is_its_own_and_leaves_the_places(
    told: tuple[Map, tuple[Change, ...]],
) -> None:
    document = after(told)
    for name in document.topics:
        gone = set(document.branch(name))
        change = removal(document, name)
        rest = document.apply(change)
        assert set(rest.topics) == set(document.topics) - gone
        assert not any(explanation.topic_id in gone for explanation in rest.explanations.values())
        assert not any({link.source_id, link.target_id} & gone for link in rest.links.values())
        assert rest.places == document.places
        assert not gone & set(rest.pictures)
        assert rest.apply(change.inverse()) == document


# --- refusals ---


@pytest.mark.parametrize(
    "put",
    [
        PutTopic(None, Topic("root", "Again")),
        PutTopic(Topic("root", "Another title"), None),
        PutTopic(Topic("missing", "Missing"), None),
        PutTopic(None, Topic("second", "Second root")),
        PutTopic(None, Topic("orphan", "Orphan", "nowhere")),
        PutTopic(photosynthesis().topics["root"], None),
        PutTopic(photosynthesis().topics["c0"], replace(photosynthesis().topics["c0"], parent_id="c0")),
        PutTopic(Topic("root", "Photosynthesis"), Topic("other", "Other id")),
        PutLink(None, Link("l1", "c0", "c2")),
        PutPlace("root", None, Place(0, 0)),
        PutPlace("nowhere", Place(0, 0), None),
        PutExplanation(None, Explanation("c0", Rendering(), "Again")),
        PutPicture(None, TopicPicture("c0", "ff", "image/png", 1, 1)),
        PutPicture(TopicPicture("c1", "ff", "image/png", 1, 1), None),
        PutPicture(photosynthesis().pictures["c0"], replace(photosynthesis().pictures["c0"], topic_id="c1")),
    ],
)
def test_a_change_for_another_state_is_refused(put: Put) -> None:
    with pytest.raises(ChangeConflict):
        photosynthesis().apply(Change((put,)))


def test_a_refused_change_changes_nothing() -> None:
    document = photosynthesis()
    good, bad = PutPlace("c2", Place(30.0, -1.5), None), PutTopic(None, Topic("root", "Again"))
    with pytest.raises(ChangeConflict):
        document.apply(Change((good, bad)))
    assert document == photosynthesis()


def test_another_topic_can_become_the_root() -> None:
    document = photosynthesis()
    root, child = document.topics["root"], document.topics["c1"]
    over = (PutTopic(root, replace(root, parent_id="c1")), PutTopic(child, replace(child, parent_id=None)))
    for puts in (over, over[::-1]):
        turned = document.apply(Change(puts))
        assert turned.root_id == "c1"
        assert_tree(turned)
        assert turned.apply(Change(puts).inverse()) == document


def test_an_empty_put_and_an_empty_change_change_nothing() -> None:
    document = photosynthesis()
    assert document.apply(Change((PutTopic(None, None),))) == document
    assert document.apply(Change(())) == document
    assert not Change(())


# --- the tree ---


def test_path_depth_and_branch() -> None:
    document = photosynthesis().apply(Change((PutTopic(None, Topic("d", "Deep", "c1")),)))
    assert [topic.title for topic in document.path("d")] == ["Photosynthesis", "Branch 1", "Deep"]
    assert [document.depth(name) for name in ("root", "c1", "d")] == [0, 1, 2]
    assert document.branch("root") == ("root", "c0", "c1", "d", "c2")
    assert document.path("nowhere") == ()


def test_explanations_of_a_topic_come_newest_first() -> None:
    old = Explanation("c", Rendering(), "old", provenance=Provenance("atlas", created_at=1.0))
    new = Explanation("c", Rendering(Level.JUNIOR), "new", provenance=Provenance("gemini", created_at=2.0))
    other = Explanation("c2", Rendering(), "other")
    document = Map("m", "M", "c", {}, {}, {e.key: e for e in (old, other, new)})
    assert document.explanations_of("c") == (new, old)
    assert document.explained_ids() == {"c", "c2"}


def test_a_topic_whose_id_begins_another_does_not_take_its_explanations() -> None:
    one = Explanation("a/b", Rendering(), "of a/b")
    document = Map("m", "M", "a", {"a": Topic("a", "A"), "a/b": Topic("a/b", "B")}, {}, {one.key: one})
    assert document.explanations_of("a") == ()
    assert document.explanations_of("a/b") == (one,)


@given(
    st.sampled_from(Level), st.sampled_from(Detail), st.sampled_from(Style), st.sampled_from(["en", "pt-BR", "zh"])
)
def test_a_rendering_is_what_the_options_ask_for(
    level: Level, detail: Detail, style: Style, language: str
) -> None:
    rendering = Rendering.of(Options(language, level, detail, style))
    assert rendering == Rendering(level, detail, style, language)
    assert rendering.slug() == f"{level.value}/{detail.value}/{style.value}/{language}"


# --- ready-made changes ---


def test_renaming_keeps_the_provenance_and_says_it_was_edited() -> None:
    document = photosynthesis()
    change = renaming(document, "c1", "Light reactions")
    renamed = document.apply(change).topics["c1"]
    assert (renamed.title, renamed.edited) == ("Light reactions", True)
    assert renamed.provenance == document.topics["c1"].provenance
    assert (change.reason, change.about) == ("rename", "Branch 1")
    assert not renaming(document, "c1", "Branch 1")


def test_moving_puts_only_what_moves() -> None:
    document = photosynthesis()
    same, new = document.places["root"], Place(5.0, 5.0, pinned=True)
    change = moving(document, {"root": same, "c0": new, "unplaced": new})
    assert [put.topic_id for put in change.puts if isinstance(put, PutPlace)] == ["c0", "unplaced"]
    assert document.apply(change).places["c0"] == new
    assert change.reason == "move"


def test_the_root_moves_with_its_topic() -> None:
    root, child = Topic("a", "A"), Topic("b", "B", "a")
    assert root_after("", None, root) == "a"
    assert root_after("a", None, child) == "a"
    assert root_after("a", root, None) == ""
    assert root_after("a", child, None) == "a"


@given(maps(), st.data())
def test_the_children_after_a_change_are_those_that_would_be_read_anew(document: Map, data: st.DataObject) -> None:
    changed = data.draw(edits(document, "me"))
    assert changed._children == children_of(changed.topics)
