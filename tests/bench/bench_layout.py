"""What layouts of 50,000 topics cost, and how long the window stands still while one is worked out behind it."""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Awaitable, Callable
from time import perf_counter

import numpy as np
import pytest

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.views import View
from knowalledge_desktop.layout.contour import band
from knowalledge_desktop.layout.forest import forest_of
from knowalledge_desktop.layout.packing import packed
from knowalledge_desktop.layout.views import tidy
from knowalledge_desktop.ui.canvas.views import tidied
from knowalledge_desktop.ui.view_controller import _behind
from tests.support.qt import run_async

__all__ = ["run_async"]
pytestmark = pytest.mark.bench

TOPICS = 50_000
ROUNDS, GAP_ROUNDS = 5, 3
BAND_MS, PACK_MS, GAP_MS = 50.0, 500.0, 20.0
TICK_S = 0.002

Run = Callable[[Awaitable[None]], None]
Sizes = dict[str, tuple[float, float]]


@pytest.fixture(scope="module")
def big() -> tuple[Map, Sizes]:
    """A map as one that has grown for long: few branches, many topics below, one in seven with a date."""
    topics, parents, number = {"r": Topic("r", "Everything")}, ["r"], 0
    while len(topics) < TOPICS:
        parent = parents[number]
        for i in range(min(8 if parent != "r" else 15, TOPICS - len(topics))):
            name = f"t{len(topics)}"
            when = f" ({1000 + len(topics) % 1000})" if len(topics) % 7 == 0 else ""
            topics[name] = Topic(name, f"A subject with number {len(topics)}{when}", parent, float(i))
            parents.append(name)
        number += 1
    heights = {i: (60.0 + 6.0 * len(t.title), 26.0 if t.parent_id else 48.0) for i, t in topics.items()}
    return Map("m", "Everything", "r", topics), heights


def median_ms(act: Callable[[], object]) -> float:
    """The middle of some rounds."""
    spent: list[float] = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        act()
        spent.append((perf_counter() - begun) * 1e3)
    return statistics.median(spent)


def test_contours_and_bands_of_a_big_map(big: tuple[Map, Sizes]) -> None:
    document, sizes = big
    forest = forest_of(document, sizes)
    gap = np.array([0.0, 20.0, 8.0])
    relayout = median_ms(lambda: band(forest, forest.h, gap))
    contour = median_ms(lambda: packed(forest))
    print(f"\n{TOPICS} topics: bands {relayout:.1f} ms, contour pack {contour:.0f} ms,", end=" ")
    print(f"arrays from the map {median_ms(lambda: forest_of(document, sizes)):.0f} ms")
    assert relayout < BAND_MS
    assert contour < PACK_MS


def test_every_view_of_a_big_map_from_scratch(big: tuple[Map, Sizes]) -> None:
    document, sizes = big
    print()
    for view in (view for view in View if view is not View.TIMELINE):
        begun = perf_counter()
        assert len(tidy(view, document, sizes)) == TOPICS
        print(f"{view.name.lower():>9}: {(perf_counter() - begun) * 1e3:.0f} ms with all places as values")


def test_the_window_ticks_on_while_a_layout_is_worked_out_behind(big: tuple[Map, Sizes], run_async: Run) -> None:
    document, sizes = big

    async def worst_gap(view: View) -> float:
        gaps, last = list[float](), perf_counter()
        behind = asyncio.ensure_future(_behind(tidied, view, document, sizes))
        while not behind.done():
            await asyncio.sleep(TICK_S)
            now = perf_counter()
            gaps.append((now - last) * 1e3)
            last = now
        assert len(await behind) == TOPICS
        usual = statistics.median(gaps)
        print(f"{view.name.lower():>9}: {len(gaps)} ticks, usually {usual:.1f} ms apart, at most {max(gaps):.1f}")
        return max(gaps)

    async def steps() -> None:
        await asyncio.to_thread(gc.disable)  # as in the window, whose collector waits for a pause
        for view in (view for view in View if view is not View.TIMELINE):
            # Other programs may hold the window up too: what the layout does itself, it does in each round.
            assert min([await worst_gap(view) for _ in range(GAP_ROUNDS)]) <= GAP_MS

    print()
    try:
        run_async(steps())
    finally:
        gc.enable()
