"""The picture of a topic, under its title: small, named in words, one click from its full size."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QFrame, QMenu, QSizePolicy, QWidget

from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label, row

LEAST, MOST = 96, 176
"""Pixels of the picture's height, by the height of the panel."""
SHARE = 0.2
WIDEST = 1.5
"""Of its height: a wider picture is made smaller, so that its words have room beside it."""

Source = Callable[[str], QPixmap | None]


class PictureBox(QFrame):
    """Its height is the same while a picture is drawn, read and shown, so the text below stays where it is."""

    enlarge_requested = Signal()
    save_requested = Signal()
    regenerate_requested = Signal()
    remove_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictureBox")
        self._source: Source = _nothing
        self._is_missing: Callable[[str], bool] = lambda _: False
        self._kept: TopicPicture | None = None
        self._busy = self._yields = False
        self._height = MOST
        self._view = PictureView(theme)
        self._view.clicked.connect(self._on_click)
        self._view.menu_requested.connect(self._menu)
        self._caption = label("", "caption", wrap=True)
        self._alt = label("", "small", wrap=True)
        self._alt.setProperty("tone", "secondary")
        self._alt.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._alt.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        words = column(self._caption, gap=4)
        words.addWidget(self._alt, 1)
        line = row(self._view, gap=12)
        line.addLayout(words, 1)
        self.setLayout(line)
        self.hide()

    @property
    def told(self) -> str:
        """What stands beside the picture, besides its own words."""
        return self._caption.text()

    def set_source(self, source: Source, is_missing: Callable[[str], bool]) -> None:
        """Where pictures come from, by the name of their bytes; None while one is on its way."""
        self._source, self._is_missing = source, is_missing

    def show_picture(self, kept: TopicPicture | None, *, busy: bool) -> None:
        """Show a topic's picture, the place of one that is being drawn, or nothing."""
        self._kept, self._busy = kept, busy
        self._show()
        self.refresh()

    def refresh(self, sha256: str = "") -> None:
        """Show a picture that has come meanwhile."""
        kept = self._kept
        if sha256 and (kept is None or kept.sha256 != sha256):
            return
        pixmap = self._source(kept.sha256) if kept else None
        aspect = kept.width / max(1, kept.height) if kept else 1.0
        self._view.show_pixmap(pixmap, self._size(aspect), dimmed=self._busy and kept is not None)
        self._view.setEnabled(kept is not None)
        self._caption.setText(self._told())
        alt = kept.alt if kept and not self._busy else ""
        self._alt.setText(alt)
        self._alt.setToolTip(alt)
        self._view.setAccessibleName(self.tr("Generated illustration") if kept else self.tr("Drawing"))
        self._view.setAccessibleDescription(kept.alt if kept else "")
        tip = self.tr("Click to enlarge") if kept else self.tr("Drawing a picture of this topic")
        self._view.setToolTip(f"{kept.alt}\n{tip}" if kept and kept.alt else tip)

    def fit(self, panel_height: int, *, yields: bool) -> None:
        """Be small in a low panel; with `yields`, leave the room to something else."""
        self._yields = yields
        self._show()
        height = min(MOST, max(LEAST, round(panel_height * SHARE)))
        if height != self._height:
            self._height = height
            self.refresh()

    def _show(self) -> None:
        self.setVisible((self._kept is not None or self._busy) and not self._yields)

    def _told(self) -> str:
        if self._busy:
            return self.tr("Drawing a picture…")
        if self._kept is not None and self._is_missing(self._kept.sha256):
            return self.tr("The picture’s file is not on this device any more. Have it drawn again, or remove it.")
        return self.tr("Generated illustration")

    def _size(self, aspect: float) -> QSize:
        width = min(self._height * aspect, self._height * WIDEST)
        return QSize(round(width), self._height)

    def _on_click(self) -> None:
        if self._kept is not None:
            self.enlarge_requested.emit()

    def _menu(self, at: QPoint) -> None:
        if self._kept is None:
            return
        menu = QMenu(self)
        menu.setObjectName("pictureMenu")
        menu.addAction(self.tr("Enlarge"), self.enlarge_requested.emit)
        menu.addAction(self.tr("Save as…"), self.save_requested.emit)
        menu.addSeparator()
        again = menu.addAction(self.tr("Draw it again"), self.regenerate_requested.emit)
        again.setEnabled(not self._busy)
        menu.addAction(self.tr("Remove the picture"), self.remove_requested.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


class PictureView(QAbstractButton):
    """Paints a picture with soft corners; a key or a click opens it."""

    menu_requested = Signal(QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topicPicture")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self._dimmed = False
        theme.changed.connect(self.update)

    def show_pixmap(self, pixmap: QPixmap | None, size: QSize, *, dimmed: bool) -> None:
        """Show a picture in this size; without one, its empty place."""
        self._pixmap, self._dimmed = pixmap, dimmed
        self.setFixedSize(size)
        self.update()

    @property
    def pixmap(self) -> QPixmap | None:
        """What is shown."""
        return self._pixmap

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(1.0, 1.0, -1.0, -1.0)
        shape = QPainterPath()
        radius = self._theme.px("radius.md")
        shape.addRoundedRect(box, radius, radius)
        painter.fillPath(shape, self._theme.color("bg.sunken"))
        if self._pixmap is not None:
            fitted = QRectF(self._pixmap.rect()).size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(box.topLeft(), fitted)
            place.moveCenter(box.center())
            painter.setClipPath(shape)
            painter.setOpacity(0.35 if self._dimmed else 1.0)
            painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
            painter.setOpacity(1.0)
            painter.setClipping(False)
        focus = self.hasFocus()
        painter.setPen(
            QPen(self._theme.color("accent.focus" if focus else "border.subtle"), 2.0 if focus else 1.0)
        )
        painter.drawPath(shape)
        painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())


def _nothing(_sha256: str) -> QPixmap | None:
    return None
