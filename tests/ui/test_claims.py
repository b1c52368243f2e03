"""Claims on the screen: their marks in the text, the card of each, the list and the badge that count them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QHelpEvent, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QListWidget, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Source
from knowalledge_desktop.core.evidence import claims_of
from knowalledge_desktop.core.graph import Explanation, Map, Place, Rendering, Topic
from knowalledge_desktop.core.request import Options
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as ThemeChoice
from knowalledge_desktop.ui.claims import places
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.claim_card import ClaimCard
from knowalledge_desktop.ui.panels.claims_list import ClaimsList, counts_in_words
from knowalledge_desktop.ui.panels.detail_panel import DetailPanel
from knowalledge_desktop.ui.panels.explanation_badges import ExplanationBadges
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import style_sheet

# The library that draws TeX finds its font in a way that Python is about to change.
pytestmark = [
    pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning"),
    pytest.mark.qt_log_ignore("This plugin does not support"),  # a screen that is not there
]

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
TEXT = "**Light** is fast. It was *born* in **1809**. Nobody wrote that down. This one is open."
SOURCES = (Source("Light", "https://example.org/light", "CC-BY-SA-4.0"), Source("x", "file:///etc/passwd"))
LINE = QTextCharFormat.UnderlineStyle
NOTHING = QTextCharFormat.UnderlineStyle.NoUnderline
Marks = list[tuple[str, str, QTextCharFormat.UnderlineStyle]]


@pytest.fixture
def claims() -> tuple[Claim, ...]:
    return (
        Claim("Light is fast.", ClaimState.SUPPORTED, (0,), "Light is very fast."),
        Claim("It was born in 1809.", ClaimState.DISPUTED, (0,), "It was <b>born</b> in 1810.", "1810 / 1809"),
        Claim("Nobody wrote that down.", ClaimState.NOT_FOUND),
        Claim("This one is open."),
    )


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
    made.show()
    yield made
    for card in made.findChildren(ClaimCard):
        card.close()
    made.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url.toString()))
    return addresses


def marks(view: ExplanationView) -> Marks:
    """What leads somewhere, as (text, where to, line below it); pieces of one mark are joined."""
    found: Marks = []
    block = view.document().begin()
    while block.isValid():
        at = block.begin()
        while not at.atEnd():
            shape, text = at.fragment().charFormat(), at.fragment().text()
            if shape.isAnchor():
                here = (shape.anchorHref(), shape.underlineStyle())
                if found and found[-1][1:] == here:
                    text = found.pop()[0] + text
                found.append((text, *here))
            at += 1
        block = block.next()
    return found


def state(text: str, known: ClaimState) -> Claim:
    return Claim(text, known, (0,))


def card_of(view: ExplanationView) -> ClaimCard:
    cards = [card for card in view.findChildren(ClaimCard) if card.isVisible()]
    assert len(cards) == 1
    return cards[0]


# --- marks in the text --------------------------------------------------------------------------------------


def test_each_state_has_its_mark_and_what_was_not_checked_has_none(
    view: ExplanationView, claims: tuple[Claim, ...]
) -> None:
    view.show_text(TEXT, claims, SOURCES)
    plain = "Light is fast.1 It was born in 1809. Nobody wrote that down. This one is open."
    assert view.toPlainText().strip() == plain
    assert marks(view) == [
        ("1", "claim:0", NOTHING),
        ("It was born in 1809.", "claim:1", LINE.SingleUnderline),
        ("Nobody wrote that down.", "claim:2", LINE.DotLine),
    ]
    assert "born in 1809" in view.accessibleDescription()
    view.show_text(TEXT, tuple(Claim(claim.text) for claim in claims), SOURCES)
    assert marks(view) == []


@pytest.mark.parametrize(
    ("text", "claim", "marked"),
    [
        ("A. It is **very** _old_ now. B.", "It is very old now.", "It is very old now."),
        ("It is **un**likely.", "It is unlikely.", "It is unlikely."),
        ("It is very old.", "It is **very** old.", "It is very old."),
        ("- one\n- Energy is $E = mc^2$ here.\n", "Energy is $E = mc^2$ here.", "Energy is \ufffc here."),
        (r"Here $\frac{$ stays as it is.", r"Here $\frac{$ stays as it is.", r"Here \frac{ stays as it is."),
        ("1. **Fixation.** One carbon more.\n2. Rest.", "One carbon more.", "One carbon more."),
        ("See [the long book](https://example.org/b) now.", "See the long book now.", "See the long book now."),
        ("Tom &amp; Jerry meet.", "Tom &amp; Jerry meet.", "Tom & Jerry meet."),
        ("Soft\nbreaks are spaces.", "Soft breaks are spaces.", "Soft breaks are spaces."),
        ("A 🌿🌿 leaf. It has 𝒙 veins.", "It has 𝒙 veins.", "It has 𝒙 veins."),
        ("光は速い。次の文は長い。", "次の文は長い。", "次の文は長い。"),
        ("He said “It is so.” Then more.", "“It is so.”", "“It is so.”"),
    ],
)
def test_a_sentence_is_found_whatever_is_around_its_words(
    view: ExplanationView, text: str, claim: str, marked: str
) -> None:
    view.show_text(text, [state(claim, ClaimState.DISPUTED)], SOURCES)
    assert [(words, line) for words, _, line in marks(view)] == [(marked, LINE.SingleUnderline)]


@pytest.mark.parametrize("claim", ["Not in it.", "First one. Second one.", "", "…", "one. Second"])
def test_a_sentence_that_is_not_in_one_block_has_no_mark(view: ExplanationView, claim: str) -> None:
    view.show_text("First one.\n\nSecond one.", [state(claim, ClaimState.DISPUTED)], SOURCES)
    assert marks(view) == []


def test_equal_sentences_are_marked_in_their_order_and_late_ones_are_found_too() -> None:
    text = "Yes. No. Yes. Maybe."
    found = places(text, [Claim("Yes."), Claim("Yes."), Claim("No."), Claim("Yes."), Claim("Maybe.")])
    assert [span and text[slice(*span)] for span in found] == ["Yes.", "Yes.", "No.", None, "Maybe."]
    assert found[0] == (0, 4)
    assert found[1] == (9, 13)


def test_numbers_are_of_sources_that_are_there(view: ExplanationView) -> None:
    claims = [Claim("One.", ClaimState.SUPPORTED, (1, 0, 7)), Claim("Two.", ClaimState.SUPPORTED, (9,))]
    view.show_text("One. Two.", claims, SOURCES)
    assert marks(view) == [("2,1", "claim:0", NOTHING)]


def test_marks_survive_another_theme_and_go_with_the_text(
    view: ExplanationView, theme: Theme, claims: tuple[Claim, ...]
) -> None:
    view.show_text(TEXT, claims, SOURCES)
    before = marks(view)
    theme.changed.emit()
    assert marks(view) == before
    view.begin("New")
    assert marks(view) == []
    view.show_claim(1)  # of the text before: leads nowhere
    assert not view.findChildren(ClaimCard)


def test_a_text_made_to_be_slow_is_searched_in_no_time() -> None:
    """Words that nearly match everywhere took seconds, word by word."""
    slow = [Claim("a " * 200 + "b"), Claim("a " * 200)] * 20
    before = time.perf_counter()
    found = places("a " * 6000, slow)
    assert time.perf_counter() - before < 0.5
    assert found[0] is None
    assert found[1] == (0, 399)


# --- what a mark leads to -----------------------------------------------------------------------------------


def test_a_mark_opens_the_card_with_passage_note_and_source(
    view: ExplanationView, claims: tuple[Claim, ...], opened: list[str]
) -> None:
    view.show_text(TEXT, claims, SOURCES)
    view.anchorClicked.emit(QUrl("claim:1"))
    card = card_of(view)
    texts = [part.text() for part in card.findChildren(QLabel)]
    assert "“It was <b>born</b> in 1810.”" in texts
    assert "The source says 1810, the text 1809." in texts
    assert {"1", "Light", "example.org/light"} <= set(texts)
    card.findChild(QPushButton, "claimSourceButton0").click()
    assert opened == ["https://example.org/light"]


def test_only_web_addresses_of_the_sources_are_opened(
    view: ExplanationView, claims: tuple[Claim, ...], opened: list[str]
) -> None:
    view.show_text(TEXT, claims, SOURCES)
    for address in (
        *("claim:9", "claim:x", "claim:", "claim:²", "https://evil.example/", "file:///etc/passwd"),
        *("javascript:alert(1)", "https://example.org/light/../other"),
    ):
        view.anchorClicked.emit(QUrl(address))
    assert opened == []
    assert not view.findChildren(ClaimCard)
    view.anchorClicked.emit(QUrl("https://example.org/light"))
    assert opened == ["https://example.org/light"]


def test_a_source_that_is_no_page_of_the_web_cannot_be_opened(theme: Theme) -> None:
    owner = QWidget()
    card = ClaimCard(Claim("x", ClaimState.SUPPORTED, (1, 5)), SOURCES, owner)
    assert [button.isEnabled() for button in card.findChildren(QPushButton)] == [False]


def test_the_text_cannot_bring_marks_or_ways_out(view: ExplanationView, claims: tuple[Claim, ...]) -> None:
    view.show_text("A [mark](claim:0) and [a page](https://evil.example/).", claims, SOURCES)
    assert marks(view) == []
    assert "evil" not in view.toHtml()


def test_resting_on_a_mark_tells_state_and_passage(view: ExplanationView, claims: tuple[Claim, ...]) -> None:
    view.show_text(TEXT, claims, SOURCES)
    cursor = QTextCursor(view.document())
    cursor.setPosition(view.toPlainText().index("born") + 1)
    place = view.cursorRect(cursor).center()
    where = view.viewport().mapToGlobal(place)
    QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, where))
    assert "A source says something else" in QToolTip.text()
    assert "It was &lt;b&gt;born&lt;/b&gt; in 1810." in QToolTip.text()
    QToolTip.hideText()


def test_keys_walk_from_mark_to_mark_and_open_the_card(
    view: ExplanationView, claims: tuple[Claim, ...], qtbot: QtBot
) -> None:
    view.show_text(TEXT, claims, SOURCES)
    view.setFocus()
    walked = []
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Tab)
        walked.append(view.textCursor().selectedText())
    assert walked == ["1", "It was born in 1809.", "Nobody wrote that down."]
    QTest.keyClick(view, Qt.Key.Key_Backtab)
    QTest.keyClick(view, Qt.Key.Key_Return)
    card = card_of(view)
    assert "1809" in " ".join(part.text() for part in card.findChildren(QLabel))
    QTest.keyClick(card, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not [c for c in view.findChildren(QFrame, "claimCard") if c.isVisible()])


# --- the list and the badge ---------------------------------------------------------------------------------


def test_the_list_counts_in_words_and_opens_with_what_is_disputed_first(
    icons: Icons, claims: tuple[Claim, ...], qtbot: QtBot
) -> None:
    made = ClaimsList(icons)
    qtbot.addWidget(made)
    made.resize(600, 200)
    made.show_claims(claims, SOURCES)
    button, items = made.findChild(QPushButton, "claimsButton"), made.findChild(QListWidget, "claimItems")
    assert button.text() == "Claims: 1 supported, 1 disputed, 1 not found, 1 unchecked"
    assert button.accessibleName() == f"{button.text()}, closed"
    assert items.isHidden()
    button.click()
    assert button.accessibleName().endswith(", open")
    told = [items.item(at).text() for at in range(items.count())]
    assert told == [
        "It was born in 1809.\nA source says something else. The source says 1810, the text 1809."
        " Source: 1 Light.",
        "Light is fast.\nA source says so. Source: 1 Light.",
        "Nobody wrote that down.\nChecked, no source found.",
        "This one is open.\nNot checked.",
    ]
    with qtbot.waitSignal(made.chosen, raising=True) as asked:
        items.itemActivated.emit(items.item(0))
    assert asked.args == [1]
    made.show_claims((), ())
    assert made.isHidden()


def test_the_line_that_counts_gives_way_and_is_told_whole(
    icons: Icons, claims: tuple[Claim, ...], qtbot: QtBot
) -> None:
    made = ClaimsList(icons)
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show_claims(claims, SOURCES)
    made.show()
    button = made.findChild(QPushButton, "claimsButton")
    assert made.width() == 200
    assert button.text().endswith("…")
    assert button.accessibleName().endswith("1 unchecked, closed")
    made.close()


def test_an_open_list_leaves_a_low_panel_as_low_as_it_was(
    theme: Theme, icons: Icons, claims: tuple[Claim, ...], qtbot: QtBot
) -> None:
    panel = DetailPanel(theme, icons)
    qtbot.addWidget(panel)
    panel.resize(440, 620)
    panel.show()
    panel.show_topic(a_map(an_explanation(claims * 10)), "c")
    panel.findChild(QPushButton, "claimsButton").click()
    qtbot.waitUntil(lambda: panel.findChild(QListWidget, "claimItems").isVisible())
    assert panel.height() == 620
    assert panel.view.height() >= 74
    panel.close()


def test_every_row_of_the_list_has_room_for_its_words(
    theme: Theme, icons: Icons, claims: tuple[Claim, ...], qtbot: QtBot
) -> None:
    panel = DetailPanel(theme, icons)
    qtbot.addWidget(panel)
    panel.setStyleSheet(style_sheet(theme))  # it is the style that gives the rows their padding
    panel.resize(440, 620)
    panel.show()
    # words of every length: some end just at the edge, where a measure that is a little too wide loses a line
    longer = tuple(replace(claims[0], text="It was " + "so " * n + "well known.") for n in range(12, 30))
    panel.show_topic(a_map(an_explanation(longer)), "c")
    panel.findChild(QPushButton, "claimsButton").click()
    items = panel.findChild(QListWidget, "claimItems")
    qtbot.waitUntil(items.isVisible)
    metrics = items.fontMetrics()
    for at in range(items.count()):
        row = items.visualItemRect(items.item(at))
        words = metrics.boundingRect(
            0, 0, row.width() - 44, 1, int(Qt.TextFlag.TextWordWrap), items.item(at).text()
        )
        assert row.height() >= words.height(), items.item(at).text()
    panel.close()


def test_the_card_is_told_whole_and_its_address_has_the_keys(
    view: ExplanationView, claims: tuple[Claim, ...], opened: list[str]
) -> None:
    view.show_text(TEXT, claims, SOURCES)
    view.show_claim(1)
    card = card_of(view)
    told = card.accessibleDescription()
    assert all(part in told for part in ("something else", "1810, the text 1809", "Light"))
    QTest.keyClick(card.focusWidget(), Qt.Key.Key_Return)
    assert opened == ["https://example.org/light"]


def an_explanation(claims: tuple[Claim, ...], markdown: str = TEXT) -> Explanation:
    made = Provenance("gemini", "model-x", "p@1", 1_800_000_000.0)
    return Explanation("c", Rendering.of(Options()), markdown, claims, SOURCES[:1], made, 0.9)


def a_map(kept: Explanation) -> Map:
    topics = {"r": Topic("r", "Light"), "c": Topic("c", "Speed", "r", 0.0)}
    places_ = {name: Place(0.0, 0.0) for name in topics}
    return Map("m", "Light", "r", topics, explanations={kept.key: kept}, places=places_)


def test_a_claim_of_the_list_is_shown_in_the_text(
    theme: Theme, icons: Icons, claims: tuple[Claim, ...], qtbot: QtBot
) -> None:
    panel = DetailPanel(theme, icons)
    qtbot.addWidget(panel)
    panel.resize(440, 700)
    panel.show()
    panel.show_topic(a_map(an_explanation(claims)), "c")
    listed = panel.findChild(ClaimsList, "claimsList")
    assert listed.isVisible()
    listed.chosen.emit(3)  # unchecked: no mark, but a place
    assert panel.view.textCursor().selectedText() == "This one is open."
    card_of(panel.view).close()
    listed.chosen.emit(1)
    assert panel.view.textCursor().selectedText() == "It was born in 1809."
    card_of(panel.view).close()
    panel.show_topic(a_map(an_explanation(claims)), "r")
    assert not listed.isVisible()
    panel.close()


@pytest.mark.parametrize(
    ("states", "text", "tone"),
    [
        ("ssd", "✓ 2 · ! 1", "danger"),
        ("snuu", "✓ 1 · ? 1 · 2 unchecked", "neutral"),
        ("uu", "2 unchecked", "neutral"),
        ("smu", "✓ 1 · 1 unsure · 1 unchecked", "neutral"),
        ("su", "✓ 1 · 1 unchecked", "neutral"),
        ("ss", "Sourced", "success"),
    ],
)
def test_one_badge_sums_up_and_only_what_is_all_sourced_is_green(
    qapp: QApplication, states: str, text: str, tone: str
) -> None:
    short = {each.value[0]: each for each in ClaimState}
    made = ExplanationBadges().of(an_explanation(tuple(Claim("x", short[each]) for each in states)), None, 0.0)
    assert [badge[:2] for badge in made if badge[1] != "success" or badge[0] == "Sourced"][-1] == (text, tone)


def test_the_badge_tells_its_signs_in_words(qapp: QApplication, claims: tuple[Claim, ...]) -> None:
    _, _, tip = ExplanationBadges().of(an_explanation(claims), None, 0.0)[-1]
    assert tip.startswith(counts_in_words(claims) + "\n")
    assert "Disputed:" in tip


# --- speed --------------------------------------------------------------------------------------------------


def test_forty_marks_in_six_hundred_words_cost_little(view: ExplanationView) -> None:
    """The best of several runs: what else runs on the machine is not what is measured."""
    known = list(ClaimState)
    sentence = (
        "Sentence {n} says that **thing** number {n} was *made* in the year {n} by some of its makers there. "
    )
    text = "".join(sentence.format(n=n) + ("\n\n" if n % 5 == 4 else "") for n in range(40))
    checked = [replace(claim, state=known[n % 4], sources=(0,)) for n, claim in enumerate(claims_of(text))]
    assert len(checked) == 40
    assert len(text.split()) > 600

    def best(claims: list[Claim]) -> float:
        took = []
        for _ in range(5):
            view.show_text("")
            before = time.perf_counter()
            view.show_text(text, claims, SOURCES)
            took.append(time.perf_counter() - before)
        return min(took)

    plain = best([])
    extra = best(checked) - plain
    assert len(marks(view)) == 30  # all but the unchecked
    print(f"marks of 40 claims: {extra * 1000:.1f} ms more")
    assert extra < 0.03
