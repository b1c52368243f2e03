"""What makes the start quick must not change what is seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.ui.app import ASKS, spare_sources
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


def test_the_bindings_read_no_sources_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    feature = sys.modules["shibokensupport.feature"]
    monkeypatch.setattr(feature, ASKS, getattr(feature, ASKS))  # as it was, afterwards
    spare_sources()
    assert getattr(feature, ASKS)(sys.modules[__name__]) is False


def test_other_bindings_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    feature = sys.modules["shibokensupport.feature"]
    monkeypatch.delattr(feature, ASKS)
    spare_sources()
    assert not hasattr(feature, ASKS)


def test_the_style_sheet_can_come_last(qapp: QApplication) -> None:
    theme = Theme(RESOURCES, Settings())
    qapp.setStyleSheet("")
    theme.install(qapp, finish=False)
    assert qapp.styleSheet() == ""
    assert qapp.font().family() == theme.font("body").family()
    theme.finish()
    last = qapp.styleSheet()
    theme.install(qapp)
    assert qapp.styleSheet() == last != ""


def test_a_screen_that_is_plugged_in_gets_sharp_icons(qapp: QApplication) -> None:
    icons = Icons(RESOURCES, Theme(RESOURCES, Settings()))
    dressed: list[int] = []
    icons.follow(icons, lambda: dressed.append(len(icons.icon("search").availableSizes())))
    icons._ratios.discard(QGuiApplication.primaryScreen().devicePixelRatio())
    icons._ratios.add(3.0)
    qapp.screenAdded.emit(QGuiApplication.primaryScreen())
    assert dressed == [1, 2]
