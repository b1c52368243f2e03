"""The picture of all links."""

from __future__ import annotations

import numpy as np

from knowalledge_desktop.layout.haze import MARGIN, draw_haze


def test_a_link_inside_an_area_is_seen_along_its_whole_way() -> None:
    places = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]])
    haze = draw_haze(places, [0, 0, 0, 0], [(0, 1)], 180)
    assert haze.grey.shape == (180, 180)
    assert (haze.left, haze.top, haze.wide, haze.high) == (-MARGIN, -MARGIN, 180.0, 180.0)
    assert (haze.grey[40, 41:140] > 0).all()
    assert not haze.grey[44:].any()


def test_a_link_between_areas_bends_towards_the_middle() -> None:
    places = np.array([[0.0, 0.0], [200.0, 0.0], [0.0, 200.0], [200.0, 200.0]])
    haze = draw_haze(places, [0, 1, 1, 1], [(0, 1)] * 40, 280)
    column = np.flatnonzero(haze.grey[:, 140])
    assert len(column)
    assert column.min() > 40 + 5, "the middle of the link is nearer to the middle of the sky than its ends are"


def test_without_links_there_is_no_haze() -> None:
    assert not draw_haze(np.zeros((3, 2)), [0, 0, 0], [], 64).grey.any()
