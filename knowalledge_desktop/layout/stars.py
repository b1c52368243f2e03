"""Where topics of the library stand in the sky that are no articles of it.

Those of a map with an article gather around the article they come from. A map without any gets a disc of its own
in a band below the sky.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowalledge_desktop.layout.sky import GAP, STEP

Point = tuple[float, float]

NEAR, APART = 6.0, 3.4
"""Scene units from an article to the first topic around it, and how fast further ones go outwards."""
OWN_STEP = 2.0 * STEP
"""Scene units between the topics of a map that has no article."""
_GOLDEN = math.pi * (3.0 - math.sqrt(5.0))


@dataclass(frozen=True, slots=True)
class Disc:
    """A round part of the sky for the topics of one group."""

    group: int
    x: float
    y: float
    radius: float


def place_stars(
    parents: Sequence[int],
    groups: Sequence[int],
    fixed: Mapping[int, Point],
    box: tuple[float, float, float, float],
) -> tuple[list[Point], list[Disc]]:
    """Places of all topics in scene units, and the discs of the maps that have no place in the sky.

    `parents` are places in the list (-1 without), each before its children; `groups` say which map a topic is in;
    `fixed` are the places of those that are articles; `box` is the sky: left, top, width, height.
    """
    members: dict[int, list[int]] = {}
    for star, group in enumerate(groups):
        members.setdefault(group, []).append(star)
    places: list[Point] = [(0.0, 0.0)] * len(parents)
    around: dict[int, int] = {}
    loose: list[int] = []
    anchors: dict[int, int] = {star: star for star in fixed}
    for star, at in fixed.items():
        places[star] = at
    for group, some in members.items():
        first = next((star for star in some if star in fixed), -1)
        if first < 0:
            loose.append(group)
            continue
        for star in some:
            if star in fixed:
                continue
            anchor = anchors[star] = anchors.get(parents[star], first)
            count = around[anchor] = around.get(anchor, 0) + 1
            reach, angle = NEAR + APART * math.sqrt(count), count * _GOLDEN
            x, y = places[anchor]
            places[star] = (x + reach * math.cos(angle), y + reach * math.sin(angle))
    discs = _band([(group, len(members[group])) for group in loose], box)
    for disc in discs:
        for n, star in enumerate(members[disc.group]):
            reach, angle = OWN_STEP * math.sqrt(n), n * _GOLDEN
            places[star] = (disc.x + reach * math.cos(angle), disc.y + reach * math.sin(angle))
    return places, discs


def _band(sizes: Sequence[tuple[int, int]], box: tuple[float, float, float, float]) -> list[Disc]:
    """Discs in rows as wide as the sky, below it; each row in its middle."""
    left, top, wide, high = box
    wide = max(wide, 24 * STEP)
    discs: list[Disc] = []
    row: list[tuple[int, float]] = []
    y, used = top + high + GAP, 0.0

    def end_row() -> None:
        nonlocal y, used
        x = left + (wide - used + GAP) / 2
        most = max(radius for _, radius in row)
        for group, radius in row:
            discs.append(Disc(group, x + radius, y + most, radius))
            x += 2 * radius + GAP
        y, used = y + 2 * most + GAP, 0.0
        row.clear()

    for group, count in sizes:
        radius = OWN_STEP * (math.sqrt(count) + 1)
        if row and used + 2 * radius > wide:
            end_row()
        row.append((group, radius))
        used += 2 * radius + GAP
    if row:
        end_row()
    return discs
