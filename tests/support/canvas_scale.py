"""One run of the canvas at one size and sharpness, in a process of its own; prints its figures as lines of JSON.

Every frame is painted into the window's real backing store, and between frames the loop runs as it does on a
screen of 60 pictures a second, so that what the canvas does in the pauses is done, and measured as well.
"""

from __future__ import annotations

import json
import math
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter, thread_time

from PySide6.QtCore import QEvent, QEventLoop, QPointF, QSize, QTimer
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from knowalledge_desktop.core.graph import Change, Map, Place, PutTopic, Topic
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.renderer import MapRenderer
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.support.plain_canvas import Blit, plain_view

RESOURCES = Path(__file__).parent.parent.parent / "resources"
SIZE = QSize(1600, 1000)
FRAMES, FRAME_S = 60, 1 / 60
PLAIN_FRAMES = {500: 6, 5000: 4, 20000: 2, 50000: 1}
PLAIN_MANY_FROM = 0.1
PAN_PX, ZOOM = 17, 1.05
SEARCHED = "carbon"
WORDS = ("Light", "Dark", "Carbon", "Cycle", "Water", "Plant", "Energy", "Chemistry", "Reaction", "Enzyme", "Law")
WORDS += ("History", "Theory", "Ocean", "River", "Mountain", "Language", "Music", "Number", "Function", "Trade")


