"""What a command says while its request waits for its turn."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import Offline
from knowalledge_desktop.core.limit_words import waiting_line, when
from knowalledge_desktop.core.request import Queued, Request, Task, TextDelta
from tests.support.cli_services import Bench, Outcome, command, console

ASK = Request(Task.SUBTOPICS, "Jazz")
NOW = 1_800_000_000.0


def line(*states: Queued) -> str:
    def told(until: float) -> str:
        return when(until, NOW, lambda until: f"<{until - NOW:.0f}>")

    return waiting_line([(ASK, state) for state in states], told)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (
            Queued(2, "gemini-x", "rpm", NOW + 22.3),
            "Waiting: requests per minute of gemini-x, free in 23 s, number 2 in line",
        ),
        (
            Queued(1, "gemini-x", "tpd", NOW + 500),
            "Waiting: input tokens per day of gemini-x, free at <500>, number 1 in line",
        ),
        (
            Queued(1, "gemini-x", "ipm", NOW - 3),
            "Waiting: images per minute of gemini-x, free in 1 s, number 1 in line",
        ),
        (Queued(3, "gemini-x"), "Waiting: others are asked first of gemini-x, number 3 in line"),
    ],
)
def test_the_reason_the_time_and_the_place(state: Queued, text: str) -> None:
    assert line(state) == text


def test_of_several_the_first_is_told() -> None:
    assert line() == ""
    several = (Queued(2, "m", "rpm", NOW + 9), Queued(1, "m", "rpm", NOW + 5), Queued(3, "m", "rpm", NOW + 5))
    assert line(*several) == "Waiting: requests per minute of m, free in 5 s, 3 in line"


class Queue:
    """An engine's queue that a test moves on: one state a second, and the answer after the last."""

    def __init__(self, bench: Bench, *states: Queued | None) -> None:
        self.states = list(states)
        self.now: Queued | None = None
        self.ends = asyncio.Event()
        bench.engine.gate = self.ends
        bench.sleep = self.sleep
        bench.waiting = lambda: [(ASK, self.now)] if self.now else []
        self.clock = bench.clock

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.clock.advance(seconds)
        if self.states:
            self.now = self.states.pop(0)
            return
        self.ends.set()
        self.now = None
        await asyncio.Event().wait()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def passing(done: Outcome) -> list[str]:
    return [each for each in done.err.split("\r\x1b[K") if each]


def test_a_terminal_shows_the_wait_and_then_what_was_there(bench: Bench) -> None:
    until = bench.clock.now() + 24
    Queue(bench, None, Queued(2, "m", "rpm", until), Queued(1, "m", "rpm", until), None)
    done = command(bench, "explore", "Jazz", "--count", "2", at=console(terminal=True))
    assert done.code == 0
    assert passing(done)[:4] == [
        "Asking about Jazz …",
        "Waiting: requests per minute of m, free in 22 s, number 2 in line",
        "Waiting: requests per minute of m, free in 21 s, number 1 in line",
        "Asking about Jazz …",
    ]
    assert "Jazz 2" in done.out


def test_a_pipe_shows_nothing_of_a_short_wait(bench: Bench) -> None:
    Queue(bench, *[Queued(1, "m", "rpm", bench.clock.now() + 4)] * 4, None)
    done = command(bench, "explore", "Jazz", "--count", "2", "--json")
    assert "Waiting" not in done.err


def test_a_pipe_has_one_line_for_each_reason_of_a_long_wait(bench: Bench) -> None:
    now = bench.clock.now()
    minute, tokens = Queued(2, "m", "rpm", now + 60), Queued(1, "m", "tpm", now + 70)
    Queue(bench, *[minute] * 9, replace(minute, position=1), *[tokens] * 3, None, *[minute] * 5, None)
    done = command(bench, "explore", "Jazz", "--count", "2", "--json")
    assert done.code == 0
    assert json.loads(done.out)  # it stays a document
    assert [line for line in done.err.splitlines() if line.startswith("Waiting")] == [
        "Waiting: requests per minute of m, free in 55 s, number 2 in line.",
        "Waiting: input tokens per minute of m, free in 59 s, number 1 in line.",
        "Waiting: requests per minute of m, free in 41 s, number 2 in line.",
    ]


def test_an_error_after_a_wait_is_the_same_one_line(bench: Bench) -> None:
    bench.engine.troubles["Jazz"] = Offline()
    Queue(bench, Queued(1, "m", "rpm", bench.clock.now() + 5))
    done = command(bench, "explore", "Jazz", at=console(terminal=True))
    assert (done.code, done.out) == (6, "")
    assert done.err.splitlines()[-1].endswith("use the built-in Atlas meanwhile.")
    assert "Traceback" not in done.err


def test_a_mistake_of_the_program_stays_what_it_is(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.engine.troubles["Jazz"] = KeyError("a detail")
    with caplog.at_level(logging.ERROR):
        done = command(bench, "explore", "Jazz", at=console(terminal=True))
    assert done.code == 70
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [KeyError]
    assert "(KeyError)" in done.err


def test_text_that_is_being_written_is_not_wiped(bench: Bench) -> None:
    at = console(terminal=True)
    at.write("half a line")
    assert at.is_within_line
    at.write("")
    assert at.is_within_line
    at.out()
    assert not at.is_within_line
    half = console()
    half.write("half a line")
    assert not half.is_within_line
    bench.engine.plans["Jazz"] = [TextDelta("Bebop is"), Offline()]
    told: list[str] = []
    shown = console(terminal=True)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)
        told.append(shown.passing)

    bench.sleep = sleep
    bench.waiting = lambda: [(ASK, Queued(1, "m"))] if shown.is_within_line else []
    command(bench, "explain", "Jazz", at=shown)
    assert not any(each.startswith("Waiting") for each in told)
