"""What a button tells of its price: requests, tokens, money, and the share of what is left today."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtGui import QEnterEvent, QHelpEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Gauge, Limits
from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.ui.quota_words import left_today
from tests.support.ui_services import Oracle, ui_services
from tests.support.window import Driver, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there

Run = Callable[[Awaitable[None]], None]
NOW = 1_800_000_000.0
ENDS = NOW + 3600


def gauge(limit: int | None, used: int, blocked_until: float | None = None) -> Gauge:
    return Gauge(Metric.RPD, limit, used, blocked_until=blocked_until)


@pytest.mark.parametrize(
    ("requests", "day", "text", "tight"),
    [
        (1, None, "", False),
        (1, gauge(None, 5), "", False),
        (1, gauge(250, 50), "under 1 % of the 200 requests left today.", False),
        (15, gauge(250, 100), "10 % of the 150 requests left today.", False),
        (3, gauge(250, 247), "100 % of the 3 requests left today.", False),
        (15, gauge(250, 240), "10 requests are left today; the rest goes on at", True),
        (1, gauge(250, 260), "No requests are left today; they go on at", True),
        (1, gauge(250, 5, NOW + 60), "No requests are left today; they go on in 60 s.", True),
        (1, gauge(250, 250, NOW - 60), "No requests are left today; they go on at", True),
    ],
)
def test_the_share_of_today(requests: int, day: Gauge | None, text: str, tight: bool) -> None:
    told, is_tight = left_today(requests, day, ENDS, NOW)
    assert told.startswith(text)
    assert bool(told) == bool(text)
    assert is_tight is tight


def test_a_button_tells_the_share_of_today_in_its_tooltip_and_to_screen_readers(
    qapp: QApplication, run_async: Run, atlas_path: Path
) -> None:
    async def whole() -> None:
        driver = Driver(qapp, ui_services(Oracle(), atlas_path))
        services, desk = driver.services, driver.window.desk
        try:
            await services.prepare()
            await services.quota.set_limits(Limits(rpd=51), services.preferences.settings.text_model)
            desk.explore("Photosynthesis")
            await until(lambda: int(driver.window.canvas.property("nodeCount") or 0) > 3, "a map")
            await until(lambda: not driver.tasks.running(), "quiet")
            button = driver.find(QPushButton, "explainButton")
            asked = (Request(Task.EXPLANATION, "Photosynthesis"),)
            assert "left today" not in desk.prices.whole(asked)  # nobody has looked yet
            at = QPointF(button.rect().center())
            QApplication.sendEvent(button, QEnterEvent(at, at, at))
            await until(lambda: "2 % of the 50 requests left today." in desk.prices.whole(asked), "a look")
            told = QHelpEvent(QEvent.Type.ToolTip, QPoint(4, 4), button.mapToGlobal(QPoint(4, 4)))
            QApplication.sendEvent(button, told)
            lines = QToolTip.text().split("\n")
            assert lines[0] == "Explain this topic (X)"
            assert lines[1].startswith("1 request")
            assert lines[2] == "2 % of the 50 requests left today."
            QToolTip.hideText()
            button.setFocus()
            await until(lambda: "50 requests left today" in button.accessibleDescription(), "told")
            desk.prices.know_key(is_set=False)
            assert desk.prices.whole(asked) == "Free: only the built-in Atlas is asked"
            assert desk.prices.whole((Request(Task.ILLUSTRATION, "Photosynthesis"),)) == "Needs a Gemini key"
        finally:
            driver.window.close()
            await driver.end()

    run_async(whole())
