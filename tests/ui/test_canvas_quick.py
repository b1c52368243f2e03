"""What is quick on big maps where the order is kept says the same as the slow way."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from knowalledge_desktop.ui.canvas.metrics import differing, lacking
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.motion import _came_from


def changed(rng: random.Random, ids: list[str]) -> list[str]:
    """The same names with some gone, some new, or some elsewhere."""
    made = list(ids)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(made) + 1)
        match rng.randrange(4):
            case 0:
                made[at:at] = [f"new{rng.random()}"]
            case 1:
                del made[at : at + 3]
            case 2:
                made.append(f"last{rng.random()}")
            case _:
                made = made[at:] + made[:at]
    return made


@pytest.mark.parametrize("seed", range(25))
def test_changes_are_found_whatever_the_order(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    ids = [f"t{number}" for number in range(20)]
    before: dict[str, object] = {each: object() for each in ids}
    after = {each: before.get(each, object()) for each in changed(rng, ids)}
    for each in rng.sample(list(after), min(len(after), rng.randrange(3))):
        after[each] = object()
    assert differing(before, after) == [i for i in after if before.get(i) is not after[i]]
    for one, other in ((before, after), (after, before)):
        assert set(lacking(one, other)) == other.keys() - one.keys()


@pytest.mark.parametrize("seed", range(25))
def test_each_row_is_known_to_come_from_where_it_was(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    old = [f"t{number}" for number in range(rng.choice([0, 1, 20]))]
    new = changed(rng, old)
    before, after = (replace(Rows(), ids=tuple(i), index={n: k for k, n in enumerate(i)}) for i in (old, new))
    assert _came_from(before, after).tolist() == [before.index.get(each, -1) for each in new]
