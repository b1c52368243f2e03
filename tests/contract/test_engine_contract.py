"""What every engine promises, and what the Gemini engine makes of every reply known to exist."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.adapters.scripted import ScriptedEngine, Step
from knowalledge_desktop.core import errors
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import AppError, ModelUnavailable
from knowalledge_desktop.core.parsing import parse
from knowalledge_desktop.core.payload import ExplanationText, ModelList, RawText, SubtopicList
from knowalledge_desktop.core.ports import Engine
from knowalledge_desktop.core.request import Answer, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.gemini_cases import (
    ANSWERS,
    LIST_ANSWER,
    Recording,
    Reply,
    chunk,
    error,
    recordings,
    recordings_folder,
    stream,
    unary,
)
from tests.support.gemini_guard import nothing_blocks
from tests.support.gemini_server import GeminiServer

__all__ = ["nothing_blocks"]

EXPLAIN = Request(Task.EXPLANATION, "Jazz")

# Recordings that are not an answer with text, by what must come of them.
WANTED = {
    "ContentBlocked": (
        "fb_g_streaming_failure_prompt_blocked_safety",
        "fb_g_streaming_failure_recitation_no_content",
        "fb_g_unary_failure_finish_reason_safety",
        "fb_g_unary_failure_only_prompt_feedback",
        "fb_v_streaming_failure_prompt_blocked_safety_with_message",
        "pai_safety_block",
    ),
    "KeyRejected": ("fb_g_unary_failure_api_key", "fb_v_unary_failure_api_key"),
    "AccessDenied": (
        "fb_g_unary_failure_generativelanguage_api_not_enabled",
        "fb_v_unary_failure_iam_permission_denied",
        "fb_v_unary_failure_unsupported_user_location",
    ),
    "RequestRejected": (
        "fb_g_streaming_failure_image_rejected",
        "fb_v_unary_failure_generate_images_prompt_blocked",
    ),
    "ModelNotFound": (
        "fb_g_unary_failure_unknown_model",
        "js_error_404_stream",
        "pai_err_404_count",
        "pai_err_404_embed",
        "pai_err_404_generate",
    ),
    "QuotaExhausted": (
        "fb_v_unary_failure_quota_exceeded",
        "tr_err_429_free_day",
        "tr_err_429_free_multi",
        "tr_err_429_short",
    ),
    "ModelUnavailable": ("fb_v_streaming_failure_error_mid_stream", "tr_err_503", "tr_err_503_deadline"),
    # Nothing to read in them: function calls alone, thoughts alone, an empty stream, another object.
    "InvalidReply": (
        "fb_v_streaming_failure_invalid_json",
        "fb_v_unary_failure_generate_images_all_filtered",
        "js_function_call",
        "js_maxtokens_no_parts",
        "js_stream_empty_200",
        "js_stream_fnargs_vertex_g3",
        "pai_g36_flash_tool",
        "pai_maxtokens_empty",
        "pai_stream_thoughtsig_g3",
        # Replies to methods that there is no task for; they must do no harm in the place of an answer.
        "js_compute_tokens_vertex",
        "js_count_tokens",
        "js_count_tokens_vertex",
        "js_embed_predict_vertex",
        "js_imagen_predict_mldev",
        "js_imagen_predict_vertex",
        "lg_embed_batch",
        "pai_count_tokens",
        "pai_embed_batch",
        "pai_embed_count_tokens",
        "pai_embed_docs",
    ),
}
WANTED_OF = {name: wanted for wanted, names in WANTED.items() for name in names}


@pytest.fixture(scope="module")
def server() -> Iterator[GeminiServer]:
    with GeminiServer({each.name: each.reply for each in recordings()}) as server:
        yield server


@dataclass
class Gemini:
    engine: GeminiEngine
    point_at: Callable[[str], None]


@pytest.fixture
async def gemini(server: GeminiServer) -> AsyncIterator[Gemini]:
    address = [server.url]
    engine = GeminiEngine(
        MemorySecrets("a-key-of-the-test"), lambda: Settings(base_url=address[0], timeout_s=20.0), FakeClock()
    )

    def point_at(base_url: str) -> None:
        address[0] = base_url

    yield Gemini(engine, point_at)
    await engine.aclose()


async def outcome(engine: Engine, request: Request) -> str:
    """The text of the answer, or the class name of the known error."""
    try:
        parts = [part async for part in engine.ask(request)]
    except AppError as known:
        return type(known).__name__
    answer = parts[-1]
    assert isinstance(answer, Answer)
    assert all(isinstance(part, TextDelta) for part in parts[:-1])
    if isinstance(answer.content, ModelList):
        return f"{len(answer.content.items)} models"
    assert isinstance(answer.content, RawText)
    if request.task is Task.EXPLANATION:
        assert "".join(part.text for part in parts[:-1] if isinstance(part, TextDelta)) == answer.content.text
        content = parse(answer.content, request)
        assert isinstance(content, ExplanationText)
        assert content.complete is not answer.content.truncated
    return answer.content.text


# --- what every engine promises ------------------------------------------------------------------------------


def _steps(request: Request) -> list[Step]:
    if request.topic == "trouble":
        return [ModelUnavailable("503")]
    text = LIST_ANSWER if request.task is Task.SUBTOPICS else "One. Two."
    deltas: list[Step] = [TextDelta("One. "), TextDelta("Two.")] if request.task is Task.EXPLANATION else []
    return [*deltas, Answer(RawText(text), Provenance("scripted", created_at=1.0))]


@pytest.fixture(params=["gemini", "scripted"])
def engine(request: pytest.FixtureRequest, gemini: Gemini, server: GeminiServer) -> Engine:
    server.queue.clear()
    return gemini.engine if request.param == "gemini" else ScriptedEngine(_steps)


async def test_an_explanation_is_text_and_then_one_answer(engine: Engine) -> None:
    parts = [part async for part in engine.ask(EXPLAIN)]
    assert [type(part) for part in parts] == [TextDelta] * (len(parts) - 1) + [Answer]
    assert len(parts) > 2


async def test_subtopics_are_one_answer_that_can_be_read(engine: Engine) -> None:
    request = Request(Task.SUBTOPICS, "Jazz")
    (answer,) = [part async for part in engine.ask(request)]
    assert isinstance(answer, Answer)
    assert answer.provenance.engine
    assert answer.provenance.created_at > 0
    assert isinstance(answer.content, RawText)
    content = parse(answer.content, request)
    assert isinstance(content, SubtopicList)
    assert len(content.items) == 15
    assert content.complete


async def test_an_engine_can_be_left_early_and_asked_again(engine: Engine) -> None:
    async with aclosing(engine.ask(EXPLAIN)) as parts:
        assert isinstance(await anext(parts), TextDelta)
    assert [part async for part in engine.ask(EXPLAIN)][-1]


async def test_nothing_is_asked_before_the_first_part_is_wanted(engine: Engine, server: GeminiServer) -> None:
    before = len(server.seen)
    await engine.ask(EXPLAIN).aclose()
    assert len(server.seen) == before


async def test_trouble_is_a_known_error(engine: Engine, server: GeminiServer) -> None:
    server.enqueue(unary(error(503, "UNAVAILABLE"), 503))
    with pytest.raises(ModelUnavailable):
        await anext(engine.ask(Request(Task.EXPLANATION, "trouble")))


async def test_a_list_that_was_cut_keeps_its_whole_items(gemini: Gemini, server: GeminiServer) -> None:
    request = Request(Task.SUBTOPICS, "Jazz")
    server.queue.clear()
    server.enqueue(stream(chunk(LIST_ANSWER[:150]), chunk(LIST_ANSWER[150:300], finish="MAX_TOKENS")))
    (answer,) = [part async for part in gemini.engine.ask(request)]
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, RawText)
    content = parse(answer.content, request)
    assert isinstance(content, SubtopicList)
    assert [item.title for item in content.items] == [f"Branch {n}" for n in range(1, 7)]
    assert not content.complete


# --- what comes of every reply -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("task", [Task.EXPLANATION, Task.SUBTOPICS])
async def test_every_shape_of_reply(gemini: Gemini, server: GeminiServer, name: str, task: Task) -> None:
    gemini.point_at(server.case_url(name))
    before = len(server.seen)
    assert await outcome(gemini.engine, Request(task, "Jazz")) == ANSWERS[name][1]
    assert len(server.seen) == before + 1


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (name, "ModelUnavailable" if name == "error_mid_stream" else wanted)
        for name, (reply, wanted) in ANSWERS.items()
        if reply.status != 200 and wanted != "ModelNotFound"
    ],
)
async def test_every_error_while_the_key_is_tested(
    gemini: Gemini, server: GeminiServer, name: str, wanted: str
) -> None:
    gemini.point_at(server.case_url(name))
    before = len(server.seen)
    assert await outcome(gemini.engine, Request(Task.TEST_KEY)) == wanted
    assert len(server.seen) == before + 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(content_type="text/html", chunks=(b"<html>",)),
        unary([1]),
        unary({"models": 5}),
        unary(7),
        stream(cut=0),
    ],
    ids=["html", "list", "wrong type", "number", "cut"],
)
async def test_junk_in_place_of_the_models(gemini: Gemini, server: GeminiServer, reply: Reply) -> None:
    server.cases["junk"] = reply
    gemini.point_at(server.case_url("junk"))
    assert await outcome(gemini.engine, Request(Task.LIST_MODELS)) in {"InvalidReply", "Offline", "0 models"}


@pytest.mark.parametrize("split", [0, 97])
async def test_every_recording_is_read_or_becomes_the_known_error(
    gemini: Gemini, server: GeminiServer, split: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = recordings()
    assert bool(found) == recordings_folder().is_dir()
    wrong: dict[str, str] = {}
    read: list[str] = []
    before = len(server.seen)
    for each in found:
        if split and len(b"".join(each.reply.chunks)) > 50_000:
            continue
        server.cases[each.name] = Reply(**{**vars(each.reply), "split": split})
        gemini.point_at(server.case_url(each.name))
        got = await outcome(gemini.engine, _request(each))
        known = got if hasattr(errors, got) else "text"
        if known != WANTED_OF.get(each.name, "text"):
            wrong[each.name] = got[:60]
        read.append(f"{each.name}: {known}")
    foreign = [each.name for each in found if each.foreign]
    with capsys.disabled():
        if found and not split:
            texts = sum(line.endswith(": text") for line in read)
            print(f"\nrecordings: {texts} read, {len(read) - texts} known errors, of {len(found)}")
            print(f"methods without a task (replayed as junk): {', '.join(foreign)}")
    assert wrong == {}
    # The recorded list of models names a second page, which is the same one here.
    lists = sum(each.category == "models" for each in found)
    assert len(server.seen) - before == len(read) + lists


def _request(recording: Recording) -> Request:
    return Request(Task.LIST_MODELS) if recording.category == "models" else EXPLAIN
