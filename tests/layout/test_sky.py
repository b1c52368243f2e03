"""Places in the sky: even, apart, and near to what they hang together with."""

from __future__ import annotations

import math

import numpy as np
import pytest

from knowalledge_desktop.layout.sky import STEP, disc_radius, place_discs, place_sky, sunflower


@pytest.mark.parametrize("counts", [[1], [5, 3], [1937, 1509, 1208, 1133, 931, 715, 711, 671, 471, 445, 302]])
def test_discs_touch_no_other(counts: list[int]) -> None:
    middles = place_discs(counts)
    for i, (x, y) in enumerate(middles):
        for j in range(i):
            apart = math.hypot(x - middles[j][0], y - middles[j][1])
            assert apart >= disc_radius(counts[i]) + disc_radius(counts[j])


def test_seats_are_apart_and_in_the_disc() -> None:
    seats = sunflower(800)
    apart = np.hypot(*(seats[:, None] - seats[None]).transpose(2, 0, 1)) + np.eye(800) * 1e9
    assert apart.min() > 0.7 * STEP
    assert np.hypot(seats[:, 0], seats[:, 1]).max() < disc_radius(800)


def test_each_has_a_seat_of_its_own_in_the_disc_of_its_area_and_the_same_one_each_time() -> None:
    area = [0] * 120 + [1] * 40
    links = [(i, (i * 7) % 160) for i in range(159)]
    at = place_sky(area, list(range(160)), links)
    assert len({(round(x, 6), round(y, 6)) for x, y in at.tolist()}) == 160
    for which in (0, 1):
        some = at[np.array(area) == which]
        middle = some.mean(axis=0)
        assert np.hypot(*(some - middle).T).max() < disc_radius(len(some)) + STEP
    assert (at == place_sky(area, list(range(160)), links)).all()


def test_what_hangs_together_is_near() -> None:
    """Ten cliques of twenty: neighbours end nearer to each other than strangers."""
    rng = np.random.default_rng(7)
    of = rng.permutation(np.repeat(np.arange(10), 20))
    links = [(i, j) for i in range(200) for j in range(i) if of[i] == of[j]]
    at = place_sky([0] * 200, rng.integers(0, 99, 200).tolist(), links)
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    same = of[:, None] == of[None]
    np.fill_diagonal(same, val=False)
    assert apart[same].mean() < 0.75 * apart[~same].mean()


def test_an_empty_sky_has_no_places() -> None:
    assert place_sky([], [], []).shape == (0, 2)


def test_links_that_count_more_pull_more() -> None:
    rng = np.random.default_rng(3)
    links = [(i, int(j)) for i in range(150) for j in rng.integers(0, 150, 3) if i != j]
    weights = [8.0 if n % 5 == 0 else 0.2 for n in range(len(links))]
    at = place_sky([0] * 150, [1] * 150, links, weights)
    apart = np.array([math.hypot(*(at[i] - at[j])) for i, j in links])
    strong = np.array(weights) > 1
    assert apart[strong].mean() < 0.8 * apart[~strong].mean()


def test_the_whole_is_wider_than_high() -> None:
    counts = [1900, 1500, 1200, 1100, 930, 710, 700, 670, 470, 440, 300]
    middles = place_discs(counts)
    reach = [disc_radius(count) for count in counts]
    wide = max(x + r for (x, _), r in zip(middles, reach, strict=True)) - min(
        x - r for (x, _), r in zip(middles, reach, strict=True)
    )
    high = max(y + r for (_, y), r in zip(middles, reach, strict=True)) - min(
        y - r for (_, y), r in zip(middles, reach, strict=True)
    )
    assert wide > 1.3 * high
