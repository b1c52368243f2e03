"""Branches, links and marks through the services: stored at once, refused in words, left alone when locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import TopicGone, UserInputError
from knowalledge_desktop.core.graph import LinkKind, Place, PutLink, PutTopic
from knowalledge_desktop.core.request import Options
from knowalledge_desktop.services.edit import EditService
from knowalledge_desktop.services.session import MapSession
from tests.support.cli_services import Bench, everything
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock, MemoryLibrary


@pytest.fixture
def edit() -> EditService:
    return EditService(FakeClock(), iter([f"new{n}" for n in range(99)]).__next__)


@pytest.fixture
async def session() -> MapSession:
    library = MemoryLibrary()
    await library.create(photosynthesis())
    return MapSession(photosynthesis(), library, stored=True)


async def test_a_branch_goes_where_it_was_dropped(edit: EditService, session: MapSession) -> None:
    before = session.map
    place = Place(7.0, 8.0, pinned=True)
    change = await edit.reparent(session, ["c0"], "c1", places={"c0": place})
    assert session.map.topics["c0"].parent_id == "c1"
    assert session.map.places["c0"] == place
    assert change.reason == "reparent"
    await session.undo()
    assert session.map == before
    with pytest.raises(UserInputError, match="itself"):
        await edit.reparent(session, ["root"], "c1")
    assert not await edit.reparent(session, ["c0"], "gone")


async def test_an_outline_is_pasted_as_a_branch_of_the_person(edit: EditService, session: MapSession) -> None:
    await edit.paste(session, "c1", "One\n\tTwo")
    (one,) = session.map.children("c1")
    assert session.map.topics[one].provenance.engine == "person"
    assert len(session.map.children(one)) == 1
    with pytest.raises(UserInputError, match="paste"):
        await edit.paste(session, "c1", "\n---\n")
    assert not await edit.paste(session, "gone", "One")


async def test_links_notes_tags_locks_and_order(edit: EditService, session: MapSession) -> None:
    for link_id in list(session.map.links):
        await edit.unlink(session, link_id)
    await edit.link(session, "c0", "c1", "  leads \n to ")
    (link,) = session.map.links.values()
    assert (link.label, link.kind) == ("leads to", LinkKind.RELATED)
    await edit.relabel(session, link.link_id, "")
    assert session.map.links[link.link_id].label == ""
    assert not await edit.relabel(session, "gone", "x")
    assert not await edit.unlink(session, "gone")
    assert not await edit.link(session, "c0", "gone", "x")
    await edit.note(session, "c0", "# Mine\r\n\n- one  \n\n")
    assert session.map.topics["c0"].note == "# Mine\n\n- one"
    assert not await edit.note(session, "gone", "x")
    await edit.tag(session, ["c0", "c1"], "g")
    await edit.lock(session, ["c0"], locked=True)
    assert session.map.topics["c0"].locked
    assert session.map.topics["c1"].tag == "g"
    await edit.shift(session, "c1", -1)
    assert session.map.children("root")[0] == "c1"
    assert not await edit.shift(session, "gone", 1)
    assert not await edit.unite(session, "gone")
    for text in ("x" * 20_001, "a\x00b"):
        with pytest.raises(UserInputError):
            await edit.note(session, "c0", text)
    for text in ("x" * 81, "a\x07b"):
        with pytest.raises(UserInputError):
            await edit.link(session, "c0", "c1", text)
    await edit.remove(session, "c0", "c1", "gone")
    assert session.map.children("root") == ("c2",)


async def test_folding_to_a_level_is_no_step_of_undo(edit: EditService, session: MapSession) -> None:
    await edit.place(session, {i: Place(0, 0) for i in session.map.topics}, by_person=False)
    await edit.fold_to(session, 0)
    assert session.map.places["root"].collapsed
    assert session.next_undo is None


# --- answers ---------------------------------------------------------------------------------------


async def test_a_title_that_is_in_the_map_already_becomes_a_link(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    services = bench.services()
    session = services.explore.new_map("Jazz")
    await everything(services.explore.expand(session, session.map.root_id, Options(count=3)))
    one, two, _ = session.map.children(session.map.root_id)
    await services.edit.rename(session, two, "JAZZ 1 2")
    (step,) = await everything(services.explore.expand(session, one, Options(count=3)))
    assert (step.added, step.linked) == (2, 1)
    titles = [session.map.topics[each].title for each in session.map.children(one)]
    assert titles == ["Jazz 1 1", "Jazz 1 3"]
    (link,) = session.map.links.values()
    assert (link.source_id, link.target_id, link.kind) == (one, two, LinkKind.SAME_AS)
    (again,) = await everything(services.explore.expand(session, one, Options(count=3), further=False))
    assert not again.change
    await session.undo()
    assert not session.map.links


async def test_an_engine_leaves_a_locked_topic_alone(tmp_path: Path) -> None:
    services = Bench(tmp_path).services()
    session = services.explore.new_map("Jazz", "Bebop")
    (child,) = session.map.children(session.map.root_id)
    await everything(services.explain.explain(session, child, Options()))
    await services.edit.lock(session, [child], locked=True)
    before = session.map
    for act in (
        everything(services.explore.expand(session, child, Options(count=3))),
        everything(services.explain.explain(session, child, Options(), fresh=True)),
        services.imaging.illustrate(session, child, Options()),
    ):
        with pytest.raises(UserInputError, match="locked"):
            await act
    assert session.map == before


async def test_an_act_on_a_topic_that_is_gone_by_its_first_step_says_so_and_asks_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    services = bench.services()
    session = services.explore.new_map("Jazz", "Bebop")
    (child,) = session.map.children(session.map.root_id)
    await services.edit.remove(session, child)
    for act in (
        everything(services.explore.expand(session, child, Options(count=3))),
        services.explore.renew(session, child, Options(count=3)),
        everything(services.explain.explain(session, child, Options())),
        everything(services.ask.ask(session, child, "Why?", Options())),
        services.imaging.illustrate(session, child, Options()),
    ):
        with pytest.raises(TopicGone):
            await act
    assert not bench.engine.asked


async def test_an_answer_on_its_way_does_not_alter_what_was_locked_meanwhile(tmp_path: Path) -> None:
    services = Bench(tmp_path).services()
    session = services.explore.new_map("Jazz", "Bebop")
    (child,) = session.map.children(session.map.root_id)
    parts = services.explain.explain(session, child, Options())
    await anext(parts)
    await services.edit.lock(session, [child], locked=True)
    await everything(parts)
    assert not session.map.explanations
    root = session.map.root_id
    steps = services.explore.expand(session, root, Options(count=2))
    (grown,) = await everything(steps)
    assert all(isinstance(put, PutTopic) for put in grown.change.puts)


async def test_what_the_map_has_is_linked_instead_of_coming_twice(edit: EditService, session: MapSession) -> None:
    for link_id in list(session.map.links):
        await edit.unlink(session, link_id)
    count, title = len(session.map.topics), session.map.topics["c1"].title
    change = await edit.add(session, "c0", f"  {title.upper()} ", once=True)
    assert len(session.map.topics) == count
    (link,) = [put.after for put in change.puts if isinstance(put, PutLink)]
    assert link is not None
    assert (link.source_id, link.target_id, link.kind) == ("c0", "c1", LinkKind.SAME_AS)
    assert not await edit.add(session, "root", title, once=True)
    await edit.add(session, "root", title)
    assert len(session.map.topics) == count + 1


async def test_several_are_linked_in_one_step(edit: EditService, session: MapSession) -> None:
    before = session.map
    await edit.link(session, ["c0", "c1", "gone"], "root")
    assert len(session.map.links) >= len(before.links) + 1
    await session.undo()
    assert session.map == before
    assert not await edit.link(session, ["gone"], "root")
