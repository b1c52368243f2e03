"""What makes the start quick must not change what is seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
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


def test_icons_are_sharp_on_every_screen(qapp: QApplication) -> None:
    icon = Icons(RESOURCES, Theme(RESOURCES, Settings())).icon("search", size=18)
    for ratio in (1.0, 1.5, 3.0):
        picture = icon.pixmap(QSize(18, 18), ratio)
        assert (picture.width(), picture.devicePixelRatio()) == (round(18 * ratio), ratio)


def test_icons_have_a_colour_for_each_state_and_are_never_blown_up(qapp: QApplication) -> None:
    theme = Theme(RESOURCES, Settings())
    icons = Icons(RESOURCES, theme)
    icon = icons.icon("search", "text.primary", 18)
    states = {
        "text.primary": (QIcon.Mode.Normal, QIcon.State.Off),
        "text.disabled": (QIcon.Mode.Disabled, QIcon.State.On),
        "accent.text": (QIcon.Mode.Active, QIcon.State.On),
    }
    for colour, (mode, state) in states.items():
        drawn = icon.pixmap(QSize(64, 64), 1.0, mode, state)
        assert drawn.toImage() == icons.pixmap("search", colour, 18).toImage(), colour
    assert icons.icon("search", size=18, gap=4).actualSize(QSize(64, 64)) == QSize(22, 18)


def test_an_icon_that_was_copied_and_changed_leaves_the_first_as_it_was(qapp: QApplication) -> None:
    icon = Icons(RESOURCES, Theme(RESOURCES, Settings())).icon("search", size=18)
    before = icon.pixmap(QSize(18, 18), 1.0).toImage()
    other = QIcon(icon)
    other.setIsMask(True)  # makes Qt clone the engine
    del other
    assert icon.pixmap(QSize(18, 18), 1.0).toImage() == before
