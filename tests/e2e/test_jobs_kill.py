"""A batch whose process is killed again and again brings every explanation, each once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.jobs import ItemState
from knowalledge_desktop.core.request import EngineChoice, Options
from knowalledge_desktop.services.jobs import AT_ONCE
from tests.support.limits_count import HiddenLimits
from tests.support.limits_server import LimitsServer

ROOT = Path(__file__).resolve().parents[2]
KEY = "AIzaTestKeyThatIsPlanted0000000"
SHORT, LONG = (16, 2), (60, 3)


@pytest.fixture
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return LONG if request.config.getoption("--long") else SHORT


def environ(home: Path, url: str) -> dict[str, str]:
    told = {
        "KNOWALLEDGE_HOME": str(home),
        "KNOWALLEDGE_GEMINI_BASE_URL": url,
        "GEMINI_API_KEY": KEY,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **told}


async def planned(told: dict[str, str], topics: int) -> str:
    services = build_services(told, Overrides())
    services.preferences.save(replace(services.preferences.settings, tier="none"))  # no limit to wait for
    session = services.explore.new_map("Music")
    for n in range(topics):
        await services.edit.add(session, session.map.root_id, f"Style {n}")
    children = session.map.children(session.map.root_id)
    job = await services.jobs.start(session.map, children, Options(), EngineChoice.GEMINI)
    await services.aclose()
    return job.job_id


def resume(told: dict[str, str], job_id: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "knowalledge_desktop", "jobs", "resume", job_id, "--json"]
    return subprocess.Popen(command, env=told, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed_after(server: LimitsServer, process: subprocess.Popen[str], requests: int) -> None:
    """Kill it in the middle of an answer, once so many requests have come in."""
    arrived = threading.Thread(target=lambda: server.wait_for(requests, 30.0))
    arrived.start()
    arrived.join()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)


def test_every_item_comes_once_however_often_the_process_is_killed(tmp_path: Path, size: tuple[int, int]) -> None:
    topics, kills = size
    with LimitsServer(HiddenLimits(), latency=(0.05, 0.15)) as server:
        told = environ(tmp_path / "home", server.url)
        job_id = asyncio.run(planned(told, topics))
        for n in range(1, kills + 1):
            killed_after(server, resume(told, job_id), n * topics // (kills + 2))
        last = resume(told, job_id)
        out, err = last.communicate(timeout=120)
        assert last.returncode == 0, err
        items = json.loads(out)["items"]
        assert [item["state"] for item in items] == [ItemState.DONE.value] * topics
        sent = [entry.topic for entry in server.log]
        # What was on its way when it was killed is asked again; nothing else is.
        assert topics <= len(sent) <= topics + kills * AT_ONCE
        assert len(set(sent)) == topics
        print(f"\n{topics} items, {kills} kills: {len(sent)} requests")

    async def kept() -> int:
        services = build_services(told, Overrides())
        session = await services.library.find("Music")
        await services.aclose()
        return len(session.map.explanations)

    assert asyncio.run(kept()) == topics


def test_ctrl_c_lets_the_job_rest_and_it_goes_on_later(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(0.3, 0.4)) as server:
        told = environ(tmp_path / "home", server.url)
        job_id = asyncio.run(planned(told, 12))
        process = resume(told, job_id)
        server.wait_for(5, 30.0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (130, "")
        assert f"knowalledge jobs resume {job_id[:8]}" in err
        assert "Traceback" not in err
        [job] = json.loads(done_by(told, "jobs", "list", "--json"))["jobs"]
        states = [item["state"] for item in job["items"]]
        assert (job["state"], job["interrupted"]) == ("paused", False)
        assert set(states) == {"done", "waiting"}
        again = json.loads(done_by(told, "jobs", "resume", "--json"))
        assert (again["state"], {item["state"] for item in again["items"]}) == ("done", {"done"})
        assert 12 <= len(server.log) <= 12 + AT_ONCE


def test_another_process_cannot_run_it_too_but_can_let_it_rest(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(1.0, 1.1)) as server:
        told = environ(tmp_path / "home", server.url)
        job_id = asyncio.run(planned(told, 40))
        process = resume(told, job_id)
        server.wait_for(2, 30.0)
        [job] = json.loads(done_by(told, "jobs", "list", "--json"))["jobs"]
        assert (job["state"], job["interrupted"]) == ("running", False)
        second = resume(told, job_id)
        _, err = second.communicate(timeout=30)
        assert (second.returncode, "running already" in err) == (3, True)
        done_by(told, "jobs", "pause")
        out, err = process.communicate(timeout=30)
        assert (process.returncode, "The job rests." in err) == (6, True)
        found = json.loads(out)
        assert found["state"] == "paused"
        assert {item["state"] for item in found["items"]} == {"done", "waiting"}
        asked = [entry.topic for entry in server.log]
        assert len(asked) == len(set(asked)) < 40


def done_by(told: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "knowalledge_desktop", *words]
    done = subprocess.run(command, env=told, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
