"""Pictures of the real window: every view of a map of some size, in every theme, to be looked at.

    QT_SCALE_FACTOR=2 python -m tests.support.screens OUT --topics 120 5000 --themes light dark contrast
        [--views mind tree radial outline path timeline] [--size 1440x900] [--text 1.0] [--atlas FILE] [--zoom 1.0]

The maps grow from an article of the Atlas by its links, so titles are as long as titles are. The scale factor is
that of the whole process, as Qt reads it once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.edits import locking, noting, pinning, tagging
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    Map,
    PutExplanation,
    PutLink,
    PutTopic,
    Rendering,
    Topic,
)
from knowalledge_desktop.core.request import EngineChoice
from knowalledge_desktop.core.settings import Theme
from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.loop import EventLoop
from tests.support.window import Driver, until

ROOT = Path(__file__).resolve().parents[2]
ATLAS = ROOT / "resources" / "atlas" / "atlas.sqlite"
VIEWS = {view.value or "mind": view for view in View}
FIRST, DEEPER = 15, 9
"""Children of the root, and of each further topic at most."""
BY_ATLAS = Provenance(engine="atlas", model="atlas-en", created_at=1_790_000_000.0)


def atlas_map(atlas: Path, root: str, count: int) -> Change:
    """A change that makes a map of so many topics: breadth first along the branches of the articles."""
    with sqlite3.connect(f"file:{atlas}?mode=ro", uri=True) as db:
        (first,) = db.execute("SELECT id FROM article WHERE title = ? AND lang = 'en'", (root,)).fetchone()
        topics: list[Topic] = []
        seen, waiting = {first}, [(first, "", 0.0)]
        while waiting and len(topics) < count:
            article, parent, rank = waiting.pop(0)
            title, about = db.execute("SELECT title, description FROM article WHERE id = ?", (article,)).fetchone()
            topics.append(Topic(f"{article:032x}", title, parent or None, rank, about, provenance=BY_ATLAS))
            most, taken = FIRST if not parent else 4 + article % (DEEPER - 3), 0
            for (target,) in db.execute("SELECT target FROM branch WHERE article = ? ORDER BY rank", (article,)):
                if target not in seen and taken < most:
                    seen.add(target)
                    waiting.append((target, f"{article:032x}", float(taken)))
                    taken += 1
    return Change(tuple(PutTopic(None, topic) for topic in topics), "expand", root)


def marked(document: Map) -> Change:
    """What a person has put on some of them, texts of a third of them, and links."""
    ids = document.branch(document.root_id)
    puts = [
        PutExplanation(
            None, Explanation(i, Rendering(), f"{document.topics[i].title}. {document.topics[i].summary}")
        )
        for n, i in enumerate(ids)
        if n % 3 == 0
    ]
    links = [
        Link(f"l{n}", ids[n], ids[-n], label="see also" if n % 2 else "")
        for n in range(5, min(len(ids) // 2, 400), 23)
    ]
    document = document.apply(Change(tuple(puts)))
    changes = [
        Change(tuple(puts)),
        Change(tuple(PutLink(None, link) for link in links)),
        tagging(document, ids[7:60:11], "r"),
        tagging(document, ids[4:90:17], "g"),
        noting(document, ids[3], "Ask about *this*."),
        noting(document, ids[20], "Ask about *that*."),
    ]
    for change in changes[1:]:
        document = document.apply(change)
    changes.append(locking(document, (ids[3], ids[21]), locked=True))
    return Change(tuple(put for change in changes for put in change.puts), "import", "marks")


async def _take(args: argparse.Namespace, app: QApplication, theme: Theme, count: int) -> None:
    services = build_services(dict(os.environ), Overrides(atlas_path=args.atlas))
    settings = services.preferences.settings
    services.preferences.save(
        replace(settings, engine=EngineChoice.ATLAS, theme=theme, text_scale=args.text, reduced_motion=True)
    )
    width, height = (int(each) for each in args.size.split("x"))
    driver = Driver(app, services, (width, height))
    driver.theme.update(services.preferences.settings)
    window, canvas = driver.window, driver.window.canvas
    session = services.explore.new_map(args.root)
    change = atlas_map(args.atlas, args.root, count)
    root = next(put.after for put in change.puts if isinstance(put, PutTopic) and put.before is None)
    assert root is not None
    change = Change((PutTopic(session.map.topics[session.map.root_id], None), *change.puts), "expand", args.root)
    await session.commit(lambda _: change)
    await session.commit(marked)
    window.desk.maps.show(session)
    window.show_page("map")

    def is_still() -> bool:
        return (
            not driver.tasks.running()
            and not canvas.is_moving
            and canvas.property("nodeCount") == len(canvas.rows)
        )

    await until(lambda: len(canvas.rows) >= count // 2, "the map")
    await until(is_still, "rest")
    await session.commit(
        lambda document: pinning(document, document.branch(document.root_id)[2:9:5], "", pinned=True)
    )
    for name in args.views:
        window.views.show(VIEWS[name])
        await until(lambda name=name: canvas.view is VIEWS[name] and is_still(), name)
        canvas.select(canvas.rows.ids[min(4, len(canvas.rows) - 1)])
        for zoom in args.zoom:
            canvas.fit()
            await until(lambda: not canvas.is_moving, "the whole map")
            if zoom:
                canvas.frame(canvas.selected_id)
                canvas.zoom_at(zoom / canvas.camera.scale, QPointF(canvas.rect().center()))
                await until(lambda: not canvas.is_moving, "a near look")
            window.notifier.hide()
            await asyncio.sleep(args.wait)
            ratio = f"{window.devicePixelRatioF():g}x"
            part = f"-{zoom:g}" if zoom else ""
            window.grab().save(str(args.out / f"{name}-{count}-{theme.value}-{ratio}{part}.png"))
    window.close()
    await driver.end()


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--topics", type=int, nargs="+", default=[120, 5000])
    parser.add_argument("--themes", nargs="+", default=["light", "dark", "contrast"])
    parser.add_argument("--views", nargs="+", default=list(VIEWS), choices=list(VIEWS))
    parser.add_argument("--zoom", type=float, nargs="+", default=[0.0])
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--wait", type=float, default=0.4, help="seconds before each picture")
    parser.add_argument("--text", type=float, default=1.0)
    parser.add_argument("--root", default="Physics")
    parser.add_argument("--atlas", type=Path, default=ATLAS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)

    async def whole() -> None:
        for theme in args.themes:
            for count in args.topics:
                with tempfile.TemporaryDirectory() as home:
                    os.environ["KNOWALLEDGE_HOME"] = home
                    await _take(args, app, Theme(theme), count)

    with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
        runner.run(whole())


if __name__ == "__main__":
    main()
