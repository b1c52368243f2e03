from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.core.errors import AppError, Offline, RequestRejected
from knowalledge_desktop.core.request import Answer, Request, Task
from knowalledge_desktop.core.settings import Settings
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.gemini_cases import ANSWERS, Reply
from tests.support.gemini_guard import nothing_blocks
from tests.support.gemini_server import GeminiServer, key_hash

__all__ = ["nothing_blocks"]

KEY = "AIzaSy-planted-0123456789abcdefghijklmn"
EXPLAIN = Request(Task.EXPLANATION, "Jazz")
FAILING = [name for name, (_, wanted) in ANSWERS.items() if wanted.isidentifier() and wanted[0].isupper()]


@pytest.fixture(scope="module")
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


async def _ask(base_url: str, request: Request = EXPLAIN) -> list[Any]:
    engine = GeminiEngine(MemorySecrets(KEY), lambda: Settings(base_url=base_url, timeout_s=20.0), FakeClock())
    try:
        return [part async for part in engine.ask(request)]
    finally:
        await engine.aclose()


async def _error(base_url: str) -> AppError:
    try:
        await _ask(base_url)
    except AppError as error:
        return error
    raise AssertionError("no error")


@pytest.mark.parametrize("case", [*FAILING, "nobody there"])
async def test_the_key_is_in_no_error(server: GeminiServer, case: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        error = await _error("http://127.0.0.1:9" if case == "nobody there" else server.case_url(case))
    assert error.__cause__ is None
    assert error.__context__ is None
    formatted = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    for told in (str(error), repr(error), repr(vars(error)), "".join(formatted), caplog.text):
        assert KEY not in told
    assert KEY.encode() not in pickle.dumps(error)
    assert type(pickle.loads(pickle.dumps(error))) is type(error)  # noqa: S301  # our own


async def test_the_key_is_in_no_log_of_a_good_answer(
    server: GeminiServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        parts = await _ask(server.url)
    assert KEY not in caplog.text
    assert KEY not in repr(parts)
    assert server.seen[-1].key == key_hash(KEY)
    assert KEY not in server.seen[-1].path
    assert KEY not in repr(server.seen[-1].body)


@pytest.mark.parametrize("task", [Task.EXPLANATION, Task.SUBTOPICS, Task.LIST_MODELS, Task.TEST_KEY])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_the_key_does_not_follow_a_redirect(
    server: GeminiServer, elsewhere: GeminiServer, status: int, task: Task
) -> None:
    before = len(elsewhere.seen)
    server.cases["away"] = Reply(
        status=status, headers={"location": f"http://localhost:{elsewhere.port}/v1beta/x"}
    )
    with pytest.raises(RequestRejected, match="redirect"):
        await _ask(server.case_url("away"), Request(task, "Jazz"))
    assert len(elsewhere.seen) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_GEMINI_BASE_URL", "{elsewhere}"),
        ("GOOGLE_VERTEX_BASE_URL", "{elsewhere}"),
        ("GOOGLE_GENAI_USE_VERTEXAI", "true"),
        ("GOOGLE_GENAI_USE_ENTERPRISE", "true"),
        ("GOOGLE_API_KEY", "AIzaSy-of-someone-else"),
        ("GEMINI_API_KEY", "AIzaSy-of-someone-else"),
        ("GOOGLE_GENAI_API_VERSION", "v9"),
        ("GOOGLE_GENAI_HTTP_CLIENT", "httpx"),
        ("GOOGLE_CLOUD_PROJECT", "someones-project"),
        ("GOOGLE_CLOUD_LOCATION", "somewhere"),
        ("HTTP_PROXY", "{elsewhere}"),
        ("ALL_PROXY", "{elsewhere}"),
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTPS_PROXY", "not a proxy"),
    ],
)
async def test_the_environment_of_the_sdk_has_no_effect(
    server: GeminiServer, elsewhere: GeminiServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    before, away = len(server.seen), len(elsewhere.seen)
    monkeypatch.setenv(name, value.format(elsewhere=elsewhere.url))
    parts = await _ask(server.url)
    assert isinstance(parts[-1], Answer)
    assert len(elsewhere.seen) == away
    assert len(server.seen) == before + 1
    assert server.seen[-1].key == key_hash(KEY)
    assert server.seen[-1].path.startswith("/v1beta/models/gemini-3.5-flash-lite:")


async def test_nobody_there_is_offline() -> None:
    assert isinstance(await _error("http://127.0.0.1:9"), Offline)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("HTTPS_PROXY", "ftp://x"),
        ("HTTPS_PROXY", "http://[::1"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
        ("SSL_CERT_DIR", "/nowhere"),
    ],
)
async def test_ways_out_that_cannot_be_used_are_offline(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert isinstance(await _error("https://127.0.0.1:9"), Offline)


async def test_warming_up_leaves_trouble_to_the_first_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    engine = GeminiEngine(MemorySecrets(KEY), Settings, FakeClock())
    await engine.warm_up()
    with pytest.raises(Offline, match="SSL_CERT_FILE"):
        await anext(engine.ask(EXPLAIN))
    await engine.aclose()
