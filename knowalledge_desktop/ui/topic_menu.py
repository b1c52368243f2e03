"""The menu of a topic: the same acts as the panel and the keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from knowalledge_desktop.core.edits import TAGS
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.ui.canvas.badges import paint_flag, tag_name
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.edit_controller import EditController
    from knowalledge_desktop.ui.main_window import MainWindow


def open_topic_menu(desk: Desk, window: MainWindow, document: Map, topic_id: str, at: QPoint) -> None:
    """Show the menu at a point of the screen."""
    maps, canvas = desk.maps, window.canvas
    title = document.topics[topic_id].title
    place = document.places.get(topic_id)
    menu = QMenu(window)
    menu.setObjectName("topicMenu")
    menu.setToolTipsVisible(True)

    def priced(text: str, task: Task, act: Callable[[], None]) -> None:
        action = menu.addAction(text, act)
        price = desk.prices.of_topic(task, document, topic_id)
        action.hovered.connect(lambda: action.setToolTip(desk.prices.whole(price)))

    priced(desk.tr("Expand\tE"), Task.SUBTOPICS, lambda: maps.expand(topic_id))
    priced(desk.tr("Explain\tX"), Task.EXPLANATION, lambda: maps.explain(topic_id))
    if document.explanations_of(topic_id):
        priced(desk.tr("Write it again"), Task.EXPLANATION, lambda: maps.explain(topic_id, fresh=True))
    menu.addAction(desk.tr("Explain several…\tCtrl+Shift+P"), lambda: desk.batch.open(topic_id))
    has_picture = topic_id in document.pictures
    draw = desk.tr("Draw it again\tI") if has_picture else desk.tr("Illustrate\tI")
    priced(draw, Task.ILLUSTRATION, lambda: maps.illustrate(topic_id, fresh=has_picture))
    if has_picture:
        menu.addAction(desk.tr("Remove the picture"), lambda: maps.remove_picture(topic_id))
    menu.addSeparator()
    if document.children(topic_id):
        folded = place is not None and place.collapsed
        menu.addAction(desk.tr("Unfold\t]") if folded else desk.tr("Fold\t["), lambda: maps.fold(topic_id))
    menu.addAction(desk.tr("Frame the branch\tShift+F"), lambda: canvas.frame_branch(topic_id))
    menu.addAction(desk.tr("Copy title"), lambda: QApplication.clipboard().setText(title))
    menu.addSeparator()
    menu.addAction(desk.tr("Rename\tF2"), lambda: desk.rename(topic_id))
    menu.addAction(desk.tr("Own subtopic…\tN"), lambda: desk.add(topic_id))
    menu.addAction(desk.tr("New map of this topic"), lambda: desk.explore(title))
    if topic_id != document.root_id:
        menu.addAction(desk.tr("Remove\tDel"), lambda: desk.remove(topic_id))
    else:
        menu.addAction(desk.tr("Tidy up the map"), window.views.tidy)
    menu.addSeparator()
    menu.addAction(desk.tr("Export the map…\tCtrl+E"), window.exchange.export)
    menu.addAction(desk.tr("Import a file…\tCtrl+O"), window.exchange.open_import)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)


def tag_menu(edits: EditController, window: MainWindow, parent: QWidget) -> QMenu:
    """The colours that a topic can be tagged with; the letter of each chooses it."""
    theme, menu = window.canvas.theme, QMenu(edits.tr("Tag"), parent)
    menu.setObjectName("tagMenu")
    for tag in TAGS:
        menu.addAction(_flag(theme, tag, window.devicePixelRatioF()), f"&{tag_name(tag)}", partial(edits.tag, tag))
    menu.addSeparator()
    menu.addAction(edits.tr("&No tag"), lambda: edits.tag(""))
    return menu


def _flag(theme: Theme, tag: str, ratio: float) -> QIcon:
    picture = QPixmap(round(16 * ratio), round(16 * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_flag(painter, theme, tag, QRectF(1.5, 1.0, 13.0, 14.0))
    painter.end()
    return QIcon(picture)
