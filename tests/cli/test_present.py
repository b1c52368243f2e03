"""Batches on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.cli.price import Estimate, price_line
from knowalledge_desktop.core.errors import ContentBlocked, KeyRejected
from knowalledge_desktop.core.jobs import ItemState, JobState
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Gauge
from knowalledge_desktop.core.request import Priority
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.services.tariff import Quote
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


def test_it_says_what_it_takes_before_anything_is_sent(bench: Bench) -> None:
    told(bench, "explore", "Jazz")
    asked = len(bench.engine.asked)
    done = command(bench, "present", "Jazz", "--dry-run", "--engine", "gemini")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("15 requests, at most ")
    assert " tokens, price unknown. Done about " in done.out
    figures = told(bench, "present", "Jazz", "--dry-run", "--engine", "gemini", "--subtopics", "Jazz 1,Jazz 2")
    assert (figures["map"], figures["requests"], figures["free"]) == ("Jazz", 2, False)
    assert figures["tokens"] > 0
    assert figures["most_usd"] is None
    assert figures["ends_at"] > bench.clock.now()
    assert told(bench, "jobs", "list") == {"jobs": []}
    assert len(bench.engine.asked) == asked
    said = command(bench, "present", "Jazz", "--engine", "gemini", "--subtopics", "Jazz 1,Jazz 2").err
    assert "2 requests, at most " in said


def test_money_and_what_is_left_stand_in_the_line() -> None:
    gauges = (
        Gauge(Metric.RPD, 20, 12),
        Gauge(Metric.DAY_BUDGET, 50_000, 10_000),
        Gauge(Metric.MONTH_BUDGET, 9_000_000, 0),
    )
    report = QuotaReport("default", "model-x", "tier1", gauges, 0, 0.0)
    quote = Quote(15, 9_000, 51_000, 120_000, 60_000, "model-x")
    line = price_line(Estimate(15, quote, 7.0, report), lambda at: f"<{at:g}>")
    assert line == (
        "15 requests, at most 60,000 tokens, at most $0.12 (estimate). 8 requests are left today."
        " $0.04 is left of today’s budget: it may stop before the end. $9.00 is left of this month’s budget."
        " Done about <7>."
    )
    free = price_line(Estimate(15, replace(quote, free=True), None), str)
    assert free.endswith("60,000 tokens, free on the free tier. With these limits it would never be done.")


def test_what_the_atlas_does_is_free(bench: Bench) -> None:
    told(bench, "explore", "Jazz")
    done = command(bench, "present", "Jazz", "--dry-run", "--engine", "atlas")
    assert done.out.startswith("15 topics, free: only the built-in Atlas is asked. Done about ")


def test_without_a_map_the_price_is_not_known_and_nothing_is_sent(bench: Bench) -> None:
    done = command(bench, "present", "Jazz", "--dry-run")
    assert (done.code, bench.engine.asked) == (3, [])
    assert "knowalledge explore 'Jazz'" in done.err


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


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("pause", "no open job"),
        ("cancel", "no open job"),
        ("resume", "no open job"),
        ("retry", "no job with failed items"),
        ("forget", "Say which job"),
    ],
)
def test_without_such_a_job_it_says_so(bench: Bench, action: str, said: str) -> None:
    done = command(bench, "jobs", action)
    assert (done.code, said in done.err) == (3, True)


def test_what_failed_last_can_be_tried_again_without_a_name(bench: Bench) -> None:
    bench.engine.troubles["Jazz 2"] = ContentBlocked("SAFETY")
    assert command(bench, "present", "Jazz").code == 6
    bench.engine.troubles.clear()
    asked = len(bench.engine.asked)
    assert told(bench, "jobs", "retry")["state"] == "done"
    assert [request.topic for request in bench.engine.asked[asked:]] == ["Jazz 2"]


def test_a_job_whose_process_has_gone_is_shown_as_interrupted(bench: Bench) -> None:
    found = told(bench, "present", "Jazz", "--subtopics", "Jazz 1,Jazz 2")
    job_id = found["job"]["job_id"]
    bench.jobs.known[job_id] = replace(bench.jobs.known[job_id], state=JobState.RUNNING)
    bench.jobs.rows[job_id] = [replace(bench.jobs.rows[job_id][0], state=ItemState.RUNNING)]
    assert "interrupted" in command(bench, "jobs", "list").out
    [listed] = told(bench, "jobs", "list")["jobs"]
    assert (listed["state"], listed["interrupted"]) == ("running", True)
    assert told(bench, "jobs", "resume")["state"] == "done"
    assert told(bench, "jobs", "list")["jobs"][0]["interrupted"] is False


@pytest.mark.parametrize("fresh", [True, False])
def test_fresh_is_asked_again(bench: Bench, fresh: bool) -> None:
    told(bench, "present", "Jazz", "--subtopics", "Jazz 1", *["--fresh"] * fresh)
    request = bench.engine.asked[-1]
    assert (request.topic, request.fresh, request.priority) == ("Jazz 1", fresh, Priority.LOW)


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
