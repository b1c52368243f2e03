from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from knowalledge_desktop.core.errors import (
    AppError,
    AtlasMissing,
    ContentBlocked,
    InvalidReply,
    KeyMissing,
    KeyRejected,
    Offline,
    QuotaExhausted,
    StorageError,
    StorageReadOnly,
    TimedOut,
    TopicNotFound,
    UserInputError,
)
from knowalledge_desktop.core.payload import ModelList
from knowalledge_desktop.core.request import (
    Answer,
    EngineChoice,
    Request,
    Restarted,
    Substitute,
    SubstituteKind,
    Task,
    TextDelta,
)
from knowalledge_desktop.resilience.fallback import Fallback
from tests.support.engines import PROSE, PlannedEngine, answer, parsed_explanation, parsed_subtopics, told
from tests.support.fakes import FakeClock, MemoryLibrary

ASK = Request(Task.SUBTOPICS, "DNA")
EXPLAIN = Request(Task.EXPLANATION, "DNA")
FROM_GEMINI = answer(parsed_subtopics("RNA", "Gene"))
FROM_ATLAS = answer(parsed_subtopics("Nucleic acid"), engine="atlas")


class UnreadableLibrary(MemoryLibrary):
    """A library whose file cannot be used."""

    async def kept(self, key: str, request: Request) -> Answer | None:
        raise StorageError("library.db")


class Bench:
    """A fallback with both engines and a library."""

    def __init__(self, gemini: list[object], atlas: list[object], library: MemoryLibrary | None = None) -> None:
        self.gemini = PlannedEngine(gemini)  # type: ignore[arg-type]
        self.atlas = PlannedEngine(atlas)  # type: ignore[arg-type]
        self.clock = FakeClock()
        self.library = library or MemoryLibrary(self.clock)
        self.fallback = Fallback(
            self.gemini,
            atlas=self.atlas,
            library=self.library,
            clock=self.clock,
            key=lambda request: f"{request.task}/{request.topic}/{request.model}",
            model=lambda request: request.model or "model-x",
        )

    async def keep(self, request: Request, kept: Answer) -> None:
        await self.library.keep("somewhere", request, kept)

    async def last(self, request: Request = ASK) -> Answer:
        part = (await told(self.fallback, request))[-1]
        assert isinstance(part, Answer)
        return part


async def test_auto_gives_gemini_unlabelled_and_keeps_it() -> None:
    bench = Bench([FROM_GEMINI], [FROM_ATLAS])
    assert await bench.last() == FROM_GEMINI
    assert bench.atlas.asked == []
    assert [kept.key for kept in bench.library.answers] == ["subtopics/DNA/model-x"]
    assert bench.gemini.asked[0].model == "model-x"


async def test_atlas_choice_asks_the_atlas_alone_and_is_no_substitute() -> None:
    bench = Bench([FROM_GEMINI], [FROM_ATLAS])
    assert await bench.last(replace(ASK, engine=EngineChoice.ATLAS)) == FROM_ATLAS
    assert bench.gemini.asked == []


TROUBLES = [Offline(), TimedOut(), QuotaExhausted(), KeyRejected(), KeyMissing(), InvalidReply()]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda e: type(e).__name__)
async def test_gemini_choice_never_falls_back(trouble: AppError) -> None:
    bench = Bench([trouble], [FROM_ATLAS])
    await bench.keep(ASK, FROM_GEMINI)
    with pytest.raises(type(trouble)):
        await bench.last(replace(ASK, engine=EngineChoice.GEMINI))
    assert bench.atlas.asked == []


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda e: type(e).__name__)
async def test_auto_without_a_kept_answer_gives_the_atlas_labelled(trouble: AppError) -> None:
    bench = Bench([trouble], [FROM_ATLAS])
    label = Substitute(SubstituteKind.ATLAS, type(trouble).__name__)
    assert await bench.last() == replace(FROM_ATLAS, substitute=label)


async def test_kept_answer_comes_before_the_atlas_with_its_age() -> None:
    bench = Bench([Offline()], [FROM_ATLAS])
    await bench.keep(ASK, FROM_GEMINI)
    kept = await bench.last()
    assert kept.content == FROM_GEMINI.content
    assert kept.substitute == Substitute(SubstituteKind.KEPT, "Offline", 1000.0)
    assert bench.atlas.asked == []


async def test_age_of_a_kept_answer_from_an_unknown_or_later_time_is_zero() -> None:
    for created_at in (0.0, 4_000_000_000.0):
        bench = Bench([Offline()], [FROM_ATLAS])
        await bench.keep(ASK, answer(parsed_subtopics("x"), created_at=created_at))
        assert (await bench.last()).substitute == Substitute(SubstituteKind.KEPT, "Offline", 0.0)


async def test_kept_explanation_is_told_as_text_too() -> None:
    bench = Bench([Offline()], [FROM_ATLAS])
    await bench.keep(EXPLAIN, answer(parsed_explanation()))
    parts = await told(bench.fallback, EXPLAIN)
    assert parts[0] == TextDelta(PROSE)


async def test_without_a_key_the_atlas_comes_before_a_kept_answer() -> None:
    bench = Bench([KeyMissing()], [FROM_ATLAS])
    await bench.keep(ASK, FROM_GEMINI)
    assert (await bench.last()).content == FROM_ATLAS.content


