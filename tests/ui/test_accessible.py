"""The map as a screen reader finds it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.graph import Change, PutTopic
from knowalledge_desktop.ui.canvas.accessible import MapAccess, MapTree
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.ui.test_canvas import Owner, theme

__all__ = ["theme"]


@pytest.fixture
def owner(theme: Theme, qtbot: QtBot, qapp: QApplication) -> Iterator[Owner]:
    canvas = GraphCanvas(theme)
    qtbot.addWidget(canvas)
    canvas.resize(900, 700)
    access = MapAccess(canvas)
    canvas.show()
    made = Owner(canvas)
    made.grow("r", [f"Branch {n}" for n in range(9)])
    for n in range(9):
        made.grow(f"r.{n}", [f"Leaf {n}.{k}" for k in range(55)])
    yield made
    canvas.close()
    access.deleteLater()


def tree(owner: Owner) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(owner.canvas)
    assert isinstance(found, MapTree)
    return found


def child(whole: QAccessibleInterface, row: int) -> QAccessibleInterface:
    found = whole.child(row)
    assert found is not None
    return found


def test_every_visible_topic_has_a_name_a_role_and_its_place(owner: Owner) -> None:
    whole = tree(owner)
    assert whole.role() == QAccessible.Role.Tree
    assert whole.text(QAccessible.Text.Name) == "Map"
    assert whole.childCount() == 1 + 9 + 9 * 55 == 505
    names = [child(whole, n).text(QAccessible.Text.Name) for n in range(whole.childCount())]
    assert names == [owner.map.topics[i].title for i in owner.canvas.visible_ids()]
    assert {child(whole, n).role() for n in range(0, 505, 7)} == {QAccessible.Role.TreeItem}
    third = child(whole, owner.canvas.rows.index["r.2"])
    assert third.text(QAccessible.Text.Description) == "level 1, 3 of 9, not explained"
    assert whole.indexOfChild(third) == owner.canvas.rows.index["r.2"]
    assert third.parent().role() == QAccessible.Role.Tree


def test_an_item_is_where_its_topic_is(owner: Owner) -> None:
    whole = tree(owner)
    row = owner.canvas.rows.index["r.4"]
    box = child(whole, row).rect()
    assert box.size() == owner.canvas.topic_rect("r.4").size()
    assert owner.canvas.mapFromGlobal(box.center()) == owner.canvas.topic_rect("r.4").center()
    owner.canvas.look_at(0.0, 90_000.0)
    at = owner.canvas.mapToGlobal(QPoint(450, 350))
    assert whole.childAt(at.x(), at.y()) is None
    assert child(whole, row).state().offscreen


def test_selection_folding_and_removal_are_seen(owner: Owner) -> None:
    whole = tree(owner)
    owner.canvas.select("r.1")
    item = child(whole, owner.canvas.rows.index["r.1"])
    assert item.state().selected
    assert item.state().expandable
    assert item.state().expanded
    owner.fold("r.1", collapsed=True)
    item = child(whole, owner.canvas.rows.index["r.1"])
    assert item.state().collapsed
    assert not item.state().expanded
    assert "folded, 55 hidden" in item.text(QAccessible.Text.Description)
    assert whole.childCount() == 505 - 55
    leaf = child(whole, owner.canvas.rows.index["r.3.7"])
    topic = owner.map.topics["r.3.7"]
    owner.do(Change((PutTopic(topic, None),), "remove"))
    assert not leaf.isValid()
    assert leaf.text(QAccessible.Text.Name) == ""
    assert leaf.state().invalid


def test_a_reader_that_was_there_first_gets_the_tree_too(theme: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    canvas = GraphCanvas(theme)
    qtbot.addWidget(canvas)
    canvas.show()
    QAccessible.setActive(True)
    try:
        plain = QAccessible.queryAccessibleInterface(canvas)
        assert plain is not None
        assert plain.role() != QAccessible.Role.Tree
        access = MapAccess(canvas)
        Owner(canvas).grow("r", ["One", "Two"])
        found = QAccessible.queryAccessibleInterface(canvas)
        assert isinstance(found, MapTree)
        assert found.childCount() == 3
        access.deleteLater()
    finally:
        QAccessible.setActive(False)
