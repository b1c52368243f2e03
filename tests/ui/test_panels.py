"""The parts of the window by themselves: what they show, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Source
from knowalledge_desktop.core.errors import TimedOut
from knowalledge_desktop.core.graph import Explanation, Map, Place, Rendering, Topic
from knowalledge_desktop.core.ports import MapInfo, SearchHit
from knowalledge_desktop.core.request import Answer, Options, Substitute, SubstituteKind
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as ThemeChoice
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.markdown import MarkdownView, finished_part
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.panels.detail_panel import DetailPanel
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.panels.library_page import LibraryPage
from knowalledge_desktop.ui.panels.outline import OutlineModel, OutlineView
from knowalledge_desktop.ui.panels.start_page import STARTERS, StartPage
from knowalledge_desktop.ui.panels.top_bar import TopicField
from knowalledge_desktop.ui.panels.waiting import TOLD_AFTER_MS, Waiting
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.elided import ElidedLabel

# The library that draws TeX finds its font in a way that Python is about to change.
pytestmark = [
    pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning"),
    pytest.mark.qt_log_ignore("This plugin does not support"),  # a screen that is not there
]

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
NOW = 1_800_000_000.0
TEXT = """**Calvin cycle** builds sugar. It needs no light.

## Three phases

1. **Fixation.** One carbon more.
2. Reduction, with `code` in it.

