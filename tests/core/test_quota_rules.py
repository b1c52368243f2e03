"""Presets, Pacific days and local estimates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.core.quota_rules import (
    PRESETS,
    Days,
    blocked_until,
    estimate_image_tokens,
    estimate_tokens,
    metric_of,
    next_pacific_midnight,
    pacific_day,
    percent_used,
)
from tests.support.gemini_cases import recordings_folder

HOUR = 3600.0
TIMES = st.floats(0, 4e9)


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("begins", "hours"), [(utc(2026, 3, 8, 8), 23), (utc(2026, 11, 1, 7), 25), (utc(2026, 11, 22, 8), 24)]
)
def test_days_have_23_24_or_25_hours(begins: float, hours: int) -> None:
    ends = begins + hours * HOUR
    day = pacific_day(begins)
    assert pacific_day(begins - 1) < day
    assert {pacific_day(begins + hour * HOUR) for hour in range(hours)} == {day}
    assert pacific_day(ends - 1) == day < pacific_day(ends)
    assert next_pacific_midnight(begins) == next_pacific_midnight(ends - 1) == ends


@given(TIMES, TIMES, st.sampled_from([None, 1.0, 7.5, 86_400.0]))
def test_days_sort_and_end(one: float, other: float, length_s: float | None) -> None:
    days = Days(length_s)
    first, last = sorted((one, other))
    assert days.name(first) <= days.name(last)
    assert days.ends(first) > first
    assert days.name(days.ends(first)) > days.name(first)
    begins, after = days.month(first)
    assert begins <= days.name(first) < after
    assert days.name(days.month_ends(first)) == after


def test_months() -> None:
    december = utc(2026, 12, 15)
    assert Days().month(december) == ("2026-12-01", "2027-01-01")
    assert Days().month_ends(december) == utc(2027, 1, 1, 8)


@pytest.mark.parametrize(
    ("quota_id", "wait_s", "metric"),
    [
        ("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", 58.0, Metric.RPM),
        ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 58.0, Metric.RPD),
        ("GenerateContentInputTokensPerModelPerMinute-FreeTier", None, Metric.TPM),
        ("GenerateContentPaidTierInputTokensPerModelPerDay", None, Metric.TPD),
        ("GenerateImagesPerMinutePerProjectPerModel", None, Metric.IPM),
        ("GenerateImagesPerDayPerProjectPerModel", None, Metric.RPD),
        ("GenerateContentRequestsPerMinutePerProjectPerRegion", None, Metric.RPM),
        ("", None, Metric.RPM),
        ("SomethingNew", 119.0, Metric.RPM),
        ("SomethingNew", 121.0, Metric.RPD),
    ],
)
def test_the_limit_that_a_refusal_names(quota_id: str, wait_s: float | None, metric: Metric) -> None:
    assert metric_of(quota_id, wait_s=wait_s) is metric


def test_when_a_refusal_ends() -> None:
    now = utc(2026, 11, 22, 20)

    def until(metric: Metric, told: float | None) -> float:
        return blocked_until(metric, now, told, days=Days(), minute_s=60.0)

    assert until(Metric.RPM, None) == now + 60
    assert until(Metric.TPM, now + 7) == now + 7
    assert until(Metric.RPD, None) == until(Metric.TPD, now + 58) == utc(2026, 11, 23, 8)
    assert until(Metric.RPD, now + 5 * HOUR) == now + 5 * HOUR


def test_percent_used() -> None:
    assert percent_used(3, 12) == 25.0
    assert percent_used(30, 12) == 250.0
    assert percent_used(0, 0) == 100.0
    assert percent_used(3, None) is None


def test_presets() -> None:
    assert set(PRESETS) >= {"free", "tier1", "tier2", "tier3", "legacy", "none"}
    for preset in PRESETS.values():
        assert preset.title
        assert datetime.strptime(preset.dated, "%Y-%m-%d").replace(tzinfo=UTC)
    free = PRESETS["free"]
    assert free.limits("gemini-3.5-flash-lite") == Limits(rpm=10, tpm=250_000, rpd=20)
    assert free.limits("models/gemini-3.5-flash") == Limits(rpm=5, tpm=250_000, rpd=20)
    assert free.limits("gemini-3.1-flash-image").ipm == 2
    assert PRESETS["legacy"].limits("any") == Limits(rpm=12, tpm=800_000, rpd=1_200, tpd=40_000_000)
    assert PRESETS["none"].limits("any") == Limits()


@pytest.mark.parametrize(
    "model", ["gemini-3.5-flash", "gemini-3.5-flash-lite", "gemini-3.1-pro", "gemini-3-image"]
)
def test_a_higher_tier_allows_more(model: str) -> None:
    tiers = [PRESETS[name].limits(model) for name in ("free", "tier1", "tier2", "tier3")]
    for metric in ("rpm", "tpm", "rpd"):
        figures = [getattr(tier, metric) for tier in tiers]
        assert figures == sorted(figures)


# --- estimates ----------------------------------------------------------------------------------------------


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def counted(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("promptTokenCount", "totalTokens") and isinstance(inner, int):
                yield inner
            else:
                yield from counted(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from counted(inner)


PLAIN_FIELDS = {"contents", "generationConfig", "systemInstruction", "safetySettings"}
MADE_UP = [  # text and tokens as a Gemini tokenizer counts such text
    ("The quick brown fox jumps over the lazy dog.", 11),
    ("1234567890", 11),
    ("a=5", 4),
]


def recorded() -> list[tuple[str, int]]:
    """Texts with what the service counted, from requests that hold nothing but text."""
    found: list[tuple[str, int]] = []
    folder = recordings_folder()
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        case = json.loads(path.read_text("utf-8"))
        body = case.get("request", {}).get("body")
        if not isinstance(body, dict) or not set(body) <= PLAIN_FIELDS or "inlineData" in json.dumps(body):
            continue
        tokens = list(counted(case.get("response")))
        if tokens and body.get("contents"):
            schema = body.get("generationConfig", {})
            text = "".join(texts(body)) + (json.dumps(schema) if "chema" in json.dumps(schema) else "")
            found.append((text, max(tokens)))
    return found


def test_the_estimate_is_never_below_what_the_service_counts() -> None:
    for text, tokens in MADE_UP + recorded():
        assert estimate_tokens(text) >= tokens, text


def test_the_estimate_is_not_wild() -> None:
    english = "Photosynthesis is the process by which plants turn light into chemical energy. " * 20
    assert estimate_tokens(english) <= len(english) * 0.55 + 12


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_estimate_grows_and_is_bounded_by_bytes(one: str, other: str) -> None:
    size = len((one + other).encode("utf-8", "surrogatepass"))
    assert estimate_tokens(one) <= estimate_tokens(one + other) <= size + 12


@pytest.mark.parametrize("rare", ["🜁🜂", "ᚠᚢᚦ", "𠮷", "ཀཁག", "\x00\x01", "ᠮᠣ"])
def test_rare_signs_count_their_bytes(rare: str) -> None:
    assert estimate_tokens(rare) - estimate_tokens("") == len(rare.encode())


@pytest.mark.parametrize(("text", "most"), [("光合作用", 8), ("Фотосинтез", 10), ("ひかり", 6), ("प्रकाश", 6)])
def test_common_scripts_do_not_count_bytes(text: str, most: int) -> None:
    assert len(text) <= estimate_tokens(text) - estimate_tokens("") <= most


@pytest.mark.parametrize(
    ("width", "height", "tokens"), [(100, 100, 1_120), (1024, 1024, 1_290), (1024, 512, 1_806), (768, 768, 1_290)]
)
def test_an_image(width: int, height: int, tokens: int) -> None:
    assert estimate_image_tokens(width, height) == tokens
