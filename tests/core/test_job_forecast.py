"""When a batch will be done."""

from __future__ import annotations

from time import perf_counter

import pytest

from knowalledge_desktop.core.job_forecast import DayLimit, Pace, finishing_at


@pytest.mark.parametrize(
    ("count", "pace", "seconds"),
    [
        (0, Pace(6, 4), 0),
        (60, Pace(6, 4), 90),  # fifteen rounds of four
        (61, Pace(6, 4), 96),
        (10, Pace(2, 4, 10), 6),  # one minute's share at once: rounds of 4, 4, 2
        (11, Pace(2, 4, 10), 64),  # the first of them counts until 60 s after its answer
        (60, Pace(2, 4, 10), 5 * 62 + 6),
        (60, Pace(40, 4, 100), 600),  # the answers themselves take longer than the limit asks for
        (10, Pace(2, 4, 10, 10, 30), 36),  # all used: it begins when they come back
        (10, Pace(2, 4, 10, 6, 30), 34),  # four now, four and two later
        (3, Pace(2, 4, 1), 126),  # one after the other
    ],
)
def test_within_a_day(count: int, pace: Pace, seconds: float) -> None:
    assert finishing_at(count, 1000.0, _from(pace, 1000.0)) == 1000.0 + seconds


def _from(pace: Pace, now: float) -> Pace:
    frees_at = None if pace.minute_frees_at is None else pace.minute_frees_at + now
    return Pace(pace.seconds_each, pace.at_once, pace.rpm, pace.minute_used, frees_at, pace.minute_s)


@pytest.mark.parametrize(
    ("count", "rpm", "day", "seconds"),
    [
        (20, None, DayLimit(20, 40, 7200), 30),
        (60, None, DayLimit(20, 40, 7200), 7200 + 60),  # twenty today, the rest after the reset
        (100, None, DayLimit(20, 40, 7200), 7200 + 86_400 + 60),
        (60, None, DayLimit(0, 40, 7200), 7200 + 86_400 + 30),
        (60, None, DayLimit(-3, 100, 7200), 7200 + 90),
        (60, 10, DayLimit(20, 40, 7200), 7200 + 3 * 66 + 18),
        (60, None, DayLimit(40, 40, 30), 90),  # the day ends before what is left of it is used
        (40, 10, DayLimit(10, 100, 20), 3 * 66 + 18),  # a new day does not make the minute a new one
    ],
)
def test_it_uses_what_is_left_of_today_and_goes_on_after_the_reset(
    count: int, rpm: int | None, day: DayLimit, seconds: float
) -> None:
    assert finishing_at(count, 0.0, Pace(6, 4, rpm), day) == seconds


def test_what_never_ends_has_no_time() -> None:
    assert finishing_at(1, 5.0, Pace(1.0, 4, 0)) is None
    assert finishing_at(60, 5.0, Pace(1.0, 4), DayLimit(20, 0, 10.0)) is None
    assert finishing_at(20, 5.0, Pace(1.0, 4), DayLimit(20, 0, 10.0)) == 10.0


def test_a_very_long_batch_costs_no_more_than_a_long_one() -> None:
    began = perf_counter()
    found = finishing_at(1_000_000, 0.0, Pace(2.0, 4, 60), DayLimit(500, 500, 3600.0))
    assert perf_counter() - began < 0.5
    assert found is not None
    assert abs(found / 86_400 - 2000) < 2
