"""The menu of a topic: the same acts as the panel and the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from knowalledge_desktop.core.edits import TAGS
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.ui.canvas.badges import paint_flag, tag_name
from knowalledge_desktop.ui.edit_acts import BRANCH, LINKS, MARK, EditAct, fold_acts, topic_acts
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import native_keys

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.edit_controller import EditController
    from knowalledge_desktop.ui.main_window import MainWindow


def open_topic_menu(desk: Desk, window: MainWindow, document: Map, topic_id: str, at: QPoint) -> None:
    """Show the menu of a topic, or of all that are picked when it is one of them, at a point of the screen."""
    menu = QMenu(window)
    menu.setObjectName("topicMenu")
    menu.setToolTipsVisible(True)
    acts = topic_acts(desk.edits, window, document, topic_id)
    if len(desk.edits.about(topic_id)) > 1:
        _fill_for_several(menu, desk, window, acts)
    else:
        _fill_for_one(menu, desk, window, document, topic_id, acts)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)


def _fill_for_several(menu: QMenu, desk: Desk, window: MainWindow, acts: Sequence[EditAct]) -> None:
    picked = window.canvas.hands.picks.ids
    menu.addAction(desk.tr("{n} picked topics").format(n=len(picked))).setEnabled(False)
    menu.addSeparator()
    menu.addAction(desk.tr("Explain them…\tCtrl+Shift+P"), lambda: desk.batch.open())
    menu.addSeparator()
    for each in acts:
        if each.name == "tag":
            menu.addMenu(tag_menu(desk.edits, window, menu))
        elif each.name in ("lock", "unlock", "pin", "unpin", "link", "move-below", "copy", "cut"):
            _add(menu, each)
    menu.addSeparator()
    menu.addAction(desk.tr("Pick none\tEsc"), window.canvas.hands.picks.clear)
    menu.addAction(desk.tr("Remove\tDel"), lambda: desk.edits.remove(picked))


def _fill_for_one(
    menu: QMenu, desk: Desk, window: MainWindow, document: Map, topic_id: str, acts: Sequence[EditAct]
) -> None:
    maps, topic = desk.maps, document.topics[topic_id]

    def priced(text: str, task: Task, act: Callable[[], None]) -> None:
        action = menu.addAction(text, act)
        action.setEnabled(not topic.locked)
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
    menu.addAction(desk.tr("Rename\tF2"), lambda: desk.rename(topic_id))
    menu.addAction(desk.tr("Own subtopic…\tN"), lambda: desk.add(topic_id))
    for each in acts:
        if each.name == "tag":
            menu.addMenu(tag_menu(desk.edits, window, menu))
        elif each.part in (MARK, LINKS):
            _add(menu, each)
    menu.addMenu(_branch_menu(menu, desk, window, document, topic_id, acts))
    menu.addAction(desk.tr("New map of this topic"), lambda: desk.explore(topic.title))
    menu.addAction(desk.tr("Where this comes from…"), lambda: desk.origins.open(topic_id))
    if topic_id != document.root_id:
        menu.addAction(desk.tr("Remove\tDel"), lambda: desk.remove(topic_id))
    else:
        _fill_for_root(menu, desk, window, document)


def _branch_menu(
    menu: QMenu, desk: Desk, window: MainWindow, document: Map, topic_id: str, acts: Sequence[EditAct]
) -> QMenu:
    branch, canvas = QMenu(desk.tr("Branch"), menu), window.canvas
    place, title = document.places.get(topic_id), document.topics[topic_id].title
    if document.children(topic_id):
        folded = place is not None and place.collapsed
        text = desk.tr("Unfold\t]") if folded else desk.tr("Fold\t[")
        branch.addAction(text, lambda: desk.maps.fold(topic_id))
    branch.addAction(desk.tr("See the branch\tShift+F"), lambda: canvas.frame_branch(topic_id))
    branch.addAction(desk.tr("Focus on the branch\tCtrl+B"), lambda: desk.find.focus(topic_id))
    branch.addSeparator()
    for each in acts:
        if each.part == BRANCH:
            _add(branch, each)
    branch.addAction(desk.tr("Copy title"), lambda: QApplication.clipboard().setText(title))
    return branch


def _fill_for_root(menu: QMenu, desk: Desk, window: MainWindow, document: Map) -> None:
    folds = fold_acts(desk.edits, document)
    if folds:
        levels = menu.addMenu(desk.tr("Fold the map"))
        for each in folds:
            _add(levels, each)
    menu.addAction(desk.tr("Tidy up the map"), window.views.tidy)
    menu.addSeparator()
    menu.addAction(desk.tr("Export the map…\tCtrl+E"), window.exchange.export)
    menu.addAction(desk.tr("Import a file…\tCtrl+O"), window.exchange.open_import)


def _add(menu: QMenu, each: EditAct) -> None:
    text = each.title.replace("&", "&&")
    menu.addAction(f"{text}\t{native_keys(each.keys)}" if each.keys else text, each.act)


def tag_menu(edits: EditController, window: MainWindow, parent: QWidget) -> QMenu:
    """The colours that a topic can be tagged with; the letter of each chooses it."""
    theme, menu = window.canvas.theme, QMenu(edits.tr("Tag\tT"), parent)
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
