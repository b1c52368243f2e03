"""Limits and money on the screen: meters, the page, the person's word on them, and the warning of a budget."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.pace import DayPace, day_pace
from knowalledge_desktop.core.quota import Budget, Gauge, Limits, PaceRow
from knowalledge_desktop.core.request import EngineChoice, Queued, Request, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as ThemeChoice
from knowalledge_desktop.services.quota import QuotaReport
from knowalledge_desktop.ui.messages import local_time
from knowalledge_desktop.ui.panels.limit_card import LimitCard
from knowalledge_desktop.ui.panels.quota_page import BUDGET, LIMITS
from knowalledge_desktop.ui.panels.status_quota import StatusQuota
from knowalledge_desktop.ui.quota_words import (
    brief,
    learned_line,
    pace_line,
    pace_short,
    short_use,
    waiting_line,
    when,
    whole_use,
)
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.day_plot import DayPlot
from knowalledge_desktop.ui.widgets.limit_box import LimitBox
from knowalledge_desktop.ui.widgets.meter import Meter, tone_of
from knowalledge_desktop.ui.widgets.sides import Sides
from knowalledge_desktop.ui.widgets.spend_plot import Day, SpendPlot
from tests.support.fakes import FakeClock, MemorySecrets
from tests.support.ui_services import KEY, Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
NOW = 1_800_000_000.0
Run = Callable[[Awaitable[None]], None]
Steps = Callable[[Driver, FakeClock], Awaitable[None]]
Flow = Callable[[Steps], None]


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def key() -> str | None:
    return KEY


@pytest.fixture
def flow(qapp: QApplication, run_async: Run, oracle: Oracle, key: str | None, atlas_path: Path) -> Flow:
    """Runs a test's steps in an open window, and closes it."""

    async def whole(steps: Steps) -> None:
        clock = FakeClock()
        services = ui_services(oracle, atlas_path, secrets=MemorySecrets(key), clock=clock)
        driver = Driver(qapp, services)
        try:
            await steps(driver, clock)
        finally:
            driver.window.close()
            await driver.end()

    return lambda steps: run_async(whole(steps))


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(RESOURCES, replace(Settings(), theme=ThemeChoice.LIGHT))
    made.install(qapp)
    return made


async def quiet(driver: Driver) -> None:
    """All tasks have ended, the cancelled ones too."""
    await until(lambda: not driver.tasks._all, "quiet")


async def opened(driver: Driver) -> None:
    """The page, with the numbers of now."""
    driver.window.desk.quota.open()
    await quiet(driver)


async def grow(driver: Driver, topic: str = "Jazz") -> None:
    """One request to the engine."""
    driver.window.desk.explore(topic)
    await until(lambda: driver.window.canvas.property("nodeCount") == 16, "a map")
    await quiet(driver)


def meters(driver: Driver) -> StatusQuota:
    return driver.find(StatusQuota, "statusQuota")


def words(driver: Driver, name: str) -> str:
    return driver.find(QLabel, name).text()


def click(driver: Driver, name: str) -> None:
    QTest.mouseClick(driver.find(QPushButton, name), Qt.MouseButton.LeftButton)


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gauge", "text"),
    [
        (Gauge(Metric.RPM, 15, 3), "3 of 15 a minute"),
        (Gauge(Metric.RPD, 1_500, 120), "120 of 1,500 today"),
        (Gauge(Metric.TPM, 250_000, 38_900), "38k of 250k tokens a minute"),
        (Gauge(Metric.TPD, 3_000_000, 1_190_000), "1.1M of 3M tokens today"),
    ],
)
def test_use_is_told_briefly(gauge: Gauge, text: str) -> None:
    assert short_use(gauge) == text


def test_a_number_is_never_rounded_up() -> None:
    assert [brief(Metric.TPM, n) for n in (9_999, 10_000, 999_999, 1_999_999)] == ["9,999", "10k", "999k", "1.9M"]


def test_near_times_count_seconds_and_far_ones_name_the_day() -> None:
    assert when(NOW + 22.2, NOW) == "in 23 s"
    assert when(NOW - 5, NOW) == "in 1 s"
    assert when(NOW + 3600, NOW).startswith("at ")
    assert when(NOW + 90_000, NOW).startswith("on ")


