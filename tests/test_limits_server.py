"""The simulated service with hidden limits counts exactly, and speaks as the real one does."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from knowalledge_desktop.adapters.gemini import GeminiEngine
from knowalledge_desktop.adapters.gemini_errors import Failure, from_failure
from knowalledge_desktop.core.errors import ContentBlocked, ModelUnavailable, Offline, QuotaExhausted
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.payload import ModelList, RawText
from knowalledge_desktop.core.quota_rules import estimate_tokens, metric_of
from knowalledge_desktop.core.request import Answer, Detail, Options, Part, Request, Task, TextDelta
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.prompts.render import render
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.limits_answers import IMAGE_MODEL, TEXT_MODEL, Violation, refusal
from tests.support.limits_client import post, question
from tests.support.limits_count import (
    PACIFIC,
    Entry,
    HiddenLimits,
    Measure,
    Meter,
    day_ends,
    mean_latency,
    read_log,
    refusals,
    served,
    utilisation,
    worst_day,
    worst_window,
)
from tests.support.limits_server import REFUSE_MARK, LimitsServer
from tests.support.limits_words import prompt_tokens, tokens_of

NOON = datetime(2026, 11, 22, 12, tzinfo=PACIFIC).timestamp()


def entry(at: float, tokens: int = 0, model: str = "m", *, charged: bool = True, images: int = 0) -> Entry:
    return Entry(0, at, "generateContent", model, tokens, images, charged)


# --- counting -----------------------------------------------------------------------------------------------

# Quarters of a second, so that many gaps are exactly a window long.
times = st.lists(st.integers(0, 120).map(lambda quarter: quarter / 4), max_size=40).map(sorted)


@given(times, st.lists(st.integers(0, 30), min_size=40, max_size=40), st.data())
def test_admission_agrees_with_counting_everything_again(
    arrivals: list[float], tokens: list[int], data: st.DataObject
) -> None:
    limits = HiddenLimits(*(data.draw(st.none() | st.integers(0, most)) for most in (6, 90, 12, 200, 4)))
    meter = Meter(minute_s=5.0, day_s=11.0)
    admitted: list[tuple[float, int, int]] = []
    for at, size in zip(arrivals, tokens, strict=False):
        images = size % 2
        recent = [each for each in admitted if at - each[0] < 5.0]
        today = [each for each in admitted if each[0] // 11 == at // 11]
        would = {
            "rpm": len(recent) + 1,
            "tpm": sum(each[1] for each in recent) + size,
            "ipm": (sum(each[2] for each in recent) + 1) * images,
            "rpd": len(today) + 1,
            "tpd": sum(each[1] for each in today) + size,
        }
        limit = {name: getattr(limits, name) for name in would}
        over = {name for name, value in would.items() if limit[name] is not None and value > limit[name]}
        assert set(meter.arrive(limits, at, size, images)) == over
        if not over:
            admitted.append((at, size, images))


def plain_worst(log: Sequence[Entry], seconds: float, measure: Measure) -> int:
    """The definition in its plainest words."""
    worst = 0
    for first in log:
        here = [e for e in log if e.model == first.model and first.at <= e.at and e.at - first.at < seconds]
        worst = max(worst, sum(e.amount(measure) for e in here))
    return worst


@given(
    st.lists(
        st.builds(entry, st.integers(0, 60).map(float), st.integers(0, 9), st.sampled_from("ab")), max_size=30
    ),
    st.integers(1, 20),
)
def test_the_worst_window_agrees_with_the_definition(log: list[Entry], seconds: int) -> None:
    for measure in ("requests", "tokens"):
        assert worst_window(log, seconds, measure) == plain_worst(log, seconds, measure)


@given(times, st.integers(0, 20).map(lambda quarter: quarter / 4))
def test_no_fixed_minute_holds_more_than_the_worst_window(arrivals: list[float], phase: float) -> None:
    minutes = [(at - phase) // 5 for at in arrivals]
    fullest = max((minutes.count(each) for each in minutes), default=0)
    assert fullest <= worst_window([entry(at) for at in arrivals], 5.0)


@given(times, st.integers(1, 5))
def test_a_refused_request_is_told_the_moment_it_fits(arrivals: list[float], rpm: int) -> None:
    meter, limits = Meter(minute_s=5.0), HiddenLimits(rpm=rpm)
    for at in arrivals:
        if meter.arrive(limits, NOON + at, 1, 0):
            frees = meter.frees(limits, "rpm", NOON + at, 1)
            assert frees > NOON + at
            admitted = [each[0] for each in meter._recent]
            assert len([each for each in admitted if frees - each < 5.0]) < rpm
            assert len([each for each in admitted if frees - 0.25 - each < 5.0]) >= rpm


def test_tokens_free_when_enough_of_them_have_gone() -> None:
    meter, limits = Meter(), HiddenLimits(tpm=100)
    for at, tokens in ((0, 50), (10, 30), (20, 20)):
        assert meter.arrive(limits, NOON + at, tokens, 0) == ()
    assert meter.arrive(limits, NOON + 30, 60, 0) == ("tpm",)
    assert meter.frees(limits, "tpm", NOON + 30, 60) == NOON + 70
    assert meter.frees(limits, "tpm", NOON + 30, 101) == NOON + 90  # never fits


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-22", 24)])
def test_a_day_is_a_pacific_day(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=PACIFIC).timestamp()
    assert day_ends(midnight) - midnight == hours * 3600
    meter, limits = Meter(), HiddenLimits(rpd=1)
    ends = day_ends(midnight)
    came = (midnight - 1, midnight, ends - 1, ends)
    assert [bool(meter.arrive(limits, at, 1, 0)) for at in came] == [False, False, True, False]
    assert worst_day([entry(at) for at in came]) == 2


def test_use_is_whole_when_every_request_comes_a_minute_after_the_one_a_limit_before() -> None:
    limits = HiddenLimits(rpm=3)
    perfect = [entry(60.0 * minute + n) for minute in range(4) for n in range(3)]
    found = utilisation(perfect, limits, 0.0)
    assert (found.share, found.ceiling, found.of_ceiling) == (1.0, 1.0, 1.0)
    slow = [entry(75.0 * minute + n) for minute in range(4) for n in range(3)]
    found = utilisation(slow, limits, 15.0)
    assert (found.share, found.of_ceiling) == (0.8, 1.0)
    with pytest.raises(ValueError, match="5 requests"):
        utilisation(slow[:5], limits, 15.0)


# --- bodies through the adapter -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "metric"), [("rpm", Metric.RPM), ("tpm", Metric.TPM), ("rpd", Metric.RPD), ("tpd", Metric.TPD)]
)
@pytest.mark.parametrize("limit", [20, None])
def test_a_429_says_which_limit_and_when(name: str, metric: Metric, limit: int | None) -> None:
    body = refusal([Violation(name, limit)], TEXT_MODEL, 12.5)
    found = from_failure(Failure(429, body, "", TEXT_MODEL, NOON))
    assert isinstance(found, QuotaExhausted)
    assert metric_of(found.quota_id, wait_s=None) is metric
    assert found.limit == limit
    assert found.until == (day_ends(NOON) if name in {"rpd", "tpd"} else NOON + 12.5)


def test_images_a_minute_have_a_name_of_their_own() -> None:
    found = from_failure(Failure(429, refusal([Violation("ipm", 2)], IMAGE_MODEL, 60.0), "", IMAGE_MODEL, NOON))
    assert isinstance(found, QuotaExhausted)
    assert metric_of(found.quota_id, wait_s=60.0) is Metric.IPM


@given(st.text(max_size=200))
def test_a_text_has_no_more_tokens_than_the_program_reckons(text: str) -> None:
    assert tokens_of(text) <= estimate_tokens(text)


# --- the server through the engine --------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[LimitsServer]:
    with LimitsServer(HiddenLimits(), latency=(0.0, 0.01)) as server:
        yield server


class Asker:
    """An engine that talks to the simulator."""

    def __init__(self, server: LimitsServer) -> None:
        self.clock = FakeClock(NOON)
        settings = Settings(base_url=server.url, timeout_s=20.0)
        self.engine = GeminiEngine(
            MemorySecrets("AIzaSy-planted-0123456789abcdefghijklmn"), lambda: settings, self.clock
        )

    async def parts(self, request: Request) -> list[Part]:
        async with aclosing(self.engine.ask(request)) as parts:
            return [part async for part in parts]

    async def answer(self, request: Request) -> Answer:
        last = (await self.parts(request))[-1]
        assert isinstance(last, Answer)
        return last


async def asked(server: LimitsServer, request: Request) -> list[Part]:
    asker = Asker(server)
    try:
        return await asker.parts(request)
    finally:
        await asker.engine.aclose()


async def test_subtopics_come_in_the_asked_shape(server: LimitsServer) -> None:
    request = Request(Task.SUBTOPICS, "Jazz", siblings=("History of Jazz",), options=Options(count=12))
    last = (await asked(server, request))[-1]
    assert isinstance(last, Answer)
    assert isinstance(last.content, RawText)
    titles = [each["title"] for each in json.loads(last.content.text)["subtopics"]]
    assert len(set(titles)) == 12
    assert "History of Jazz" not in titles
    [seen] = server.log
    assert (seen.topic, seen.model, seen.admitted, seen.complete) == ("Jazz", TEXT_MODEL, True, True)
    prompt = render(request)
    assert last.usage.prompt_tokens == seen.tokens == tokens_of(f"{prompt.system}\n{prompt.user}")
    assert seen.tokens <= estimate_tokens(prompt.system) + estimate_tokens(prompt.user)


async def test_an_explanation_streams_and_has_the_asked_length(server: LimitsServer) -> None:
    parts = await asked(server, Request(Task.EXPLANATION, "Jazz", options=Options(detail=Detail.DETAILED)))
    texts = [part.text for part in parts if isinstance(part, TextDelta)]
    assert len(texts) > 2
    assert 280 <= len("".join(texts).split()) <= 340


async def test_models_and_token_counts_are_free(server: LimitsServer) -> None:
    server.limits = HiddenLimits(rpm=0)
    last = (await asked(server, Request(Task.LIST_MODELS)))[-1]
    assert isinstance(last, Answer)
    assert isinstance(last.content, ModelList)
    assert TEXT_MODEL in {model.name for model in last.content.items}
    body = question("Jazz")
    assert await post(server.url, body, method="countTokens") == (
        200,
        {
            "totalTokens": prompt_tokens(body),
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt_tokens(body)}],
        },
    )
    assert served(server.log) == refusals(server.log) == []
    assert worst_window(server.log, 60.0) == 0


async def test_an_image_model_gives_a_picture_of_its_own_for_each_prompt(server: LimitsServer) -> None:
    pictures: list[bytes] = []
    for topic in ("Jazz", "Blues", "Jazz"):
        status, told = await post(server.url, question(topic), model=IMAGE_MODEL)
        assert status == 200
        [data] = [part["inlineData"] for part in told["candidates"][0]["content"]["parts"] if "inlineData" in part]
        assert data["mimeType"] == "image/png"
        pictures.append(base64.b64decode(data["data"]))
        image = QImage.fromData(pictures[-1])
        assert (image.format(), image.width(), image.height()) == (QImage.Format.Format_RGB32, 128, 128)
    assert pictures[0] == pictures[2] != pictures[1]
    assert [each.images for each in server.log] == [1, 1, 1]
    assert worst_window(server.log, 60.0, "images") == 3


async def test_a_declined_picture_has_a_reason_and_no_content(server: LimitsServer) -> None:
    _, told = await post(server.url, question(f"Jazz {REFUSE_MARK}"), model=IMAGE_MODEL)
    assert told["candidates"] == [{"content": {}, "index": 0, "finishReason": "IMAGE_SAFETY"}]
    with pytest.raises(ContentBlocked, match="SAFETY"):
        await asked(server, Request(Task.EXPLANATION, f"Jazz {REFUSE_MARK}"))


async def test_a_picture_sent_along_brings_candidates_in_the_asked_shape(server: LimitsServer) -> None:
    item = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "score": {"type": "number", "minimum": 0, "maximum": 1},
            "kind": {"type": "string", "enum": ["thing", "place"]},
        },
    }
    shape = {"type": "object", "properties": {"topics": {"type": "array", "maxItems": 5, "items": item}}}
    part = {"inlineData": {"mime_type": "image/png", "data": "aGVsbG8="}}
    body = {
        "contents": [{"role": "user", "parts": [{"text": "What is this?"}, part]}],
        "generationConfig": {"responseJsonSchema": shape},
    }
    _, told = await post(server.url, body)
    found = json.loads("".join(part["text"] for part in told["candidates"][0]["content"]["parts"]))["topics"]
    assert len({each["title"] for each in found}) == 5
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    assert all(0 <= each["score"] <= 1 and each["kind"] == "thing" for each in found)
    assert server.log[0].tokens > 1000


async def test_over_the_limit_the_engine_learns_which_and_until_when(server: LimitsServer) -> None:
    server.limits = {TEXT_MODEL: HiddenLimits(rpm=1), "*": HiddenLimits(rpm=0)}
    asker = Asker(server)
    request = Request(Task.EXPLANATION, "Jazz")
    await asker.answer(request)
    with pytest.raises(QuotaExhausted) as caught:
        await asker.answer(request)
    await asker.engine.aclose()
    assert caught.value.limit == 1
    assert "PerMinute" in caught.value.quota_id
    assert caught.value.until is not None
    assert 0 < caught.value.until - NOON <= 60
    first, second = server.log
    assert (first.admitted, second.violated, second.status) == (True, ("rpm",), 429)
    assert (served(server.log), refusals(server.log)) == ([first], [second])
    assert (await post(server.url, question("Jazz"), model="another"))[0] == 429


@pytest.mark.parametrize("bare", [True, False])
async def test_a_429_may_keep_its_reasons_to_itself(server: LimitsServer, bare: bool) -> None:
    server.limits, server.bare_429, server.with_quota_value = HiddenLimits(rpd=0), bare, False
    with pytest.raises(QuotaExhausted) as caught:
        await asked(server, Request(Task.EXPLANATION, "Jazz"))
    assert caught.value.limit is None
    assert caught.value.until == (None if bare else day_ends(NOON))
    assert ("PerDay" in caught.value.quota_id) is not bare


async def test_failures_and_broken_connections_come_when_ordered_and_count(server: LimitsServer) -> None:
    server.limits = HiddenLimits(rpm=3)
    asker = Asker(server)
    request = Request(Task.EXPLANATION, "Jazz")
    server.fail_next(503)
    server.drop_next()
    with pytest.raises(ModelUnavailable):
        await asker.answer(request)
    with pytest.raises(Offline):
        await asker.answer(request)
    await asker.answer(request)
    with pytest.raises(QuotaExhausted):
        await asker.answer(request)
    await asker.engine.aclose()
    await asyncio.to_thread(server.wait_until_idle)
    assert [each.status for each in server.log] == [503, 200, 200, 429]
    assert [each.complete for each in server.log] == [True, False, True, True]


async def test_it_fails_until_it_is_mended(server: LimitsServer) -> None:
    server.failing = 503
    found = [(await post(server.url, question("Jazz")))[0] for _ in range(3)]
    server.failing = None
    found.append((await post(server.url, question("Jazz")))[0])
    await asyncio.to_thread(server.wait_for, 4)
    assert found == [503, 503, 503, 200]
    with pytest.raises(TimeoutError, match="4 of 5"):
        await asyncio.to_thread(server.wait_for, 5, 0.01)


async def test_a_clock_that_is_off_and_a_log_that_other_processes_read(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    clock = iter(range(1000))
    with LimitsServer(
        HiddenLimits(rpm=2),
        clock=lambda: float(next(clock)),
        clock_offset_s=NOON,
        latency=lambda entry: 0.0,
        token_factor=2.0,
        log_file=path,
    ) as server:
        answers = [await post(server.url, question(topic)) for topic in ("Jazz", "Blues", "Swing")]
    assert [status for status, _ in answers] == [200, 200, 429]
    assert [each.at - NOON for each in server.log] == [0, 2, 4]
    assert mean_latency(server.log) == 1
    assert server.log[0].tokens == 2 * prompt_tokens(question("Jazz"))
    assert read_log(path) == server.log
    with path.open("ab") as file:
        file.write(b'{"server": "being wri')
    assert read_log(path) == server.log


async def test_twenty_at_once_are_all_counted_before_any_is_answered(server: LimitsServer) -> None:
    server.limits, server.latency = HiddenLimits(rpm=7), (0.05, 0.1)
    found: list[tuple[int, Any]] = []

    async def one(number: int) -> None:
        found.append(await post(server.url, question(f"Topic {number}")))

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(one(number))
    assert sorted(status for status, _ in found) == [200] * 7 + [429] * 13
    assert (worst_window(server.log, 60.0), len(served(server.log))) == (20, 7)
    assert len({each.body for each in server.log}) == 20


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "tests.support.limits_server", "--rpm", "1", "--latency", "0", "--log", path]
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        answers = [asyncio.run(post(url, question("Jazz"))) for _ in range(2)]
        program.terminate()
    assert [status for status, _ in answers] == [200, 429]
    assert [each.violated for each in read_log(path)] == [(), ("rpm",)]
