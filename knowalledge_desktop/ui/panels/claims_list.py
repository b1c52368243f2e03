"""The claims of an explanation in words: how many are in which state, and each one on demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.ui.claims import ORDER, cited
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.claim_card import note_words, state_words
from knowalledge_desktop.ui.widgets.basics import column, row, text_button

TALLEST = 200
"""Height of the open list in pixels where there is room."""

LEAST = 72
"""Height in low windows, where the text stays the larger part: it shows one claim."""

_AROUND = 72
"""Pixels of the line that counts which are not for its words: margins, padding and the arrow."""

_BESIDE = 56
"""Pixels of a row that are not for its words: spacing, padding, the icon and the gaps around it."""

_ICONS = {
    ClaimState.DISPUTED: ("circle-alert", "danger.text"),
    ClaimState.UNSURE: ("circle-question-mark", "danger.text"),
    ClaimState.SUPPORTED: ("check", "success.text"),
    ClaimState.NOT_FOUND: ("circle-question-mark", "warning.text"),
    ClaimState.UNCHECKED: ("minus", "text.tertiary"),
}


class ClaimsList(QFrame):
    """A line that counts the claims; opened, it lists them, those in dispute first."""

    chosen = Signal(int)
    """The number of a claim whose sentence is to be shown."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("claimsList")
        self._icons = icons
        self._claims: tuple[Claim, ...] = ()
        self._sources: tuple[Source, ...] = ()
        self._button = text_button(
            "", "claimsButton", self._toggle, "ghost", self.tr("Show every sentence with what is known about it")
        )
        self._button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._button.setMinimumWidth(1)
        self._items = QListWidget()
        self._items.setObjectName("claimItems")
        self._items.setAccessibleName(self.tr("Claims"))
        self._items.setFrameShape(QFrame.Shape.NoFrame)
        self._items.setWordWrap(True)
        self._items.setTextElideMode(Qt.TextElideMode.ElideNone)
        self._items.setIconSize(QSize(16, 16))
        self._items.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._items.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self._items.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._items.setMinimumHeight(LEAST)
        self._items.setMaximumHeight(TALLEST)
        self._items.setSpacing(2)
        self._items.setItemDelegate(_Rows(self._items))
        self._items.itemActivated.connect(self._tell)
        self._items.itemClicked.connect(self._tell)
        self._items.hide()
        self.setLayout(column(row(self._button, -1), self._items, margins=(10, 2, 16, 2), gap=2))
        icons.follow(self, self._dress)
        self.hide()

    def show_claims(self, claims: Sequence[Claim], sources: Sequence[Source]) -> None:
        """Show the claims of a text; without any there is nothing to be seen."""
        wanted = (tuple(claims), tuple(sources))
        if (self._claims, self._sources) == wanted:
            return  # an open list stays where it is
        self._claims, self._sources = wanted
        self._items.hide()
        self._items.clear()
        self._dress()
        self.setVisible(bool(claims))

    def _toggle(self) -> None:
        opens = self._items.isHidden()
        if opens and not self._items.count():
            self._fill()
        self._items.setVisible(opens)
        self._dress()
        if opens:
            self._items.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._count()

    def _count(self) -> None:
        """Counts that have no room are cut; they must not decide how narrow the panel can be."""
        told = self.tr("Claims: {counts}").format(counts=counts_in_words(self._claims))
        room = max(self.width() - _AROUND, 40)
        self._button.setText(self._button.fontMetrics().elidedText(told, Qt.TextElideMode.ElideRight, room))
        self._button.setToolTip(told)
        state = self.tr("closed") if self._items.isHidden() else self.tr("open")
        self._button.setAccessibleName(f"{told}, {state}")

    def _fill(self) -> None:
        """List the claims, which are made when they are looked at first."""
        for number in sorted(range(len(self._claims)), key=lambda n: ORDER.index(self._claims[n].state)):
            claim = self._claims[number]
            item = QListWidgetItem(self._words(claim))
            item.setData(Qt.ItemDataRole.UserRole, number)
            item.setToolTip(claim.passage)
            self._items.addItem(item)
        self._items.setCurrentRow(0)

    def _words(self, claim: Claim) -> str:
        names = "; ".join(f"{i + 1} {self._sources[i].title}" for i in cited(claim, self._sources))
        source = self.tr("Source: {names}").format(names=names) if names else ""
        known = ". ".join(
            part.rstrip(".") for part in (state_words(claim.state), note_words(claim), source) if part
        )
        return f"{claim.text}\n{known}."

    def _tell(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _dress(self) -> None:
        opened = not self._items.isHidden()
        self._button.setIcon(self._icons.icon("chevron-down" if opened else "chevron-right", "text.secondary", 16))
        self._count()
        for at in range(self._items.count()):
            item = self._items.item(at)
            icon, colour = _ICONS[self._claims[item.data(Qt.ItemDataRole.UserRole)].state]
            item.setIcon(self._state_icon(icon, colour))

    def _state_icon(self, name: str, colour: str) -> QIcon:
        """The colour tells the state, also of the row that is selected."""
        drawn = self._icons.icon(name, colour, 16).pixmap(QSize(16, 16), self.devicePixelRatioF())
        made = QIcon(drawn)
        made.addPixmap(drawn, QIcon.Mode.Selected)
        return made


class _Rows(QStyledItemDelegate):
    """Rows as high as their words need.

    Qt measures them without the padding that the style gives, so a line that just fits loses the one below it.
    """

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint, listed = super().sizeHint(option, index), self.parent()
        if not isinstance(listed, QListWidget):
            return hint
        metrics = listed.fontMetrics()
        room = max(listed.viewport().width() - _BESIDE, 40)
        words = str(index.data(Qt.ItemDataRole.DisplayRole))
        lines = metrics.boundingRect(0, 0, room, 1, int(Qt.TextFlag.TextWordWrap), words).height()
        return QSize(hint.width(), max(hint.height(), lines + metrics.lineSpacing() // 2))


def counts_in_words(claims: Sequence[Claim]) -> str:
    """How many claims are in which state: "3 supported, 1 disputed, 4 unchecked"."""
    count = Counter(claim.state for claim in claims)
    words = (
        (ClaimState.SUPPORTED, _tr("{n} supported")),
        (ClaimState.DISPUTED, _tr("{n} disputed")),
        (ClaimState.UNSURE, _tr("{n} unsure")),
        (ClaimState.NOT_FOUND, _tr("{n} not found")),
        (ClaimState.UNCHECKED, _tr("{n} unchecked")),
    )
    return ", ".join(text.format(n=count[state]) for state, text in words if count[state])


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClaimsList", text)
