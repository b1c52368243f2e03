"""Cycles are collected by the window's thread."""

from __future__ import annotations

import gc
import weakref

from pytestqt.qtbot import QtBot

from knowalledge_desktop.ui.collector import ENOUGH, Collector


class Ring:
    def __init__(self) -> None:
        self.me = self


def test_cycles_go_when_the_collector_looks_and_not_before(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        assert not gc.isenabled()
        ring = weakref.ref(Ring())
        kept = [[i] for i in range(ENOUGH + 1000)]
        assert ring() is not None
        assert collector.look()
        assert ring() is None
        assert len(kept) > ENOUGH
    finally:
        collector.end()
    assert gc.isenabled()


def test_it_rests_while_nothing_is_made(qtbot: QtBot) -> None:
    collector = Collector()
    try:
        gc.collect()
        assert not collector.look()
    finally:
        collector.end()
