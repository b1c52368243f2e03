"""From a topic to its subtopics: what is asked, what is kept, and when it is shown."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.errors import DiskFull, Incomplete, Offline, TopicNotFound, UserInputError
from knowalledge_desktop.core.payload import ExplanationText, Subtopic, SubtopicList
from knowalledge_desktop.core.request import EngineChoice, Options, Priority, Restarted, Substitute, SubstituteKind
from knowalledge_desktop.services.explore import Grown, final_answer
from knowalledge_desktop.services.session import MapSession
from knowalledge_desktop.services.status import Connection
from tests.support.cli_services import Bench, everything, until_cancelled
from tests.support.examples import ask


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def titles(session: MapSession, topic_id: str = "") -> list[str]:
    document = session.map
    return [document.topics[each].title for each in document.children(topic_id or document.root_id)]


async def grow(bench: Bench, session: MapSession, topic_id: str = "", count: int = 3, **more: Any) -> list[Grown]:
    explore = bench.services().explore
    steps = explore.expand(session, topic_id or session.map.root_id, Options(count=count), **more)
    return await everything(steps)


async def test_a_new_map_has_its_root_and_is_not_stored_yet(bench: Bench) -> None:
    session = bench.services().explore.new_map("  Caf\u0065\u0301  society ")
    assert session.map.title == "Café society"
    assert session.map.root is not None
    assert session.map.root.title == "Café society"
    assert session.map.root.provenance.engine == "person"
    assert not bench.memory.shelves


async def test_a_new_map_may_have_a_branch_already(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz", "Bebop")
    assert titles(session) == ["Bebop"]
    assert not session.is_stored


@pytest.mark.parametrize(("topic", "branch"), [("", ""), ("\x07", ""), ("Jazz", "\x07")])
def test_titles_that_cannot_be(bench: Bench, topic: str, branch: str) -> None:
    with pytest.raises(UserInputError):
        bench.services().explore.new_map(topic, branch)


async def test_subtopics_are_in_the_library_before_they_are_shown(bench: Bench) -> None:
    explore = bench.services().explore
    session = explore.new_map("Jazz")
    async with aclosing(explore.expand(session, session.map.root_id, Options(count=3))) as steps:
        async for step in steps:
            assert bench.memory.documents()[session.map.map_id] == session.map
            assert len(step.change.puts) == 3
    assert titles(session) == ["Jazz 1", "Jazz 2", "Jazz 3"]
    first = session.map.topics[session.map.children(session.map.root_id)[0]]
    assert (first.summary, first.relation, len(first.sources)) == ("About Jazz 1.", Relation.SUBTOPIC, 1)
    assert first.provenance.engine == "gemini"
    assert bench.engine.closed == 1


async def test_the_request_says_where_the_topic_stands(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    await grow(bench, session)
    child = session.map.children(session.map.root_id)[1]
    await grow(bench, session, child, engine=EngineChoice.GEMINI, priority=Priority.LOW, fresh=True)
    await grow(bench, session, child)
    first, again = bench.engine.asked[1:]
    assert (first.topic, first.path, first.siblings) == ("Jazz 2", ("Jazz",), ("Jazz 1", "Jazz 3"))
    assert (first.engine, first.priority, first.fresh) == (EngineChoice.GEMINI, Priority.LOW, True)
    assert first.avoid == ()
    assert again.avoid == ("Jazz 2 1", "Jazz 2 2", "Jazz 2 3")


async def test_expanding_again_brings_further_subtopics(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    await grow(bench, session, count=2)
    await grow(bench, session, count=2)
    assert titles(session) == ["Jazz 1", "Jazz 2", "Jazz 3", "Jazz 4"]
    await session.undo()
    assert titles(session) == ["Jazz 1", "Jazz 2"]


async def test_asking_the_same_again_adds_only_what_is_new(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    await grow(bench, session, count=2)
    (step,) = await grow(bench, session, count=3, further=False)
    assert bench.engine.asked[-1].avoid == ()
    assert titles(session) == ["Jazz 1", "Jazz 2", "Jazz 3"]
    assert len(step.change.puts) == 1
    (step,) = await grow(bench, session, count=3, further=False)
    assert not step.change


async def test_titles_that_differ_in_case_accents_or_are_on_the_path_are_not_added_twice(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    told = ("Bebop", "BÉBOP", "jazz", "Swing", "Ｓｗｉｎｇ")
    bench.engine.plans["Jazz"] = [bench.engine.answer(SubtopicList(tuple(map(Subtopic, told))))]
    await grow(bench, session)
    assert titles(session) == ["Bebop", "Swing"]


async def test_a_cut_answer_is_kept_and_the_rest_is_asked_for_once(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    cut = SubtopicList((Subtopic("A"), Subtopic("B")), complete=False)
    bench.engine.plans["Jazz"] = [bench.engine.answer(cut)]
    first, second = await grow(bench, session, count=5)
    assert [len(step.change.puts) for step in (first, second)] == [2, 0]
    assert len(bench.engine.asked) == 2  # once, though it was cut again
    assert bench.engine.asked[1].avoid == ("A", "B")
    assert bench.engine.asked[1].options.count == 3


async def test_when_the_rest_cannot_be_had_the_first_part_stays(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    cut = SubtopicList((Subtopic("A"),), complete=False)
    bench.engine.plans["Jazz"] = [bench.engine.answer(cut)]

    def then_offline(request: object) -> None:
        if len(bench.engine.asked) == 2:
            raise Offline

    bench.engine.before = then_offline
    seen: list[Grown] = []
    steps = bench.services().explore.expand(session, session.map.root_id, Options(count=5))
    with pytest.raises(Incomplete) as raised:
        await everything(steps, seen)
    assert isinstance(raised.value.cause, Offline)
    assert len(seen) == 1
    assert titles(session) == ["A"]


@pytest.mark.parametrize("full", [True, False])
async def test_nothing_more_is_asked_of_a_full_list_or_a_substitute(bench: Bench, *, full: bool) -> None:
    session = bench.services().explore.new_map("Jazz")
    if not full:
        bench.engine.substitute = Substitute(SubstituteKind.KEPT, "Offline", 5)
    cut = SubtopicList((Subtopic("A"), Subtopic("B")), complete=False)
    bench.engine.plans["Jazz"] = [bench.engine.answer(cut)]
    assert len(await grow(bench, session, count=2 if full else 5)) == 1
    assert len(bench.engine.asked) == 1


async def test_a_topic_nobody_knows_leaves_nothing_behind(bench: Bench) -> None:
    bench.engine.troubles["Zzz"] = TopicNotFound("Zzz", ("ZZ Top",))
    session = bench.services().explore.new_map("Zzz")
    with pytest.raises(TopicNotFound):
        await grow(bench, session)
    assert not bench.memory.shelves
    assert bench.status.snapshot().last_error == "TopicNotFound"


async def test_what_cannot_be_stored_is_not_shown(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    bench.memory.failing = DiskFull("library.db")
    with pytest.raises(DiskFull):
        await grow(bench, session)
    assert titles(session) == []


async def test_a_topic_removed_meanwhile_gets_no_subtopics(bench: Bench) -> None:
    services = bench.services()
    session = services.explore.new_map("Jazz")
    await grow(bench, session)
    child = session.map.children(session.map.root_id)[0]
    bench.engine.gate = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(grow(bench, session, child))
        await asyncio.sleep(0)
        await services.edit.remove(session, child)
        bench.engine.gate.set()
    (step,) = task.result()
    assert not step.change
    assert child not in session.map.topics


async def test_cancelling_stops_the_engine_and_stores_nothing(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    bench.engine.gate, begun = asyncio.Event(), asyncio.Event()
    bench.engine.before = lambda request: begun.set()
    await until_cancelled(grow(bench, session), begun)
    assert bench.engine.closed == 1
    assert not bench.memory.shelves
    assert bench.status.snapshot().last_error == ""  # cancelling is no error


async def test_the_status_learns_from_answers_and_errors(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    await grow(bench, session)
    assert bench.status.snapshot().connection is Connection.ONLINE
    bench.engine.troubles["Jazz"] = Offline()
    with pytest.raises(Offline):
        await grow(bench, session)
    assert bench.status.snapshot().connection is Connection.OFFLINE


async def test_another_kind_of_content_is_a_mistake_of_the_program(bench: Bench) -> None:
    session = bench.services().explore.new_map("Jazz")
    bench.engine.plans["Jazz"] = [bench.engine.answer(ExplanationText("No list"))]
    with pytest.raises(TypeError, match="another kind"):
        await grow(bench, session)


async def test_a_stream_without_an_answer_is_a_mistake_of_the_program(bench: Bench) -> None:
    bench.engine.plans["Jazz"] = [Restarted("again")]
    with pytest.raises(TypeError, match="without an Answer"):
        await final_answer(bench.engine, ask("Jazz"))
    assert bench.engine.closed == 1