Rest follows | here.
"""


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(RESOURCES, replace(Settings(), theme=ThemeChoice.LIGHT))
    made.install(qapp)
    return made


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(RESOURCES, theme)


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> Iterator[ExplanationView]:
    made = ExplanationView(theme)
    qtbot.addWidget(made)
    made.resize(420, 600)
    yield made
    made.close()


def a_map(*, texts: bool = False) -> Map:
    topics = {
        "r": Topic("r", "Photosynthesis"),
        "c": Topic("c", "Calvin cycle", "r", 0.0, summary="Builds sugar."),
        "l": Topic("l", "Light reactions", "r", 1.0),
        "x": Topic("x", "RuBisCO", "c", 0.0),
    }
    kept = an_explanation()
    return Map(
        "m",
        "Photosynthesis",
        "r",
        topics,
        explanations={kept.key: kept} if texts else {},
        places={name: Place(0.0, 0.0) for name in topics},
    )


def an_explanation(engine: str = "gemini", state: ClaimState = ClaimState.UNCHECKED) -> Explanation:
    return Explanation(
        "c",
        Rendering.of(Options()),
        TEXT,
        (Claim("It needs no light.", state, (0,)),),
        (Source("Calvin cycle", "https://example.org/calvin"),),
        Provenance(engine, "model-x", "p@1", NOW - 3600),
        0.9,
    )


# --- the text -----------------------------------------------------------------------------------------------


def test_a_text_that_grew_looks_like_the_same_text_set_at_once(view: ExplanationView, qtbot: QtBot) -> None:
    view.show_text(TEXT)
    whole = [block.strip() for block in view.toPlainText().split("\n") if block.strip()]
    view.begin()
    for at in range(0, len(TEXT), 7):
        view.grow(TEXT[at : at + 7])
        view._draw_growth()
    grown = [block.strip() for block in view.toPlainText().split("\n") if block.strip()]
    assert grown == whole
    assert view.markdown == TEXT


def test_what_is_finished_stays_while_the_rest_is_drawn_anew(view: ExplanationView) -> None:
    view.begin()
    view.grow("First block.\n\nSecond")
    view._draw_growth()
    first = view.document().firstBlock().text()
    view.grow(" block.\n\nThird")
    view._draw_growth()
    assert view.document().firstBlock().text() == first == "First block."


def test_a_selection_survives_that_the_same_text_is_shown_again(view: ExplanationView) -> None:
    view.show_text(TEXT)
    view.selectAll()
    view.show_text(TEXT)
    assert view.textCursor().hasSelection()


def test_headings_are_a_little_larger_than_the_text(view: ExplanationView, theme: Theme) -> None:
    view.show_text(TEXT)
    block = next(b for b in _blocks(view.document()) if b.blockFormat().headingLevel())
    form = block.begin().fragment().charFormat()
    assert form.font().pixelSize() == theme.font("readH").pixelSize()
    assert not form.property(0x1FE2)  # Qt's own enlargement would come on top (FontSizeAdjustment)


def _blocks(document: QTextDocument) -> Iterator[object]:
    block = document.firstBlock()
    while block.isValid():
        yield block
        block = block.next()


@pytest.mark.parametrize("tex", ["a^2+b^2=c^2", r"\frac{a}{b}", r"\sum_{i=0}^n x_i"])
def test_a_formula_is_drawn_with_ink(view: ExplanationView, tex: str) -> None:
    view.show_text(f"Here is ${tex}$ in a line.")
    picture = view.loadResource(2, QUrl(next(iter(view._pictures))))
    inked = sum(
        picture.pixelColor(x, y).alpha() > 100 for x in range(picture.width()) for y in range(picture.height())
    )
    assert inked > 20
    assert tex in view.accessibleDescription()


def test_tex_that_cannot_be_drawn_is_shown_as_it_is(view: ExplanationView) -> None:
    view.show_text(r"Here is $\frac{$ and more.")
    assert r"\frac{" in view.toPlainText()


def test_nothing_is_fetched(view: ExplanationView, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    view.show_text(
        f"![a](https://example.org/a.png) ![b]({secret.as_uri()}) <img src='https://example.org/c.png'>"
    )
    for address in ("https://example.org/a.png", secret.as_uri(), str(secret)):
        assert view.loadResource(2, QUrl(address)) is None
    assert "<img src='https://example.org/c.png'>" in view.toPlainText()


# --- markdown -----------------------------------------------------------------------------------------------


def html(markdown: str, *addresses: str) -> str:
    return MarkdownView(lambda tex: f"tex:{tex}").to_html(markdown, addresses)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("It is $x$.", ["x"]),
        ("It is $$x + y$$.", ["x + y"]),
        ("$$\nx\n$$", ["x"]),
        ("It costs $5 and $6 more.", []),
        ("From $5 to $6.", []),
        ("`$x$` is code.", []),
        ("```\n$x$\n```", []),
        ("```\n$x$ not closed yet", []),
        (r"An escaped \$x$ sign.", []),
        ("$a$ and $b$.", ["a", "b"]),
    ],
)
def test_which_dollars_mean_a_formula(text: str, drawn: list[str]) -> None:
    view = MarkdownView(lambda tex: f"tex:{tex}")
    made = view.to_html(text)
    assert list(view.formulae) == drawn
    assert made.count("<img") == len(drawn)
    assert "\ue000" not in made


def test_a_text_cannot_forge_marks_or_html() -> None:
    made = html("<b onclick=x>hi</b> \ue0025\ue003 \ue0000\ue001 [a](javascript:alert)")
    assert "<b" not in made
    assert "<sup>" not in made
    assert "href" not in made


def test_only_links_to_the_sources_of_a_text_stay_links() -> None:
    text = "[a](https://example.org/a%20b) [*b*](https://evil.example/) [c](claim:0) <https://evil.example/d>"
    made = html(text, "https://example.org/a%20b")
    assert made.count("href") == 1
    assert '<a href="https://example.org/a%20b">a</a> <em>b</em> c ' in made


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("One", ""),
        ("One\n\nTwo", "One\n\n"),
        ("```\na\n\nb", ""),
        ("```\na\n\nb\n```\n\nc", "```\na\n\nb\n```\n\n"),
    ],
)
def test_a_block_is_finished_when_nothing_can_change_it(text: str, finished: str) -> None:
    assert text[: finished_part(text)] == finished


# --- the topic panel ----------------------------------------------------------------------------------------


@pytest.fixture
def panel(theme: Theme, icons: Icons, qtbot: QtBot) -> Iterator[DetailPanel]:
    made = DetailPanel(theme, icons)
    qtbot.addWidget(made)
    made.resize(440, 700)
    made.show()
    yield made
    made.close()


def badges(panel: DetailPanel) -> list[str]:
    return [text for text in panel._badges.accessibleName().split("; ") if text]


def test_a_topic_without_a_text_offers_one(panel: DetailPanel, qtbot: QtBot) -> None:
    panel.show_topic(a_map(), "c")
    assert badges(panel) == ["Not explained yet"]
    with qtbot.waitSignal(panel.explain_requested, raising=True) as asked:
        QTest.mouseClick(panel.findChild(QPushButton, "explainButton"), Qt.MouseButton.LeftButton)
    assert asked.args == ["c"]


def test_who_wrote_a_text_and_what_is_unchecked(panel: DetailPanel) -> None:
    panel.show_topic(a_map(texts=True), "c", now=NOW)
    assert badges(panel)[:2] == ["model-x", "Form 90"]
    assert "unchecked" in badges(panel)[2]
    assert panel.view.markdown == TEXT
    link = panel.findChild(QPushButton, "source1")
    assert link.text() == "Calvin cycle"
    assert link.toolTip() == "https://example.org/calvin"


@pytest.mark.parametrize(
    ("kind", "label"),
    [(SubstituteKind.ATLAS, "From the Atlas instead"), (SubstituteKind.KEPT, "Saved copy, ")],
)
def test_what_stands_in_says_so(panel: DetailPanel, kind: SubstituteKind, label: str) -> None:
    kept = an_explanation("atlas", ClaimState.SUPPORTED)
    answer = Answer(None, kept.provenance, substitute=Substitute(kind, "Offline", 7200.0))  # type: ignore[arg-type]
    document = replace(a_map(), explanations={kept.key: kept})
    panel.show_topic(document, "c", answer_for=lambda _: answer, now=NOW)
    assert badges(panel)[0].startswith(label)


def test_atlas_text_has_its_attribution_beside_it(panel: DetailPanel) -> None:
    kept = an_explanation("atlas", ClaimState.SUPPORTED)
    panel.show_topic(replace(a_map(), explanations={kept.key: kept}), "c", now=NOW)
    told = [each.text() for each in panel.findChildren(QLabel) if each.isVisible()]
    assert any("Wikipedia contributors" in text and "CC BY-SA 4.0" in text for text in told)


def test_another_topic_is_read_from_its_beginning(panel: DetailPanel, qapp: QApplication) -> None:
    long = replace(an_explanation(), markdown="A line of words.\n\n" * 200)
    other = replace(long, topic_id="l")
    document = replace(a_map(), explanations={long.key: long, other.key: other})
    panel.show_topic(document, "c")
    qapp.processEvents()
    panel.view.verticalScrollBar().setValue(500)
    panel.show_topic(document, "c")
    assert panel.view.verticalScrollBar().value() == 500
    panel.show_topic(document, "l")
    assert panel.view.verticalScrollBar().value() == 0


def test_trouble_is_told_with_what_can_be_done(panel: DetailPanel, qtbot: QtBot) -> None:
    panel.show_topic(a_map(), "c")
    panel.show_error(message_for(TimedOut("60 s"), NOW), ("RuBisCO", "Sugar"))
    with qtbot.waitSignal(panel.retry_requested, raising=True):
        QTest.mouseClick(panel.findChild(QPushButton, "retryButton"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.suggestion_chosen, raising=True) as chosen:
        panel.findChild(QPushButton, "suggestion1").click()
    assert chosen.args == ["Sugar"]
    panel.show_topic(a_map(), "l")
    assert not panel.findChild(QWidget, "topicBanner").isVisible()


def test_bars_wait_for_the_text_and_go_with_its_first_words(panel: DetailPanel, qtbot: QtBot) -> None:
    waiting = panel.findChild(Waiting, "waitingForText")
    panel.show_topic(a_map(), "c")
    panel.begin_text("")
    assert not waiting.isVisible()
    qtbot.waitUntil(waiting.isVisible, timeout=2000)
    panel.view.grow("First words")
    assert not waiting.is_waiting
    assert not waiting.isVisible()
    panel.begin_text("")
    panel.show_topic(a_map(), "l")
    assert not waiting.is_waiting


def test_a_long_wait_is_told_in_seconds(theme: Theme, qtbot: QtBot) -> None:
    waiting = Waiting(theme)
    qtbot.addWidget(waiting)
    told = waiting.findChild(QLabel, "waitingText")
    waiting.tell(TOLD_AFTER_MS - 1)
    assert told.text() == ""
    waiting.tell(12_400)
    assert "12 s" in told.text()


# --- outline ------------------------------------------------------------------------------------------------


def test_the_outline_is_a_sound_model(qtmodeltester: object, qapp: QApplication) -> None:
    model = OutlineModel()
    model.show_map(a_map(texts=True))
    qtmodeltester.check(model, force_py=True)  # type: ignore[attr-defined]
    top = model.index(0, 0)
    assert top.data() == "Photosynthesis"
    assert [model.index(n, 0, top).data() for n in range(model.rowCount(top))] == [
        "Calvin cycle",
        "Light reactions",
    ]
    assert "explained" in str(model.index(0, 0, top).data(Qt.ItemDataRole.AccessibleTextRole))


def test_selecting_in_the_outline_is_told_once_and_from_outside_not_at_all(qtbot: QtBot) -> None:
    outline = OutlineView()
    qtbot.addWidget(outline)
    outline.show_map(a_map())
    told: list[str] = []
    outline.topic_selected.connect(told.append)
    outline.select("x")
    assert outline.currentIndex().data() == "RuBisCO"
    assert told == []
    QTest.keyClick(outline, Qt.Key.Key_Up)
    assert told == ["c"]


def test_the_outline_keeps_its_place_when_the_map_grows(qtbot: QtBot) -> None:
    outline = OutlineView()
    qtbot.addWidget(outline)
    document = a_map()
    outline.show_map(document)
    outline.select("l")
    topics = {**document.topics, "n": Topic("n", "New", "c", 1.0)}
    outline.show_map(Map("m", "Photosynthesis", "r", topics))
    assert outline.currentIndex().data() == "Light reactions"


# --- library ------------------------------------------------------------------------------------------------


@pytest.fixture
def library(theme: Theme, icons: Icons, qtbot: QtBot) -> Iterator[LibraryPage]:
    made = LibraryPage(theme, icons)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    yield made
    made.close()


def test_the_library_lists_opens_and_removes(library: LibraryPage, qtbot: QtBot) -> None:
    infos = [MapInfo("a", "Jazz", 16, 2, NOW - 60, NOW), MapInfo("b", "DNA", 31, 0, NOW, NOW)]
    library.show_maps(infos, NOW)
    model = library.list.model()
    assert [model.index(n, 0).data() for n in range(model.rowCount())] == ["Jazz", "DNA"]
    with qtbot.waitSignal(library.open_requested, raising=True) as opened:
        middle = library.list.visualRect(model.index(1, 0)).center()
        QTest.mouseClick(library.list.viewport(), Qt.MouseButton.LeftButton, pos=middle)  # chooses it
        QTest.keyClick(library.list, Qt.Key.Key_Return)
    assert opened.args == ["b", ""]
    library.list.setFocus()
    with qtbot.waitSignal(library.trash_requested, raising=True) as gone:
        QTest.keyClick(library.list, Qt.Key.Key_Delete)
    assert gone.args == ["b"]


def test_an_empty_library_says_what_it_is_for(library: LibraryPage) -> None:
    library.show_maps([], NOW)
    told = [each.text() for each in library.findChildren(QLabel) if each.isVisible()]
    assert "Maps you make are kept here and open without a connection." in told


def test_a_search_without_hits_offers_a_map(library: LibraryPage, qtbot: QtBot) -> None:
    library.search.setText("dome")
    library.show_hits("dome", [])
    with qtbot.waitSignal(library.new_map_requested, raising=True) as wanted:
        QTest.mouseClick(library.findChild(QPushButton, "newMapOfSearch"), Qt.MouseButton.LeftButton)
    assert wanted.args == ["dome"]


def test_a_hit_opens_its_map_at_its_topic(library: LibraryPage, qtbot: QtBot) -> None:
    library.show_hits(
        "dome", [SearchHit("m", "Ottoman architecture", "t", "Domes", "The central \x02dome\x03 rests")]
    )
    with qtbot.waitSignal(library.open_requested, raising=True) as opened:
        QTest.keyClick(library.search, Qt.Key.Key_Return)
    assert opened.args == ["m", "t"]
    assert library.grab().size() == library.size()  # drawn with its marks without a complaint


# --- start page and topic field -----------------------------------------------------------------------------


def test_every_starter_is_one_click_away(theme: Theme, icons: Icons, qtbot: QtBot) -> None:
    page = StartPage(theme, icons)
    qtbot.addWidget(page)
    page.resize(1400, 900)
    page.show()
    asked: list[str] = []
    page.topic_submitted.connect(asked.append)
    for title in STARTERS:
        opener = page.findChild(QWidget, "starter" + title.replace(" ", ""))
        QTest.mouseClick(opener, Qt.MouseButton.LeftButton)
    assert asked == list(STARTERS)
    page.close()


def test_enter_submits_once_and_a_title_can_be_taken(icons: Icons, qtbot: QtBot) -> None:
    field = TopicField(icons, "anyField")
    qtbot.addWidget(field)
    field.show()
    field.setFocus()
    asked: list[str] = []
    field.topic_submitted.connect(asked.append)
    QTest.keyClicks(field, "Jazz")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked == ["Jazz"]
    field.propose("something else", ("Never shown",))
    assert field.completer().model().rowCount() == 0
    field.close()


def test_a_pause_in_typing_asks_for_titles(icons: Icons, qtbot: QtBot) -> None:
    field = TopicField(icons, "anyField")
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.completion_wanted, timeout=2000, raising=True) as wanted:
        QTest.keyClicks(field, "Ja")
    assert wanted.args == ["Ja"]


def test_a_text_gives_way_and_is_told_whole(qtbot: QtBot) -> None:
    line = ElidedLabel("bodyStrong", widest=300)
    qtbot.addWidget(line)
    line.show_text("a long title " * 20)
    assert line.minimumSizeHint().width() <= 24
    assert line.sizeHint().width() == 300
    assert line.toolTip() == line.text() == line.accessibleName()
    line.resize(QSize(80, 20))
    assert line.grab().width() == 80


def test_fields_have_a_home_for_words(qtbot: QtBot, icons: Icons) -> None:
    field = TopicField(icons, "anyField")
    qtbot.addWidget(field)
    assert isinstance(field, QLineEdit)
    assert field.accessibleName() == "Topic"


def test_what_is_made_late_is_reached_by_tab_where_it_stands(qtbot: QtBot, theme: Theme) -> None:
    panel = DetailPanel(theme, Icons(RESOURCES, theme))
    qtbot.addWidget(panel)
    panel.show()
    assert panel.findChild(QWidget, "explanationView") is None
    panel.show_explanation(an_explanation(), None, now=NOW)
    panel.answers.show_said([])
    wanted = [
        "regenerateButton",
        "explanationView",
        "opinionUsefulButton",
        "opinionReportButton",
        "claimsButton",
        "source1",
        "answerView",
        "askInput",
        "levelChoice",
        "explainButton",
    ]

    def stops() -> list[str]:
        order: list[str] = []
        each: QWidget | None = panel.nextInFocusChain()
        while each is not None and each is not panel:
            order.append(each.objectName())
            each = each.nextInFocusChain()
        return [name for name in order if name in wanted]

    qtbot.waitUntil(lambda: stops() == wanted)
