"""The page of the sky: what is searched for and shown, the picture, and a card of what is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QFrame, QLineEdit, QListView, QWidget

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.sky_card import SkyCard
from knowalledge_desktop.ui.panels.sky_legend import SkyLegend
from knowalledge_desktop.ui.sky.view import Beside, SkyView
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button, label, leading_icon, row, rule, text_button

EDGE = 16
SUGGESTED = 10
NARROW = 900
"""Below this width it is not told how much there is."""
_NODE = Qt.ItemDataRole.UserRole + 1


class SkySearch(QLineEdit):
    """Finds articles and topics while one types; Enter goes to the first, or to the one that is picked."""

    wanted = Signal(str)
    node_picked = Signal(int)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("skySearch")
        self.setAccessibleName(self.tr("Find in the sky"))
        self.setPlaceholderText(self.tr("Find an article or a topic"))
        self.setToolTip(self.tr("Type a title; Enter flies there"))
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(180)
        self.setMaximumWidth(360)
        leading_icon(self, icons, "search")
        self._icons = icons
        self._found = QStandardItemModel(self)
        completer = QCompleter(self._found, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(SUGGESTED)
        self._popup = QListView(self)
        self._popup.setObjectName("skySuggestions")
        self._popup.setAccessibleName(self.tr("Found in the sky"))
        completer.setPopup(self._popup)
        completer.activated.connect(self._on_picked)
        self.setCompleter(completer)
        self.textEdited.connect(self.wanted.emit)
        self.returnPressed.connect(self._on_enter)

    def propose(self, found: Sequence[tuple[int, str, str, bool]]) -> None:
        """Show nodes with their titles and areas; the last says whether a node is explored."""
        self._found.clear()
        for node, title, area, explored in found:
            item = QStandardItem(title)
            item.setData(node, _NODE)
            item.setToolTip(area)
            item.setData(f"{title}, {area}", Qt.ItemDataRole.AccessibleTextRole)
            item.setIcon(self._icons.icon("star" if explored else "crosshair", "text.tertiary", 16))
            self._found.appendRow(item)
        if found and self.hasFocus():
            self.completer().complete()
        else:
            self._popup.hide()

    def _on_picked(self, title: str) -> None:
        index = self._popup.currentIndex()
        same = self._found.findItems(title)
        self._pick(index.data(_NODE) if index.isValid() else same[0].data(_NODE) if same else None)

    def _pick(self, node: int | None) -> None:
        self._popup.hide()
        if node is not None:
            self.node_picked.emit(node)

    def _on_enter(self) -> None:
        if self.text().strip() and not self._popup.currentIndex().isValid():
            self.wanted.emit(self.text())
            first = self._found.index(0, 0)
            self._pick(first.data(_NODE) if first.isValid() else None)


class SkyPage(QWidget):
    """Lays the controls around the sky."""

    everything_changed = Signal(bool)
    language_changed = Signal(str)
    node_opened = Signal(int)

    def __init__(self, theme: Theme, icons: Icons, beside: Beside, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("skyPage")
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = SkyView(theme, beside)
        self.search = SkySearch(icons)
        self.search.installEventFilter(self)
        self.everything = self._everything_box()
        self.language = self._language_box()
        self._about = label("", "tertiary")
        self._about.setObjectName("skyAbout")
        bar = QFrame()
        bar.setProperty("panel", "window")
        bar.setProperty("edge", "bottom")
        bar.setFixedHeight(theme.px("layout.topBar"))
        heading = label(self.tr("Sky"), "title")
        line = row(heading, 16, margins=(24, 0, 24, 0), gap=12)
        line.addWidget(self.search, 3)
        line.addWidget(self._about)
        line.addStretch(1)
        line.addWidget(self.language)
        line.addWidget(self.everything)
        bar.setLayout(line)
        self.setLayout(column(bar, self.view))
        self.card = SkyCard(theme, icons, self)
        self.card.installEventFilter(self)
        self.card.hide()
        self.legend = SkyLegend(theme, self)
        self._zoom = self._zoom_box(icons)
        self._empty = self._empty_box()
        self._bar = bar
        self.card.closed.connect(lambda: self._leave_card())
        self.card.open_requested.connect(lambda: self.node_opened.emit(self.view.chosen))
        self.view.node_opened.connect(self.node_opened.emit)
        self.view.escaped.connect(self._leave_card)
        self.search.wanted.connect(self._propose)
        self.search.node_picked.connect(self.go_to)
        self.setFocusProxy(self.view)
        QWidget.setTabOrder(self.search, self.language)
        QWidget.setTabOrder(self.language, self.everything)
        QWidget.setTabOrder(self.everything, self.view)
        QWidget.setTabOrder(self.view, self.card)

    def _everything_box(self) -> QCheckBox:
        made = QCheckBox(self.tr("All articles"))
        made.setObjectName("skyEverything")
        made.setAccessibleName(self.tr("Show all articles"))
        made.setToolTip(self.tr("Show all articles of the Atlas, or only what you have explored"))
        made.toggled.connect(self.everything_changed.emit)
        return made

    def _language_box(self) -> QComboBox:
        made = QComboBox()
        made.setObjectName("skyLanguage")
        made.setAccessibleName(self.tr("Language of the articles"))
        made.setToolTip(self.tr("Language of the articles"))
        for tag, name in (("en", "English"), ("fr", "Français"), ("es", "Español")):
            made.addItem(name, tag)
        made.activated.connect(lambda _: self.language_changed.emit(made.currentData()))
        return made

    def _zoom_box(self, icons: Icons) -> QFrame:
        view, box = self.view, QFrame(self)
        box.setProperty("panel", "floating")
        out = icon_button(icons, "minus", "skyZoomOut", self.tr("Zoom out"), view.zoom_out, "-", 16)
        into = icon_button(icons, "plus", "skyZoomIn", self.tr("Zoom in"), view.zoom_in, "+", 16)
        fit = icon_button(icons, "maximize", "skyFit", self.tr("See everything"), view.fit, "0", 16)
        box.setLayout(row(out, into, rule(vertical=True), fit, margins=(4, 2, 4, 2), gap=2))
        return box

    def _empty_box(self) -> QFrame:
        box = QFrame(self)
        box.setProperty("panel", "floating")
        words = label(self.tr("Nothing is explored yet. What you explore shines here."), "body")
        show = text_button(
            self.tr("Show all articles"),
            "skyShowAll",
            lambda: self.everything.setChecked(True),
            "primary",
            self.tr("Show all articles of the Atlas"),
        )
        box.setLayout(row(words, show, margins=(20, 14, 16, 14), gap=20))
        box.hide()
        return box

    # --- what is shown ---

    def tell_count(self, known: int, listed: int, articles: int) -> None:
        """Say how much there is, and offer the articles when nothing is explored and nothing is shown.

        `known` topics have a text or subtopics, `listed` ones are only in a map.
        """
        told = [self.tr("%n explored", "", known), self.tr("%n more in maps", "", listed)]
        told.append(self.tr("{count} articles").format(count=f"{articles:,}"))
        self._about.setText(", ".join(told))
        self._empty.setVisible(not known + listed and not self.everything.isChecked())
        self.everything.setEnabled(bool(articles))
        self._lay_out()

    def go_to(self, node: int) -> None:
        """Fly to a node and choose it."""
        self.search.setText(self.view.chart.titles[node])
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.view.fly_to(node)

    def show_card(self) -> None:
        """Lay the card out anew, after it has changed."""
        self._lay_out()

    def _propose(self, text: str) -> None:
        chart = self.view.chart
        found: list[tuple[int, str, str, bool]] = []
        for node in chart.find(text, SUGGESTED):
            disc = chart.disc_of(node)
            found.append((node, chart.titles[node], disc.name if disc else "", bool(chart.is_star[node])))
        self.search.propose(found)

    def _leave_card(self) -> None:
        self.view.choose(-1)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- Qt ---

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            inner = bool(self.search.text()) if watched is self.search else self.view.chosen >= 0
            if event.type() == QEvent.Type.ShortcutOverride and inner:
                event.accept()  # inner first: else the window would leave the page
            elif event.type() == QEvent.Type.KeyPress and inner:
                if watched is self.search:
                    self.search.clear()
                    self.search.propose(())
                else:
                    self._leave_card()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._about.setVisible(self.width() > NARROW)
        self._lay_out()

    def _lay_out(self) -> None:
        top, bottom = self._bar.height(), self.height() - EDGE
        self._zoom.adjustSize()
        self._zoom.move(EDGE, bottom - self._zoom.height())
        self.legend.adjustSize()
        self.legend.move(self._zoom.geometry().right() + EDGE, bottom - self.legend.height())
        self.card.adjustSize()
        self.card.move(self.width() - self.card.width() - EDGE, top + EDGE)
        self._empty.adjustSize()
        self._empty.move((self.width() - self._empty.width()) // 2, top + 3 * EDGE)
