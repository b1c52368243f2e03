"""What every Library promises, the one on the disk and the one in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.edits import removal, renaming
from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.graph import (
    Change,
    ChangeConflict,
    Explanation,
    Map,
    PutExplanation,
    PutPicture,
    PutTopic,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.payload import Illustration
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.ports import Library
from knowalledge_desktop.core.request import Answer, Request, Task
from tests.support.examples import GEMINI, answer, ask, photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["disk", "memory"])
async def library(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Library]:
    made: Library = LibraryDb(tmp_path / "library.db", clock) if request.param == "disk" else MemoryLibrary(clock)
    yield made
    await made.aclose()


async def test_a_created_map_loads_equal(library: Library) -> None:
    await library.create(photosynthesis())
    assert await library.load("m1") == photosynthesis()


async def test_an_id_is_taken_once(library: Library) -> None:
    await library.create(photosynthesis())
    with pytest.raises(ChangeConflict):
        await library.create(photosynthesis())
    assert await library.load("m1") == photosynthesis()


async def test_a_change_and_its_inverse_are_stored(library: Library) -> None:
    document = photosynthesis()
    await library.create(document)
    change = removal(document, "c0")
    await library.apply("m1", change)
    assert await library.load("m1") == document.apply(change)
    await library.apply("m1", change.inverse())
    assert await library.load("m1") == document


async def test_the_root_follows_its_topic(library: Library) -> None:
    await library.create(Map("m", "New"))
    root = Topic("t", "New", provenance=GEMINI)
    put = Change((PutTopic(None, root),))
    await library.apply("m", put)
    assert (await library.load("m")).root_id == "t"
    await library.apply("m", put.inverse())
    assert (await library.load("m")).root_id == ""


@pytest.mark.parametrize("verb", ["load", "mark_opened", "trash", "restore"])
async def test_unknown_maps_are_not_found(library: Library, verb: str) -> None:
    with pytest.raises(MapNotFound):
        await getattr(library, verb)("nowhere")


async def test_a_change_of_an_unknown_map_is_refused(library: Library) -> None:
    with pytest.raises(MapNotFound):
        await library.apply("nowhere", Change((PutTopic(None, Topic("t", "T")),)))


async def test_the_list_counts_and_orders_by_opening(library: Library, clock: FakeClock) -> None:
    await library.create(photosynthesis("m1"))
    clock.advance(10)
    await library.create(photosynthesis("m2", children=0))
    assert [info.map_id for info in await library.maps()] == ["m2", "m1"]
    clock.advance(10)
    await library.mark_opened("m1")
    first, second = await library.maps()
    assert (first.map_id, first.topics, first.explained, first.engine) == ("m1", 4, 1, "atlas")
    assert (first.opened_at, second.opened_at) == (clock.now(), clock.now() - 10)
    assert (second.topics, second.explained) == (1, 0)


async def test_the_list_says_when_a_map_was_changed(library: Library, clock: FakeClock) -> None:
    document = photosynthesis()
    await library.create(document)
    clock.advance(60)
    await library.apply("m1", renaming(document, "c1", "Light"))
    assert (await library.maps())[0].updated_at == clock.now()


async def test_the_trash_hides_and_gives_back(library: Library) -> None:
    await library.create(photosynthesis())
    await library.trash("m1")
    assert not await library.maps()
    assert await library.find_root("Photosynthesis") is None
    assert not await library.search("branch")
    await library.restore("m1")
    assert [info.map_id for info in await library.maps()] == ["m1"]
    assert await library.load("m1") == photosynthesis()


async def test_roots_are_found_by_folded_title_newest_first(library: Library, clock: FakeClock) -> None:
    for map_id, title in (("old", "Révolution française"), ("new", "REVOLUTION Française"), ("x", "Jazz")):
        await library.create(Map(map_id, title, "r", {"r": Topic("r", title), "k": Topic("k", "Blues", "r")}))
        clock.advance(1)
    assert await library.find_root("revolution francaise") == "new"
    assert await library.find_root("jazz") == "x"
    assert await library.find_root("Blues") is None  # not a root


def _with_text(title: str, markdown: str, map_id: str = "m") -> Map:
    told = Explanation("r", Rendering(), markdown, provenance=GEMINI)
    return Map(map_id, title, "r", {"r": Topic("r", title)}, {}, {told.key: told})


@pytest.mark.parametrize(
    ("typed", "title", "markdown"),
    [
        ("photo", "Photosynthesis", ""),
        ("plant energy", "Energy of plants", ""),
        ("francaise", "Révolution française", ""),
        ("REVOL", "Révolution française", ""),
        ("chloro", "Photosynthesis", "The pigment **chlorophyll** takes up light."),
        ("東京", "東京都", ""),
        ("京都", "東京都市圏", ""),
        ("光合", "Plants", "植物は光合成を行う。"),
        ("한국", "대한한국사", ""),
        ("Фото", "Фотосинтез", ""),
        ("ضوئي", "تمثيل ضوئي", ""),
        ("प्रकाश", "प्रकाश संश्लेषण", ""),
        ("ﬁsh", "Fish", ""),
    ],
)
async def test_search_finds(library: Library, typed: str, title: str, markdown: str) -> None:
    await library.create(_with_text(title, markdown))
    await library.create(_with_text("Unrelated", "Nothing of the kind.", "other"))
    assert [(hit.map_id, hit.topic_id, hit.title) for hit in await library.search(typed)] == [("m", "r", title)]


@pytest.mark.parametrize(
    "typed", ["", "  ", '"', "*", "AND", "NEAR(", "-", ":", 'a" OR "b', "folded:x", "\x00", "%", "_"]
)
async def test_search_takes_any_text_as_plain_words(library: Library, typed: str) -> None:
    await library.create(_with_text("Jazz", "Music"))
    assert not await library.search(typed)


async def test_titles_come_before_text_and_the_limit_holds(library: Library) -> None:
    await library.create(_with_text("Plants", "About light.", "text"))
    for n in range(5):
        await library.create(_with_text(f"Light {n}", "", f"title{n}"))
    assert [hit.map_id for hit in await library.search("light")][-1] == "text"
    assert len(await library.search("light", limit=2)) == 2


async def test_a_changed_or_removed_text_is_not_found_any_more(library: Library) -> None:
    document = _with_text("Plants", "About chlorophyll.")
    await library.create(document)
    (before,) = document.explanations.values()
    after = Explanation("r", Rendering(), "About sugar.", provenance=GEMINI)
    await library.apply("m", Change((PutExplanation(before, after),)))
    assert not await library.search("chlorophyll")
    assert await library.search("sugar")
    await library.apply("m", Change((PutExplanation(after, None), renaming(document, "r", "Trees").puts[0])))
    assert not await library.search("sugar")
    assert not await library.search("plants")
    assert await library.search("tree")


async def test_an_answer_is_kept_under_its_key(library: Library) -> None:
    await library.keep("k1", ask(), answer("Light"))
    assert await library.kept("k1", ask("something else")) == answer("Light")
    await library.keep("k1", ask(), answer("Dark"))
    assert await library.kept("k1", ask()) == answer("Dark")


async def test_the_newest_answer_to_the_same_question_stands_in(library: Library, clock: FakeClock) -> None:
    await library.keep("k1", ask("Photosynthèse", language="fr"), answer("Old"))
    clock.advance(1)
    await library.keep("k2", ask("PHOTOSYNTHESE", language="fr"), answer("New"))
    assert await library.kept("k3", ask("photosynthese", language="fr")) == answer("New")


@pytest.mark.parametrize(
    "other",
    [
        ask("Jazz"),
        ask(language="fr"),
        ask(path=("Biology",)),
        ask(task=Task.EXPLANATION),
    ],
)
async def test_another_question_has_no_stand_in(library: Library, other: object) -> None:
    await library.keep("k1", ask(), answer())
    assert await library.kept("k2", other) is None  # type: ignore[arg-type]


LEAF = Picture.of("image/png", b"\x89PNG and so on", 4, 3)
TREE = Picture.of("image/jpeg", b"\xff\xd8 and so on", 8, 6)


async def test_a_picture_is_kept_under_its_name(library: Library) -> None:
    assert await library.picture(LEAF.sha256) is None
    await library.put_picture(LEAF)
    await library.put_picture(LEAF)
    await library.put_picture(TREE)
    assert await library.picture(LEAF.sha256) == LEAF
    assert await library.picture(TREE.sha256) == TREE
    assert await library.picture("") is None


async def test_a_topic_gets_a_picture_and_another_and_loses_it(library: Library) -> None:
    document = photosynthesis()
    await library.create(document)
    assert (await library.load("m1")).pictures == document.pictures
    had = document.pictures["c0"]
    other = TopicPicture("c0", TREE.sha256, TREE.mime, TREE.width, TREE.height, "A tree.", GEMINI)
    for puts in ((PutPicture(had, other),), (PutPicture(None, replace(other, topic_id="c1")),)):
        await library.apply("m1", Change(puts))
        document = document.apply(Change(puts))
        assert await library.load("m1") == document
    gone = removal(document, "c0")
    await library.apply("m1", gone)
    assert set((await library.load("m1")).pictures) == {"c1"}
    await library.apply("m1", gone.inverse())
    assert await library.load("m1") == document


def shown(picture: Picture) -> Request:
    return Request(Task.IMAGE_TOPIC, image=picture)


def asked(question: str) -> Request:
    return Request(Task.QUESTION, "Jazz", question=question)


async def test_answers_about_other_pictures_and_questions_do_not_stand_in(library: Library) -> None:
    await library.keep("k1", shown(LEAF), answer("Leaf"))
    await library.keep("k2", asked("Why?"), answer("Because"))
    assert await library.kept("x", shown(LEAF)) == answer("Leaf")
    assert await library.kept("x", shown(TREE)) is None
    assert await library.kept("x", replace(asked("WHY?"), context="More.")) == answer("Because")
    assert await library.kept("x", asked("How?")) is None


async def test_a_drawn_picture_is_kept_with_its_answer(library: Library) -> None:
    drawn = Answer(Illustration(LEAF, "A leaf."), GEMINI)
    await library.keep("k1", ask(task=Task.ILLUSTRATION), drawn)
    assert await library.kept("k1", ask(task=Task.ILLUSTRATION)) == drawn
    assert await library.picture(LEAF.sha256) == LEAF
