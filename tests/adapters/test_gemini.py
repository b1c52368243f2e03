from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from knowalledge_desktop.adapters.gemini import MAX_PAGES, PAGE_SIZE, GeminiEngine, thinking
from knowalledge_desktop.core.content import ClaimState, Provenance, Source, Usage
from knowalledge_desktop.core.errors import KeyMalformed, KeyMissing, TimedOut, UserInputError
from knowalledge_desktop.core.parsing import parse
from knowalledge_desktop.core.payload import ExplanationText, ModelInfo, ModelList, RawText, Support
from knowalledge_desktop.core.request import Answer, Options, Part, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Safety, Settings
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.gemini_cases import MODELS, Reply, chunk, event, stream, unary
from tests.support.gemini_guard import nothing_blocks
from tests.support.gemini_server import GeminiServer, Seen, key_hash

__all__ = ["nothing_blocks"]

KEY = "AIzaSy-planted-0123456789abcdefghijklmn"
EXPLAIN = Request(Task.EXPLANATION, "Jazz", options=Options(language="fr"))
BRANCHES = Request(Task.SUBTOPICS, "Jazz")


class Wired:
    """An engine and the server it talks to."""

    def __init__(self, server: GeminiServer) -> None:
        self.server = server
        self.settings = Settings(base_url=server.url, timeout_s=20.0)
        self.secrets = MemorySecrets(KEY)
        self.clock = FakeClock()
        self.engine = GeminiEngine(self.secrets, lambda: self.settings, self.clock)

    def use(self, **changes: Any) -> None:
        self.settings = replace(self.settings, **changes)

    async def ask(self, request: Request, *replies: Reply) -> list[Part]:
        self.server.enqueue(*replies)
        return [part async for part in self.engine.ask(request)]

    async def answer(self, request: Request, *replies: Reply) -> Answer:
        last = (await self.ask(request, *replies))[-1]
        assert isinstance(last, Answer)
        return last

    @property
    def last(self) -> Seen:
        return self.server.seen[-1]


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture
async def wired(server: GeminiServer) -> Any:
    wired = Wired(server)
    yield wired
    await wired.engine.aclose()


async def hung_up(seen: Seen) -> bool:
    return await asyncio.to_thread(seen.hung_up.wait, 5)


# --- what is sent --------------------------------------------------------------------------------------------


async def test_subtopics_are_asked_for_by_schema_in_one_stream(wired: Wired) -> None:
    parts = await wired.ask(BRANCHES)
    assert len(parts) == 1
    assert len(wired.server.seen) == 1
    seen = wired.last
    assert seen.path == "/v1beta/models/gemini-3.5-flash-lite:streamGenerateContent?alt=sse"
    assert seen.key == key_hash(KEY)
    assert seen.headers["x-server-timeout"] == "20"
    settings = seen.body["generationConfig"]
    assert settings["responseMimeType"] == "application/json"
    assert settings["responseJsonSchema"]["properties"]["subtopics"]["maxItems"] == 15
    assert settings["thinkingConfig"] == {"thinking_level": "MINIMAL"}
    assert settings["maxOutputTokens"] == 4800
    assert set(settings) == {"responseMimeType", "responseJsonSchema", "thinkingConfig", "maxOutputTokens"}
    assert "tools" not in seen.body
    assert "exactly 15 subtopics" in seen.body["systemInstruction"]["parts"][0]["text"]
    assert '"topic": "Jazz"' in seen.body["contents"][0]["parts"][0]["text"]


async def test_an_explanation_is_asked_for_as_text_and_streamed(wired: Wired) -> None:
    parts = await wired.ask(EXPLAIN)
    assert "responseMimeType" not in wired.last.body["generationConfig"]
    answer = parts[-1]
    assert isinstance(answer, Answer)
    assert isinstance(answer.content, RawText)
    texts = [part.text for part in parts[:-1] if isinstance(part, TextDelta)]
    assert len(texts) == len(parts) - 1 > 10
    assert "".join(texts) == answer.content.text


