"""What the sky is made of: the chart, names that have room, flights, steps, and the picture that is kept."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.core.sky import Sky
from knowalledge_desktop.services.sky import Stars
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.sky.chart import HUES, OWN, chart_of
from knowalledge_desktop.ui.sky.flight import length, way
from knowalledge_desktop.ui.sky.kept import Kept
from knowalledge_desktop.ui.sky.names import PAD_X, PAD_Y, name_scales
from knowalledge_desktop.ui.sky.painter import SkyPainter, Spot
from knowalledge_desktop.ui.sky.palette import palette_of
from knowalledge_desktop.ui.sky.walk import DOWN, LEFT, RIGHT, UP, nearest, next_towards
from knowalledge_desktop.ui.theme import Theme
from tests.support.atlas import ROOT
from tests.support.skies import AREAS, small_sky, some_stars


def test_articles_come_first_and_topics_of_ones_own_after_them() -> None:
    sky = small_sky()
    chart = chart_of(sky, some_stars(sky), everything=True)
    assert len(chart) == 63
    assert chart.articles == 60
    assert [chart.titles[node] for node in chart.star] == [
        "Article 003",
        "Article 006",
        "My own idea",
        "My garden",
        "The shed",
    ]
    assert chart.known.sum() == 3
    assert chart.shown.all()
    assert [disc.name for disc in chart.discs] == [*AREAS, "My garden"]
    assert [disc.explored for disc in chart.discs] == [2, 0, 0, 0]
    assert chart.discs[-1].hue == OWN
    assert len({disc.hue for disc in chart.discs}) == 4
    assert max(disc.hue for disc in chart.discs[:3]) < HUES
    shed = chart.titles.index("The shed")
    assert chart.disc_of(shed) == chart.discs[-1]
    assert {chart.titles[a] for a, b in chart.lines.tolist() if b == shed} == {"My garden"}


def test_without_all_articles_only_what_is_explored_is_shown() -> None:
    sky = small_sky()
    chart = chart_of(sky, some_stars(sky), everything=False)
    assert int(chart.shown.sum()) == 5
    assert (chart.shown == chart.is_star).all()


def test_neighbours_come_best_known_first_and_own_topics_have_none() -> None:
    sky = small_sky()
    chart = chart_of(sky, some_stars(sky), everything=True)
    assert chart.neighbours(10).tolist() == [8, 9, 11, 12]
    assert not len(chart.neighbours(61))


def test_titles_are_found_by_their_beginning_first_and_explored_ones_before_others() -> None:
    sky = small_sky()
    chart = chart_of(sky, some_stars(sky), everything=True)
    assert [chart.titles[n] for n in chart.find("ARTICLE 00", 3)] == ["Article 003", "Article 006", "Article 000"]
    assert [chart.titles[n] for n in chart.find("own idea", 5)] == ["My own idea"]
    assert chart.find("  ", 5) == []
    assert chart.find("nothing like it", 5) == []


def test_an_empty_sky_is_a_chart_too() -> None:
    chart = chart_of(Sky(), Stars(), everything=True)
    assert len(chart) == 0
    assert chart.box[2] > 0


@pytest.mark.parametrize("scale", [0.1, 0.3, 0.8, 2.0])
def test_names_never_overlap_and_stay_when_one_comes_closer(scale: float) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.uniform(-4000, 4000, 700), rng.uniform(-3000, 3000, 700)
    widths = rng.uniform(20, 160, 700)
    scales = name_scales(x, y, widths, 18.0, list(range(700)), (0.1, 3.0), blocked=[(0.0, 0.0, 100.0, 30.0)])
    assert scales[0] == 0.1, "the best known is always seen"
    boxes = [
        (x[n] * scale - widths[n] / 2, y[n] * scale, x[n] * scale + widths[n] / 2, y[n] * scale + 18.0)
        for n in np.flatnonzero(scales <= scale)
    ]
    boxes.append((-100.0, -30.0, 100.0, 0.0))
    assert len(boxes) > 10
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def test_names_have_air_around_them() -> None:
    near = name_scales(
        np.array([0.0, 100.0 + PAD_X]), np.zeros(2), np.array([100.0, 100.0]), 10.0, [0, 1], (1.0, 1.0)
    )
    assert np.isfinite(near).tolist() == [True, False]
    below = name_scales(np.zeros(2), np.array([0.0, 10.0 + 2 * PAD_Y]), np.full(2, 9.0), 10.0, [0, 1], (1.0, 1.0))
    assert np.isfinite(below).all()


def test_what_is_not_in_the_order_has_no_name() -> None:
    assert math.isinf(name_scales(np.zeros(2), np.array([0.0, 99.0]), np.ones(2), 9.0, [0], (1.0, 2.0))[1])


def test_a_long_flight_goes_out_before_it_comes_in() -> None:
    start, end = Camera(0, 0, 2.0), Camera(5000, 0, 2.0)
    steps = [way(start, end, 1500, n / 20) for n in range(21)]
    assert steps[0].scale == pytest.approx(2.0)
    assert steps[-1] == end
    assert min(step.scale for step in steps) < 0.5
    assert all(one.x < other.x for one, other in itertools.pairwise(steps))
    assert length(start, end, 1500) > length(start, Camera(500, 0, 2.0), 1500)


def test_a_flight_on_the_spot_changes_the_scale_evenly() -> None:
    start, end = Camera(7, 7, 1.0), Camera(7, 7, 4.0)
    assert way(start, end, 1000, 0.5).scale == pytest.approx(2.0)
    assert length(start, end, 1000) > 0


def test_a_step_goes_to_the_nearest_in_its_direction() -> None:
    x, y = np.array([0.0, 10.0, 30.0, 0.0, 0.0, -5.0]), np.array([0.0, 1.0, 0.0, 12.0, -9.0, 0.0])
    among = np.ones(6, np.bool_)
    assert [next_towards(x, y, among, 0, way) for way in (RIGHT, DOWN, UP, LEFT)] == [1, 3, 4, 5]
    among[1] = False
    assert next_towards(x, y, among, 0, RIGHT) == 2
    assert next_towards(x, y, among, 2, RIGHT) == -1
    assert nearest(x, y, among, (9.0, 1.0), 3.0) == -1
    assert nearest(x, y, among, (1.0, 1.0), 3.0) == 0
    assert nearest(np.empty(0), np.empty(0), np.empty(0, np.bool_), (0, 0), 9) == -1


@pytest.fixture
def painter(qapp: QApplication) -> SkyPainter:
    sky = small_sky()
    theme = Theme(ROOT / "resources", Settings(theme=Preference.LIGHT))
    return SkyPainter(chart_of(sky, some_stars(sky), everything=True), palette_of(theme), QImage(), 0.2, 1.0)


VIEW = QSizeF(400, 300)


def pixels(image: QImage) -> NDArray[np.int64]:
    return np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)


def drawn(kept: Kept, camera: Camera) -> QImage:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    brush = QPainter(image)
    kept.paint(brush, camera, VIEW)
    brush.end()
    return image


def test_the_kept_picture_is_what_would_be_drawn(painter: SkyPainter) -> None:
    camera = Camera(1200.0, 0.0, 0.2)
    kept = Kept(painter)
    kept.fill(camera, VIEW)
    direct = QImage(400, 300, QImage.Format.Format_RGB32)
    brush = QPainter(direct)
    painter.paint(brush, QRect(0, 0, 400, 300), Spot.of(camera, VIEW, 1.0))
    brush.end()
    one, other = (pixels(image) for image in (drawn(kept, camera), direct))
    differ = (np.abs(one - other) > 4).any(axis=1)
    assert differ.mean() < 0.01, "what lies between two pixels may be rounded differently, nothing more"
    assert len({direct.pixel(x, 150) for x in range(400)}) > 5


def test_a_pan_within_the_margin_needs_no_new_picture_and_shows_the_same(painter: SkyPainter) -> None:
    camera = Camera(1200.0, 0.0, 0.2)
    kept = Kept(painter)
    kept.fill(camera, VIEW)
    assert not kept.lacks(camera, VIEW)
    assert not kept.lacks(camera.panned(30, 20), VIEW)
    assert kept.lacks(camera.panned(95, 0), VIEW)
    before, after = drawn(kept, camera), drawn(kept, camera.panned(30, 20))
    assert before.copy(0, 0, 370, 280) == after.copy(30, 20, 370, 280)


def test_another_scale_lacks_a_picture_which_comes_in_bands(painter: SkyPainter) -> None:
    camera, closer = Camera(1200.0, 0.0, 0.2), Camera(1200.0, 0.0, 0.34)
    kept = Kept(painter)
    kept.fill(camera, VIEW)
    kept.keep_whole()
    assert kept.lacks(closer, VIEW)
    assert kept.is_far_off(closer)
    kept.begin(closer, VIEW)
    assert not kept.is_far_off(closer), "one is on its way"
    turns = 1
    while not kept.go_on(0.0):
        turns += 1
        assert not drawn(kept, closer).isNull()
    assert turns > 3
    assert kept.is_exact(closer)
    assert not kept.lacks(closer, VIEW)


def test_on_a_fine_screen_a_coarse_picture_comes_first_and_the_sharp_one_in_bands(qapp: QApplication) -> None:
    sky = small_sky()
    theme = Theme(ROOT / "resources", Settings(theme=Preference.LIGHT))
    chart = chart_of(sky, some_stars(sky), everything=True)
    fine = SkyPainter(chart, palette_of(theme), QImage(), 0.2, 2.0)
    camera, kept = Camera(1200.0, 0.0, 0.2), Kept(fine)
    kept.fill(camera, VIEW)
    coarse = kept.bytes
    assert not kept.is_drawing
    assert not kept.is_exact(camera)
    assert kept.lacks(camera, VIEW)
    first = QImage(800, 600, QImage.Format.Format_RGB32)
    brush = QPainter(first)
    kept.paint(brush, camera, VIEW)
    brush.end()
    assert len({first.pixel(x, 300) for x in range(800)}) > 5
    kept.begin(camera, VIEW)
    while not kept.go_on():
        assert kept.is_drawing
    assert kept.is_exact(camera)
    assert kept.bytes > 3 * coarse
