"""The text of an explanation: streamed block by block, formulae drawn, nothing fetched."""

from __future__ import annotations

import hashlib
import html
import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCursor,
    QDesktopServices,
    QHelpEvent,
    QImage,
    QKeyEvent,
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
from knowalledge_desktop.ui.claims import Span, web_addresses
from knowalledge_desktop.ui.markdown import MarkdownView, finished_part
from knowalledge_desktop.ui.panels.claim_card import ClaimCard, note_words, state_words
from knowalledge_desktop.ui.panels.claim_marks import CLAIM, mark_claims
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
        self._spans: list[Span | None] = []
        self._by_key = False
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
        self._redraw.stop()
        wanted = (markdown, tuple(claims), tuple(sources))
        if not self._growing and (self._text, self._claims, self._sources) == wanted:
            return  # what is selected in it stays selected
        (self._text, self._claims, self._sources), self._growing = wanted, False
        at = self.verticalScrollBar().value()
        self._set_all()
        self.verticalScrollBar().setValue(at)

    def begin(self, text: str = "") -> None:
        """Start a growing text."""
        self.clear()
        self._text, self._claims, self._sources, self._spans, self._growing = "", (), (), [], True
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

    def show_claim(self, number: int) -> None:
        """Bring a claim's sentence into view, selected, and open its card beside it."""
        if not 0 <= number < len(self._claims):
            return
        span = self._spans[number] if number < len(self._spans) else None
        cursor = QTextCursor(self.document())
        if span is not None:
            cursor.setPosition(span[0])
            cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self._open_card(self._claims[number], self.cursorRect().bottomLeft())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tab walks from mark to mark, Enter opens the card of one."""
        self._by_key = True
        super().keyPressEvent(event)
        self._by_key = False

    def event(self, event: QEvent) -> bool:
        """Tell of a marked sentence what is known, while the pointer rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            claim = self._claim_at(self.anchorAt(self.viewport().mapFromGlobal(event.globalPos())))
            told = [] if claim is None else [state_words(claim.state), note_words(claim), claim.passage]
            # As rich text, which alone is wrapped; what a source says is no markup.
            lines = "".join(f"<p>{html.escape(part)}</p>" for part in told if part)
            QToolTip.showText(event.globalPos(), lines, self)
            return True
        return super().event(event)

    def _set_all(self) -> None:
        addresses = web_addresses(self._sources)
        self.setHtml(self._markdown.to_html(self._text, addresses) if self._text else "")
        self._space_lines(0)
        self._spans = mark_claims(self.document(), self._claims, self._sources, self._theme)
        formulae = "; ".join(self._markdown.formulae)  # a picture says nothing to a screen reader
        said = [self.tr("Formulae: {tex}").format(tex=formulae)] if formulae else []
        against = self.tr("A source says something else than: {claim}")  # nor does a line below the words
        said += [against.format(claim=claim.text) for claim in self._claims if claim.state is ClaimState.DISPUTED]
        self.setAccessibleDescription(" ".join(said))

    def _claim_at(self, address: str) -> Claim | None:
        """The claim that a mark is of."""
        number = address.removeprefix(CLAIM)
        if not address.startswith(CLAIM) or not number.isdecimal() or int(number) >= len(self._claims):
            return None
        return self._claims[int(number)]

    def _follow(self, url: QUrl) -> None:
        """A mark opens its card, the address of one of the text's sources the browser; nothing else leads on."""
        claim = self._claim_at(url.toString())
        if claim is None:
            if any(url == QUrl(address) for address in web_addresses(self._sources)):
                QDesktopServices.openUrl(url)
            return
        place = self.viewport().mapFromGlobal(QCursor.pos())
        if self._by_key or not self.viewport().rect().contains(place):
            place = self.cursorRect().bottomLeft()
        self._open_card(claim, place)

    def _open_card(self, claim: Claim, place: QPoint) -> None:
        ClaimCard(claim, self._sources, self).show_at(self.viewport().mapToGlobal(place))

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
