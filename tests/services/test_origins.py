"""Where things come from, through the real library: the journal tells what was done to one topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.content import ModelInfo, Provenance
from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Change, Explanation, Map, Opinion, PutExplanation, Rendering
from knowalledge_desktop.core.origin import EditKind
from knowalledge_desktop.core.request import Level, Options
from knowalledge_desktop.core.staleness import Present, StaleReason
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.services.session import MapSession
from tests.support.cli_services import everything
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.ui_services import KEY, Oracle

SPARE = Options(count=3)
OLD = Provenance("gemini", "gemini-2.0-flash", "explanation@1", 1_700_000_000.0)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    clock = FakeClock()
    told = {"KNOWALLEDGE_HOME": str(tmp_path / "person")}
    made = await asyncio.to_thread(build_services, told, Overrides(Oracle(), MemorySecrets(KEY), clock))
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
    assert outdated.texts == 3
    quote = services.origins.quote(outdated.renewals)
    assert quote.requests == 3
    assert quote.likely_micro is not None
    assert 0 < quote.likely_micro < (quote.most_micro or 0)
    await services.edit.lock(session, [first], locked=True)
    outdated = services.origins.in_map(session.map, present)
    assert (outdated.texts, outdated.locked) == (2, 1)


async def test_a_model_that_is_not_offered_is_found_in_all_maps(services: Services) -> None:
    jazz, bebop = await grown(services, "Jazz"), await grown(services, "Bebop")
    await tell(jazz, jazz.map.root_id, replace(OLD, model="gemini-9-flash"))
    await tell(bebop, bebop.map.root_id, replace(OLD, model="gemini-3.5-flash-lite"))
    assert await services.origins.maps_with(await services.origins.present()) == ()
    present = await services.origins.note_models([ModelInfo("models/gemini-3.5-flash-lite")])
    assert present.models == frozenset({"gemini-3.5-flash-lite"})
    assert await services.origins.maps_with(present) == (jazz.map.map_id,)
    await services.library.trash(jazz.map.map_id)
    assert await services.origins.maps_with(present) == ()
    assert await services.origins.present() == present  # until somebody asks again
    assert not services.origins.own_model_is_gone(present)
    assert services.origins.own_model_is_gone(Present(models=frozenset({"gemini-9"})))