async def test_without_a_key_a_kept_answer_helps_where_the_atlas_cannot() -> None:
    bench = Bench([KeyMissing()], [TopicNotFound("DNA", ("RNA",))])
    await bench.keep(ASK, FROM_GEMINI)
    assert (await bench.last()).substitute == Substitute(SubstituteKind.KEPT, "KeyMissing", 1000.0)


async def test_without_a_key_and_topic_the_nearest_topics_are_told() -> None:
    bench = Bench([KeyMissing()], [TopicNotFound("DNA", ("RNA",))])
    with pytest.raises(TopicNotFound) as caught:
        await bench.last()
    assert caught.value.nearest == ("RNA",)


@pytest.mark.parametrize("refusal", [TopicNotFound("DNA"), AtlasMissing()], ids=lambda e: type(e).__name__)
async def test_the_trouble_itself_when_nothing_can_stand_in(refusal: AppError) -> None:
    trouble = Offline("host")
    bench = Bench([trouble], [refusal])
    with pytest.raises(Offline) as caught:
        await bench.last()
    assert caught.value is trouble


async def test_no_key_and_no_atlas_tells_of_the_key() -> None:
    with pytest.raises(KeyMissing):
        await Bench([KeyMissing()], [AtlasMissing()]).last()


@pytest.mark.parametrize(
    "error", [ContentBlocked("SAFETY"), UserInputError("No.")], ids=lambda e: type(e).__name__
)
async def test_declined_topics_and_bad_input_are_not_put_to_others(error: AppError) -> None:
    bench = Bench([error], [FROM_ATLAS])
    await bench.keep(ASK, FROM_GEMINI)
    with pytest.raises(type(error)):
        await bench.last()


async def test_a_bug_is_not_papered_over() -> None:
    with pytest.raises(ZeroDivisionError):
        await Bench([ZeroDivisionError()], [FROM_ATLAS]).last()


@pytest.mark.parametrize("task", [Task.LIST_MODELS, Task.TEST_KEY])
async def test_nothing_stands_in_for_the_service_itself(task: Task) -> None:
    bench = Bench([Offline()], [answer(ModelList(()))])
    with pytest.raises(Offline):
        await bench.last(Request(task))


async def test_text_that_was_shown_is_taken_back_first() -> None:
    bench = Bench([TextDelta("Half a"), Offline()], [TextDelta(PROSE), answer(parsed_explanation())])
    parts = await told(bench.fallback, EXPLAIN)
    assert parts[:3] == [TextDelta("Half a"), Restarted("Offline"), TextDelta(PROSE)]
    assert isinstance(parts[3], Answer)


async def test_text_that_was_taken_back_already_is_not_taken_back_twice() -> None:
    bench = Bench([TextDelta("a"), Restarted("retry"), Offline()], [FROM_ATLAS])
    assert [p for p in await told(bench.fallback, ASK) if isinstance(p, Restarted)] == [Restarted("retry")]


async def test_an_atlas_that_breaks_off_is_taken_back_for_the_kept_answer() -> None:
    bench = Bench([KeyMissing()], [TextDelta("Half"), AtlasMissing("gone")])
    await bench.keep(EXPLAIN, answer(parsed_explanation()))
    parts = await told(bench.fallback, EXPLAIN)
    assert parts[:3] == [TextDelta("Half"), Restarted("AtlasMissing"), TextDelta(PROSE)]


async def test_trouble_after_the_answer_is_not_answered_twice() -> None:
    bench = Bench([FROM_GEMINI, Offline()], [FROM_ATLAS])
    with pytest.raises(Offline):
        await bench.last()
    assert bench.atlas.asked == []


async def test_a_kept_list_of_what_is_there_already_is_no_help() -> None:
    bench = Bench([Offline()], [FROM_ATLAS])
    await bench.keep(ASK, FROM_GEMINI)
    assert (await bench.last(replace(ASK, avoid=("rna", "GENE")))).content == FROM_ATLAS.content


async def test_what_goes_on_from_other_subtopics_is_not_kept_as_a_whole_answer() -> None:
    bench = Bench([FROM_GEMINI], [FROM_ATLAS])
    await bench.last(replace(ASK, avoid=("Chromosome",)))
    assert bench.library.answers == []


async def test_a_cached_answer_is_not_kept_again() -> None:
    bench = Bench([replace(FROM_GEMINI, from_cache=True)], [FROM_ATLAS])
    await bench.last()
    assert bench.library.answers == []


async def test_a_library_that_cannot_keep_does_not_lose_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench([FROM_GEMINI], [FROM_ATLAS])
    bench.library.failing = StorageError("library.db")
    with caplog.at_level(logging.WARNING):
        assert await bench.last() == FROM_GEMINI
    assert "could not be kept" in caplog.text


async def test_a_library_that_cannot_be_read_does_not_hide_the_trouble(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench([Offline()], [FROM_ATLAS], UnreadableLibrary())
    with caplog.at_level(logging.WARNING):
        assert (await bench.last()).substitute == Substitute(SubstituteKind.ATLAS, "Offline")
    assert "could not be read" in caplog.text


async def test_where_nothing_can_be_counted_the_atlas_answers() -> None:
    bench = Bench([StorageReadOnly("ledger.db")], [FROM_ATLAS])
    assert (await bench.last()).substitute == Substitute(SubstituteKind.ATLAS, "StorageReadOnly")
    bench = Bench([StorageReadOnly("ledger.db")], [FROM_ATLAS])
    with pytest.raises(StorageReadOnly):
        await bench.last(replace(ASK, engine=EngineChoice.GEMINI))
