"""A batch under limits of the minute and the day: killed and started again, and done when it was said to be."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.jobs import ItemState, JobState
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.services.jobs import AT_ONCE
from tests.support.jobs_child import Terms, desk, planned
from tests.support.limits_count import HiddenLimits, day_name, refusals, worst_day, worst_window
from tests.support.limits_server import LimitsServer

ROOT = Path(__file__).resolve().parents[2]
MINUTE_S, RPM = 1.0, 10
BUSY_S = 1.0
"""What a busy machine may add at the end; next to nothing of the long run."""


@dataclass(frozen=True)
class Size:
    """So many topics and kills, and a day of `rpd` requests that ends after so many seconds."""

    topics: int
    kills: int
    rpd: int
    ends_after_s: float


SHORT, LONG = Size(24, 1, 16, 8.0), Size(60, 3, 42, 40.0)


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    return LONG if request.config.getoption("--long") else SHORT


def a_day_that_ends(after_s: float) -> float:
    """The length of days, counted from the epoch, of which one ends so many seconds from now."""
    end = time.time() + after_s
    return end / int(end / 120)


def start(home: Path, terms: Terms, job_id: str) -> subprocess.Popen[str]:
    words = ["--url", terms.url, "--minute", terms.minute_s, "--day", terms.day_s]
    words += ["--rpm", terms.limits.rpm, "--rpd", terms.limits.rpd]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.jobs_child", str(home), job_id, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_after(server: LimitsServer, process: subprocess.Popen[str], requests: int) -> None:
    server.wait_for(requests, 30.0)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)


def first_forecast(news: list[dict[str, Any]]) -> dict[str, Any]:
    """The first one after an answer of its own run."""
    return next(each for each in news if each.get("state") == "done" and each["ends_at"] is not None)


async def outcome(home: Path, terms: Terms, job_id: str) -> tuple[JobState, set[ItemState], int]:
    async with desk(home, terms) as at:
        [job] = await at.jobs.jobs()
        kept = await at.library.load(job.map_id)
        states = {item.state for item in await at.jobs.items(job_id)}
        return job.state, states, len({each.topic_id for each in kept.explanations.values()})


def test_each_item_comes_once_under_limits_through_kills_and_a_new_day(tmp_path: Path, size: Size) -> None:
    day_s = a_day_that_ends(size.ends_after_s)
    hidden = HiddenLimits(rpm=RPM, rpd=size.rpd)
    with LimitsServer(hidden, minute_s=MINUTE_S, day_s=day_s, latency=(0.05, 0.15)) as server:
        terms = Terms(server.url, Limits(rpm=RPM, rpd=size.rpd), MINUTE_S, day_s)
        home = tmp_path / "home"
        home.mkdir()
        job_id = asyncio.run(planned(home, terms, size.topics))
        for n in range(1, size.kills + 1):
            killed_after(server, start(home, terms, job_id), n * size.topics // (size.kills + 2))
        last = start(home, terms, job_id)
        out, err = last.communicate(timeout=120)
        ended = time.time()
        assert last.returncode == 0, err
        log = [entry for entry in server.log if entry.charged]
    assert asyncio.run(outcome(home, terms, job_id)) == (JobState.DONE, {ItemState.DONE}, size.topics)
    # What was on its way when it was killed is asked again; nothing else is.
    assert {entry.topic for entry in log} == {f"Style {n}" for n in range(size.topics)}
    assert size.topics <= len(log) <= size.topics + size.kills * AT_ONCE
    assert refusals(log) == []
    assert worst_window(log, MINUTE_S) <= RPM
    assert worst_day(log, day_s=day_s) <= size.rpd
    assert len({day_name(entry.at, day_s) for entry in log}) == 2
    forecast = first_forecast([json.loads(line) for line in out.splitlines()])
    took, late = ended - forecast["at"], ended - forecast["ends_at"]
    off = abs(late)
    print(
        f"\n{size.topics} items, {size.kills} kills: {len(log)} requests, no refusal;"
        f" {late:+.2f} s after the forecast, over {took:.1f} s ({off / took:.0%})"
    )
    assert off <= 0.1 * took + BUSY_S