async def test_text_comes_before_the_answer_is_whole(wired: Wired) -> None:
    wired.server.enqueue(stream(chunk("first"), hang=True))
    async with aclosing(wired.engine.ask(EXPLAIN)) as parts:
        assert await anext(parts) == TextDelta("first")
        assert not wired.last.answered.is_set()


async def test_the_requests_model_goes_before_the_settings(wired: Wired) -> None:
    await wired.ask(replace(EXPLAIN, model="gemini-3.8-flash"))
    assert "/models/gemini-3.8-flash:" in wired.last.path
    assert wired.last.body["generationConfig"]["thinkingConfig"] == {"thinking_level": "LOW"}


async def test_a_gateway_with_a_path_and_another_version(wired: Wired) -> None:
    wired.use(base_url=wired.server.case_url("text") + "/", api_version="v1")
    await wired.ask(EXPLAIN)
    assert wired.last.path.startswith("/case/text/v1/models/gemini-3.5-flash-lite:")


@pytest.mark.parametrize(
    ("model", "level", "budget"),
    [
        ("gemini-3.5-flash-lite", "MINIMAL", None),
        ("models/gemini-3.1-flash-lite", "MINIMAL", None),
        ("gemini-3.8-flash", "LOW", None),
        ("gemini-4-argon", "LOW", None),
        ("gemini-2.5-flash-lite", "", 0),
        ("gemini-2.5-flash", "", None),
        ("gemini-3.1-flash-image", "", None),
        ("gemini-nano-banana-2.1", "", None),
        ("gemini-flash-lite-latest", "", None),
        ("gemma-4-27b", "", None),
    ],
)
def test_models_think_as_little_as_they_can(model: str, level: str, budget: int | None) -> None:
    assert thinking(model) == (level, budget)


@pytest.mark.parametrize("model", ["", "../secret", "a b", "models/x/y", "m?key=1", "m:verb", "é"])
async def test_a_name_that_is_no_model_is_not_sent(wired: Wired, model: str) -> None:
    wired.use(text_model=model)
    with pytest.raises(UserInputError):
        await wired.ask(EXPLAIN)
    assert wired.server.seen == []


# --- what comes back -----------------------------------------------------------------------------------------


async def test_provenance_and_usage_are_what_the_service_said(wired: Wired) -> None:
    wired.use(base_url=wired.server.case_url("thoughts_hidden"))
    answer = await wired.answer(EXPLAIN)
    usage = Usage(prompt_tokens=5, output_tokens=41, thought_tokens=238)
    assert answer.usage == usage
    assert answer.provenance == Provenance(
        engine="gemini",
        model="gemini-made-up-1",
        prompt="explanation@1",
        created_at=wired.clock.now(),
        language="fr",
        parameters=(("level", "high-school"), ("detail", "medium"), ("style", "general")),
        usage=usage,
    )


async def test_sources_come_from_grounding_as_they_are(wired: Wired) -> None:
    wired.use(base_url=wired.server.case_url("grounded"))
    answer = await wired.answer(EXPLAIN)
    assert isinstance(answer.content, RawText)
    assert answer.content.sources == (
        Source("A", "https://example.org/a"),
        Source("https://example.org/b", "https://example.org/b"),
    )


async def test_a_grounded_text_may_search_and_its_supports_are_counted_in_bytes(wired: Wired) -> None:
    text = "Café culture began early. Jazz came later."
    first, second = "https://search.example/a", "https://search.example/b"
    end = len("Café culture began early.".encode())
    grounding = {
        "groundingChunks": [{"web": {"uri": first, "title": "A"}}, {"web": {"uri": second, "title": "B"}}],
        "groundingSupports": [
            {"segment": {"endIndex": end}, "groundingChunkIndices": [0, 1, 7]},
            {"segment": {"startIndex": end + 1, "endIndex": len(text.encode())}, "groundingChunkIndices": [1]},
            {"segment": {"startIndex": 3, "endIndex": 9}},
        ],
    }
    reply = stream(chunk(text), chunk("", finish="STOP", candidate={"groundingMetadata": grounding}))
    request = replace(EXPLAIN, options=replace(EXPLAIN.options, grounded=True))
    raw = (await wired.answer(request, reply)).content
    assert wired.last.body["tools"] == [{"googleSearch": {}}]
    assert isinstance(raw, RawText)
    assert raw.supports == (Support("Café culture began early.", (0, 1)), Support("Jazz came later.", (1,)))
    parsed = parse(raw, request)
    assert isinstance(parsed, ExplanationText)
    assert [(claim.state, claim.sources) for claim in parsed.claims] == [
        (ClaimState.SUPPORTED, (0, 1)),
        (ClaimState.SUPPORTED, (1,)),
    ]


