"""Where topics stand that are no articles."""

from __future__ import annotations

import itertools
import math

from knowalledge_desktop.layout.stars import place_stars

BOX = (-500.0, -300.0, 1000.0, 600.0)


def test_topics_gather_around_the_article_they_come_from() -> None:
    #  0 article, 1 and 2 below it, 3 below 2; 4 article below 0, 5 below 4
    places, discs = place_stars([-1, 0, 0, 2, 0, 4], [0] * 6, {0: (10.0, 20.0), 4: (200.0, 0.0)}, BOX)
    assert discs == []
    assert places[0] == (10.0, 20.0)
    assert places[4] == (200.0, 0.0)
    for star in (1, 2, 3):
        assert math.dist(places[star], places[0]) < 20
    assert math.dist(places[5], places[4]) < 20
    assert len(set(places)) == 6


def test_a_root_that_is_no_article_stands_at_the_first_topic_that_is() -> None:
    places, _ = place_stars([-1, 0, 0], [0, 0, 0], {2: (50.0, 60.0)}, BOX)
    assert math.dist(places[0], (50.0, 60.0)) < 20
    assert math.dist(places[1], (50.0, 60.0)) < 20


def test_maps_without_an_article_have_discs_below_the_sky_that_touch_nothing() -> None:
    sizes = [12, 3, 40, 1, 25, 9, 80, 80, 80]
    groups = [group for group, size in enumerate(sizes) for _ in range(size)]
    parents = [-1 if n == 0 or groups[n] != groups[n - 1] else n - 1 for n in range(len(groups))]
    places, discs = place_stars(parents, groups, {}, BOX)
    assert [disc.group for disc in discs] == list(range(len(sizes)))
    for disc in discs:
        assert disc.y - disc.radius > BOX[1] + BOX[3]
        for star, group in enumerate(groups):
            if group == disc.group:
                assert math.dist(places[star], (disc.x, disc.y)) < disc.radius
    for one, other in itertools.combinations(discs, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) > one.radius + other.radius


def test_nothing_explored_is_nothing_to_place() -> None:
    assert place_stars([], [], {}, BOX) == ([], [])
