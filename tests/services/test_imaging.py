"""From a picture to a map and from a topic to a picture; what came from a picture says so."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.edits import removal
from knowalledge_desktop.core.errors import DiskFull, KeyMissing, UserInputError
from knowalledge_desktop.core.graph import Map, PutPicture, Topic
from knowalledge_desktop.core.request import EngineChoice, Level, Options, Priority, Task
from knowalledge_desktop.services.imaging import ImagingService
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import StatusService
from tests.support.cli_services import DRAWN, TopicEngine
from tests.support.fakes import FakeClock, MemoryLibrary
from tests.support.pictures import plain


class Rig:
    def __init__(self) -> None:
        self.engine = TopicEngine()
        self.library = MemoryLibrary()
        self.status = StatusService()
        numbers = itertools.count(1)
        self.imaging = ImagingService(
            self.engine, Pictures(), self.library, self.status, FakeClock(), lambda: f"id{next(numbers)}"
        )

    def session(self) -> MapSession:
        topics = {"r": Topic("r", "Jazz"), "c": Topic("c", "Bebop", "r")}
        return MapSession(Map("m", "Jazz", "r", topics), self.library, stored=False)

    async def shown(self) -> Picture:
        return await self.imaging.prepare(plain())


@pytest.fixture
def rig() -> Rig:
    return Rig()


# --- from a picture ---


async def test_a_picture_has_up_to_five_topics(rig: Rig) -> None:
    picture = await rig.shown()
    options = Options("fr", Level.JUNIOR)
    proposed = await rig.imaging.topics_of(
        picture, options, engine=EngineChoice.GEMINI, priority=Priority.LOW, fresh=True
    )
    assert [item.title for item in proposed.candidates.items] == [f"Thing {n}" for n in range(1, 6)]
    assert proposed.picture is picture
    (request,) = rig.engine.asked
    assert (request.task, request.image, request.topic) == (Task.IMAGE_TOPIC, picture, "")
    assert (request.options, request.engine, request.priority, request.fresh) == (
        options,
        EngineChoice.GEMINI,
        Priority.LOW,
        True,
    )
    assert rig.status.snapshot().engine == "gemini"


async def test_what_is_no_picture_is_not_asked_about(rig: Rig) -> None:
    with pytest.raises(UserInputError):
        await rig.imaging.prepare(b"text")
    assert not rig.engine.asked


async def test_a_map_from_a_picture_says_so(rig: Rig) -> None:
    proposed = await rig.imaging.topics_of(await rig.shown(), Options())
    session = rig.imaging.new_map(proposed, "thing 2")
    root = session.map.root
    assert root is not None
    assert (root.title, root.summary, root.provenance) == (
        "thing 2",
        "It is there 2 times.",
        proposed.answer.provenance,
    )
    assert not session.is_stored
    assert not rig.library.shelves


async def test_a_topic_of_ones_own_for_a_picture_is_ones_own_and_names_the_picture(rig: Rig) -> None:
    proposed = await rig.imaging.topics_of(await rig.shown(), Options())
    root = rig.imaging.new_map(proposed, "My garden").map.root
    assert root is not None
    assert (root.provenance.engine, root.summary) == ("person", "")
    assert root.provenance.parameters == (("picture", proposed.picture.sha256),)
    with pytest.raises(UserInputError):
        rig.imaging.new_map(proposed, "  ")


# --- a picture for a topic ---


async def test_a_topic_is_drawn_and_keeps_its_picture(rig: Rig) -> None:
    session = rig.session()
    drawn = await rig.imaging.illustrate(session, "c", Options("fr"))
    (request,) = rig.engine.asked
    assert (request.task, request.topic, request.path) == (Task.ILLUSTRATION, "Bebop", ("Jazz",))
    assert drawn.illustration.picture == DRAWN
    assert (drawn.change.reason, drawn.change.about) == ("illustrate", "Bebop")
    assert session.map.pictures == {"c": drawn.picture}
    assert drawn.picture.alt == "A drawing of Bebop."
    assert drawn.picture.provenance == drawn.answer.provenance
    assert (await rig.library.load("m")).pictures == session.map.pictures
    assert await rig.imaging.picture(drawn.picture.sha256) == DRAWN


async def test_drawing_can_be_undone_and_done_again(rig: Rig) -> None:
    session = rig.session()
    drawn = await rig.imaging.illustrate(session, "c", Options())
    await session.undo()
    assert session.map.pictures == {}
    assert await rig.imaging.picture(drawn.picture.sha256) == DRAWN
    await session.redo()
    assert session.map.pictures == {"c": drawn.picture}
    again = await rig.imaging.illustrate(session, "c", Options())
    assert not again.change  # the same picture


async def test_a_picture_is_taken_away_and_comes_back(rig: Rig) -> None:
    session = rig.session()
    drawn = await rig.imaging.illustrate(session, "c", Options())
    change = await rig.imaging.remove_picture(session, "c")
    assert change.puts == (PutPicture(drawn.picture, None),)
    assert session.map.pictures == {}
    assert not await rig.imaging.remove_picture(session, "c")
    await session.undo()
    assert session.map.pictures == {"c": drawn.picture}


async def test_a_topic_that_is_gone_by_then_gets_none(rig: Rig) -> None:
    session = rig.session()
    await session.commit(lambda document: removal(document, "c"))
    session = MapSession(rig.session().map, rig.library, stored=True)
    rig.engine.before = lambda request: setattr(session, "_map", replace(session.map, topics={}))
    drawn = await rig.imaging.illustrate(session, "c", Options())
    assert not drawn.change
    assert drawn.illustration.picture == DRAWN


@pytest.mark.parametrize("trouble", [KeyMissing(), DiskFull()])
async def test_trouble_leaves_the_map_as_it_was(rig: Rig, trouble: Exception) -> None:
    session = rig.session()
    if isinstance(trouble, DiskFull):
        rig.library.failing = trouble
    else:
        rig.engine.troubles["Bebop"] = trouble
    with pytest.raises(type(trouble)):
        await rig.imaging.illustrate(session, "c", Options())
    assert session.map.pictures == {}
    assert not rig.library.shelves


async def test_a_picture_as_a_file(rig: Rig) -> None:
    assert await rig.imaging.as_file(DRAWN, ".png") == DRAWN.data
    assert (await rig.imaging.as_file(DRAWN, ".jpg"))[:2] == b"\xff\xd8"


async def test_the_atlas_is_not_asked_for_what_it_cannot_do(rig: Rig) -> None:
    session = rig.session()
    with pytest.raises(UserInputError, match="cannot draw"):
        await rig.imaging.illustrate(session, "c", Options(), engine=EngineChoice.ATLAS)
    with pytest.raises(UserInputError, match="cannot look"):
        await rig.imaging.topics_of(await rig.shown(), Options(), engine=EngineChoice.ATLAS)
    assert not rig.engine.asked
