"""Where a topic comes from: who wrote it, when and how, what it rests on and what was done to it since."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QTextBrowser, QWidget

from knowalledge_desktop.core.origin import Origin
from knowalledge_desktop.core.staleness import Present
from knowalledge_desktop.ui.claims import is_web
from knowalledge_desktop.ui.origin_words import Line, Section, plain, sections
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import css
from knowalledge_desktop.ui.widgets.basics import column, label, row, rule, text_button

WIDTH, HEIGHT = 600, 640
AROUND = 60
"""Pixels of the window that stay to be seen above and below together."""


class ProvenanceView(QDialog):
    """One text that can be read, selected and copied; F-keys and screen readers walk through it as any text."""

    stale_requested = Signal()
    history_requested = Signal()

    def __init__(self, origin: Origin, present: Present, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("provenanceView")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Where this comes from"))
        self._theme = theme
        self._sections = sections(origin, present)
        self._title = origin.topic.title
        path = " › ".join(step.title for step in origin.document.path(origin.topic.topic_id)[:-1])
        self._path = path
        self.text = QTextBrowser()
        self.text.setObjectName("provenanceText")
        self.text.setAccessibleName(self.tr("Where {title} comes from").format(title=self._title))
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setCursorWidth(0)  # there is nothing to write here; what is chosen shows by itself
        self.text.document().setDocumentMargin(0)
        self.text.anchorClicked.connect(_open)
        is_stale = any(each.stale for each in self._sections)
        self._stale = text_button(
            self.tr("All that is out of date…"),
            "provenanceStaleButton",
            self._to_stale,
            "" if is_stale else "ghost",
            self.tr("See what else came from retired models or old prompts, and have it written again"),
        )
        history = text_button(
            self.tr("History"),
            "provenanceHistoryButton",
            self._to_history,
            "ghost",
            self.tr("See all acts on this map, and go back to an earlier version"),
        )
        self._copy = text_button(
            self.tr("Copy"), "provenanceCopyButton", self._copy_it, "", self.tr("Copy all of this as text")
        )
        close = text_button(self.tr("Close"), "provenanceCloseButton", self.accept, "primary")
        head: list[QWidget | int] = [label(path, "tertiary", wrap=True)] if path else []
        head += [label(self._title, "heading", wrap=True)]
        whole = column(column(*head, margins=(28, 22, 28, 14), gap=2), rule())
        whole.addLayout(column(self.text, margins=(28, 10, 8, 0)), 1)
        whole.addWidget(rule())
        whole.addLayout(row(self._stale, history, -1, self._copy, close, margins=(22, 12, 28, 14), gap=8))
        self.setLayout(whole)
        self.resize(WIDTH, HEIGHT if parent is None else min(HEIGHT, parent.height() - AROUND))
        theme.changed.connect(self._dress)
        self._dress()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _dress(self) -> None:
        at = self.text.verticalScrollBar().value()
        self.text.setHtml(_page(self._sections, self._theme))
        self.text.verticalScrollBar().setValue(at)

    def _copy_it(self) -> None:
        title = f"{self._path} › {self._title}" if self._path else self._title
        QGuiApplication.clipboard().setText(plain(title, self._sections))
        self._copy.setText(self.tr("Copied"))

    def _to_stale(self) -> None:
        self.accept()
        self.stale_requested.emit()

    def _to_history(self) -> None:
        self.accept()
        self.history_requested.emit()


def _open(address: QUrl) -> None:
    if is_web(address.toString()):
        QDesktopServices.openUrl(address)


def _page(told: Sequence[Section], theme: Theme) -> str:
    """The HTML of all sections, in the fonts and colours of the theme."""
    parts = [_section(each, theme) for each in told]
    body, family = theme.font("body"), ", ".join(f"'{name}'" for name in theme.font("body").families())
    colour = css(theme.color("text.primary"))
    return (
        f'<body style="font-family: {family}; font-size: {body.pixelSize()}px; color: {colour}">'
        f"{''.join(parts)}</body>"
    )


def _section(told: Section, theme: Theme) -> str:
    title = theme.font("title")
    head = (
        f'<h3 style="font-size: {title.pixelSize()}px; font-weight: {int(title.weight())};'
        f' margin-top: 16px; margin-bottom: 6px">{html.escape(told.title)}</h3>'
    )
    warning = css(theme.color("warning.text"))
    stale = (
        f'<p style="color: {warning}; margin-top: 0; margin-bottom: 6px">{html.escape(told.stale)}</p>'
        if told.stale
        else ""
    )
    if not any(line.name for line in told.lines):
        second = css(theme.color("text.secondary"))
        texts = "".join(f'<p style="color: {second}">{html.escape(line.text)}</p>' for line in told.lines)
        return head + stale + texts
    return f'{head}{stale}<table cellspacing="0">{"".join(_line(each, theme) for each in told.lines)}</table>'


def _line(line: Line, theme: Theme) -> str:
    second, link = css(theme.color("text.secondary")), css(theme.color("accent.text"))
    text = html.escape(line.text)
    if is_web(line.address):
        text = f'<a href="{html.escape(line.address, quote=True)}" style="color: {link}">{text}</a>'
    return (
        f'<tr><td width="132" style="color: {second}; padding: 4px 16px 4px 0">{html.escape(line.name)}</td>'
        f'<td style="padding: 4px 0">{text}</td></tr>'
    )
