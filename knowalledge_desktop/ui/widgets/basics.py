"""Buttons, labels and boxes in the style of the theme, each with its name and tooltip."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from knowalledge_desktop.ui.icons import Icons

_ICON_GAP = 4  # between an icon and its text, besides that of the style
_TONES = ("secondary", "tertiary", "danger", "warning", "success")


def icon_button(
    icons: Icons, icon: str, name: str, text: str, act: Callable[[], None], shortcut: str = "", size: int = 18
) -> QToolButton:
    """A square button with an icon; the tooltip tells text and shortcut."""
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("kind", "icon")
    dress_icon(button, icons, icon, "text.secondary", size)
    button.setAccessibleName(text)
    button.setToolTip(f"{text} ({native_keys(shortcut)})" if shortcut else text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda: act())
    return button


def dress_icon(button: QAbstractButton, icons: Icons, icon: str, colour: str, size: int) -> None:
    """Give a button an icon that follows the theme, and a text beside it room."""
    beside = (
        isinstance(button, QToolButton) and button.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    )
    gap = _ICON_GAP if beside or (isinstance(button, QPushButton) and button.text()) else 0
    rtl = button.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def dress() -> None:
        side = icons.scaled(size)
        button.setIcon(icons.icon(icon, colour, side, rtl=rtl, gap=gap))
        button.setIconSize(QSize(side + gap, side))

    icons.follow(button, dress)


def leading_icon(field: QLineEdit, icons: Icons, icon: str) -> None:
    """Put an icon before the text of a field."""
    action = field.addAction(icons.icon(icon, "text.tertiary"), QLineEdit.ActionPosition.LeadingPosition)
    icons.follow(action, lambda: action.setIcon(icons.icon(icon, "text.tertiary")))


def text_button(text: str, name: str, act: Callable[[], None], kind: str = "", tip: str = "") -> QPushButton:
    """A button with a text; kind is "", "primary", "subtle" or "ghost"."""
    button = QPushButton(text)
    button.setObjectName(name)
    if kind:
        button.setProperty("kind", kind)
    button.setAccessibleName(text)
    button.setToolTip(tip or text)
    button.setAutoDefault(False)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda: act())
    return button


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A text; role is a step of the type scale ("heading", "bodyStrong" ...) or a tone ("secondary" ...)."""
    made = QLabel(text)
    dress_label(made, role)
    if wrap:
        made.setWordWrap(True)
        made.setMinimumWidth(1)  # one long word must not decide how narrow a window can be
    return made


def dress_label(made: QLabel, role: str) -> None:
    """Give a text its step of the type scale or its tone."""
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role in _TONES:
        made.setProperty("tone", role)
        made.setProperty("type", "small" if role == "tertiary" else "body")
    elif role:
        made.setProperty("type", role)


def badge(text: str, tone: str = "neutral", tip: str = "") -> QLabel:
    """A small label on a tinted ground."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("badge", tone)
    if tip:
        made.setToolTip(tip)
    return made


def native_keys(keys: str) -> str:
    """A shortcut as the platform writes it."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def column(
    *items: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 0
) -> QVBoxLayout:
    """Items below each other; a number is space, -1 stretches."""
    made = QVBoxLayout()
    _fill(made, items, margins, gap)
    return made


def row(
    *items: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 0
) -> QHBoxLayout:
    """Items beside each other; a number is space, -1 stretches."""
    made = QHBoxLayout()
    _fill(made, items, margins, gap)
    return made


def _fill(
    made: QVBoxLayout | QHBoxLayout,
    items: tuple[QWidget | QLayout | int, ...],
    margins: tuple[int, int, int, int],
    gap: int,
) -> None:
    made.setContentsMargins(*margins)
    made.setSpacing(gap)
    for item in items:
        if isinstance(item, QWidget):
            made.addWidget(item)
        elif isinstance(item, QLayout):
            made.addLayout(item)
        elif item < 0:
            made.addStretch(1)
        else:
            made.addSpacing(item)


def card(inner: QLayout) -> QFrame:
    """A raised box with a hairline."""
    made = QFrame()
    made.setProperty("panel", "card")
    made.setLayout(inner)
    return made


def rule(*, vertical: bool = False) -> QFrame:
    """A hairline between two parts."""
    made = QFrame()
    made.setProperty("rule", "true")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def clear(layout: QLayout) -> None:
    """Take all items out of a layout and delete their widgets."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
