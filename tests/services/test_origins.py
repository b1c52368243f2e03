"""Where things come from, through the real library: the journal tells what was done to one topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Map,
    Opinion,
    PutExplanation,
    PutPicture,
    PutTopic,
    Rendering,
)
from knowalledge_desktop.core.jobs import JobState
from knowalledge_desktop.core.origin import EditKind
from knowalledge_desktop.core.payload import Illustration, ModelInfo
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Answer, EngineChoice, Level, Options, Task
from knowalledge_desktop.core.shelf import Filter, Listing
from knowalledge_desktop.core.staleness import Present, StaleReason
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from tests.support.cli_services import DRAWN, everything
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.ui_services import KEY, Oracle

SPARE = Options(count=3)
OFFERED = ("gemini-3.5-flash-lite", "gemini-made-up-1")
OLD = Provenance("gemini", "gemini-2.0-flash", "explanation@1", 1_700_000_000.0)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    clock = FakeClock()
    told = {"KNOWALLEDGE_HOME": str(tmp_path / "person")}
    oracle = Oracle()
    drawn = Illustration(DRAWN, "A new drawing")
    author = Provenance("gemini", "gemini-made-up-1", "illustration@1", clock.now())
    oracle.answers[Task.ILLUSTRATION] = (Answer(drawn, author),)
    made = await asyncio.to_thread(build_services, told, Overrides(oracle, MemorySecrets(KEY), clock))
    await asyncio.to_thread(made.tariffs.cost, OLD)
    yield made
    await made.aclose()


async def grown(services: Services, title: str = "Jazz") -> MapSession:
    session = services.explore.new_map(title)
    await everything(services.explore.expand(session, session.map.root_id, SPARE))
    return session


async def tell(session: MapSession, topic_id: str, made: Provenance, level: Level = Level.HIGH_SCHOOL) -> str:
    """Put a text of somebody into the map."""
    text = Explanation(topic_id, Rendering(level), f"By {made.model}", provenance=made)
    title = session.map.topics[topic_id].title

    def make(document: Map) -> Change:
        return Change((PutExplanation(document.explanations.get(text.key), text),), "explain", title)

    await session.commit(make)
    return text.key


async def test_a_topic_tells_who_made_it_and_what_was_done_to_it_since(services: Services) -> None:
    session = await grown(services)
    first, second, _ = session.map.children(session.map.root_id)
    await services.edit.rename(session, first, "Swing")
    key = await tell(session, first, OLD)
    await services.sleep(60)  # else the journal takes both texts for one act
    await everything(services.explain.explain(session, first, Options()))
    await services.edit.judge(session, key, Opinion.USEFUL)
    await services.edit.note(session, first, "Look this up.")
    await services.edit.rename(session, second, "Another one")
    origin = await services.origins.of_topic(session.map, first)
    assert (origin.topic.title, origin.siblings) == ("Swing", 3)
    assert [text.provenance.model for text in origin.texts] == ["gemini-made-up-1"]
    assert [(edit.kind, edit.was, edit.author) for edit in origin.edits] == [
        (EditKind.NOTE, "", "person"),
        (EditKind.JUDGED, "", "person"),
        (EditKind.RETOLD, "gemini-2.0-flash", "gemini"),
        (EditKind.TOLD, "", "gemini"),
        (EditKind.RENAMED, "Jazz, part 1", "person"),
    ]
    assert origin.edits[2].model == "gemini-made-up-1"


async def test_undo_is_told_as_what_it_did(services: Services) -> None:
    session = await grown(services)
    first = session.map.children(session.map.root_id)[0]
    await services.edit.rename(session, first, "Swing")
    await session.undo()
    edits = (await services.origins.of_topic(session.map, first)).edits
    assert [(edit.kind, edit.was) for edit in edits] == [
        (EditKind.RENAMED, "Swing"),
        (EditKind.RENAMED, "Jazz, part 1"),
    ]


async def test_what_is_not_there_has_no_origin(services: Services) -> None:
    session = await grown(services)
    with pytest.raises(UserInputError):
        await services.origins.of_topic(session.map, "nowhere")


async def test_what_is_out_of_date_can_be_written_again_in_its_own_rendering(services: Services) -> None:
    session = await grown(services)
    first, second, third = session.map.children(session.map.root_id)
    await tell(session, first, OLD)
    await tell(session, second, replace(OLD, parameters=(("grounded", "yes"),)))
    await tell(session, third, OLD, Level.JUNIOR)
    await tell(session, third, replace(OLD, model="gemini-3.5-flash-lite"))
    present = await services.origins.present()
    assert present.prompts["explanation"] >= 1
    outdated = services.origins.in_map(session.map, present)
    assert {each.reasons for each in outdated.found} == {(StaleReason.MODEL,)}
    assert [(each.topic_ids, each.options.level, each.options.grounded) for each in outdated.renewals] == [
        ((first,), Level.HIGH_SCHOOL, False),
        ((second,), Level.HIGH_SCHOOL, True),
        ((third,), Level.JUNIOR, False),
    ]
    assert outdated.things == 3
    quote = services.origins.quote(outdated.renewals)
    assert quote.requests == 3
    assert quote.likely_micro is not None
    assert 0 < quote.likely_micro < (quote.most_micro or 0)
    await services.edit.lock(session, [first], locked=True)
    outdated = services.origins.in_map(session.map, present)
    assert (outdated.things, outdated.locked) == (2, 1)


async def test_a_model_that_is_not_offered_is_found_in_all_maps(services: Services) -> None:
    jazz, bebop = await grown(services, "Jazz"), await grown(services, "Bebop")
    await tell(jazz, jazz.map.root_id, replace(OLD, model="gemini-9-flash"))
    await tell(bebop, bebop.map.root_id, replace(OLD, model="gemini-3.5-flash-lite"))
    assert await services.origins.maps_with(await services.origins.present()) == ()
    present = await services.origins.note_models([ModelInfo(f"models/{each}") for each in OFFERED])
    assert present.models == frozenset(OFFERED)
    assert await services.origins.maps_with(present) == (jazz.map.map_id,)
    await services.library.trash(jazz.map.map_id)
    assert await services.origins.maps_with(present) == ()
    assert await services.origins.present() == present  # until somebody asks again
    assert not services.origins.own_model_is_gone(present)
    assert services.origins.own_model_is_gone(Present(models=frozenset({"gemini-9"})))


async def test_subtopics_and_pictures_are_made_again_too(services: Services) -> None:
    session = await grown(services)
    root = session.map.root_id
    first, second, third = session.map.children(root)
    old = replace(OLD, prompt="subtopics@1", language="fr")
    drawn = TopicPicture(first, "0" * 64, "image/png", 8, 8, "By an old model", replace(OLD, prompt=""))

    def age(document: Map) -> Change:
        topics = (document.topics[each] for each in (first, second, third))
        puts = [PutTopic(each, replace(each, summary="Old", provenance=old)) for each in topics]
        return Change((*puts, PutPicture(None, drawn)), "expand", "Jazz")

    await session.commit(age)
    await services.edit.lock(session, [third], locked=True)
    outdated = services.origins.in_map(session.map, await services.origins.present())
    assert [(each.task, each.topic_ids, each.things) for each in outdated.renewals] == [
        (Task.SUBTOPICS, (root,), 2),
        (Task.ILLUSTRATION, (first,), 1),
    ]
    assert outdated.renewals[0].options.language == "fr"
    quote = services.origins.quote(outdated.renewals)
    assert [count for _, count in quote.models] == [1, 1]
    before = session.map
    for each in outdated.renewals:
        job = await services.jobs.start(
            session.map,
            each.topic_ids,
            replace(each.options, language="en"),
            EngineChoice.GEMINI,
            fresh=True,
            task=each.task,
            renews=each.task is Task.SUBTOPICS,
        )
        assert (await services.jobs.run(job.job_id, session=session)).state is JobState.DONE
    told = session.map.topics
    assert told.keys() == before.topics.keys()
    assert [told[each].title for each in told] == [before.topics[each].title for each in told]
    assert "Old" not in (told[first].summary, told[second].summary)
    assert (told[third].summary, told[third].provenance) == ("Old", old)
    assert told[first].provenance.model == session.map.pictures[first].provenance.model == "gemini-made-up-1"
    assert services.origins.in_map(session.map, await services.origins.present()).things == 0


async def test_what_is_out_of_date_is_a_filter_of_the_library(services: Services) -> None:
    jazz, swing, bebop = [await grown(services, title) for title in ("Jazz", "Swing", "Bebop")]
    await tell(jazz, jazz.map.root_id, OLD)
    topic = swing.map.topics[swing.map.children(swing.map.root_id)[0]]
    await swing.commit(lambda _: Change((PutTopic(topic, replace(topic, provenance=OLD)),), "expand", "Swing"))
    present = await services.origins.present()
    assert set(await services.origins.maps_with(present)) == {jazz.map.map_id, swing.map.map_id}
    among = Filter(made=await services.origins.stale_makers(present))
    assert among.made == (("gemini-2.0-flash", "explanation@1"),)
    listed = await services.library.listed(Listing(filter=among))
    assert {each.title for each in listed} == {"Jazz", "Swing"}
    assert [each.title for each in await services.library.titles("j", among)] == ["Jazz"]
    assert [each.topic_id for each in await services.library.texts(topic.title, among)] == [topic.topic_id]
    nothing = Filter(made=())
    assert list(await services.library.listed(Listing(filter=nothing))) == []
    assert list(await services.library.titles("j", nothing)) == []
    assert bebop.map.title in {each.title for each in await services.library.titles("bebop")}