async def test_only_texts_that_were_asked_for_so_are_grounded(wired: Wired) -> None:
    await wired.ask(replace(BRANCHES, options=Options(grounded=True)))
    await wired.ask(EXPLAIN)
    assert all("tools" not in seen.body for seen in wired.server.seen)


async def test_the_threshold_for_harm_is_sent_only_when_it_was_set(wired: Wired) -> None:
    await wired.ask(EXPLAIN)
    assert "safetySettings" not in wired.last.body
    wired.use(safety=Safety.FEW)
    await wired.ask(EXPLAIN)
    told = wired.last.body["safetySettings"]
    assert {each["threshold"] for each in told} == {"BLOCK_ONLY_HIGH"}
    assert len({each["category"] for each in told}) == 4


@pytest.mark.parametrize("case", ["max_tokens", "continuation", "unknown_finish", "no_end"])
async def test_an_answer_that_did_not_end_by_itself_is_truncated(wired: Wired, case: str) -> None:
    wired.use(base_url=wired.server.case_url(case))
    answer = await wired.answer(EXPLAIN)
    assert isinstance(answer.content, RawText)
    assert answer.content.truncated
    assert len(wired.server.seen) == 1


async def test_an_answer_without_end_is_refused(wired: Wired) -> None:
    from knowalledge_desktop.core.errors import InvalidReply

    with pytest.raises(InvalidReply, match="too long"):
        await wired.ask(EXPLAIN, Reply(chunks=(event(chunk("x" * 600_000)),) * 3))


# --- models and the key --------------------------------------------------------------------------------------


async def test_the_list_of_models(wired: Wired) -> None:
    wired.use(base_url=wired.server.case_url("missing"))
    wired.server.cases["missing"] = replace(MODELS, chunks=(MODELS.chunks[0].replace(b"nextPageToken", b"x"),))
    answer = await wired.answer(Request(Task.LIST_MODELS))
    assert answer.content == ModelList(
        (
            ModelInfo("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", ("generateContent", "countTokens")),
            ModelInfo("gemini-embedding-2", "", ("embedContent",)),
        )
    )
    assert [seen.path for seen in wired.server.seen] == [f"/case/missing/v1beta/models?pageSize={PAGE_SIZE}"]


async def test_a_list_that_never_ends_is_left(wired: Wired) -> None:
    pages = [unary({"models": [{"name": f"models/m{n}"}], "nextPageToken": f"p{n}"}) for n in range(9)]
    answer = await wired.answer(Request(Task.LIST_MODELS), *pages)
    assert answer.content == ModelList(tuple(ModelInfo(f"m{n}") for n in range(MAX_PAGES)))
    assert len(wired.server.seen) == MAX_PAGES


async def test_a_list_that_repeats_its_page_is_left(wired: Wired) -> None:
    await wired.ask(Request(Task.LIST_MODELS))
    assert len(wired.server.seen) == 2


async def test_testing_the_key_is_one_small_request(wired: Wired) -> None:
    answer = await wired.answer(Request(Task.TEST_KEY))
    assert isinstance(answer.content, ModelList)
    assert [seen.path for seen in wired.server.seen] == ["/v1beta/models?pageSize=1"]
    assert (answer.provenance.engine, answer.provenance.prompt) == ("gemini", "")


async def test_no_key_and_no_possible_key_send_nothing(wired: Wired) -> None:
    for key, expected in ((None, KeyMissing), ("with\nbreak-0123", KeyMalformed)):
        wired.secrets.key = key
        with pytest.raises(expected):
            await wired.ask(EXPLAIN)
    assert wired.server.seen == []


