"""`knowalledge quota`: how full the limits are, and the user's word on them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Bucket, Gauge, Limits
from knowalledge_desktop.core.quota_rules import PRESETS
from knowalledge_desktop.core.settings import DEFAULT_IMAGE_MODEL, DEFAULT_TEXT_MODEL
from tests.support.cli_services import Bench, Outcome, command, with_settings
from tests.support.limit_books import LimitBook

TEXT = Bucket("default", DEFAULT_TEXT_MODEL)
IMAGE = Bucket("default", DEFAULT_IMAGE_MODEL)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.ledger = LimitBook(lambda bucket: PRESETS[bench.settings.load().tier].limits(bucket.model))
    return bench


@pytest.fixture
def book(bench: Bench) -> LimitBook:
    assert isinstance(bench.ledger, LimitBook)
    return bench.ledger


def told(bench: Bench, *words: str) -> Any:
    done = command(bench, "quota", *words, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_the_gauges(bench: Bench, book: LimitBook) -> None:
    with_settings(bench, tier="tier1", project="school")
    now = bench.clock.now()
    book.more[Metric.RPM] = Gauge(Metric.RPM, 15, 3, frees_at=now + 22.2, learned=True, learned_at=now - 60)
    book.more[Metric.RPD] = Gauge(Metric.RPD, 20, 20, frees_at=now + 5, blocked_until=now + 100)
    report = told(bench)
    assert (report["project"], report["model"], report["waiting"]) == ("school", DEFAULT_TEXT_MODEL, 0)
    assert report["preset"] == {"name": "tier1", "title": "Tier 1", "dated": PRESETS["tier1"].dated}
    assert report["day_ends"] > now
    gauges = {gauge["metric"]: gauge for gauge in report["gauges"]}
    assert list(gauges) == ["rpm", "tpm", "ipm", "rpd", "tpd", "day_budget", "month_budget"]
    assert gauges["rpm"] == {
        "metric": "rpm",
        "limit": 15,
        "used": 3,
        "frees_at": now + 22.2,
        "blocked_until": None,
        "learned": True,
        "learned_at": now - 60,
        "unit": "requests",
        "percent": 20.0,
    }
    assert (gauges["tpd"]["limit"], gauges["tpd"]["percent"], gauges["tpd"]["unit"]) == (
        None,
        None,
        "input_tokens",
    )
    assert gauges["rpd"]["blocked_until"] == now + 100
    shown = command(bench, "quota").out
    assert f"{DEFAULT_TEXT_MODEL} in the project school" in shown
    assert re.search(
        r"Requests per minute      ##\.{8}  3 of 15, 20 % "
        r"\(frees in 23 s; learned [-\d ]*\d\d:\d\d from a refusal\)",
        shown,
    )
    assert "##########  20 of 20, 100 % (Google said no; free in 100 s)" in shown
    assert "Input tokens per day     ----------  0, no limit" in shown
    assert "preset tier1" in shown


def test_another_model(bench: Bench) -> None:
    assert told(bench, "--model", "gemini-x-pro")["model"] == "gemini-x-pro"


def test_a_limit_of_nothing_is_full(bench: Bench, book: LimitBook) -> None:
    book.given[TEXT] = Limits(rpm=0)
    assert "Requests per minute      ##########  0 of 0, 100 %" in command(bench, "quota").out


def test_a_budget_that_is_nearly_used_is_told_apart_from_the_document(bench: Bench, book: LimitBook) -> None:
    book.more[Metric.DAY_BUDGET] = Gauge(Metric.DAY_BUDGET, 1_000_000, 910_000)
    done = command(bench, "quota", "--json")
    assert json.loads(done.out)["gauges"][5]["unit"] == "micro_usd"
    assert done.errors == ["91 % of today’s budget is used."]
    assert "#########" in command(bench, "quota").out


def test_what_is_given_is_set_and_the_rest_stays(bench: Bench, book: LimitBook) -> None:
    with_settings(bench, tier="free")
    assert told(bench, "set", "--rpm", "7", "--ipm", "0")["limits"] == {
        "rpm": 7,
        "tpm": 250_000,
        "rpd": 20,
        "tpd": None,
        "ipm": 0,
    }
    assert book.given == {TEXT: Limits(rpm=7, tpm=250_000, rpd=20, ipm=0)}
    done = command(bench, "quota", "set", "--tpm", "NONE", "--rpd", "9")
    assert (done.code, done.err) == (0, "")
    assert "requests per minute 7, input tokens per minute unlimited, requests per day 9" in done.out
    assert book.given == {TEXT: Limits(rpm=7, tpm=None, rpd=9, ipm=0)}


@pytest.mark.parametrize("before", [(), ("--model", "m", "--json")])
def test_one_model_and_every_model(bench: Bench, book: LimitBook, before: tuple[str, ...]) -> None:
    with_settings(bench, tier="none")
    words = ("set", "--rpm", "4") if before else ("set", "--rpm", "4", "--model", "m", "--json")
    done = command(bench, "quota", *before, *words)
    assert json.loads(done.out)["model"] == "m"
    assert (
        "every model without limits of its own" in command(bench, "quota", "set", "--model", "*", "--rpd", "3").out
    )
    assert book.given == {Bucket("default", "m"): Limits(rpm=4), Bucket("default", "*"): Limits(rpd=3)}


def test_a_preset_is_what_limits_begin_with(bench: Bench, book: LimitBook) -> None:
    assert told(bench, "set", "--preset", "tier2")["preset"] == "tier2"
    assert (bench.settings.load().tier, book.given) == ("tier2", {})
    assert told(bench, "set", "--preset", "none")["limits"] == dict.fromkeys(("rpm", "tpm", "rpd", "tpd", "ipm"))
    assert told(bench)["preset"]["name"] == "none"


def test_a_preset_goes_before_limits_that_were_set_earlier(bench: Bench, book: LimitBook) -> None:
    told(bench, "set", "--rpm", "1")
    told(bench, "set", "--rpm", "1", "--model", DEFAULT_IMAGE_MODEL)
    told(bench, "set", "--preset", "legacy")
    assert book.given == {each: PRESETS["legacy"].limits(each.model) for each in (TEXT, IMAGE)}


def test_a_preset_with_exceptions_and_a_preset_for_one_model(bench: Bench, book: LimitBook) -> None:
    limits = told(bench, "set", "--preset", "tier1", "--rpm", "9")["limits"]
    assert (limits["rpm"], limits["rpd"]) == (9, 20_000)
    told(bench, "set", "--preset", "free", "--model", "gemini-x-pro")
    assert book.given[Bucket("default", "gemini-x-pro")] == PRESETS["free"].limits("gemini-x-pro")
    assert bench.settings.load().tier == "tier1"


def test_a_project_has_limits_of_its_own(bench: Bench, book: LimitBook) -> None:
    assert told(bench, "set", "--project", "  my  school ", "--rpm", "3")["project"] == "my school"
    assert list(book.given) == [Bucket("my school", DEFAULT_TEXT_MODEL)]
    assert told(bench)["project"] == "my school"


def refused(bench: Bench, *words: str) -> Outcome:
    done = command(bench, "quota", "set", *words)
    assert (done.out, len(done.errors)) == ("", 1)
    return done


@pytest.mark.parametrize("words", [(), ("--model", "m"), ("--project", " "), ("--project", "x" * 101)])
def test_what_cannot_be_set_changes_nothing(bench: Bench, book: LimitBook, words: tuple[str, ...]) -> None:
    before = bench.settings.load()
    assert refused(bench, *words).code == 3
    assert (bench.settings.load(), book.given) == (before, {})


@pytest.mark.parametrize(
    "words", ["--rpm -1", "--rpm 1.5", "--rpm ten", "--rpm ١٢", "--rpm 1000000000001", "--rpm", "--preset gold"]
)
def test_what_is_no_limit_is_a_mistake_of_usage(
    bench: Bench, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(bench, "quota", "set", *words.split()).code == 2
    assert (bench.overrides, len(capsys.readouterr().err.splitlines())) == ([], 1)
