"""Pictures and questions through the cache and the fallback: the same again, never another's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import KeyMissing, Offline, RequestRejected
from knowalledge_desktop.core.payload import (
    Content,
    ExplanationText,
    Illustration,
    TopicCandidate,
    TopicCandidates,
)
from knowalledge_desktop.core.request import Answer, Request, SubstituteKind, Task
from knowalledge_desktop.core.settings import DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL, Settings, model_for
from knowalledge_desktop.prompts.render import label
from knowalledge_desktop.resilience.cached import AnswerStore, Cached
from knowalledge_desktop.resilience.fallback import Fallback
from knowalledge_desktop.resilience.keys import key_maker
from knowalledge_desktop.resilience.memory import AnswerMemory
from tests.support.engines import CountedMetrics, PlannedEngine, answer, told
from tests.support.fakes import FakeClock, MemoryCache, MemoryLibrary

LEAF, TREE = (Picture.of("image/png", data, 4, 3) for data in (b"leaf", b"tree"))
SHOW = Request(Task.IMAGE_TOPIC, image=LEAF)
DRAW = Request(Task.ILLUSTRATION, "Leaf")
ASK = Request(Task.QUESTION, "Leaf", question="Why?", context="A leaf is green.")
CASES: list[tuple[Request, Content, Request]] = [
    (SHOW, TopicCandidates((TopicCandidate("Leaf", "Green."),)), replace(SHOW, image=TREE)),
    (DRAW, Illustration(LEAF, "A leaf."), replace(DRAW, topic="Tree")),
    (ASK, ExplanationText("So."), replace(ASK, question="How?")),
]
IDS = [request.task.value for request, _, _ in CASES]

key = key_maker(label, Settings)


@pytest.mark.parametrize(("request_", "content", "other"), CASES, ids=IDS)
async def test_the_same_again_comes_from_the_cache_also_after_a_restart(
    request_: Request, content: Content, other: Request
) -> None:
    cache, clock, engine = MemoryCache(), FakeClock(), PlannedEngine([answer(content)])

    def started() -> Cached:
        store = AnswerStore(
            cache=cache, memory=AnswerMemory(), metrics=CountedMetrics(), clock=clock, ttl_s=lambda: 60.0
        )
        return Cached(engine, store=store, key=key)

    await told(started(), request_)
    for cached in (started(), started()):
        (*_, last) = await told(cached, request_)
        assert isinstance(last, Answer)
        assert (last.content, last.from_cache) == (content, True)
    assert len(engine.asked) == 1
    await told(started(), other)
    await told(started(), replace(request_, fresh=True))
    assert len(engine.asked) == 3


@pytest.mark.parametrize(("request_", "content", "other"), CASES, ids=IDS)
@pytest.mark.parametrize("trouble", [Offline(), KeyMissing()])
async def test_without_gemini_the_kept_answer_to_the_same_stands_in_and_no_other(
    request_: Request, content: Content, other: Request, trouble: Exception
) -> None:
    gemini = PlannedEngine([answer(content)], [trouble], [trouble])
    fallback = Fallback(
        gemini,
        atlas=PlannedEngine([RequestRejected("The Atlas has no such task.")]),
        library=MemoryLibrary(),
        clock=FakeClock(),
        key=key,
        model=lambda request: model_for(Settings(), request),
    )
    await told(fallback, request_)
    (*_, last) = await told(fallback, request_)
    assert isinstance(last, Answer)
    assert last.content == content
    assert last.substitute is not None
    assert last.substitute.kind is SubstituteKind.KEPT
    with pytest.raises(type(trouble)):
        await told(fallback, other)


def test_each_task_has_its_model() -> None:
    settings = Settings()
    assert model_for(settings, DRAW) == DEFAULT_IMAGE_MODEL == "gemini-3.1-flash-lite-image"
    assert model_for(settings, SHOW) == model_for(settings, ASK) == DEFAULT_TEXT_MODEL
    assert model_for(settings, replace(DRAW, model="gemini-x")) == "gemini-x"
    assert key(DRAW) != key_maker(label, lambda: Settings(image_model="other"))(DRAW)
    assert key(DRAW) == key_maker(label, lambda: Settings(text_model="other"))(DRAW)