# --- connections ---------------------------------------------------------------------------------------------


async def test_one_client_for_many_questions_and_another_for_another_key(wired: Wired) -> None:
    await asyncio.gather(*(wired.ask(EXPLAIN) for _ in range(8)))
    first = wired.engine._links._link
    await wired.ask(BRANCHES)
    assert wired.engine._links._link is first
    wired.secrets.key = "another-key-0123"
    await wired.ask(EXPLAIN)
    assert wired.engine._links._link is not first
    assert wired.last.key == key_hash("another-key-0123")
    assert first is not None
    assert first.http.is_closed
    assert first.responses == {}
    assert len(wired.server.seen) == 10


async def test_a_new_key_does_not_break_the_answer_that_is_coming(wired: Wired) -> None:
    wired.server.enqueue(stream(chunk("a"), chunk("b", finish="STOP"), gap_s=0.1))
    async with aclosing(wired.engine.ask(EXPLAIN)) as parts:
        assert await anext(parts) == TextDelta("a")
        first = wired.engine._links._link
        wired.secrets.key = "another-key-0123"
        await wired.ask(EXPLAIN)
        rest = [part async for part in parts]
    assert rest[0] == TextDelta("b")
    assert isinstance(rest[1], Answer)
    assert first is not None
    assert first.http.is_closed


async def test_the_transport_is_the_one_that_was_measured(wired: Wired) -> None:
    import httpx2

    await wired.ask(EXPLAIN)
    link = wired.engine._links._link
    assert link is not None
    assert type(link.http) is httpx2.AsyncClient
    assert not link.http.follow_redirects
    assert not link.client._api_client._use_aiohttp()
    assert "aiohttp" not in sys.modules


async def test_closing_early_hangs_up(wired: Wired) -> None:
    wired.server.enqueue(stream(chunk("a"), chunk("b"), hang=True))
    async with aclosing(wired.engine.ask(EXPLAIN)) as parts:
        await anext(parts)
    assert await hung_up(wired.last)


async def test_closing_early_hangs_up_on_a_loop_that_does_not_look_after_generators(wired: Wired) -> None:
    # Qt's loop is one: what is left to the garbage collector is never finished there.
    wired.server.enqueue(stream(chunk("a"), chunk("b"), hang=True))
    await wired.engine.warm_up()
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        async with aclosing(wired.engine.ask(EXPLAIN)) as parts:
            await anext(parts)
    finally:
        sys.set_asyncgen_hooks(*hooks)
    assert await hung_up(wired.last)
    assert isinstance((await wired.ask(EXPLAIN))[-1], Answer)


@pytest.mark.parametrize("reply", [stream(chunk("a"), hang=True), stream(first_s=20.0)], ids=["midway", "before"])
async def test_cancelling_is_silent_and_hangs_up(wired: Wired, reply: Reply) -> None:
    wired.server.enqueue(reply)
    task = asyncio.create_task(wired.ask(EXPLAIN))
    await asyncio.to_thread(wired.server.came.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await hung_up(wired.last)
    assert isinstance((await wired.ask(EXPLAIN))[-1], Answer)


@pytest.mark.parametrize(
    "reply",
    [
        stream(first_s=20.0),
        stream(chunk("a"), hang=True),
        stream(*[chunk("a")] * 400, gap_s=0.05),
    ],
    ids=["no head", "stuck midway", "a drop at a time"],
)
async def test_the_time_limit_is_for_the_whole_answer(wired: Wired, reply: Reply) -> None:
    await wired.engine.warm_up()
    wired.use(timeout_s=0.3)
    with pytest.raises(TimedOut):
        await wired.ask(EXPLAIN, reply)
    assert await hung_up(wired.last)
    assert len(wired.server.seen) == 1


def test_the_sdk_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, knowalledge_desktop.adapters.gemini; "
        "print([name for name in ('google.genai', 'httpx2', 'pydantic') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


async def test_warming_up_does_not_hold_the_loop(wired: Wired) -> None:
    await wired.engine.warm_up()
    assert "google.genai" in sys.modules
    assert wired.server.seen == []
