"""Pairs of articles as sorted numbers: looked up by the array instead of one by one."""

from __future__ import annotations

import numpy as np
from atlas_vectors import Floats, Sparse
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Keys = NDArray[np.int64]
"""Pairs of articles as one number each (first times the number of articles, plus second), sorted."""


def filled(matrix: Sparse) -> Keys:
    """The filled places of a matrix, numbered through; in order where its columns stand in order in every row."""
    rows = np.repeat(np.arange(matrix.height, dtype=np.int64), np.diff(matrix.starts))
    return rows * matrix.width + matrix.columns


def between(keys: Keys, low: int, high: int) -> Keys:
    """Those of sorted keys from `low` to before `high`."""
    return keys[np.searchsorted(keys, low) : np.searchsorted(keys, high)]


def holds(keys: Keys, pairs: Keys) -> Bools:
    """Which pairs are among sorted keys."""
    if len(keys) == 0:
        return np.zeros(len(pairs), dtype=bool)
    return keys[np.minimum(np.searchsorted(keys, pairs), len(keys) - 1)] == pairs


def told(keys: Keys, values: Floats, pairs: Keys) -> Floats:
    """Values of pairs, 0 where nothing is told."""
    if len(keys) == 0:
        return np.zeros(len(pairs), dtype=np.float32)
    places = np.minimum(np.searchsorted(keys, pairs), len(keys) - 1)
    return np.where(keys[places] == pairs, values[places], 0.0).astype(np.float32)


def top(block: Floats, floor: float, much: int) -> Keys:
    """Flat places of the largest values of each row above a floor, at most `much` of a row, in no order."""
    flat = np.flatnonzero(block.ravel() > floor)
    rows = flat // block.shape[1]
    order = np.lexsort((-block.ravel()[flat], rows))
    counts = np.bincount(rows, minlength=block.shape[0])
    place = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)
    return flat[order][place < much]
