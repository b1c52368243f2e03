"""All links of the sky as one picture: how much of them goes over each spot.

Tens of thousands of lines cannot be drawn for every frame. Summed up once they are a haze that tells the same
from afar: what hangs together, and where the thick strands between the areas run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MARGIN = 40.0
"""Scene units around the outermost articles."""
BOW = 0.22
"""How far links between areas bend towards the middle of the sky, as a part of the way there."""
INSIDE, ABROAD = 0.13, 0.60
"""What a link leaves on each pixel it goes over; between areas at a length of one pixel, less the longer it is."""
LEVELS = 64
"""Steps of grey that are told apart; few are packed well."""
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Haze:
    """Grey levels (0 none, 255 most), shape (height, width), of the box `left`, `top`, `wide`, `high` (scene)."""

    grey: NDArray[np.uint8]
    left: float
    top: float
    wide: float
    high: float


def draw_haze(places: Floats, area: Sequence[int], links: Sequence[tuple[int, int]], width: int) -> Haze:
    """The haze of these links, `width` pixels wide."""
    low, high = places.min(axis=0) - MARGIN, places.max(axis=0) + MARGIN
    scale = width / (high[0] - low[0])
    height = max(1, round((high[1] - low[1]) * scale))
    areas, pairs = np.asarray(area), np.asarray(links, np.int64).reshape(-1, 2)
    at = (places - low) * scale
    apart = areas[pairs[:, 0]] != areas[pairs[:, 1]]
    inside = _total(at, pairs[~apart], (width, height), abroad=False)
    # Long strands are soft anyway: half the pixels are enough for them, and a quarter of the time.
    half = _total(at / 2.0, pairs[apart], (width // 2 + 1, height // 2 + 1), abroad=True)
    strands = _softened(np.repeat(np.repeat(half, 2, axis=0), 2, axis=1)[:height, :width])
    shade = 1.0 - np.exp(-_softened(inside) - strands)
    grey = np.round(np.round(shade * (LEVELS - 1)) * (255.0 / (LEVELS - 1))).astype(np.uint8)
    return Haze(grey, float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _total(at: Floats, pairs: NDArray[np.int64], size: tuple[int, int], *, abroad: bool) -> Floats:
    """What all these links leave on each pixel, shape (height, width)."""
    total = np.zeros(size[0] * size[1])
    middle = at.mean(axis=0)
    length = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
    for chosen in np.array_split(np.argsort(length, kind="stable"), max(1, len(pairs) // _CHUNK)):
        if len(chosen):
            total += _strokes(at[pairs[chosen]], length[chosen], middle, size, abroad=abroad)
    return total.reshape(size[1], size[0])


def _strokes(ends: Floats, length: Floats, middle: Floats, size: tuple[int, int], *, abroad: bool) -> Floats:
    """What links of about one length leave on each pixel; a quadratic Bézier curve each, evenly sampled."""
    width, height = size
    steps = max(2, int(np.ceil(length.max())) + 1)
    t = np.linspace(0.0, 1.0, steps)[:, None]
    a, b = ends[:, 0], ends[:, 1]
    bend = (a + b) / 2.0
    if abroad:
        bend = bend + BOW * (middle - bend)
    strength = length / steps * (ABROAD / np.sqrt(np.maximum(length, 1.0)) if abroad else INSIDE)
    # A stroke is strong where it begins and ends and thin between, so that the crossings stay clear.
    shape = 0.35 + 0.65 * (2.0 * t - 1.0) ** 2
    x = (1 - t) ** 2 * a[:, 0] + 2 * t * (1 - t) * bend[:, 0] + t**2 * b[:, 0]
    y = (1 - t) ** 2 * a[:, 1] + 2 * t * (1 - t) * bend[:, 1] + t**2 * b[:, 1]
    column = np.clip(x, 0, width - 1).astype(np.int64)
    row = np.clip(y, 0, height - 1).astype(np.int64)
    spots = (row * width + column).ravel()
    return np.bincount(spots, (shape * strength).ravel(), minlength=width * height).astype(np.float64)


def _softened(grid: Floats) -> Floats:
    """Each pixel with a little of its neighbours (binomial, 3 x 3), against steps in slanted lines."""
    padded = np.pad(grid, 1)
    across = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    return 0.25 * across[:-2] + 0.5 * across[1:-1] + 0.25 * across[2:]
