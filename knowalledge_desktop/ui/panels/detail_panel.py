"""All about the selected topic: where it is, its explanation, its sources, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QFrame, QVBoxLayout, QWidget

from knowalledge_desktop.core.graph import Explanation, Map, Topic
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Answer, Options
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import Message
from knowalledge_desktop.ui.panels.ask_box import AskBox
from knowalledge_desktop.ui.panels.batch_line import BatchLine
from knowalledge_desktop.ui.panels.depth_dial import DepthDial
from knowalledge_desktop.ui.panels.explanation_badges import ExplanationBadges
from knowalledge_desktop.ui.panels.late_parts import LateParts
from knowalledge_desktop.ui.panels.own_marks import OwnMarks
from knowalledge_desktop.ui.panels.picture_box import PictureBox
from knowalledge_desktop.ui.panels.rendering_choice import RenderingChoice, wanted
from knowalledge_desktop.ui.panels.topic_meta import BadgeRow, Banner, SourceList, open_address
from knowalledge_desktop.ui.panels.waiting import Waiting
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button, label, row, rule, text_button
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from knowalledge_desktop.core.staleness import Present
    from knowalledge_desktop.ui.panels.answers_view import AnswersView
    from knowalledge_desktop.ui.panels.explanation_opinion import OpinionRow
    from knowalledge_desktop.ui.panels.explanation_view import ExplanationView

NARROW = 540
"""Below this width the choices stand above the buttons."""
LOW = 680
"""Below this height not everything has room at once."""
CRAMPED = 580
"""Below this, times the size of the text, how to send a question is not told: everything else needs the room."""
TIGHT = 330
"""Below this, times the size of the text, what is only said stands back behind what can be done and read."""


class DetailPanel(QFrame):
    """Shows one topic; says in signals what the person wants done with it."""

    explain_requested = Signal(str)
    expand_requested = Signal(str)
    regenerate_requested = Signal(str)
    illustrate_requested = Signal(str)
    stop_drawing_requested = Signal(str)
    leave_batch_requested = Signal(str)
    settings_requested = Signal()
    limits_requested = Signal()
    stop_requested = Signal(str)
    retry_requested = Signal(str)
    topic_chosen = Signal(str)
    suggestion_chosen = Signal(str)
    origin_requested = Signal(str)
    options_changed = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailPanel")
        self.setProperty("panel", "window")
        self.setAccessibleName(self.tr("Topic"))
        self._theme, self._icons = theme, icons
        self._topic_id = ""
        self._options = Options()
        self._busy = self._drawing = self._locked = False
        self._picture: TopicPicture | None = None
        self._crumbs = ElidedLabel("secondary", mode=Qt.TextElideMode.ElideLeft)
        self._title = label("", "heading", wrap=True)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._badges = BadgeRow(
            text_button(
                self.tr("Where this comes from"),
                "originButton",
                lambda: self.origin_requested.emit(self._topic_id),
                "quiet",
                self.tr("Who wrote it, when and how, its sources, and what was done to it since"),
            )
        )
        self._told = ExplanationBadges(self)
        self._summary = label("", "secondary", wrap=True)
        self._banner = Banner()
        self._banner.retry.connect(lambda: self.retry_requested.emit(self._topic_id))
        self._banner.suggestion.connect(self.suggestion_chosen)
        self._batch = BatchLine()
        self._batch.leave_requested.connect(lambda: self.leave_batch_requested.emit(self._topic_id))
        self.waiting = Waiting(theme)
        self.waiting.queued.connect(lambda queued: self._tell_writing(queued=queued))
        self._sources = SourceList(icons)
        self._sources.opened.connect(open_address)
        self._explain = text_button(
            self.tr("Explain"), "explainButton", self._on_explain, "primary", self.tr("Explain this topic (X)")
        )
        self._expand = text_button(
            self.tr("Expand"), "expandButton", self._on_expand, "", self.tr("Grow subtopics (E)")
        )
        self._again = icon_button(
            icons, "refresh-cw", "regenerateButton", self.tr("Write it again"), self._on_again
        )
        self._illustrate = icon_button(
            icons, "sparkles", "illustrateButton", self.tr("Illustrate this topic (I)"), self._on_illustrate
        )
        self.picture = PictureBox(theme)
        self.marks = OwnMarks(icons)
        self.ask = AskBox(icons)
        self._rendering = RenderingChoice(theme)
        self._rendering.chosen.connect(self.options_changed)
        self._settings = text_button(
            self.tr("Settings"), "bannerSettingsButton", self.settings_requested.emit, "", self.tr("Set a key")
        )
        self._limits = text_button(
            self.tr("Limits and budget"),
            "bannerLimitsButton",
            self.limits_requested.emit,
            "",
            self.tr("See how full they are, and set them"),
        )
        self._hide_banner()
        self._build()
        self.show_topic(None, "")

    def _build(self) -> None:
        self._crumbs.setMinimumHeight(32)
        head = column(
            row(self._crumbs, -1, self._again, self._illustrate),
            self._title,
            8,
            self._badges,
            6,
            self._summary,
            6,
            self.marks,
            self.picture,
            margins=(24, 14, 20, 12),
            gap=2,
        )
        body = QVBoxLayout()
        body.setContentsMargins(24, 14, 16, 0)
        body.setSpacing(10)
        body.addWidget(self._banner)
        body.addWidget(self._settings, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self._limits, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self._batch)
        body.addWidget(self.waiting)
        self._space = QWidget()  # keeps the head on top while there is no text
        body.addWidget(self._space, 1)
        self._foot = row(
            self._rendering,
            -1,
            row(-1, self._expand, self._explain, gap=8),
            margins=(24, 4, 20, 10),
            gap=8,
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(rule())
        whole.addLayout(body, 1)
        whole.addWidget(self._sources)
        whole.addWidget(rule())
        whole.addWidget(self.ask)
        whole.addLayout(self._foot)
        self.late = LateParts(self._theme, self._icons, self)
        self.late.set_places((body, self._space), (whole, self._sources), (whole, self.ask))
        self.late.grew.connect(lambda: self._show_text(shown=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self._foot.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self.make_room()

    def make_room(self) -> None:
        """In a low panel the picture gives way to answers, and earlier answers to what went wrong."""
        low, told = self.height() < LOW, not self.ask.trouble.isHidden()
        answers = self.late.made_answers
        if answers is not None and low and told:
            answers.hide()
        tight = self.height() < TIGHT * self._theme.scale
        self.ask.say_how(shown=self.height() >= CRAMPED * self._theme.scale)
        self._summary.setVisible(bool(self._summary.text()) and not tight)
        self._title.setToolTip(self._summary.text())
        self.marks.fit(low=low)
        self.picture.fit(self.height(), yields=low and (told or (answers is not None and not answers.isHidden())))

    @property
    def view(self) -> ExplanationView:
        """Where the text is read."""
        return self.late.text.view

    @property
    def opinion(self) -> OpinionRow:
        """What the person thinks of the text."""
        return self.late.text.opinion

    @property
    def answers(self) -> AnswersView:
        """What was answered to questions about the topic."""
        return self.late.answers

    @property
    def costing(self) -> tuple[QAbstractButton, ...]:
        """The buttons that send something."""
        return (self._explain, self._expand, self._again, self._illustrate, self._banner.retry_button)

    @property
    def dial(self) -> DepthDial:
        """Which explanations there are."""
        return self._rendering.dial

    @property
    def topic_id(self) -> str:
        """The topic that is shown, empty when there is none."""
        return self._topic_id

    # --- what is shown ---

    def show_topic(
        self,
        document: Map | None,
        topic_id: str,
        *,
        answer_for: Callable[[Explanation], Answer | None] = lambda _: None,
        now: float = 0.0,
    ) -> None:
        """Show a topic with what is kept of it; `answer_for` tells how a text came, where that is known."""
        before = self._topic_id
        self._topic_id = topic_id if document and topic_id in document.topics else ""
        self._hide_banner()
        self.marks.show_topic(document, self._topic_id)
        self.setEnabled(True)
        if document is None or not self._topic_id:
            self._show_nothing()
            return
        topic = document.topics[self._topic_id]
        path = document.path(topic_id)
        self._crumbs.show_text(" › ".join(t.title for t in path[:-1]))
        self._title.setText(topic.title)
        self._summary.setText(topic.summary)
        self._locked = topic.locked
        for button in (self._expand, self._explain, self._again, self._illustrate):
            button.setEnabled(not self._locked)
        self._illustrate.setVisible(True)
        self.ask.show_topic(topic.title)
        self.show_picture(document.pictures.get(topic_id))
        self._rendering.show_kept(document, topic_id, self._options)
        kept = wanted(document, topic_id, self._options)
        self._again.setVisible(kept is not None)
        if kept is None:
            self._show_unexplained(topic)
        else:
            self.show_explanation(kept, answer_for(kept), now=now)
        if before != self._topic_id and self.late.has_view:
            self.view.verticalScrollBar().setValue(0)

    def show_explanation(self, explanation: Explanation, answer: Answer | None, *, now: float) -> None:
        """Show a finished explanation and where it came from."""
        self._again.show()
        self._show_text(shown=True)
        self._summary.hide()
        self.view.show_text(explanation.markdown, explanation.claims, explanation.sources)
        self.late.text.claims.show_claims(explanation.claims, explanation.sources)
        self._sources.show_sources(explanation.sources, from_atlas=explanation.provenance.engine == "atlas")
        self.late.order_tabs_soon()
        self._badges.show_badges(self._told.of(explanation, answer, now))
        self.opinion.show_explanation(explanation)
        self._explain.setText(self.tr("Explain"))

    def begin_text(self, text: str) -> None:
        """A text is being written."""
        self._hide_banner()
        self._summary.hide()
        self.late.text.claims.show_claims((), ())
        self._sources.show_sources((), from_atlas=False)
        self._show_text(shown=False)
        self.waiting.start()
        self.view.begin(text)
        self._tell_writing(queued=False)

    def show_picture(self, kept: TopicPicture | None) -> None:
        """The topic's picture, or none."""
        self._picture = kept
        self.picture.show_picture(kept, busy=self._drawing)

    def show_error(
        self,
        message: Message,
        suggestions: Sequence[str] = (),
        *,
        can_retry: bool = True,
        needs_settings: bool = False,
        about_limits: bool = False,
    ) -> None:
        """Say what went wrong with this topic and what comes next."""
        self._banner.show_message(message, suggestions, can_retry=can_retry)
        self._settings.setVisible(needs_settings)
        self._limits.setVisible(about_limits)

    def set_busy(self, *, explaining: bool, expanding: bool, drawing: bool) -> None:
        """Which acts run on this topic: their buttons then stop them."""
        self._busy = explaining
        if self._drawing != drawing:
            self._drawing = drawing
            self._dress_illustrate()
            self.picture.show_picture(self._picture, busy=drawing)
        self._explain.setText(self.tr("Stop") if explaining else self.tr("Explain"))
        self._expand.setText(self.tr("Growing…") if expanding else self.tr("Expand"))
        self._expand.setEnabled(bool(self._topic_id) and not expanding and not self._locked)

    def set_batch(self, told: str) -> None:
        """What a batch is to do with this topic, empty when it is in none: it is not to be asked for twice."""
        self._batch.tell(told if self._topic_id else "")
        self._explain.setEnabled(bool(self._topic_id) and not self._batch.is_told and not self._locked)

    def know_present(self, present: Present) -> None:
        """What answers of today come from: texts of before are called out of date from now on."""
        self._told.present = present

    def set_options(self, options: Options) -> None:
        """Which explanation is wanted."""
        self._options = options
        self._rendering.show_options(options)

    # --- inside ---

    def _tell_writing(self, *, queued: bool) -> None:
        badge = (self.tr("Waiting"), "warning", "") if queued else (self.tr("Writing"), "accent", "")
        self._badges.show_badges([badge])

    def _hide_banner(self) -> None:
        for part in (self._banner, self._settings, self._limits):
            part.hide()

    def _dress_illustrate(self) -> None:
        icon = "square" if self._drawing else "sparkles"
        text = self.tr("Stop drawing (Esc)") if self._drawing else self.tr("Illustrate this topic (I)")
        self._illustrate.setIcon(self._icons.icon(icon, "text.secondary", 18))
        self._illustrate.setToolTip(text)
        self._illustrate.setAccessibleName(text)

    def _show_text(self, *, shown: bool) -> None:
        self.waiting.stop()
        made = self.late.text if shown else self.late.made_text
        if made is not None:
            made.opinion.show_explanation(None)
            made.view.setVisible(shown)
        self._space.setVisible(not shown)

    def _show_nothing(self) -> None:
        self._crumbs.show_text("")
        self._title.setText(self.tr("No topic selected"))
        self._summary.setText(self.tr("Click a topic on the map, or walk with the arrow keys."))
        self._summary.show()
        self._badges.show_badges([])
        self._sources.show_sources((), from_atlas=False)
        self._show_no_text()
        self._again.hide()
        self._illustrate.hide()
        self.show_picture(None)
        if self.late.has_answers:
            self.answers.show_said(())
        self.ask.show_topic("")
        self._explain.setEnabled(False)
        self._expand.setEnabled(False)

    def _show_no_text(self) -> None:
        made = self.late.made_text
        if made is not None:
            made.view.show_text("")
            made.claims.show_claims((), ())
        self._show_text(shown=False)

    def _show_unexplained(self, topic: Topic) -> None:
        self._show_no_text()
        self.make_room()
        self._sources.show_sources(topic.sources, from_atlas=topic.provenance.engine == "atlas")
        self.late.order_tabs_soon()
        self._badges.show_badges([(self.tr("Not explained yet"), "neutral", "")])

    def _on_explain(self) -> None:
        (self.stop_requested if self._busy else self.explain_requested).emit(self._topic_id)

    def _on_expand(self) -> None:
        self.expand_requested.emit(self._topic_id)

    def _on_illustrate(self) -> None:
        (self.stop_drawing_requested if self._drawing else self.illustrate_requested).emit(self._topic_id)

    def _on_again(self) -> None:
        self.regenerate_requested.emit(self._topic_id)