def test_the_first_in_line_says_what_all_wait_for() -> None:
    asked = Request(Task.EXPLANATION, "Jazz")
    second = (asked, Queued(2, "gemini-x", "rpm", NOW + 23))
    first = (asked, Queued(1, "gemini-x", "rpm", NOW + 23))
    assert (
        waiting_line((second, first), NOW) == "Waiting: requests per minute of gemini-x, free in 23 s, 2 in line"
    )
    assert waiting_line((), NOW) == ""


def test_what_google_refused_is_told_before_what_frees() -> None:
    shut = Gauge(Metric.RPM, 15, 3, frees_at=NOW + 10, blocked_until=NOW + 60, learned=True)
    line = whole_use(shut, NOW)
    assert line == "Requests per minute: 3 of 15. Google refused: free within 60 s. Learned from a refusal"


def test_when_a_limit_was_learned_is_told_with_the_day_when_it_is_another_one(theme: Theme) -> None:
    today = Gauge(Metric.RPD, 20, 20, learned=True, learned_at=NOW - 60)
    time = local_time(NOW - 60)
    assert whole_use(today, NOW) == f"Requests per day: 20 of 20. Learned {time} from a refusal"
    card = LimitCard(theme, Metric.RPD, "quotaText")
    card.show_gauge(today, NOW, 0)
    badge = card.findChild(QLabel, "quotaText-rpd-learned")
    assert isinstance(badge, QLabel)
    assert (badge.isVisibleTo(card), badge.text()) == (True, f"Learned {time}")
    assert badge.toolTip() == f"Learned {time} from a refusal. Saving limits of your own forgets it."
    before = learned_line(replace(today, learned_at=NOW - 3 * 86_400), NOW)
    assert re.fullmatch(r"Learned \S*\d\S* .*\d.* from a refusal", before)
    card.show_gauge(Gauge(Metric.RPD, 20, 20), NOW, 0)
    assert not badge.isVisibleTo(card)
    card.deleteLater()


# --- widgets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "limit", "tone"),
    [
        (75, 100, ""),
        (76, 100, "warning"),
        (90, 100, "warning"),
        (91, 100, "danger"),
        (0, 0, "danger"),
        (9, None, ""),
    ],
)
def test_colour_comes_only_near_a_limit(used: int, limit: int | None, tone: str) -> None:
    assert tone_of(used, limit) == tone


def test_a_meter_paints_its_share_in_its_tone(theme: Theme) -> None:
    meter = Meter(theme, height=8, width=100)
    meter.show_use(80, 100)
    picture = meter.grab().toImage()
    assert picture.pixelColor(40, 4) == theme.color("warning.base")
    assert picture.pixelColor(90, 4) == theme.color("border.strong")
    meter.show_use(80, None)
    assert meter.grab().toImage().pixelColor(40, 4) == theme.color("border.strong")


def test_what_waits_is_hatched_behind_what_is_used(theme: Theme) -> None:
    meter = Meter(theme, height=8, width=100)
    meter.show_use(2, 10, waiting=4)
    picture = meter.grab().toImage()
    row = {picture.pixelColor(x, 4).name() for x in range(25, 58)}
    assert {theme.color("accent.base").name(), theme.color("border.strong").name()} <= row
    assert {picture.pixelColor(x, 4).name() for x in range(65, 95)} == {theme.color("border.strong").name()}


def test_an_empty_field_is_no_limit_and_zero_is_a_limit(qapp: QApplication) -> None:
    box = LimitBox("box", "Requests")
    assert box.limit is None
    box.show_limit(0)
    assert box.limit == 0
    box.show_limit(1_500)
    assert box.lineEdit().text() == "1,500"
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "2,0a00")
    box.interpretText()
    assert box.limit == 2_000
    box.lineEdit().selectAll()
    QTest.keyClick(box.lineEdit(), Qt.Key.Key_Delete)
    box.interpretText()
    assert box.limit is None
    box.stepUp()
    assert box.limit == 0


