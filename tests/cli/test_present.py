"""Batches on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.errors import ContentBlocked, KeyRejected
from tests.support.cli_services import Bench, command


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def told(bench: Bench, *words: str) -> dict[str, Any]:
    done = command(bench, *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_a_topic_without_a_map_is_explored_and_all_its_branches_are_explained(bench: Bench) -> None:
    found = told(bench, "present", "Jazz")
    assert found["job"]["state"] == "done"
    assert len(found["items"]) == 15
    assert {item["state"] for item in found["items"]} == {"done"}
    assert all(item["text"] and item["error"] == "" for item in found["items"])
    assert found["items"][0]["topic"] == "Jazz 1"


def test_only_what_is_named_is_explained(bench: Bench) -> None:
    found = told(bench, "present", "Jazz", "--subtopics", "jazz 3, Jazz 1")
    assert [item["topic"] for item in found["items"]] == ["Jazz 3", "Jazz 1"]


def test_a_name_that_is_not_in_the_map_is_said_and_nothing_is_asked(bench: Bench) -> None:
    told(bench, "present", "Jazz", "--subtopics", "Jazz 1")
    asked = len(bench.engine.asked)
    done = command(bench, "present", "Jazz", "--subtopics", "Bebop")
    assert (done.code, "Bebop" in done.err) == (3, True)
    assert len(bench.engine.asked) == asked


def test_what_was_refused_is_said_and_can_be_tried_again(bench: Bench) -> None:
    bench.engine.troubles["Jazz 2"] = ContentBlocked("SAFETY")
    done = command(bench, "present", "Jazz", "--json")
    assert done.code == 6
    found = json.loads(done.out)
    states = {item["topic"]: (item["state"], item["error"]) for item in found["items"]}
    assert states["Jazz 2"] == ("failed", "ContentBlocked")
    assert states["Jazz 1"] == ("done", "")
    assert "Jazz 2" in done.err
    bench.engine.troubles.clear()
    job_id = found["job"]["job_id"]
    again = told(bench, "jobs", "retry", job_id)
    assert {item["state"] for item in again["items"]} == {"done"}


def test_a_rejected_key_lets_the_job_rest_until_it_is_resumed(bench: Bench) -> None:
    told(bench, "explore", "Jazz")
    for n in range(1, 16):
        bench.engine.troubles[f"Jazz {n}"] = KeyRejected()
    done = command(bench, "present", "Jazz")
    assert (done.code, "jobs resume" in done.err) == (4, True)
    listed = told(bench, "jobs", "list")["jobs"]
    assert [(job["state"], job["because"]) for job in listed] == [("paused", "KeyRejected")]
    bench.engine.troubles.clear()
    assert told(bench, "jobs", "resume")["state"] == "done"


@pytest.mark.parametrize("action", ["pause", "cancel", "resume", "retry"])
def test_without_an_open_job_it_says_so(bench: Bench, action: str) -> None:
    done = command(bench, "jobs", action)
    assert (done.code, "no open job" in done.err) == (3, True)


def test_jobs_are_listed_ended_and_forgotten(bench: Bench) -> None:
    assert "no jobs" in command(bench, "jobs", "list").err
    found = told(bench, "present", "Jazz", "--subtopics", "Jazz 1")
    job_id = found["job"]["job_id"]
    assert "1 of 1" in command(bench, "jobs", "list").out
    for action in ("cancel", "pause"):
        done = command(bench, "jobs", action, job_id[:3])
        assert (done.code, "done already" in done.err) == (0, True)
    assert told(bench, "jobs", "list")["jobs"][0]["state"] == "done"
    assert command(bench, "jobs", "forget", job_id).code == 0
    assert told(bench, "jobs", "list")["jobs"] == []
