"""Boxes that are taken, and where further ones fit."""

from __future__ import annotations

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

    def add(self, x: float, y: float, w: float, h: float) -> None:
        """Take a box, given by its centre and size."""
        if self._count == len(self._data):
            self._data = np.concatenate([self._data, np.empty_like(self._data)])
        self._data[self._count] = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        self._count += 1

    def free_all(self, spots: Sequence[tuple[float, float]], sizes: Sequence[Size], clearance: float) -> bool:
        """Whether boxes of these sizes fit at these centres, all at once."""
        data = self._data[: self._count]
        for (x, y), (w, h) in zip(spots, sizes, strict=True):
            hit = (
                (data[:, 0] < x + w / 2 + clearance)
                & (data[:, 2] > x - w / 2 - clearance)
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
        reach: float,
        clearance: float,
    ) -> float | None:
        """The top, nearest to `wanted` and at most `reach` away, where a column of boxes fits.

        `xs` are the centres of the boxes, which follow each other downwards `gap` apart. Each
        taken box forbids an interval of tops to each box of the column; the answer is the
        nearest point outside all of them.
        """
        data = self._data[: self._count]
        forbidden: list[Array] = []
        offset = 0.0
        for x, (w, h) in zip(xs, sizes, strict=True):
            beside = (data[:, 0] < x + w / 2 + clearance) & (data[:, 2] > x - w / 2 - clearance)
            near = data[beside]
            forbidden.append(
                np.column_stack([near[:, 1] - clearance - h - offset, near[:, 3] + clearance - offset])
            )
            offset += h + gap
        spans = np.concatenate(forbidden)
        spans = spans[(spans[:, 1] > wanted - reach) & (spans[:, 0] < wanted + reach)]
        if not len(spans):
            return wanted
        candidates = np.concatenate([[wanted], spans[:, 0], spans[:, 1]])
        candidates = candidates[np.abs(candidates - wanted) <= reach]
        inside = (candidates[:, None] > spans[None, :, 0] + 1e-9) & (
            candidates[:, None] < spans[None, :, 1] - 1e-9
        )
        good = candidates[~inside.any(axis=1)]
        if not len(good):
            return None
        return float(good[np.argmin(np.abs(good - wanted))])
