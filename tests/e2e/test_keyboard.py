"""A whole session without a mouse: every act of the list, each with what it is to bring about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMenu, QPlainTextEdit, QWidget

from knowalledge_desktop.core.edits_links import links_of
from knowalledge_desktop.core.errors import TimedOut
from knowalledge_desktop.core.graph import LinkKind, Map
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.core.settings import Ahead
from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.dialogs.batch_dialog import BatchDialog
from tests.support.fakes import FakeClock
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


class Hands:
    """Types on whatever has the focus, and looks at what is there."""

    def __init__(self, driver: Driver, oracle: Oracle) -> None:
        self.driver, self.oracle, self.window = driver, oracle, driver.window

    @property
    def canvas(self) -> GraphCanvas:
        return self.window.canvas

    @property
    def map(self) -> Map:
        found = self.window.desk.maps.map
        assert found is not None
        return found

    @property
    def picked(self) -> set[str]:
        return set(self.canvas.hands.picks.ids)

    @property
    def here(self) -> str:
        return self.canvas.selected_id

    @property
    def title(self) -> str:
        return self.map.topics[self.here].title

    def parent(self) -> str:
        return self.map.topics[self.here].parent_id or ""

    def siblings(self) -> tuple[str, ...]:
        return self.map.children(self.parent())

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """One key, to the menu that is open or to what has the focus."""
        at = QApplication.activePopupWidget() or QApplication.focusWidget() or self.window
        QTest.keyClick(at, key, held)

    def write(self, text: str) -> None:
        at = QApplication.focusWidget()
        assert isinstance(at, QLineEdit | QPlainTextEdit), at
        QTest.keyClicks(at, text)

    async def on(self, kind: type[QWidget], name: str) -> None:
        """Wait until the focus is there."""

        def is_there() -> bool:
            if QApplication.activeWindow() is None:  # there is no window manager that does it when a dialog closes
                self.window.activateWindow()
            at = QApplication.focusWidget()
            return isinstance(at, kind) and at.objectName() == name

        await until(is_there, f"the focus on {name}")

    async def rest(self) -> None:
        """Nothing runs and nothing moves."""
        await until(lambda: not self.driver.tasks._all and not self.canvas.is_moving, "rest")

    async def to_the_canvas(self) -> None:
        """From region to region."""
        for _ in range(8):
            if not self.canvas.hasFocus():
                self.press(Key.Key_F6)
        await self.on(GraphCanvas, "graphCanvas")

    async def back(self) -> None:
        """Undo."""
        self.press(Key.Key_Z, CTRL)
        await self.rest()

    def undo_says(self) -> str:
        return self.driver.find(QAction, "undoAction").toolTip()


async def new_topic(a: Hands) -> None:
    await a.on(QLineEdit, "startTopicInput")
    a.write("Jazz")
    a.press(Key.Key_Return)
    await until(lambda: a.canvas.property("nodeCount") == 16, "a map")
    await a.rest()
    assert a.title == "Jazz"
    await a.on(GraphCanvas, "graphCanvas")


async def walk_to_a_child(a: Hands) -> None:
    a.press(Key.Key_Right)
    assert a.parent() == a.map.root_id


async def walk_to_the_sibling(a: Hands) -> None:
    before, row = a.here, a.canvas.rows.index
    a.press(Key.Key_Up)
    assert a.here != before
    assert a.parent() == a.map.root_id
    assert a.canvas.rows.y[row[a.here]] < a.canvas.rows.y[row[before]]
    a.press(Key.Key_Down)
    assert a.here == before


async def walk_to_the_parent(a: Hands) -> None:
    a.press(Key.Key_Left)
    assert a.here == a.map.root_id


async def walk_to_the_ends(a: Hands) -> None:
    a.press(Key.Key_End)
    assert a.here == a.canvas.rows.ids[-1]
    a.press(Key.Key_Home)
    assert a.here == a.map.root_id
    a.press(Key.Key_Right)


async def expand(a: Hands) -> None:
    places = dict(a.map.places)
    a.press(Key.Key_E)
    await until(lambda: len(a.map.children(a.here)) == 15, "subtopics")
    await a.rest()
    assert {i: a.map.places[i] for i in places} == places, "what was there has moved"


async def explain(a: Hands) -> None:
    a.press(Key.Key_X)
    await until(lambda: a.here in a.map.explained_ids(), "an explanation")
    await a.rest()


async def read(a: Hands) -> None:
    a.press(Key.Key_Return)
    await a.on(QWidget, "explanationView")
    a.press(Key.Key_F6, SHIFT)
    a.press(Key.Key_F6, SHIFT)
    await a.to_the_canvas()


async def retry(a: Hands) -> None:
    a.press(Key.Key_Down)
    a.oracle.plans[a.title] = (TimedOut(),)
    a.press(Key.Key_E)
    await until(lambda: a.window.desk.maps.failure(a.here) is not None, "the failure")
    await a.rest()
    a.oracle.plans.clear()
    a.press(Key.Key_R)
    await until(lambda: len(a.map.children(a.here)) == 15, "what failed before")
    await a.rest()
    await a.back()
    assert not a.map.children(a.here)


async def own_subtopic(a: Hands) -> None:
    a.press(Key.Key_N)
    await a.on(QLineEdit, "")
    a.write("My own words")
    a.press(Key.Key_Return)
    await until(lambda: any(t.title == "My own words" for t in a.map.topics.values()), "the topic")
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")


async def duplicate_becomes_a_link(a: Hands) -> None:
    count = len(a.map.topics)
    a.press(Key.Key_Down)
    a.press(Key.Key_N)
    await a.on(QLineEdit, "")
    a.write("my OWN words")
    a.press(Key.Key_Return)
    await until(lambda: bool(links_of(a.map, a.here)), "the link")
    await a.rest()
    assert len(a.map.topics) == count
    assert links_of(a.map, a.here)[0].kind is LinkKind.SAME_AS
    await a.on(GraphCanvas, "graphCanvas")
    await a.back()
    assert not a.map.links


async def rename(a: Hands) -> None:
    a.press(Key.Key_F2)
    await a.on(QLineEdit, "renameInput")
    a.press(Key.Key_A, CTRL)
    a.write("Swing")
    a.press(Key.Key_Return)
    await until(lambda: a.title == "Swing", "the title")
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")


async def note(a: Hands) -> None:
    a.press(Key.Key_N, SHIFT)
    await a.on(QPlainTextEdit, "noteText")
    a.write("Listen to Basie")
    a.press(Key.Key_Return, CTRL)
    await until(lambda: a.map.topics[a.here].note == "Listen to Basie", "the note")
    await a.rest()
    shown = a.driver.find(QWidget, "noteShown")
    assert shown.isVisible()
    await a.on(GraphCanvas, "graphCanvas")
    assert "note" in a.undo_says()


async def tag(a: Hands) -> None:
    a.press(Key.Key_T)
    await until(lambda: QApplication.activePopupWidget() is not None, "the colours")
    a.press(Key.Key_G)
    await until(lambda: a.map.topics[a.here].tag == "g", "the tag")
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")


async def lock(a: Hands) -> None:
    a.press(Key.Key_K)
    await until(lambda: a.map.topics[a.here].locked, "the lock")
    asked = len(a.oracle.asked)
    for key in (Key.Key_E, Key.Key_X):
        a.press(key)
        await a.rest()
    assert len(a.oracle.asked) == asked, "a locked topic was asked for"
    assert not a.map.children(a.here)


async def unlock(a: Hands) -> None:
    a.press(Key.Key_K)
    await until(lambda: not a.map.topics[a.here].locked, "no lock")
    await a.rest()


async def pin_and_tidy_up(a: Hands) -> None:
    before, here = dict(a.map.places), a.here
    a.press(Key.Key_P)
    await until(lambda: a.map.places[here].pinned, "the pin")
    window = a.driver.window
    window.views.tidy()
    await until(lambda: a.map.places != before, "a tidy map")
    await a.rest()
    assert (a.map.places[here].x, a.map.places[here].y) == (before[here].x, before[here].y)
    await a.back()
    await a.back()
    assert a.map.places == before


async def letters_go_to_a_topic(a: Hands) -> None:
    here, title = a.here, a.map.topics[a.siblings()[-1]].title
    page = a.driver.window.map_page
    a.press(Key.Key_Apostrophe)
    assert page._hint is not None
    assert page._hint.text
    QTest.keyClicks(a.canvas, title.lower())
    assert a.title == title
    assert title in page._hint.text
    a.press(Key.Key_Escape)
    assert a.title == title, "Esc ends the letters and lets go of nothing"
    assert not page._hint.text
    QTest.keyClicks(a.canvas, "'xqz")
    assert a.title == title
    assert "no topic" in page._hint.text
    a.press(Key.Key_Return)
    assert a.canvas.hasFocus()
    a.canvas.select(here)


async def pick(a: Hands) -> None:
    a.press(Key.Key_Space)
    assert a.picked == {a.here}


async def pick_on_the_way(a: Hands) -> None:
    first = a.here
    a.press(Key.Key_Down, SHIFT)
    assert a.picked == {first, a.here}
    assert a.here != first


async def walking_keeps_the_picks(a: Hands) -> None:
    before = a.picked
    a.press(Key.Key_Up)
    a.press(Key.Key_Down)
    assert a.picked == before


async def tag_several_in_one_step(a: Hands) -> None:
    two = a.picked
    tags = {i: a.map.topics[i].tag for i in two}
    a.press(Key.Key_T)
    await until(lambda: QApplication.activePopupWidget() is not None, "the colours")
    a.press(Key.Key_R)
    await until(lambda: {a.map.topics[i].tag for i in two} == {"r"}, "both red")
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")
    await a.back()
    assert {i: a.map.topics[i].tag for i in two} == tags


async def lock_several_in_one_step(a: Hands) -> None:
    two = a.picked
    a.press(Key.Key_K)
    await until(lambda: all(a.map.topics[i].locked for i in two), "both locked")
    await a.back()
    assert not any(a.map.topics[i].locked for i in two)


async def explain_the_picked(a: Hands) -> None:
    two = a.picked
    a.press(Key.Key_P, CTRL | SHIFT)
    await a.on(QWidget, "batchTopics")
    assert set(a.driver.find(BatchDialog, "batchDialog").chosen) == two
    a.press(Key.Key_Escape)
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")


async def pick_siblings_then_all(a: Hands) -> None:
    a.press(Key.Key_A, CTRL)
    assert a.picked == set(a.siblings())
    a.press(Key.Key_A, CTRL)
    assert a.picked == set(a.canvas.rows.ids) - {a.map.root_id}


async def let_go(a: Hands) -> None:
    here = a.here
    a.press(Key.Key_Escape)
    assert not a.picked
    assert a.here == here


async def link_with_a_word(a: Hands) -> None:
    source = a.here
    a.press(Key.Key_L)
    assert a.canvas.hands.aim
    a.press(Key.Key_Down)
    target = a.here
    a.press(Key.Key_Return)
    await a.on(QLineEdit, "renameInput")
    a.write("leads to")
    a.press(Key.Key_Return)
    await until(lambda: [x.label for x in links_of(a.map, source)] == ["leads to"], "the link with its word")
    await a.rest()
    assert links_of(a.map, source)[0].target_id == target
    await a.on(GraphCanvas, "graphCanvas")


async def leave_a_link(a: Hands) -> None:
    links, here = dict(a.map.links), a.here
    a.press(Key.Key_L)
    a.press(Key.Key_Down)
    a.press(Key.Key_Escape)
    await a.rest()
    assert not a.canvas.hands.aim
    assert dict(a.map.links) == links
    assert a.here == here


async def other_word_on_the_link(a: Hands) -> None:
    a.press(Key.Key_L, SHIFT)
    await a.on(QListWidget, "linksList")
    a.press(Key.Key_F2)
    await a.on(QLineEdit, "linkWord")
    a.write("came before")
    a.press(Key.Key_Return)
    await until(lambda: [x.label for x in links_of(a.map, a.here)] == ["came before"], "the other word")
    await a.rest()


async def remove_the_link(a: Hands) -> None:
    await a.on(QListWidget, "linksList")
    a.press(Key.Key_Delete)
    await until(lambda: not a.map.links, "no link")
    a.press(Key.Key_Escape)
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")
    await a.back()
    assert a.map.links


async def move_below_another(a: Hands) -> None:
    moved, before, places = a.here, a.parent(), dict(a.map.places)
    a.press(Key.Key_M)
    a.press(Key.Key_Down)
    below = a.here
    a.press(Key.Key_Return)
    await until(lambda: a.map.topics[moved].parent_id == below, "the new parent")
    await a.rest()
    branch = set(a.map.branch(moved))
    assert {i: p for i, p in a.map.places.items() if i not in branch} == {
        i: p for i, p in places.items() if i not in branch
    }
    await a.back()
    assert a.map.topics[moved].parent_id == before
    assert dict(a.map.places) == places


async def order(a: Hands) -> None:
    before = a.siblings()
    at = before.index(a.here)
    a.press(Key.Key_Up, ALT) if at else a.press(Key.Key_Down, ALT)
    await until(lambda: a.siblings() != before, "another order")
    await a.rest()
    await a.back()
    assert a.siblings() == before


async def copy(a: Hands) -> None:
    a.press(Key.Key_Home)
    a.press(Key.Key_Right)
    a.press(Key.Key_C, CTRL)
    lines = QApplication.clipboard().text().split("\n")
    assert lines == [a.title, *("\t" + a.map.topics[i].title for i in a.map.children(a.here))]


async def paste(a: Hands) -> None:
    QApplication.clipboard().setText("Blues\n\tDelta blues\n\tTwelve bars\nRagtime")
    count = len(a.map.topics)
    a.press(Key.Key_V, CTRL)
    await until(lambda: len(a.map.topics) == count + 4, "four topics")
    await a.rest()
    titles = [a.map.topics[i].title for i in a.map.children(a.here)]
    assert titles[-2:] == ["Blues", "Ragtime"]


async def merge_twins(a: Hands) -> None:
    QApplication.clipboard().setText("Jug music\n\tJug bands\nRagtime")
    a.press(Key.Key_Down)
    count, links = len(a.map.topics), len(a.map.links)
    a.press(Key.Key_V, CTRL)
    await until(lambda: len(a.map.topics) == count + 2, "two topics, and no second one of those that are there")
    await a.rest()
    assert len(a.map.links) == links + 1
    for letter in "'jug m":
        QTest.keyClick(a.canvas, letter)
    assert a.title == "Jug music"
    a.press(Key.Key_Return)  # that were all letters
    a.press(Key.Key_F2)
    await a.on(QLineEdit, "renameInput")
    a.press(Key.Key_A, CTRL)
    a.write("BLUES")
    a.press(Key.Key_Return)
    await until(lambda: a.title == "BLUES", "a twin")
    await a.rest()
    a.press(Key.Key_J)
    await until(lambda: len(a.map.topics) == count + 1, "one of both")
    await a.rest()
    left = next(i for i, t in a.map.topics.items() if t.title.casefold() == "blues")
    below = {a.map.topics[i].title for i in a.map.children(left)}
    assert below == {"Delta blues", "Twelve bars", "Jug bands"}
    await a.back()
    assert len(a.map.topics) == count + 2


async def cut(a: Hands) -> None:
    a.canvas.select(next(i for i, t in a.map.topics.items() if t.title == "BLUES"))
    a.press(Key.Key_X, CTRL)
    await until(lambda: not any(t.title == "BLUES" for t in a.map.topics.values()), "it is gone")
    await a.rest()
    assert QApplication.clipboard().text() == "BLUES\n\tJug bands"


async def fold(a: Hands) -> None:
    a.press(Key.Key_Home)
    a.press(Key.Key_Right)
    before = a.canvas.property("nodeCount")
    below = len(a.map.branch(a.here)) - 1
    a.press(Key.Key_BracketLeft)
    await until(lambda: a.canvas.property("nodeCount") == before - below, "folded")
    assert int(a.canvas.rows.hidden[a.canvas.rows.index[a.here]]) == below
    await a.rest()


async def unfold(a: Hands) -> None:
    before = a.canvas.property("nodeCount")
    a.press(Key.Key_BracketRight)
    await until(lambda: a.canvas.property("nodeCount") > before, "unfolded")
    await a.rest()


async def fold_to_a_level(a: Hands) -> None:
    a.press(Key.Key_1)
    await until(lambda: set(a.canvas.rows.depth.tolist()) == {0, 1}, "two levels")
    a.press(Key.Key_0)
    await until(lambda: a.canvas.property("nodeCount") == len(a.map.topics), "everything")
    await a.rest()


async def remove(a: Hands) -> None:
    count, below = len(a.map.topics), len(a.map.branch(a.here))
    a.press(Key.Key_Delete)
    await until(lambda: len(a.map.topics) == count - below, "the branch is gone")
    await a.rest()
    assert a.here in a.map.topics


async def undo(a: Hands) -> None:
    count = len(a.map.topics)
    assert "remove" in a.undo_says()
    await a.back()
    assert len(a.map.topics) > count


async def redo(a: Hands) -> None:
    count = len(a.map.topics)
    a.press(Key.Key_Z, CTRL | SHIFT)
    await until(lambda: len(a.map.topics) < count, "removed again")
    await a.rest()
    await a.back()
    assert len(a.map.topics) == count


async def remove_several_in_one_step(a: Hands) -> None:
    a.press(Key.Key_Home)
    a.press(Key.Key_Right)
    a.press(Key.Key_Down, SHIFT)
    two, document = a.picked, a.map
    a.press(Key.Key_Delete)
    await until(lambda: not two & a.map.topics.keys(), "both are gone")
    await a.rest()
    assert not a.picked
    await a.back()
    assert a.map == document


async def find(a: Hands) -> None:
    a.press(Key.Key_F, CTRL)
    await a.on(QLineEdit, "findInMap")
    a.write("Swing")
    await until(lambda: a.title == "Swing" or a.window.desk.find is not None, "the match")
    a.press(Key.Key_Return)
    await until(lambda: a.title == "Swing", "the match")
    a.press(Key.Key_Escape)
    await a.rest()
    await a.on(GraphCanvas, "graphCanvas")


async def focus_on_the_branch(a: Hands) -> None:
    a.press(Key.Key_B, CTRL)
    assert a.window.desk.find.leave()


async def palette(a: Hands) -> None:
    a.press(Key.Key_K, CTRL)
    await a.on(QLineEdit, "commandInput")
    a.write("Unfold everything")
    a.press(Key.Key_Return)
    await a.rest()
    assert a.canvas.property("nodeCount") == len(a.map.topics)
    await a.on(GraphCanvas, "graphCanvas")


async def zoom(a: Hands) -> None:
    before = a.canvas.camera.scale
    a.press(Key.Key_Plus)
    assert a.canvas.camera.scale > before
    a.press(Key.Key_Minus)
    a.press(Key.Key_0, CTRL)
    await a.rest()
    assert a.canvas.camera.scale == 1.0


async def fit(a: Hands) -> None:
    a.press(Key.Key_9, CTRL)
    await a.rest()
    assert a.canvas.sees_all()


async def frame(a: Hands) -> None:
    a.press(Key.Key_F)
    await a.rest()
    assert a.canvas.camera.scale >= 1.0
    a.press(Key.Key_F, SHIFT)
    await a.rest()
    assert a.canvas.shows(a.map.branch(a.here))


async def menu(a: Hands) -> None:
    a.press(Key.Key_Menu)
    if QApplication.activePopupWidget() is None:  # the platform of the test makes no event of the key
        a.window.desk._menu(a.here, a.window.mapToGlobal(a.window.rect().center()))
    await until(lambda: QApplication.activePopupWidget() is not None, "the menu")
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    assert popup.objectName() == "topicMenu"
    keys = {action.text().rpartition("\t")[2] for action in popup.actions()}
    assert {"E", "X", "I", "F2", "N", "Del", "K", "L"} <= keys
    a.press(Key.Key_Escape)
    await until(lambda: a.window.findChild(QWidget, "topicMenu") is None, "no menu")
    await a.on(GraphCanvas, "graphCanvas")


async def back_and_forward(a: Hands) -> None:
    one = a.here
    a.press(Key.Key_Home)
    a.press(Key.Key_Left, ALT)
    await a.rest()
    assert a.here == one
    a.press(Key.Key_Right, ALT)
    await a.rest()
    assert a.here == a.map.root_id


async def outline(a: Hands) -> None:
    a.press(Key.Key_O, CTRL | SHIFT)
    await a.on(QWidget, "outlineView")
    a.press(Key.Key_Down)
    assert a.parent() == a.map.root_id
    first = a.here
    a.press(Key.Key_Down, SHIFT)
    assert a.picked == {first, a.here}
    a.press(Key.Key_Delete)
    await until(lambda: first not in a.map.topics, "removed from the outline")
    await a.rest()
    await a.on(QWidget, "outlineView")
    a.press(Key.Key_Z, CTRL)
    await a.rest()
    a.press(Key.Key_O, CTRL | SHIFT)
    await a.on(GraphCanvas, "graphCanvas")


async def panel(a: Hands) -> None:
    seen = a.window.detail.isVisible()
    a.press(Key.Key_Backslash, CTRL)
    assert a.window.detail.isVisible() is not seen
    a.press(Key.Key_Backslash, CTRL)


async def another_view(a: Hands) -> None:
    places = dict(a.map.places)
    a.press(Key.Key_2, CTRL | ALT)
    await until(lambda: a.canvas.view is not View.MIND, "another view")
    await a.rest()
    a.press(Key.Key_1, CTRL | ALT)
    await until(lambda: a.canvas.view is View.MIND, "the mind map")
    await a.rest()
    assert dict(a.map.places) == places


async def minimap(a: Hands) -> None:
    seen = a.driver.has(QWidget, "minimap")
    a.press(Key.Key_M, CTRL | SHIFT)
    assert a.driver.has(QWidget, "minimap") is not seen


async def stop(a: Hands) -> None:
    gate = a.oracle.shut(Task.EXPLANATION)
    a.press(Key.Key_X)
    await until(lambda: bool(a.window.desk.maps.running()), "it runs")
    a.press(Key.Key_Period, CTRL)
    await a.rest()
    gate.set()
    assert not a.window.desk.maps.running()


async def shortcuts(a: Hands) -> None:
    a.press(Key.Key_F1)
    await until(lambda: a.driver.has(QWidget, "shortcutSheet"), "the sheet")
    await a.on(QWidget, "shortcutCloseButton")
    a.press(Key.Key_Escape)
    await until(lambda: not a.driver.has(QWidget, "shortcutSheet"), "no sheet")
    await a.on(GraphCanvas, "graphCanvas")


async def library(a: Hands) -> None:
    a.press(Key.Key_L, CTRL)
    await until(lambda: a.window.page == "library", "the library")
    await a.rest()
    a.press(Key.Key_1, CTRL)
    assert a.window.page == "map"
    await a.on(GraphCanvas, "graphCanvas")


async def nothing_selected(a: Hands) -> None:
    for _ in range(4):  # messages and picks go before
        if a.here:
            a.press(Key.Key_Escape)
    assert not a.picked
    assert not a.here


ACTS: tuple[Callable[[Hands], Awaitable[None]], ...] = (
    new_topic,
    walk_to_a_child,
    walk_to_the_sibling,
    walk_to_the_parent,
    walk_to_the_ends,
    expand,
    explain,
    read,
    retry,
    own_subtopic,
    duplicate_becomes_a_link,
    rename,
    note,
    tag,
    lock,
    unlock,
    pin_and_tidy_up,
    letters_go_to_a_topic,
    pick,
    pick_on_the_way,
    walking_keeps_the_picks,
    tag_several_in_one_step,
    lock_several_in_one_step,
    explain_the_picked,
    pick_siblings_then_all,
    let_go,
    link_with_a_word,
    leave_a_link,
    other_word_on_the_link,
    remove_the_link,
    move_below_another,
    order,
    copy,
    paste,
    merge_twins,
    cut,
    fold,
    unfold,
    fold_to_a_level,
    remove,
    undo,
    redo,
    remove_several_in_one_step,
    find,
    focus_on_the_branch,
    palette,
    zoom,
    fit,
    frame,
    menu,
    back_and_forward,
    outline,
    panel,
    another_view,
    minimap,
    stop,
    shortcuts,
    library,
    nothing_selected,
)


def test_a_session_by_keyboard_alone(
    qapp: QApplication, run_async: Callable[[Awaitable[None]], None], atlas_path: Path
) -> None:
    assert len({act.__name__ for act in ACTS}) == len(ACTS) >= 40

    async def session() -> None:
        oracle = Oracle()
        services = ui_services(oracle, atlas_path, clock=FakeClock())
        wished = replace(services.preferences.settings, reduced_motion=True, ahead=Ahead.OFF)
        services.preferences.save(wished)
        driver = Driver(qapp, services)
        driver.window.activateWindow()
        driver.window.start_page.field.setFocus()
        hands = Hands(driver, oracle)
        done: list[str] = []
        try:
            for act in ACTS:
                try:
                    await act(hands)
                except AssertionError as error:
                    raise AssertionError(f"{act.__name__}, after {done[-3:]}: {error}") from error
                done.append(act.__name__)
        finally:
            driver.window.close()
            await driver.end()

    run_async(session())
