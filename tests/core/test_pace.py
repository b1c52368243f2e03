"""Today's curve of use, and where it leads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.core.pace import day_pace
from knowalledge_desktop.core.quota import PaceRow

HOUR = 3600.0
START = 1_800_000_000.0
END = START + 24 * HOUR


def rows(*hours_and_counts: tuple[float, int]) -> list[PaceRow]:
    return [PaceRow(START + hour * HOUR, 900.0, count) for hour, count in hours_and_counts]


def test_a_day_without_requests_is_a_flat_line() -> None:
    day = day_pace((), used=0, limit=20, starts=START, ends=END, now=START + HOUR)
    assert day.points == ((START, 0), (START + HOUR, 0))
    assert (day.projected, day.full_at) == (0, None)


def test_requests_make_steps_and_the_last_hours_the_pace() -> None:
    now = START + 10 * HOUR
    day = day_pace(rows((2, 50), (8, 6), (9, 6)), used=62, limit=200, starts=START, ends=END, now=now)
    assert day.points == (
        (START, 0),
        (START + 2 * HOUR, 0),
        (START + 2.25 * HOUR, 50),
        (START + 8 * HOUR, 50),
        (START + 8.25 * HOUR, 56),
        (START + 9 * HOUR, 56),
        (START + 9.25 * HOUR, 62),
        (now, 62),
    )
    assert day.projected == 62 + 4 * 14  # twelve in three hours, fourteen hours to go
    assert day.full_at is None


def test_the_moment_at_which_the_limit_is_reached_is_told() -> None:
    now = START + 10 * HOUR
    day = day_pace(rows((9, 12)), used=12, limit=20, starts=START, ends=END, now=now)
    assert day.projected == 12 + 4 * 14
    assert day.full_at == now + 2 * HOUR
    full = day_pace(rows((9, 20)), used=20, limit=20, starts=START, ends=END, now=now)
    assert full.full_at == now
    assert day_pace(rows((9, 12)), used=12, limit=None, starts=START, ends=END, now=now).full_at is None


def test_a_pause_ends_the_pace() -> None:
    day = day_pace(rows((2, 50)), used=50, limit=60, starts=START, ends=END, now=START + 10 * HOUR)
    assert (day.projected, day.full_at) == (50, None)


def test_a_few_requests_in_the_first_minutes_are_no_pace_of_a_day() -> None:
    now = START + 60
    day = day_pace(rows((0, 2)), used=2, limit=None, starts=START, ends=END, now=now)
    assert day.projected == 2 + round(2 / 1800 * (END - now))
    assert day.points[-1] == (now, 2)


def test_what_no_row_knows_of_was_there_at_the_beginning() -> None:
    day = day_pace(rows((1, 5)), used=8, limit=20, starts=START, ends=END, now=START + 2 * HOUR)
    assert day.points[0] == (START, 3)
    assert day.used == 8


@given(
    st.lists(st.tuples(st.integers(-8, 96), st.integers(1, 50)), max_size=20, unique_by=lambda row: row[0]),
    st.integers(0, 500),
    st.integers(0, 500) | st.none(),
    st.floats(0, 24),
)
def test_whatever_the_rows_the_curve_only_rises_and_ends_with_what_is_used(
    counted: list[tuple[int, int]], used: int, limit: int | None, hour: float
) -> None:
    now = START + hour * HOUR
    told = rows(*sorted((slot / 4, count) for slot, count in counted))
    day = day_pace(told, used=used, limit=limit, starts=START, ends=END, now=now)
    times, counts = [at for at, _ in day.points], [count for _, count in day.points]
    assert times == sorted(times)
    assert counts == sorted(counts)
    assert (times[0], times[-1], counts[-1]) == (START, now, used)
    assert day.projected >= used
    assert day.full_at is None or now <= day.full_at
