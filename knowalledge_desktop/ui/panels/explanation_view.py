"""The text of an explanation: streamed block by block, formulae drawn, nothing fetched."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCursor,
    QDesktopServices,
    QHelpEvent,
    QImage,
    QPainter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolTip, QWidget

from knowalledge_desktop.core.content import Claim, ClaimState, Source
from knowalledge_desktop.ui.markdown import CLAIM, MarkdownView, finished_part
from knowalledge_desktop.ui.panels.claim_card import ClaimCard, state_words
from knowalledge_desktop.ui.panels.claim_marks import mark_claims
from knowalledge_desktop.ui.theme import Theme

FRAME_MS = 34


class ExplanationView(QTextBrowser):
    """Shows Markdown. While a text grows, finished blocks stay and only the last one is set anew."""

    grew = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explanationView")
        self.setAccessibleName(self.tr("Explanation"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.anchorClicked.connect(self._follow)
        self._theme = theme
        self._markdown = MarkdownView(self._draw)
        self._pictures: dict[str, QImage] = {}
        self._text = ""
        self._claims: tuple[Claim, ...] = ()
        self._sources: tuple[Source, ...] = ()
        self._settled_chars = 0
        self._settled_at = 0
        self._growing = False
        self._redraw = QTimer(self, interval=FRAME_MS, singleShot=True)
        self._redraw.timeout.connect(self._draw_growth)
        theme.changed.connect(self._restyle)
        self._style()

    @property
    def markdown(self) -> str:
        """The text that is shown."""
        return self._text

    def show_text(self, markdown: str, claims: Sequence[Claim] = (), sources: Sequence[Source] = ()) -> None:
        """Show a whole text, with the marks of its claims; `sources` are those that claims point to."""
        self._sources = tuple(sources)
        self._redraw.stop()
        if not self._growing and (self._text, self._claims) == (markdown, tuple(claims)):
            return  # what is selected in it stays selected
        self._text, self._claims, self._growing = markdown, tuple(claims), False
        at = self.verticalScrollBar().value()
        self._set_all()
        self.verticalScrollBar().setValue(at)

    def begin(self, text: str = "") -> None:
        """Start a growing text."""
        self.clear()
        self._text, self._claims, self._growing = "", (), True
        self._settled_chars = self._settled_at = 0
        self.grow(text)

    def grow(self, text: str) -> None:
        """Add to the growing text; drawn at most thirty times a second."""
        self._text += text
        if text and not self._redraw.isActive():
            self._redraw.start()
            self.grew.emit()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Only pictures drawn here; never a file, never the net."""
        if kind == QTextDocument.ResourceType.ImageResource.value:
            return self._pictures.get(name.toString() if isinstance(name, QUrl) else name)
        return None

    def _set_all(self) -> None:
        self.setHtml(self._markdown.to_html(self._text, self._claims) if self._text else "")
        self._space_lines(0)
        mark_claims(self.document(), self._claims, self._theme)
        formulae = "; ".join(self._markdown.formulae)  # a picture says nothing to a screen reader
        said = [self.tr("Formulae: {tex}").format(tex=formulae)] if formulae else []
        against = self.tr("A source says something else than: {claim}")  # nor does a line below the words
        said += [against.format(claim=claim.text) for claim in self._claims if claim.state is ClaimState.DISPUTED]
        self.setAccessibleDescription(" ".join(said))

    def event(self, event: QEvent) -> bool:
        """Tell of a marked sentence what is known, while the pointer rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            claim = self._claim_at(QUrl(self.anchorAt(self.viewport().mapFromGlobal(event.globalPos()))))
            text = ""
            if claim is not None:
                text = "\n".join(part for part in (state_words(self, claim), claim.passage) if part)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _claim_at(self, url: QUrl) -> Claim | None:
        """The claim that a mark is of."""
        name = url.toString()
        number = name.removeprefix(CLAIM)
        if not name.startswith(CLAIM) or not number.isdigit() or int(number) >= len(self._claims):
            return None
        return self._claims[int(number)]

    def _follow(self, url: QUrl) -> None:
        """A mark opens its card, an address of a source the browser."""
        claim = self._claim_at(url)
        if claim is None:
            _open_web(url)
            return
        card = ClaimCard(claim, self._sources, self)
        place = self.viewport().mapFromGlobal(QCursor.pos())
        if not self.viewport().rect().contains(place):  # it was reached by keys
            place = self.cursorRect().bottomLeft()
        card.show_at(self.viewport().mapToGlobal(place))

    def _draw_growth(self) -> None:
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 4
        place = bar.value()
        settled = finished_part(self._text)
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._settled_at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if settled > self._settled_chars:
            self._insert(cursor, self._text[self._settled_chars : settled])
            self._settled_chars, self._settled_at = settled, cursor.position()
        rest = self._text[self._settled_chars :]
        if rest.strip():
            self._insert(cursor, rest)
        bar.setValue(bar.maximum() if follows else place)

    def _insert(self, cursor: QTextCursor, markdown: str) -> None:
        start = cursor.position()
        if start:
            cursor.insertBlock(QTextBlockFormat())
        cursor.insertHtml(self._markdown.to_html(markdown).strip())
        self._space_lines(start)

    def _space_lines(self, start: int) -> None:
        """Line height, which rich text takes from block formats only, and the size of headings."""
        line = self._theme.line_height("read")
        block = self.document().findBlock(start)
        while block.isValid():
            cursor = QTextCursor(block)
            shape = block.blockFormat()
            shape.setLineHeight(line, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
            close = shape.headingLevel() or block.textList()
            shape.setBottomMargin(line * (0.25 if close else 0.5))
            shape.setTopMargin(line * 0.5 if shape.headingLevel() and block.position() else 0.0)
            cursor.setBlockFormat(shape)
            if shape.headingLevel():
                self._shape_heading(block)
            block = block.next()

    def _shape_heading(self, block: QTextBlock) -> None:
        """The theme's size for a heading; Qt's own enlargement, which would win, is taken out."""
        heading = self._theme.font("readH")
        pieces: list[tuple[int, int, QTextCharFormat]] = []
        at = block.begin()
        while not at.atEnd():
            piece = at.fragment()
            pieces.append((piece.position(), piece.length(), piece.charFormat()))
            at += 1
        for start, length, shape in pieces:
            shape.clearProperty(QTextFormat.Property.FontSizeAdjustment)
            shape.setProperty(QTextFormat.Property.FontPixelSize, heading.pixelSize())
            shape.setFontWeight(heading.weight())
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(shape)

    def _draw(self, tex: str) -> str | None:
        colour = self._theme.color("text.primary").name()
        name = "tex-" + hashlib.blake2b(f"{tex}|{colour}".encode(), digest_size=8).hexdigest()
        if name not in self._pictures:
            picture = _formula_picture(tex, colour, self._theme.font("read").pixelSize(), self.devicePixelRatioF())
            if picture is None:
                return None
            self._pictures[name] = picture
        return name

    def _style(self) -> None:
        self.document().setDefaultFont(self._theme.font("read"))
        ink, link = self._theme.color("text.primary").name(), self._theme.color("accent.text").name()
        code = self._theme.font("mono")
        self.document().setDefaultStyleSheet(
            f"body, p, li {{ color: {ink}; }}"
            f"h1, h2, h3, h4, h5, h6, th, td {{ color: {ink}; }}"
            "td, th { padding: 2px 14px 2px 0; }"
            f"a, sup {{ color: {link}; text-decoration: none; }}"
            f"code, pre {{ font-family: '{code.family()}'; font-size: {code.pixelSize()}px; }}"
        )
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(24)

    def _restyle(self) -> None:
        self._style()
        if self._text:
            self._set_all()


def _open_web(url: QUrl) -> None:
    if url.scheme() in ("http", "https"):
        QDesktopServices.openUrl(url)


def _formula_picture(tex: str, colour: str, size: int, dpr: float) -> QImage | None:
    """TeX as a picture at the text's size; None when the formula cannot be drawn."""
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # Qt draws paths; of the shorter form with symbols it draws nothing
    try:
        svg = Latex(tex, size=size, color=colour, inline=True).svg()
    except Exception:  # noqa: BLE001 - whatever a parser says about somebody's TeX: its source is shown instead
        return None
    renderer = QSvgRenderer(svg.encode())
    natural = renderer.viewBoxF()
    if not renderer.isValid() or natural.isEmpty():
        return None
    image = QImage(
        QSize(math.ceil(natural.width() * dpr), math.ceil(natural.height() * dpr)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0.0, 0.0, natural.width() * dpr, natural.height() * dpr))
    painter.end()
    image.setDevicePixelRatio(dpr)
    return image
