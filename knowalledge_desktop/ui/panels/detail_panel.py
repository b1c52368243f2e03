"""All about the selected topic: where it is, its explanation, its sources, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QVBoxLayout, QWidget

from knowalledge_desktop.core.content import ClaimState, Provenance
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic
from knowalledge_desktop.core.request import Answer, Detail, Level, Options, SubstituteKind
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import Message, ago, reason
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.panels.topic_meta import BadgeRow, Banner, SourceList
from knowalledge_desktop.ui.panels.waiting import Waiting
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, icon_button, label, row, rule, text_button
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

NARROW = 430
"""Below this width the choices stand above the buttons."""


class DetailPanel(QFrame):
    """Shows one topic; says in signals what the person wants done with it."""

    explain_requested = Signal(str)
    expand_requested = Signal(str)
    regenerate_requested = Signal(str)
    stop_requested = Signal(str)
    retry_requested = Signal(str)
    topic_chosen = Signal(str)
    suggestion_chosen = Signal(str)
    options_changed = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailPanel")
        self.setProperty("panel", "window")
        self.setAccessibleName(self.tr("Topic"))
        self._theme = theme
        self._topic_id = ""
        self._options = Options()
        self._busy = False
        self._crumbs = ElidedLabel("secondary", mode=Qt.TextElideMode.ElideLeft)
        self._title = label("", "heading", wrap=True)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._badges = BadgeRow()
        self._summary = label("", "secondary", wrap=True)
        self._banner = Banner()
        self._banner.retry.connect(lambda: self.retry_requested.emit(self._topic_id))
        self._banner.suggestion.connect(self.suggestion_chosen)
        self.view = ExplanationView(theme)
        self.view.grew.connect(lambda: self._show_text(shown=True))
        self._waiting = Waiting(theme)
        self._sources = SourceList(icons)
        self._sources.opened.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))
        self._explain = text_button(
            self.tr("Explain"), "explainButton", self._on_explain, "primary", self.tr("Explain this topic (X)")
        )
        self._expand = text_button(
            self.tr("Expand"), "expandButton", self._on_expand, "", self.tr("Grow subtopics (E)")
        )
        self._again = icon_button(
            icons, "refresh-cw", "regenerateButton", self.tr("Write it again"), self._on_again
        )
        self._level = _choice("levelChoice", self.tr("Level"), _levels(self))
        self._detail = _choice("detailChoice", self.tr("Length"), _details(self))
        for choice in (self._level, self._detail):
            choice.activated.connect(lambda _: self._on_options())
        self._build()
        self.show_topic(None, "")

    def _build(self) -> None:
        self._crumbs.setMinimumHeight(32)
        head = column(
            row(self._crumbs, -1, self._again),
            self._title,
            8,
            self._badges,
            6,
            self._summary,
            margins=(24, 14, 20, 12),
            gap=2,
        )
        body = QVBoxLayout()
        body.setContentsMargins(24, 14, 16, 0)
        body.setSpacing(10)
        body.addWidget(self._banner)
        body.addWidget(self._waiting)
        body.addWidget(self.view, 1)
        self._space = QWidget()  # keeps the head on top while there is no text
        body.addWidget(self._space, 1)
        self._foot = row(
            row(self._level, self._detail, gap=8),
            -1,
            row(-1, self._expand, self._explain, gap=8),
            margins=(24, 10, 20, 10),
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
        whole.addLayout(self._foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self._foot.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

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
        self._banner.hide()
        self.setEnabled(True)
        if document is None or not self._topic_id:
            self._show_nothing()
            return
        topic = document.topics[self._topic_id]
        path = document.path(topic_id)
        self._crumbs.show_text(" › ".join(t.title for t in path[:-1]))
        self._title.setText(topic.title)
        self._summary.setText(topic.summary)
        self._expand.setEnabled(True)
        self._explain.setEnabled(True)
        kept = _wanted(document, topic_id, self._options)
        self._again.setVisible(kept is not None)
        if kept is None:
            self._show_unexplained(topic)
        else:
            self.show_explanation(kept, answer_for(kept), now=now)
        if before != self._topic_id:
            self.view.verticalScrollBar().setValue(0)

    def show_explanation(self, explanation: Explanation, answer: Answer | None, *, now: float) -> None:
        """Show a finished explanation and where it came from."""
        self._again.show()
        self._show_text(shown=True)
        self._summary.hide()
        self.view.show_text(explanation.markdown, explanation.claims)
        self._sources.show_sources(explanation.sources, from_atlas=explanation.provenance.engine == "atlas")
        self._badges.show_badges(self._badges_of(explanation, answer, now))
        self._explain.setText(self.tr("Explain"))

    def begin_text(self, text: str) -> None:
        """A text is being written."""
        self._banner.hide()
        self._summary.hide()
        self._sources.show_sources((), from_atlas=False)
        self._show_text(shown=False)
        self._waiting.start()
        self.view.begin(text)
        self._badges.show_badges([(self.tr("Writing"), "accent", "")])

    def show_error(self, message: Message, suggestions: Sequence[str] = (), *, can_retry: bool = True) -> None:
        """Say what went wrong with this topic and what comes next."""
        self._banner.show_message(message, suggestions, can_retry=can_retry)

    def set_busy(self, explaining: bool, expanding: bool) -> None:  # noqa: FBT001 - two plain states
        """Whether an act runs on this topic: its button then stops it."""
        self._busy = explaining
        self._explain.setText(self.tr("Stop") if explaining else self.tr("Explain"))
        self._expand.setText(self.tr("Growing…") if expanding else self.tr("Expand"))
        self._expand.setEnabled(bool(self._topic_id) and not expanding)

    def set_options(self, options: Options) -> None:
        """Which explanation is wanted."""
        self._options = options
        self._level.setCurrentIndex(list(Level).index(options.level))
        self._detail.setCurrentIndex(list(Detail).index(options.detail))

    # --- inside ---

    def _show_text(self, *, shown: bool) -> None:
        self._waiting.stop()
        self.view.setVisible(shown)
        self._space.setVisible(not shown)

    def _show_nothing(self) -> None:
        self._crumbs.show_text("")
        self._title.setText(self.tr("No topic selected"))
        self._summary.setText(self.tr("Click a topic on the map, or walk with the arrow keys."))
        self._summary.show()
        self._badges.show_badges([])
        self._sources.show_sources((), from_atlas=False)
        self.view.show_text("")
        self._show_text(shown=False)
        self._again.hide()
        self._explain.setEnabled(False)
        self._expand.setEnabled(False)

    def _show_unexplained(self, topic: Topic) -> None:
        self.view.show_text("")
        self._show_text(shown=False)
        self._summary.setVisible(bool(topic.summary))
        self._sources.show_sources(topic.sources, from_atlas=topic.provenance.engine == "atlas")
        self._badges.show_badges([(self.tr("Not explained yet"), "neutral", "")])

    def _badges_of(
        self, explanation: Explanation, answer: Answer | None, now: float
    ) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        substitute = answer.substitute if answer else None
        made = explanation.provenance
        if substitute is not None and substitute.kind is SubstituteKind.KEPT:
            found.append((self.tr("Saved copy, {ago}").format(ago=ago(substitute.age_s)), "warning", ""))
        elif substitute is not None and substitute.because != "KeyMissing":
            found.append((self.tr("From the Atlas instead"), "warning", reason(substitute.because)))
        found.append((_author(made, self.tr("Atlas")), "neutral", self._written(made, now)))
        if answer is not None and answer.from_cache:
            found.append((self.tr("Cached"), "neutral", self.tr("No request was spent.")))
        if explanation.quality is not None and made.engine != "atlas":
            found.append(_quality(explanation.quality, self.tr("Form {score}")))
        unchecked = sum(1 for c in explanation.claims if c.state is ClaimState.UNCHECKED)
        if unchecked:
            text = self.tr("%n unchecked claims", "", unchecked)
            found.append((text, "neutral", self.tr("No source was compared with these sentences.")))
        elif explanation.claims:
            found.append((self.tr("Sourced"), "success", self.tr("Every sentence is from the source below.")))
        return found

    def _written(self, made: Provenance, now: float) -> str:
        when = ago(now - made.created_at) if made.created_at and now else ""
        return self.tr("Written by {who} {when}").format(who=made.model or made.engine, when=when).strip()

    def _on_explain(self) -> None:
        (self.stop_requested if self._busy else self.explain_requested).emit(self._topic_id)

    def _on_expand(self) -> None:
        self.expand_requested.emit(self._topic_id)

    def _on_again(self) -> None:
        self.regenerate_requested.emit(self._topic_id)

    def _on_options(self) -> None:
        self.options_changed.emit(
            (list(Level)[self._level.currentIndex()], list(Detail)[self._detail.currentIndex()])
        )


def _choice(name: str, title: str, texts: Sequence[str]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setToolTip(title)
    made.addItems(list(texts))
    return made


def _levels(owner: QWidget) -> tuple[str, ...]:
    return (owner.tr("Age 8–12"), owner.tr("Age 13–18"), owner.tr("Age 18+"))


def _details(owner: QWidget) -> tuple[str, ...]:
    return (owner.tr("Brief"), owner.tr("Medium"), owner.tr("Detailed"))


def _author(made: Provenance, atlas: str) -> str:
    return atlas if made.engine == "atlas" else made.model or made.engine


def _quality(score: float, text: str) -> tuple[str, str, str]:
    percent = round(score * 100)
    tone = next(
        t for least, t in ((85, "success"), (65, "info"), (40, "warning"), (0, "danger")) if percent >= least
    )
    return (text.format(score=percent), tone, "")


def _wanted(document: Map, topic_id: str, options: Options) -> Explanation | None:
    """The kept explanation in the wanted rendering, else the newest of any."""
    exact = document.explanations.get(f"{topic_id}/{Rendering.of(options).slug()}")
    if exact is not None:
        return exact
    kept = document.explanations_of(topic_id)
    return kept[0] if kept else None
