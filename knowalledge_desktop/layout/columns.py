"""Groups of new siblings as columns, put where there is room while nothing that is there moves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowalledge_desktop.layout.boxes import Boxes, Size

STEP_OUT = 44.0
OUT_COST = 1.4
"""How much worse it is to go further out than to slide along the column, per unit."""
ASIDE = 40.0
"""Clear distance sideways to the topics of another column: room for what a person puts on a topic, and labels."""


@dataclass(frozen=True, slots=True)
class Group:
    """New siblings: ids in order, their sizes, and the clear distance between them."""

    ids: tuple[str, ...]
    sizes: tuple[Size, ...]
    gap: float

    @classmethod
    def of(cls, ids: Iterable[str], sizes: Mapping[str, Size], gap: float) -> Group:
        """The siblings of these ids."""
        listed = tuple(ids)
        return cls(listed, tuple(sizes[i] for i in listed), gap)

    @property
    def height(self) -> float:
        """From the top of the first to the bottom of the last."""
        return sum(h for _, h in self.sizes) + self.gap * (len(self.sizes) - 1)


def column(
    group: Group,
    side: int,
    near: float,
    wanted: float,
    taken: Boxes,
    *,
    least: float = -math.inf,
    aside: float = ASIDE,
    clear: float | None = None,
) -> list[tuple[float, float]]:
    """Centres of a straight column outward of `near`, its top as near to `wanted` as there is room.

    `side` is 1 when it grows to the right. Sliding along the column and going further out are weighed
    against each other; it does not slide above `least`. `aside` and `clear` are the distances it keeps sideways
    and up and down, the latter as between siblings when not given.
    """
    best, best_cost, out = (near, wanted), math.inf, 0.0
    distance = (aside, group.gap if clear is None else clear)
    while out * OUT_COST < best_cost:
        edge = near + side * out
        xs = [edge + side * w / 2.0 for w, _ in group.sizes]
        top = taken.slide(xs, group.sizes, group.gap, wanted, distance, least)
        cost = abs(top - wanted) + out * OUT_COST
        if cost < best_cost:
            best, best_cost = (edge, top), cost
        out += STEP_OUT
    edge, y = best
    spots: list[tuple[float, float]] = []
    for w, h in group.sizes:
        spots.append((edge + side * w / 2.0, y + h / 2.0))
        y += h + group.gap
    return spots