def test_the_plot_paints_a_bar_a_day_as_high_as_its_money(theme: Theme) -> None:
    plot = SpendPlot(theme)
    plot.resize(400, 170)
    plot.show_days([Day(f"2026-11-{n:02d}", 0) for n in range(1, 30)] + [Day("2026-11-30", 90_000)], None)
    picture, colour = plot.grab().toImage(), theme.color("accent.base")
    inked = [y for y in range(170) if picture.pixelColor(390, y) == colour]
    assert 100 <= len(inked) <= 138
    assert all(picture.pixelColor(200, y) != colour for y in range(170))
    assert plot.accessibleName() == "Spent in 30 days: $0.09, most on one day $0.09"


def day_of(used: int, limit: int | None, *recent: int) -> DayPace:
    """A day of which ten hours are over, with so many requests in each of the last quarters of an hour."""
    rows = [PaceRow(NOW - 900.0 * (len(recent) - n), 900.0, count) for n, count in enumerate(recent)]
    starts = NOW - 36_000
    return day_pace(rows, used=used, limit=limit, starts=starts, ends=starts + 86_400, now=NOW)


def test_the_day_is_told_in_words() -> None:
    ends, soon = local_time(NOW + 50_400), local_time(NOW + 3_600)
    assert pace_line(day_of(0, None)) == "0 requests sent today."
    assert pace_line(day_of(20, 250, 6)) == f"20 of 250 requests sent today. At this pace about 48 by {ends}."
    runs_out = "8 of 10 requests sent today. At this pace requests run out at "
    assert pace_line(day_of(8, 10, 6)) == f"{runs_out}{soon}."
    assert pace_line(day_of(10, 10, 6)) == f"10 of 10 requests sent today. The next ones go at {ends}."
    shorts = [pace_short(day_of(used, 10, *recent)) for used, recent in ((5, ()), (8, (6,)), (10, (6,)))]
    assert shorts == ["", f"runs out at {soon}", "used up"]


class HeardPlot(DayPlot):
    """Remembers where it writes what will come, and the line that leads there."""

    def _words(self, painter: QPainter, box: QRectF, at: QPointF, words: str, *, below: bool) -> None:
        if self.day is not None and words == pace_short(self.day):
            wide = painter.fontMetrics().horizontalAdvance(words) + 4
            high = self._theme.line_height("caption")
            top = at.y() + 14 if below else at.y() - high - 5
            self.written = QRectF(at.x() - wide - 4, top, wide, high)
            self.box = box
        super()._words(painter, box, at, words, below=below)


@pytest.mark.parametrize(("used", "limit"), [(1, 1_200), (2, 1_200), (5, 1_200), (8, 80), (1, None)])
def test_the_words_of_the_forecast_are_not_struck_through_by_its_line(
    theme: Theme, used: int, limit: int | None
) -> None:
    plot = HeardPlot(theme)
    plot.resize(700, 160)
    day = day_of(used, limit, used)
    plot.show_day(day)
    plot.grab()
    words, box = plot.written, plot.box
    top = plot._top(day)
    assert day.full_at is None
    for x in (words.left(), words.center().x(), words.right()):
        at = day.starts + (day.ends - day.starts) * (x - box.left()) / box.width()
        count = day.used + (day.projected - day.used) * (at - day.now) / (day.ends - day.now)
        y = box.bottom() - box.height() * count / top
        assert not words.top() - 1 < y < words.bottom() + 1
    assert words.bottom() < box.bottom()


def test_midnight_is_told_as_midnight_though_the_ledger_counts_a_hair_less() -> None:
    midnight = 86_400.0 * 20_000
    assert when(midnight - 2e-7, midnight - 9_999) == f"at {local_time(midnight)}"
    far = when(midnight - 2e-7, midnight - 99_999)
    assert far.endswith(local_time(midnight))
    assert far == when(midnight, midnight - 99_999)


