"""The menu of a row of the library: the acts of the card, also where there is no room for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from knowalledge_desktop.ui.panels.library_card import LibraryCard


def open_library_menu(card: LibraryCard, owner: QWidget, at: QPoint) -> None:
    """Open the menu of what the card shows."""
    menu = QMenu(owner)
    menu.setObjectName("libraryMenu")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for button in card.buttons:
        if not button.isHidden():
            menu.addAction(button.icon(), button.text(), button.click)
    menu.popup(at)
