from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.adapters.gemini_errors import PACIFIC, Failure, from_failure, next_midnight
from knowalledge_desktop.core.errors import AppError, ModelUnavailable, QuotaExhausted, RequestRejected
from tests.support.gemini_cases import PER_DAY, PER_MINUTE, error, info, quota, retry_in

NOW = 1_800_000_000.0


def _failure(code: int, body: object, retry_after: str = "") -> Failure:
    return Failure(code, body, retry_after, "gemini-x", NOW)


def _quota(*details: Any, retry_after: str = "") -> QuotaExhausted:
    found = from_failure(_failure(429, error(429, "RESOURCE_EXHAUSTED", details=details), retry_after))
    assert isinstance(found, QuotaExhausted)
    return found


def test_a_days_limit_frees_at_midnight_in_california_whatever_the_short_delay_says() -> None:
    found = _quota(quota((PER_MINUTE, "5"), (PER_DAY, "20")), retry_in("58s"))
    assert (found.quota_id, found.limit, found.until) == (PER_DAY, 20, next_midnight(NOW))


def test_a_days_limit_believes_a_long_delay() -> None:
    found = _quota(quota((PER_DAY, "20")), retry_in("35640s"))
    assert found.until == NOW + 35640


def test_a_minutes_limit_frees_after_the_delay() -> None:
    found = _quota(quota((PER_MINUTE, None)), retry_in("58.5s"))
    assert (found.quota_id, found.limit, found.until) == (PER_MINUTE, None, NOW + 58.5)


def test_a_minutes_limit_without_a_delay_frees_after_a_minute() -> None:
    assert _quota(quota((PER_MINUTE, "5"))).until == NOW + 60


def test_a_bare_429_knows_no_time() -> None:
    found = _quota()
    assert (found.quota_id, found.limit, found.until) == ("", None, None)


def test_the_limit_of_an_error_info() -> None:
    found = _quota(info("RATE_LIMIT_EXCEEDED", quota_limit="RequestsPerMinutePerRegion", quota_limit_value="0"))
    assert (found.quota_id, found.limit) == ("RequestsPerMinutePerRegion", 0)


@pytest.mark.parametrize(
    ("header", "until"),
    [
        ("7", 7.0),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        *((text, None) for text in ("soon", "-5", "٣", "")),
    ],
)
def test_retry_after_of_a_busy_service(header: str, until: float | None) -> None:
    found = from_failure(_failure(503, None, header))
    assert isinstance(found, ModelUnavailable)
    assert found.retry_after_s == until


@pytest.mark.parametrize(
    ("local", "hours"),
    [
        ("2026-11-22T13:00", 11),
        ("2026-07-01T00:00", 24),
        ("2027-03-14T01:00", 22),  # the clock goes forward that night
        ("2026-11-01T00:30", 24.5),  # and back
    ],
)
def test_midnight_in_california_over_daylight_saving(local: str, hours: float) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=PACIFIC).timestamp()
    assert next_midnight(now) - now == timedelta(hours=hours).total_seconds()


def test_a_message_is_shortened_and_redacted() -> None:
    key = "AIza" + "x" * 35
    found = from_failure(_failure(400, error(400, "INVALID_ARGUMENT", f"Bad\n{key} " + "y" * 500)))
    assert isinstance(found, RequestRejected)
    assert key not in found.detail
    assert len(found.detail) < 300
    assert "\n" not in found.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "details", "@type", "violations", "message", "metadata"]), inner
        )
    ),
)


@given(st.integers(min_value=0, max_value=700), JSON, st.text(max_size=12))
def test_no_body_breaks_the_mapping(code: int, body: object, header: str) -> None:
    assert isinstance(from_failure(_failure(code, body, header)), AppError)