@pytest.mark.parametrize("look", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_the_curve_is_painted_up_to_now_and_dotted_beyond(theme: Theme, look: ThemeChoice) -> None:
    theme.update(replace(Settings(), theme=look))
    plot = DayPlot(theme)
    plot.resize(480, 180)
    plot.grab()  # of nothing
    plot.show_day(day_of(180, 250, 40, 40))
    assert plot.accessibleName() == pace_line(day_of(180, 250, 40, 40))
    picture = plot.grab().toImage()

    def columns(name: str) -> list[int]:
        colour = theme.color(name)
        return [x for x in range(480) if any(picture.pixelColor(x, y) == colour for y in range(180))]

    sent, coming = columns("accent.base"), columns("warning.base")
    assert sent
    assert coming
    assert max(sent) < min(coming) + 12  # the dot of now stands where they meet
    assert min(sent) < 60
    assert max(coming) > 420
    assert columns("danger.base")  # the limit
    plot.show_day(day_of(18, 250_000, 4))
    picture = plot.grab().toImage()
    assert not columns("danger.base")  # it would flatten the curve
    assert columns("warning.base")


# --- the status bar -----------------------------------------------------------------------------------------


def test_meters_move_with_every_request_and_rest_when_nothing_runs(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await until(lambda: meters(driver).isVisible(), "meters")
        await quiet(driver)
        assert words(driver, "statusMinuteText") == "0 of 15 a minute"
        await grow(driver)
        assert words(driver, "statusMinuteText") == "1 of 15 a minute"
        assert words(driver, "statusDayText") == "1 of 1,500 today"
        assert "Requests per day: 1 of 1,500" in meters(driver).toolTip()
        assert not driver.window.desk.quota.is_ticking

    flow(steps)


def test_it_ticks_only_while_something_runs(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await grow(driver)
        gate = oracle.shut(Task.EXPLANATION)
        driver.window.desk.maps.explain(driver.window.canvas.selected_id)
        await until(lambda: driver.window.detail.view.markdown != "", "the first words")
        assert driver.window.desk.quota.is_ticking
        gate.set()
        await quiet(driver)
        assert not driver.window.desk.quota.is_ticking
        assert words(driver, "statusMinuteText") == "2 of 15 a minute"

    flow(steps)


def test_who_waits_is_told_with_reason_and_time(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await quiet(driver)
        bar = meters(driver)
        report = QuotaReport("default", "gemini-x", "free", (Gauge(Metric.RPM, 15, 15),), 2, NOW + 3600)
        line = "Waiting: requests per minute of gemini-x, free in 23 s, 2 in line"
        bar.show_use(report, line, NOW)
        assert driver.has(QLabel, "statusWaiting")
        assert words(driver, "statusWaiting") == line
        assert line in bar.accessibleName()
        assert line in bar.toolTip()
        bar.show_use(report, "", NOW)
        assert not driver.has(QLabel, "statusWaiting")

    flow(steps)


def test_the_bar_of_the_day_is_hatched_to_where_the_pace_of_today_leads(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await quiet(driver)
        bar = meters(driver)
        gauges = (Gauge(Metric.RPM, 15, 3), Gauge(Metric.RPD, 100, 20))
        report = QuotaReport("default", "gemini-x", "free", gauges, 0, NOW + 3600)
        pace = DayPace(NOW - 3600, NOW + 3600, NOW, ((NOW - 3600, 0), (NOW, 20)), 100, 60)
        minute, day = (driver.find(QWidget, name).findChild(Meter) for name in ("statusMinute", "statusDay"))
        assert minute is not None
        assert day is not None
        bar.show_use(report, "", NOW, 4, pace)
        assert (day._used, day._coming) == (0.2, 0.6)
        assert (minute._used, minute._coming) == (3 / 15, 7 / 15)
        assert "At this pace about 60 by " in bar.toolTip()
        bar.show_use(report, "", NOW)
        assert (day._used, day._coming) == (0.2, 0.2)
        assert "At this pace" not in bar.toolTip()

    flow(steps)


def test_what_a_limit_or_budget_stopped_leads_to_where_it_is_set(flow: Flow, oracle: Oracle) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await grow(driver)
        window, preferences = driver.window, driver.services.preferences
        preferences.save(replace(preferences.settings, engine=EngineChoice.GEMINI))
        document = window.desk.maps.map
        assert document is not None
        first, second = document.children(document.root_id)[:2]
        assert not driver.has(QPushButton, "bannerLimitsButton")
        await driver.services.quota.set_budget(Budget(day_micro=1))
        window.canvas.select(first)
        window.desk.maps.explain(first)
        await until(lambda: driver.has(QPushButton, "bannerLimitsButton"), "the budget in the way")
        await quiet(driver)
        click(driver, "bannerLimitsButton")
        await quiet(driver)
        assert window.quota_page.tabs.currentIndex() == BUDGET
        await driver.services.quota.set_budget(Budget())
        await driver.services.quota.set_limits(Limits(rpd=1))
        window.desk.show_page("map")
        window.desk.maps.explain(second)  # another topic is shown: it is told over the window
        await until(lambda: "requests a day" in window.notifier.text, "the limit in the way")
        await quiet(driver)
        click(driver, "toastButton")
        await quiet(driver)
        assert window.quota_page.tabs.currentIndex() == LIMITS

    flow(steps)


def test_a_request_that_waits_is_counted_down_and_can_be_stopped(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        services = ui_services(oracle, atlas_path, secrets=MemorySecrets(KEY))  # on a clock that goes by itself
        driver = Driver(qapp, services)
        try:
            await services.quota.set_limits(Limits(rpm=1), services.preferences.settings.text_model)
            await grow(driver)
            driver.window.desk.maps.explain(driver.window.canvas.selected_id)
            await until(lambda: driver.has(QLabel, "statusWaiting"), "what is waited for")
            first = words(driver, "statusWaiting")
            model = services.preferences.settings.text_model
            assert first.startswith(f"Waiting: requests per minute of {model}, free in ")
            assert first.endswith(" s, number 1 in line")
            await until(lambda: words(driver, "statusWaiting") != first, "the countdown")
            assert len(oracle.asked) == 1
            driver.window.desk.stop_all()
            await quiet(driver)
            assert not driver.has(QLabel, "statusWaiting")
            assert not driver.window.desk.quota.is_ticking
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())


def test_a_ledger_that_cannot_be_read_is_told_once(
    qapp: QApplication, run_async: Run, oracle: Oracle, atlas_path: Path
) -> None:
    async def whole() -> None:
        services = ui_services(oracle, atlas_path, secrets=MemorySecrets(KEY), clock=FakeClock())
        (services.folders.state / "ledger.db").mkdir(parents=True)
        driver = Driver(qapp, services)
        try:
            await quiet(driver)
            assert driver.window.notifier.text != ""
            assert not meters(driver).isVisible()
            assert not driver.window.desk.quota.is_ticking
            assert not driver.window.desk.quota._later.isActive()
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())


def test_what_is_shown_is_looked_at_again_when_a_limit_frees(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await grow(driver)
        later = driver.window.desk.quota._later
        assert later.isSingleShot()
        assert 55_000 < later.remainingTime() <= 61_000
        clock.advance(61)
        later.timeout.emit()
        await quiet(driver)
        assert words(driver, "statusMinuteText") == "0 of 15 a minute"
        assert words(driver, "statusDayText") == "1 of 1,500 today"

    flow(steps)


@pytest.mark.parametrize(("size", "stacked"), [((960, 620), True), ((1092, 670), False), ((1580, 950), False)])
def test_the_page_fits_every_window(flow: Flow, size: tuple[int, int], stacked: bool) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        driver.window.resize(*size)
        await opened(driver)
        await until(lambda: driver.window.width() == size[0], "the size")
        for tab, name in enumerate(("limitsPage", "budgetPage")):
            driver.find(QTabBar, "quotaTabs").setCurrentIndex(tab)
            area = driver.find(Sides, name)
            await until(lambda area=area: area.horizontalScrollBar().maximum() == 0, "all of its width in view")
        assert driver.find(Sides, "limitsPage").is_stacked is stacked
        driver.find(QTabBar, "quotaTabs").setCurrentIndex(0)
        await until(lambda: driver.has(QWidget, "limitsPage"), "the limits again")
        squeezed = [
            each.text()
            for each in driver.find(QWidget, "quotaPage").findChildren(QLabel)
            if each.isVisible() and each.height() < each.heightForWidth(each.width())
        ]
        squeezed += [
            each.text()
            for each in driver.find(QWidget, "quotaText").findChildren(QLabel)
            if each.isVisible() and each.height() < each.sizeHint().height()
        ]
        assert squeezed == []

    flow(steps)


def test_the_focus_goes_through_the_form_in_reading_order(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        wanted = ["quotaTabs", "quotaProject", "quotaPreset", "quotaPresetButton", "quotaModel", "quotaRpm"]
        wanted += ["quotaTpm", "quotaRpd", "quotaTpd", "quotaIpm", "quotaSaveButton"]
        found: list[str] = []
        widget = driver.find(QTabBar, "quotaTabs")
        part: QWidget | None = widget
        while part is not None and (part is not widget or not found):
            if part.objectName() in wanted:
                found.append(part.objectName())
            part = part.nextInFocusChain()
        assert found == wanted

    flow(steps)


def test_the_wheel_does_not_change_a_limit(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        box = driver.find(LimitBox, "quotaRpm")
        box.setFocus()
        at = QPointF(10, 10)
        wheel = QWheelEvent(
            at,
            box.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(box, wheel)
        assert box.limit == 15

    flow(steps)


@pytest.mark.parametrize("key", [None])
def test_without_a_key_and_without_use_no_meter_is_shown(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        driver.window.desk.settings.refresh_key()
        await quiet(driver)
        assert not meters(driver).isVisible()

    flow(steps)


def test_the_meters_lead_to_the_page_and_escape_leads_back(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await grow(driver)
        QTest.mouseClick(meters(driver), Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
        await quiet(driver)
        assert driver.has(QWidget, "quotaPage")
        assert driver.find(QToolButton, "quotaButton").isChecked()
        driver.window.desk.undo()
        await quiet(driver)
        assert driver.window.canvas.property("nodeCount") == 16
        driver.window.desk.escape()
        assert not driver.has(QWidget, "quotaPage")
        QTest.keyClick(driver.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        await quiet(driver)
        assert driver.has(QWidget, "quotaPage")

    flow(steps)


# --- limits -------------------------------------------------------------------------------------------------


def test_every_control_of_the_page_has_names_and_a_tooltip(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        assert driver.nameless() == []
        driver.find(QTabBar, "quotaTabs").setCurrentIndex(1)
        assert driver.has(QWidget, "budgetPage")
        assert driver.nameless() == []

    flow(steps)


def test_limits_that_are_saved_hold_at_once(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        driver.find(LimitBox, "quotaRpm").setValue(7)
        driver.find(LimitBox, "quotaRpd").show_limit(None)
        click(driver, "quotaSaveButton")
        await quiet(driver)
        limits = await driver.services.quota.limits()
        assert (limits.rpm, limits.rpd, limits.tpm) == (7, None, 250_000)
        assert words(driver, "statusMinuteText") == "0 of 7 a minute"
        assert not driver.has(QWidget, "statusDay")

    flow(steps)


def test_what_is_typed_outlives_a_refresh(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        driver.find(LimitBox, "quotaRpm").setValue(7)
        driver.find(QLineEdit, "budgetDay").setText("3")
        driver.window.desk.quota.refresh()
        await quiet(driver)
        assert driver.find(LimitBox, "quotaRpm").value() == 7
        assert driver.find(QLineEdit, "budgetDay").text() == "3"

    flow(steps)


def test_a_preset_takes_the_place_of_own_limits_of_all_models(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await driver.services.quota.set_limits(Limits(rpm=1), driver.services.preferences.settings.text_model)
        await opened(driver)
        presets = driver.find(QComboBox, "quotaPreset")
        presets.setCurrentIndex(presets.findData("tier1"))
        assert "requests per minute 2,000" in words(driver, "quotaPresetDated")
        assert driver.find(LimitBox, "quotaRpm").limit == 1
        click(driver, "quotaPresetButton")
        await quiet(driver)
        assert driver.services.preferences.settings.tier == "tier1"
        assert (await driver.services.quota.limits()).rpm == 2_000
        assert driver.find(LimitBox, "quotaRpm").limit == 2_000
        assert "2026-11-22" in words(driver, "quotaPresetDated")

    flow(steps)


def test_each_project_has_a_count_of_its_own(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await grow(driver)
        await opened(driver)
        assert words(driver, "quotaText-rpm-used") == "1"
        field = driver.find(QLineEdit, "quotaProject")
        field.setText("  at   work ")
        field.editingFinished.emit()
        await quiet(driver)
        assert driver.services.preferences.settings.project == "at work"
        assert words(driver, "quotaText-rpm-used") == "0"
        assert field.text() == "at work"

    flow(steps)


# --- money --------------------------------------------------------------------------------------------------


def test_budgets_come_back_exactly_as_they_were_typed(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        driver.find(QTabBar, "quotaTabs").setCurrentIndex(1)
        driver.find(QLineEdit, "budgetDay").setText("0,055")
        driver.find(QLineEdit, "budgetMonth").setText("$2")
        click(driver, "budgetSaveButton")
        await quiet(driver)
        assert await driver.services.quota.budget() == Budget(55_000, 2_000_000)
        assert driver.find(QLineEdit, "budgetDay").text() == "0.055"
        assert driver.find(QLineEdit, "budgetMonth").text() == "2.00"

    flow(steps)


def test_what_is_no_money_is_marked_and_nothing_changes(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await opened(driver)
        driver.find(QTabBar, "quotaTabs").setCurrentIndex(1)
        driver.find(QLineEdit, "budgetDay").setText("a lot")
        click(driver, "budgetSaveButton")
        await quiet(driver)
        assert driver.find(QLineEdit, "budgetDay").property("invalid") is True
        assert driver.find(QLineEdit, "budgetMonth").property("invalid") is False
        assert "a lot" in driver.window.notifier.text
        assert await driver.services.quota.budget() == Budget()

    flow(steps)


async def spend(driver: Driver, micro: int) -> None:
    """Let a request of that price be sent, as another program of the same person would."""
    from knowalledge_desktop.core.quota import Admitted, Bucket, Demand, Used

    settings = driver.services.preferences.settings
    ledger = driver.services.quota._ledger
    name = f"spent-{micro}"
    admitted = await ledger.reserve(
        Bucket(settings.project, settings.text_model), Demand(10, 0, micro, "explanation"), reservation=name
    )
    assert isinstance(admitted, Admitted)
    await ledger.settle(name, Used(10, 0, micro, 5))


def test_spending_is_summed_by_day_month_model_and_operation(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        await spend(driver, 30_000)
        clock.advance(86_400)
        await spend(driver, 50_000)
        await driver.services.quota.set_budget(Budget(100_000, None))
        await opened(driver)
        assert words(driver, "spentTodaySum") == "$0.05"
        assert words(driver, "spentMonthSum") == "$0.08"
        plot = driver.find(SpendPlot, "spendPlot")
        assert [day.micro for day in plot.days][-3:] == [0, 30_000, 50_000]
        assert len(plot.days) == 30
        cells = [each.text() for each in driver.find(QWidget, "spendTable").findChildren(QLabel)]
        model = driver.services.preferences.settings.text_model
        assert cells[5:] == [model, "Explanations", "2", "$0.05", "$0.08"]
        assert "genai-prices" in words(driver, "budgetNote")
        assert "2026-11-22" in words(driver, "budgetNote")

    flow(steps)


def test_a_budget_warns_once_at_each_line(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        desk, notifier = driver.window.desk, driver.window.notifier
        await quiet(driver)
        await driver.services.quota.set_budget(Budget(100_000, None))
        told: list[str] = []
        for micro in (74_000, 2_000, 3_000, 12_000, 4_000):
            await spend(driver, micro)
            notifier.hide()
            desk.quota.refresh()
            await quiet(driver)
            told.append(notifier.text)
        assert told == [
            "",
            "76 % of today’s budget is used: $0.08 of $0.10.",
            "",
            "91 % of today’s budget is used: $0.09 of $0.10.",
            "",
        ]

    flow(steps)


def test_a_warning_waits_for_the_message_that_is_shown_and_leads_to_the_budget(flow: Flow) -> None:
    async def steps(driver: Driver, clock: FakeClock) -> None:
        desk, notifier = driver.window.desk, driver.window.notifier
        await quiet(driver)
        await driver.services.quota.set_budget(Budget(100_000, None))
        await spend(driver, 80_000)
        notifier.show("Removed Jazz.")
        desk.quota.refresh()
        await quiet(driver)
        assert notifier.text == "Removed Jazz."
        notifier.hide()
        desk.quota.refresh()
        await quiet(driver)
        assert notifier.text.startswith("80 %")
        click(driver, "toastButton")
        await quiet(driver)
        assert driver.has(QWidget, "budgetPage")

    flow(steps)
