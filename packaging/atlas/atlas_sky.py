"""Places and links of all articles of a language, and the picture of the links, for seeing them at once."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from atlas_ranking import Branch

from knowalledge_desktop.layout.haze import Haze, draw_haze
from knowalledge_desktop.layout.sky import place_sky

BRANCHES = 12
"""So many of an article's branches are links of the sky, beside the articles its text names."""
WIDTH = 2304
"""Pixels of the picture of the links."""


@dataclass(frozen=True, slots=True)
class Plotted:
    """As it is stored.

    `areas` the largest first; `places` x and y as little-endian 32-bit floats; `links` pairs of numbers of
    articles as little-endian 16-bit integers; `haze` a grey PNG that shows `box` (left, top, width, height).
    """

    areas: list[str]
    places: bytes
    links: bytes
    haze: bytes
    box: tuple[float, float, float, float]


def plot(
    areas: Sequence[str], fame: Sequence[int], links: list[list[tuple[int, int]]], branches: list[list[Branch]]
) -> Plotted:
    """Find each article's place. The same input gives the same result."""
    names = [name for name, _ in sorted(Counter(areas).items(), key=lambda pair: (-pair[1], pair[0]))]
    number = {name: n for n, name in enumerate(names)}
    area = [number[name] for name in areas]
    counts: dict[tuple[int, int], float] = {}
    for source, row in enumerate(links):
        for target, weight in row:
            pair = (min(source, target), max(source, target))
            counts[pair] = counts.get(pair, 0.0) + weight / 100
    for source, some in enumerate(branches):
        for rank, branch in enumerate(some[:BRANCHES]):
            pair = (min(source, branch.target), max(source, branch.target))
            counts[pair] = counts.get(pair, 0.0) + 1.0 - rank / (BRANCHES + 3)
    pairs = sorted(counts)
    places = place_sky(area, fame, pairs, [counts[pair] for pair in pairs])
    haze = draw_haze(places, area, pairs, WIDTH)
    return Plotted(
        names,
        places.astype("<f4").tobytes(),
        np.asarray(pairs, "<u2").tobytes(),
        as_png(haze),
        (haze.left, haze.top, haze.wide, haze.high),
    )


def as_png(haze: Haze) -> bytes:
    """A grey PNG (ISO/IEC 15948); each row as the difference from the one above, which packs best here."""
    height, width = haze.grey.shape
    above = np.vstack([np.zeros((1, width), np.uint8), haze.grey[:-1]])
    rows = np.hstack([np.full((height, 1), 2, np.uint8), haze.grey - above])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b"")
