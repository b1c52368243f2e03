"""Explanations: streamed as they come, kept with their topic before they are final."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import DiskFull, Offline
from knowalledge_desktop.core.graph import Opinion, Rendering
from knowalledge_desktop.core.payload import ExplanationText, SubtopicList
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Options, Restarted, Style, TextDelta
from knowalledge_desktop.services.explain import Explained
from knowalledge_desktop.services.session import MapSession
from tests.support.cli_services import TEXT, WIKI, Bench, everything, until_cancelled


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def session(bench: Bench) -> MapSession:
    return bench.services().explore.new_map("Jazz", "Bebop")


def child(session: MapSession) -> str:
    return session.map.children(session.map.root_id)[0]


async def test_text_comes_in_pieces_and_then_the_kept_explanation(bench: Bench, session: MapSession) -> None:
    explain = bench.services().explain
    shown = ""
    async with aclosing(explain.explain(session, child(session), Options())) as parts:
        async for part in parts:
            if isinstance(part, TextDelta):
                shown += part.text
                assert not bench.memory.shelves  # provisional
            elif isinstance(part, Explained):
                assert bench.memory.documents()[session.map.map_id].explanations
                last = part
    assert shown == TEXT == last.explanation.markdown
    assert last.explanation.sources == (WIKI,)
    assert session.map.explanations_of(child(session)) == (last.explanation,)
    assert last.change.reason == "explain"
    assert last.change.about == "Bebop"
    assert bench.engine.closed == 1


async def test_the_request_says_where_the_topic_stands_and_how_to_tell_it(
    bench: Bench, session: MapSession
) -> None:
    options = Options("fr", Level.JUNIOR, Detail.BRIEF, Style.VISUAL)
    parts = bench.services().explain.explain(
        session, child(session), options, engine=EngineChoice.GEMINI, fresh=True
    )
    (*_, explained) = await everything(parts)
    (request,) = bench.engine.asked
    assert (request.topic, request.path, request.options) == ("Bebop", ("Jazz",), options)
    assert (request.engine, request.fresh) == (EngineChoice.GEMINI, True)
    assert explained.explanation.rendering == Rendering(Level.JUNIOR, Detail.BRIEF, Style.VISUAL, "fr")


async def test_each_way_of_telling_is_kept_beside_the_others(bench: Bench, session: MapSession) -> None:
    explain = bench.services().explain
    await everything(explain.explain(session, child(session), Options()))
    await everything(explain.explain(session, child(session), Options(detail=Detail.BRIEF)))
    (*_, again) = await everything(explain.explain(session, child(session), Options()))
    assert len(session.map.explanations) == 2
    assert not again.change  # word for word the same


async def test_the_same_text_again_keeps_what_is_thought_of_it_and_another_one_does_not(
    bench: Bench, session: MapSession
) -> None:
    services, topic_id = bench.services(), child(session)
    (*_, first) = await everything(services.explain.explain(session, topic_id, Options()))
    await services.edit.judge(session, first.explanation.key, Opinion.WRONG, "The year.")
    (*_, again) = await everything(services.explain.explain(session, topic_id, Options(), fresh=True))
    assert (again.explanation.opinion, again.explanation.opinion_note) == (Opinion.WRONG, "The year.")
    assert session.map.explanations_of(topic_id) == (again.explanation,)
    bench.engine.plans["Bebop"] = [bench.engine.answer(ExplanationText("Another text."))]
    (*_, other) = await everything(services.explain.explain(session, topic_id, Options(), fresh=True))
    assert (other.explanation.opinion, other.explanation.opinion_note) == (Opinion.NONE, "")


async def test_a_restart_is_passed_on(bench: Bench, session: MapSession) -> None:
    told = [TextDelta("half"), Restarted("Offline"), Offline()]
    bench.engine.plans["Bebop"] = told
    seen: list[object] = []
    with pytest.raises(Offline):
        await everything(bench.services().explain.explain(session, child(session), Options()), seen)
    assert seen == told[:2]
    assert bench.status.snapshot().last_error == "Offline"
    assert not session.is_stored


async def test_leaving_early_closes_the_engine(bench: Bench, session: MapSession) -> None:
    async with aclosing(bench.services().explain.explain(session, child(session), Options())) as parts:
        await anext(parts)
    assert bench.engine.closed == 1
    assert not session.is_stored


async def test_cancelling_is_no_error(bench: Bench, session: MapSession) -> None:
    bench.engine.gate, begun = asyncio.Event(), asyncio.Event()
    bench.engine.before = lambda request: begun.set()
    await until_cancelled(everything(bench.services().explain.explain(session, child(session), Options())), begun)
    assert bench.engine.closed == 1
    assert bench.status.snapshot().last_error == ""


async def test_a_topic_removed_meanwhile_keeps_no_explanation(bench: Bench, session: MapSession) -> None:
    services, topic_id = bench.services(), child(session)
    async with aclosing(services.explain.explain(session, topic_id, Options())) as parts:
        await anext(parts)
        await services.edit.remove(session, topic_id)
        rest = [part async for part in parts]
    assert isinstance(rest[-1], Explained)
    assert not rest[-1].change
    assert not session.map.explanations


async def test_what_cannot_be_stored_is_not_final(bench: Bench, session: MapSession) -> None:
    bench.memory.failing = DiskFull("library.db")
    with pytest.raises(DiskFull):
        await everything(bench.services().explain.explain(session, child(session), Options()))
    assert not session.map.explanations
    assert bench.status.snapshot().last_error == "DiskFull"


@pytest.mark.parametrize("plan", ["other", "none"])
async def test_a_broken_engine_is_a_mistake_of_the_program(bench: Bench, session: MapSession, plan: str) -> None:
    other = [bench.engine.answer(SubtopicList(()))]
    bench.engine.plans["Bebop"] = other if plan == "other" else [TextDelta("half")]
    with pytest.raises(TypeError):
        await everything(bench.services().explain.explain(session, child(session), Options()))
