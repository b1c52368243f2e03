"""Counting tokens on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import InvalidReply, ModelNotFound, RequestRejected, TimedOut
from knowalledge_desktop.core.payload import Content, TokenCount
from knowalledge_desktop.core.quota_rules import estimate_tokens
from knowalledge_desktop.core.request import Answer, Request, Task
from knowalledge_desktop.core.settings import DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL, Settings
from knowalledge_desktop.prompts.render import render
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.gemini_cases import Reply, error, unary
from tests.support.gemini_guard import nothing_blocks
from tests.support.gemini_server import GeminiServer

__all__ = ["nothing_blocks"]

EXPLAIN = Request(Task.EXPLANATION, "Jazz")
PICTURE = Request(Task.IMAGE_TOPIC, image=Picture.of("image/png", b"\x89PNG-made-up", 10, 10))


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture
async def engine(server: GeminiServer) -> AsyncIterator[GeminiEngine]:
    settings = Settings(base_url=server.url, timeout_s=0.5)
    made = GeminiEngine(MemorySecrets("AIzaSy-planted-0123456789abcdefghijklmn"), lambda: settings, FakeClock())
    yield made
    await made.aclose()


async def counted(engine: GeminiEngine, server: GeminiServer, reply: Reply, of: Request | None) -> Content:
    server.enqueue(reply)
    async with aclosing(engine.ask(Request(Task.COUNT_TOKENS, of=of))) as parts:
        found = [part async for part in parts]
    (answer,) = found
    assert isinstance(answer, Answer)
    return answer.content


@pytest.mark.parametrize("of", [EXPLAIN, PICTURE], ids=["text", "picture"])
async def test_what_is_sent_is_counted_and_the_rest_is_estimated(
    engine: GeminiEngine, server: GeminiServer, of: Request
) -> None:
    prompt = render(of)
    content = await counted(engine, server, unary({"totalTokens": 1234}), of)
    assert isinstance(content, TokenCount)
    assert content.tokens >= 1234 + estimate_tokens(prompt.system)
    (seen,) = server.seen
    assert seen.path.endswith(f"/models/{DEFAULT_TEXT_MODEL}:countTokens")
    assert set(seen.body) == {"contents"}
    *pictures, words = seen.body["contents"][0]["parts"]
    assert words == {"text": prompt.user}
    assert len(pictures) == (1 if of.image else 0)


async def test_the_model_is_the_one_that_will_be_asked(engine: GeminiEngine, server: GeminiServer) -> None:
    await counted(engine, server, unary({"totalTokens": 5}), Request(Task.ILLUSTRATION, "Jazz"))
    assert f"/{DEFAULT_IMAGE_MODEL}:countTokens" in server.seen[0].path


@pytest.mark.parametrize(
    ("reply", "known"),
    [
        (unary({}), InvalidReply),
        (unary({"totalTokens": 0}), InvalidReply),
        (unary({"totalTokens": "many"}), InvalidReply),
        (unary([1]), InvalidReply),
        (unary(error(404, "NOT_FOUND"), 404), ModelNotFound),
        (Reply(hang=True), TimedOut),
    ],
    ids=["empty", "nothing", "words", "list", "no such model", "silence"],
)
async def test_what_is_no_count_is_a_known_error(
    engine: GeminiEngine, server: GeminiServer, reply: Reply, known: type[Exception]
) -> None:
    with pytest.raises(known):
        await counted(engine, server, reply, EXPLAIN)
    assert len(server.seen) == 1


async def test_nothing_is_sent_when_there_is_nothing_to_count(engine: GeminiEngine, server: GeminiServer) -> None:
    with pytest.raises(RequestRejected):
        await counted(engine, server, unary({"totalTokens": 5}), None)
    assert server.seen == []