def grown_map(count: int) -> Map:
    """A map as one that has grown for long, without places."""
    topics, parents, number = {"r": Topic("r", "Everything")}, ["r"], 0
    while len(topics) < count:
        parent = parents[number]
        for i in range(min(15 if parent == "r" else 3 + number * 5 % 8, count - len(topics))):
            name = f"t{len(topics)}"
            title = " ".join(
                WORDS[(len(topics) // (k + 1) + 5 * k) % len(WORDS)] for k in range(1 + len(topics) % 3)
            ).capitalize()
            topics[name] = Topic(name, title, parent, float(i), summary=f"What {title.lower()} is about")
            parents.append(name)
        number += 1
    return Map("m", "Everything", "r", topics)


def painted(widget: QWidget) -> None:
    """Paint the window now, as the next frame would."""
    QApplication.sendEvent(widget.window(), QEvent(QEvent.Type.UpdateRequest))


def told(**figures: object) -> None:
    """One line of figures."""
    print(json.dumps(figures), flush=True)


def quantile(values: list[float], part: float) -> float:
    """A part of the values is not above this."""
    return sorted(values)[min(len(values) - 1, math.ceil(part * len(values)) - 1)]


def resident_mb() -> float:
    """Memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


class Run:
    """The canvas with one map."""

    def __init__(self, count: int) -> None:
        self.app = QApplication([])
        self.theme = Theme(RESOURCES, Settings(theme=Preference.LIGHT, reduced_motion=True))
        self.count = count
        self.canvas = GraphCanvas(self.theme)
        self.canvas.resize(SIZE)
        self.canvas.show()
        self.blit = Blit(SIZE)
        self.blit.show()
        self.idle(0.2)
        found: dict[str, Place] = {}
        self.canvas.places_changed.connect(lambda places, _by_person: found.update(places))
        document = grown_map(count)
        before = resident_mb()
        built = perf_counter()
        self.canvas.show_map(document)
        self.laid_out_ms = (perf_counter() - built) * 1e3
        self.document = replace(document, places=found)
        self.before_mb = before

    def idle(self, seconds: float) -> float:
        """Let the loop run; the longest it was held up, in ms."""
        end, worst = perf_counter() + seconds, 0.0
        while (left := end - perf_counter()) > 0:
            begun = thread_time()
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
            spent = (thread_time() - begun) * 1e3
            worst = max(worst, spent)
            if spent < 0.2:
                time.sleep(min(0.001, left))
        return worst

    def frames(self, widget: QWidget, step: Callable[[int], None], count: int = FRAMES) -> dict[str, float]:
        """What frames took, wall and CPU, and what was done between them."""
        wall: list[float] = []
        cpu: list[float] = []
        between: list[float] = []
        for i in range(count):
            begun, spent = perf_counter(), thread_time()
            step(i)
            painted(widget)
            cpu.append((thread_time() - spent) * 1e3)
            wall.append((perf_counter() - begun) * 1e3)
            if widget is self.canvas:
                between.append(self.idle(max(0.001, FRAME_S - (perf_counter() - begun))))
        return {
            "median": statistics.median(wall),
            "p95": quantile(wall, 0.95),
            "cpu": statistics.median(cpu),
            "cpu95": quantile(cpu, 0.95),
            "between": quantile(between, 0.95) if between else 0.0,
            "most": max(between, default=0.0),
        }

    def pans(self) -> dict[str, float]:
        return self.frames(self.canvas, lambda i: self.canvas.pan(-PAN_PX if i < FRAMES * 3 / 4 else PAN_PX, -5))

    def zooms(self) -> dict[str, float]:
        """A third in, the rest out and back."""
        middle = QPointF(SIZE.width() * 0.45, SIZE.height() * 0.55)

        def step(i: int) -> None:
            into = i < FRAMES / 4 or i >= FRAMES * 3 / 4
            self.canvas.zoom_at(ZOOM if into else 1 / ZOOM, middle)

        return self.frames(self.canvas, step)

    def bare(self) -> dict[str, float]:
        return self.frames(self.blit, lambda _: self.blit.update(), 20)

    def look_at(self, scale: float) -> tuple[float, float]:
        """To a scale at rest; what the first picture and the pauses until all is sharp took, in ms."""
        row = len(self.canvas.rows) // 3
        self.canvas.look_at(float(self.canvas.rows.x[row]), float(self.canvas.rows.y[row]))
        self.canvas.zoom_at(scale / self.canvas.camera.scale, QPointF(SIZE.width() / 2, SIZE.height() / 2))
        self.canvas.settle()
        begun = thread_time()
        painted(self.canvas)
        first = (thread_time() - begun) * 1e3
        return first, self.idle(0.7)

    def fit_scale(self) -> float:
        self.canvas.fit()
        return self.canvas.camera.scale

    def plain_frames(self, view: QGraphicsView, scale: float) -> tuple[float, float]:
        """The usual program's pan and zoom at the same place, medians in ms of CPU."""
        view.resetTransform()
        view.scale(scale, scale)
        view.centerOn(self.canvas.camera.x, self.canvas.camera.y)
        painted(view)
        bar = view.horizontalScrollBar()
        count = PLAIN_FRAMES[self.count] if scale < PLAIN_MANY_FROM else 6
        pan = self.frames(view, lambda _: bar.setValue(bar.value() + PAN_PX), count)
        zoom = self.frames(view, lambda i: view.scale(*((ZOOM, ZOOM) if i % 2 else (1 / ZOOM, 1 / ZOOM))), count)
        return pan["cpu"], zoom["cpu"]

    def all(self, *, plain: bool) -> None:
        dpr = self.canvas.devicePixelRatioF()
        head = {"count": self.count, "dpr": dpr}
        fit = self.fit_scale()
        views = (("fit", fit), ("middle", math.sqrt(fit)), ("close", 1.0))
        measured: dict[str, dict[str, float]] = {}
        for name, scale in views:
            self.canvas.fit()
            if name == "fit":
                first, slices = self.settled()
            else:
                first, slices = self.look_at(scale)
            bare = self.bare()
            seen = self.canvas.rows.inside(*self.canvas._frame().seen())
            pan = self.pans()
            self.canvas.fit() if name == "fit" else self.look_at(scale)
            self.idle(0.3)
            zoom = self.zooms()
            measured[name] = {"pan": pan["cpu"], "zoom": zoom["cpu"]}
            told(**head, view=name, scale=scale, seen=len(seen), bare=bare["cpu"], pan=pan, zoom=zoom)
            told(**head, view=name, first=first, slices=slices)
        told(**head, memory_mb=resident_mb() - self.before_mb, built_ms=self.laid_out_ms)
        self.acts(head)
        if plain:
            view = plain_view(MapRenderer(self.theme), self.canvas.rows, self.theme)
            view.resize(SIZE)
            view.show()
            self.idle(0.3)
            painted(view)
            for name, scale in views:
                self.canvas.fit() if name == "fit" else self.look_at(scale)
                pan, zoom = self.plain_frames(view, scale)
                mine = measured[name]
                told(**head, view=name, plain_pan=pan, plain_zoom=zoom)
                told(**head, view=name, times_pan=pan / mine["pan"], times_zoom=zoom / mine["zoom"])

    def rested(self) -> None:
        """Let it finish what it draws ahead, however slow the machine is at the moment."""
        for _ in range(40):
            before = time.process_time()
            self.idle(0.3)
            if time.process_time() - before < 0.08 and not self.canvas.is_moving:
                return

    def settled(self) -> tuple[float, float]:
        self.canvas.redraw()
        begun = thread_time()
        painted(self.canvas)
        first = (thread_time() - begun) * 1e3
        return first, self.idle(0.7)

    def acts(self, head: dict[str, float]) -> None:
        """Opening, expanding, taking back, finding, hitting, being left alone."""
        canvas, document = self.canvas, self.document

        def took(act: Callable[[], object]) -> float:
            begun = thread_time()
            act()
            return (thread_time() - begun) * 1e3

        shut = took(lambda: canvas.show_map(None))
        opened = took(lambda: canvas.show_map(document))
        opened_paint = took(lambda: painted(canvas))
        self.idle(0.3)
        leaf = list(document.topics)[-1]
        change = Change(tuple(PutTopic(None, Topic(f"new{i}", f"New {i}", leaf, float(i))) for i in range(8)))
        grown = document.apply(change)
        expanded = took(lambda: canvas.apply(change, grown))
        painting = took(lambda: painted(canvas))
        slices = self.idle(0.3)
        again = canvas.document
        places = again.places if again else {}
        settled = replace(grown, places=places)
        stored = took(lambda: canvas.apply(Change(()), settled))
        undone = took(lambda: canvas.apply(change.inverse(), document))
        self.idle(0.3)
        lit = [topic.topic_id for topic in document.topics.values() if SEARCHED in topic.title.lower()]
        dimmed = took(lambda: (canvas.light(lit), painted(canvas)))
        dimmed_pan = self.frames(canvas, lambda _: canvas.pan(-PAN_PX, 0), 20)
        canvas.light(None)
        hit = (
            min(took(lambda: [canvas.row_at(QPointF(x, 400.0)) for x in range(0, 1600, 160)]) for _ in range(5))
            / 10
        )
        self.rested()
        before = time.process_time()
        self.app.processEvents()
        loop = QEventLoop()
        QTimer.singleShot(2000, loop.quit)
        loop.exec()
        idle_cpu = (time.process_time() - before) * 1e3 / 2
        told(
            **head,
            shut=shut,
            opened=opened,
            opened_paint=opened_paint,
            expanded=expanded,
            painting=painting,
            slices=slices,
            stored=stored,
            undone=undone,
            lit=len(lit),
            dimmed=dimmed,
            dimmed_pan=dimmed_pan["cpu95"],
            hit_us=hit * 1e3,
            idle_ms_per_s=idle_cpu,
        )


def main() -> None:
    """Arguments: how many topics, and whether the usual program is measured too."""
    Run(int(sys.argv[1])).all(plain="plain" in sys.argv[2:])
    sys.stdout.flush()
    os._exit(0)  # what is left of 50,000 items takes longer to take down than to measure


if __name__ == "__main__":
    main()
