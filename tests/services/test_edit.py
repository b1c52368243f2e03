"""What a person does by hand: checked, stored, undone, and harmless to topics that are gone."""

from __future__ import annotations

import pytest

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Opinion, Place
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.session import MapSession
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary


@pytest.fixture
def edit() -> EditService:
    return EditService(FakeClock(), iter([f"new{n}" for n in range(9)]).__next__)


@pytest.fixture
async def session() -> MapSession:
    library = MemoryLibrary()
    await library.create(photosynthesis())
    return MapSession(photosynthesis(), library, stored=True)


async def test_renaming(edit: EditService, session: MapSession) -> None:
    change = await edit.rename(session, "c0", "  Light \n reactions ")
    assert session.map.topics["c0"].title == "Light reactions"
    assert session.map.topics["c0"].edited
    assert (change.reason, change.about) == ("rename", "Branch 0")
    assert not await edit.rename(session, "c0", "Light reactions")


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "a\x00b"])
async def test_titles_that_cannot_be(edit: EditService, session: MapSession, title: str) -> None:
    before = session.map
    for act in (edit.rename(session, "c0", title), edit.add(session, "root", title)):
        with pytest.raises(UserInputError):
            await act
    assert session.map is before


async def test_removing_a_branch_and_taking_it_back(edit: EditService, session: MapSession) -> None:
    before = session.map
    await edit.remove(session, "c0")
    assert "c0" not in session.map.topics
    assert not session.map.explanations
    assert not session.map.links
    await session.undo()
    assert session.map == before


async def test_the_root_stays(edit: EditService, session: MapSession) -> None:
    with pytest.raises(UserInputError, match="root"):
        await edit.remove(session, session.map.root_id)


async def test_adding_puts_a_persons_topic_last(edit: EditService, session: MapSession) -> None:
    await edit.add(session, "root", "Mine")
    added = session.map.topics[session.map.children("root")[-1]]
    assert (added.title, added.provenance.engine) == ("Mine", "person")
    assert added.provenance.created_at > 0
    await edit.add(session, added.topic_id, "Below")
    assert session.map.depth(session.map.children(added.topic_id)[0]) == 2


async def test_a_topic_that_is_gone_changes_nothing(edit: EditService, session: MapSession) -> None:
    await edit.remove(session, "c0")
    before = session.map
    assert not await edit.remove(session, "c0")
    assert not await edit.rename(session, "c0", "Again")
    assert not await edit.add(session, "c0", "Below nothing")
    assert not await edit.fold(session, "gone", collapsed=True)
    assert session.map is before


async def test_places_are_stored_and_only_a_persons_are_undone(edit: EditService, session: MapSession) -> None:
    await edit.place(session, {"c0": Place(5, 6)}, by_person=False)
    assert session.next_undo is None
    await edit.place(session, {"c0": Place(7, 8, pinned=True)}, by_person=True)
    assert session.map.places["c0"] == Place(7, 8, pinned=True)
    await session.undo()
    assert session.map.places["c0"] == Place(5, 6)
    assert not await edit.place(session, {"c0": Place(5, 6)}, by_person=True)


async def test_places_do_not_bring_a_new_map_into_the_library(edit: EditService) -> None:
    library = MemoryLibrary()
    session = MapSession(photosynthesis(), library, stored=False)
    assert not await edit.place(session, {"c0": Place(1, 2)}, by_person=False)
    assert not library.shelves


async def test_folding_is_kept_but_is_no_step_of_undo(edit: EditService, session: MapSession) -> None:
    await edit.fold(session, "c0", collapsed=True)
    assert session.map.places["c0"].collapsed
    assert not await edit.fold(session, "c0", collapsed=True)
    assert session.next_undo is None


async def test_an_opinion_is_one_step_and_a_remark_stays_until_it_is_taken_away(
    edit: EditService, session: MapSession
) -> None:
    before = session.map
    key = next(iter(before.explanations))
    change = await edit.judge(session, key, Opinion.WRONG, "  The year.\r\n It was  1809. ")
    assert (change.reason, len(change.puts)) == ("judge", 1)
    assert session.map.explanations[key].opinion_note == "The year.\nIt was 1809."
    assert not await edit.judge(session, key, Opinion.WRONG)
    await edit.judge(session, key, Opinion.USEFUL)
    assert session.map.explanations[key].opinion_note
    await edit.judge(session, key, Opinion.NONE, " … ")
    assert session.map.explanations[key] == before.explanations[key]
    for _ in range(3):
        await session.undo()
    assert session.map == before
    assert not await edit.judge(session, "nothing/there", Opinion.USEFUL)


@pytest.mark.parametrize("remark", ["x" * 4001, "a\x00b"])
async def test_remarks_that_cannot_be(edit: EditService, session: MapSession, remark: str) -> None:
    with pytest.raises(UserInputError):
        await edit.judge(session, next(iter(session.map.explanations)), Opinion.WRONG, remark)
