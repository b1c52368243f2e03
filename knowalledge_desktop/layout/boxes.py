"""Boxes that are taken, and where further ones fit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Size = tuple[float, float]
Array = NDArray[np.float64]


class Boxes:
    """A growing set of boxes (left, top, right, bottom) in scene units."""

    def __init__(self) -> None:
        self._data: Array = np.empty((64, 4))
        self._count = 0

    @classmethod
    def of(cls, centres: Array, sizes: Array) -> Boxes:
        """Boxes that are taken from the beginning: arrays of centres and sizes, a row each."""
        made = cls()
        made._data = np.concatenate(
            [
                centres - sizes / 2,
                centres + sizes / 2,
            ],
            axis=1,
        )
        made._count = len(made._data)
        return made

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all; zeros when there are none."""
        data = self._data[: self._count]
        if not len(data):
            return (0.0, 0.0, 0.0, 0.0)
        left, top = data[:, :2].min(axis=0).tolist()
        right, bottom = data[:, 2:].max(axis=0).tolist()
        return (left, top, right, bottom)

    def add(self, x: float, y: float, w: float, h: float) -> None:
        """Take a box, given by its centre and size."""
        if self._count == len(self._data):
            self._data = np.concatenate([self._data, np.empty((max(64, self._count), 4))])
        self._data[self._count] = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        self._count += 1

    def free_all(
        self, spots: Sequence[tuple[float, float]], sizes: Sequence[Size], clearance: float, aside: float = 0.0
    ) -> bool:
        """Whether boxes of these sizes fit at these centres, all at once; sideways `aside` is kept clear."""
        wide = max(clearance, aside)
        data = self._data[: self._count]
        for (x, y), (w, h) in zip(spots, sizes, strict=True):
            hit = (
                (data[:, 0] < x + w / 2 + wide)
                & (data[:, 2] > x - w / 2 - wide)
                & (data[:, 1] < y + h / 2 + clearance)
                & (data[:, 3] > y - h / 2 - clearance)
            )
            if bool(hit.any()):
                return False
        return True

    def slide(
        self,
        xs: Sequence[float],
        sizes: Sequence[Size],
        gap: float,
        wanted: float,
        clear: Size,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float:
        """The top nearest to `wanted` where a column of boxes fits; not above `least`, not below `most`.

        `xs` are the centres of the boxes, which follow each other downwards `gap` apart; `clear`
        is the clear distance they keep sideways and up and down. Each taken box forbids an
        interval of tops to each box of the column; the answer is the nearest point outside all.
        """
        data = self._data[: self._count]
        # Whatever stands beside the whole column concerns none of its boxes.
        first = min(x - w / 2 for x, (w, _) in zip(xs, sizes, strict=True)) - clear[0]
        last = max(x + w / 2 for x, (w, _) in zip(xs, sizes, strict=True)) + clear[0]
        data = data[(data[:, 0] < last) & (data[:, 2] > first)]
        forbidden: list[Array] = []
        offset = 0.0
        for x, (w, h) in zip(xs, sizes, strict=True):
            near = data[(data[:, 0] < x + w / 2 + clear[0]) & (data[:, 2] > x - w / 2 - clear[0])]
            forbidden.append(np.column_stack([near[:, 1] - clear[1] - h - offset, near[:, 3] + clear[1] - offset]))
            offset += h + gap
        spans = np.concatenate(forbidden)
        spans = spans[np.argsort(spans[:, 0], kind="stable")]
        if not len(spans):
            return wanted
        # Intervals that touch are one: where a start lies beyond all ends before it, a new one begins.
        reach = np.maximum.accumulate(spans[:, 1])
        begins = np.flatnonzero(np.concatenate([[True], spans[1:, 0] >= reach[:-1]]))
        starts, stops = spans[begins, 0], reach[np.append(begins[1:] - 1, len(spans) - 1)]
        at = int(np.searchsorted(starts, wanted, side="left")) - 1
        if at < 0 or stops[at] <= wanted:
            return wanted
        above, below = float(starts[at]), float(stops[at])
        is_above = wanted - above < below - wanted
        return above if (is_above and above >= least) or below > most else below
