"""Titles that keep their size end where another topic begins."""

from __future__ import annotations

import numpy as np

from knowalledge_desktop.ui.canvas.label_rooms import ALL_AT_ONCE, LabelRooms, label_rooms
from knowalledge_desktop.ui.canvas.model import Rows


def rows_at(spots: list[tuple[float, float]], sides: list[int], wide: float = 100.0) -> Rows:
    count = len(spots)
    return Rows(
        ids=tuple(str(n) for n in range(count)),
        x=np.array([x for x, _ in spots]),
        y=np.array([y for _, y in spots]),
        w=np.full(count, wide),
        h=np.full(count, 26.0),
        side=np.array(sides, np.int32),
    )


def test_a_title_has_room_up_to_the_next_topic_on_its_line() -> None:
    rows = rows_at([(0, 0), (300, 4), (700, 60), (-200, -10), (-500, -8)], [1, 1, 1, -1, -1])
    rooms = label_rooms(rows)
    assert rooms[0] == 300.0  # from its left edge to that of the next one
    assert np.isinf(rooms[1])
    assert np.isinf(rooms[2])
    assert rooms[3] == 300.0
    assert np.isinf(rooms[4])


def test_nothing_that_is_in_the_way_is_missed() -> None:
    dice = np.random.default_rng(5)
    spots = [(float(x), float(y)) for x, y in dice.uniform(-2000, 2000, (300, 2))]
    sides = [1 if each else -1 for each in dice.integers(0, 2, 300)]
    rows = rows_at(spots, sides, 60.0)
    for row, room in enumerate(label_rooms(rows).tolist()):
        port = rows.x[row] - sides[row] * 30.0
        ahead = (rows.x - sides[row] * 30.0 - port) * sides[row]
        near = (np.abs(rows.y - rows.y[row]) < 12.0) & (ahead > 1.0)
        nearest = float(ahead[near].min()) if near.any() else np.inf
        assert room <= nearest + 1e-6


def test_of_a_big_map_only_what_is_seen_is_asked() -> None:
    count = ALL_AT_ONCE + 1
    rows = rows_at([(200.0 * (n % 50), 40.0 * (n // 50)) for n in range(count)], [1] * count)
    rooms = LabelRooms()
    rooms.look(rows, np.array([50, 51, 53], np.int32))
    assert rooms.room(50) == 200.0
    assert rooms.room(51) == 400.0
    assert np.isinf(rooms.room(7))
