"""What a frame of the canvas costs from 500 to 50,000 topics, at both sharpnesses, and what acts on
such maps cost.

Each size and sharpness runs in a process of its own, the usual QGraphicsView program and a bare copy of the window
in the same run. Times are those of the processor, as other programs may run beside; walls are printed too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parent.parent.parent
SIZES = (500, 5_000, 20_000, 50_000)
P95_MS = {500: 4.0, 5_000: 4.0, 20_000: 6.0, 50_000: 8.0}
P95_MS_SHARP = 16.7
FIT_TIMES_AT_50K = 1000.0
MEMORY_MB = {1: 200.0, 2: 320.0}
SLICE_MS = 50.0
IDLE_MS_A_SECOND = 3.0
SUBLINEAR = 3.0
"""Ten times the topics may cost so many times the frame at most."""

Figures = dict[str, object]


def run(count: int, dpr: int, *, plain: bool) -> list[Figures]:
    """The lines of one run."""
    command = [sys.executable, "-m", "tests.support.canvas_scale", str(count), *(["plain"] if plain else [])]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "QT_SCALE_FACTOR": str(dpr), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=115,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


class Runs:
    """Each run is made when it is first asked for; the usual program takes part but for the sharp big maps."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], list[Figures]] = {}

    def __getitem__(self, key: tuple[int, int]) -> list[Figures]:
        if key not in self._found:
            count, dpr = key
            self._found[key] = lines = run(count, dpr, plain=dpr == 1 or count <= SIZES[1])
            print()
            for line in lines:
                if "pan" in line:
                    print(_row(count, dpr, line))
            for line in lines:
                if "pan" not in line:
                    print("   ", {k: round(v, 2) if isinstance(v, float) else v for k, v in line.items()})
        return self._found[key]


@pytest.fixture(scope="module")
def figures() -> Runs:
    """All runs, made one by one."""
    return Runs()


def _row(count: int, dpr: int, line: Figures) -> str:
    text = f"{count:>6} x{dpr} {line['view']!s:>6} seen {line['seen']!s:>6}"
    for name in ("pan", "zoom"):
        cost, bare = line[name], line["bare"]
        assert isinstance(cost, dict)
        assert isinstance(bare, float)
        text += (
            f" | {name} cpu {cost['cpu']:.1f} p95 {cost['cpu95']:.1f}, wall {cost['median']:.1f}"
            f" p95 {cost['p95']:.1f}, {cost['cpu'] / bare:.1f} blits, between p95 {cost['between']:.1f}"
        )
    return text


def values(lines: list[Figures], name: str, part: str) -> list[float]:
    """One figure of all views of a run."""
    found: list[float] = []
    for line in lines:
        each = line.get(name)
        if isinstance(each, dict):
            found.append(float(each[part]))
    return found


@pytest.mark.parametrize("dpr", [1, 2])
@pytest.mark.parametrize("count", SIZES)
def test_frames_keep_the_pace(figures: Runs, count: int, dpr: int) -> None:
    for act in ("pan", "zoom"):
        worst = max(values(figures[count, dpr], act, "cpu95"))
        assert worst <= (P95_MS[count] if dpr == 1 else P95_MS_SHARP), act


def test_ten_times_the_topics_cost_far_less_than_ten_times(
    figures: Runs,
) -> None:
    for act in ("pan", "zoom"):
        few, many = (values(figures[n, 1], act, "cpu") for n in (5_000, 50_000))
        assert all(b <= SUBLINEAR * a for a, b in zip(few, many, strict=True))


def test_a_big_map_is_a_thousand_times_quicker_than_the_usual_program(
    figures: Runs,
) -> None:
    fit = next(line for line in figures[50_000, 1] if line.get("view") == "fit" and "times_pan" in line)
    assert min(float(str(fit["times_pan"])), float(str(fit["times_zoom"]))) >= FIT_TIMES_AT_50K


@pytest.mark.parametrize("dpr", [1, 2])
def test_memory_is_bounded(figures: Runs, dpr: int) -> None:
    used = next(line for line in figures[50_000, dpr] if "memory_mb" in line)
    assert float(str(used["memory_mb"])) <= MEMORY_MB[dpr]


def test_acts_on_a_big_map_hold_the_window_up_for_a_moment_only(
    figures: Runs,
) -> None:
    acts = next(line for line in figures[50_000, 1] if "expanded" in line)
    for name in ("expanded", "painting", "slices", "stored", "undone", "dimmed"):
        assert float(str(acts[name])) <= SLICE_MS, name
    assert float(str(acts["idle_ms_per_s"])) <= IDLE_MS_A_SECOND
