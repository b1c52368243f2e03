"""Names from afar: none lies over the root, whatever the size of the text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.canvas.camera import Camera
from knowalledge_desktop.ui.canvas.regions import SMALLEST_ROOT, Regions, planned
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.support.atlas import ROOT
from tests.support.canvas_scale import grown_map


@pytest.mark.parametrize("text", [1.0, 2.0])
@pytest.mark.parametrize("scale", [0.03, 0.07, 0.11, 0.18])
def test_no_name_lies_over_the_root(qapp: QApplication, text: float, scale: float) -> None:
    theme = Theme(ROOT / "resources", Settings(theme=Preference.LIGHT, text_scale=text))
    canvas = GraphCanvas(theme)
    canvas.resize(QSize(1200, 800))
    canvas.show_map(grown_map(800))
    rows = canvas.rows
    found = planned(Regions(rows), scale, lambda title, size: (0.6 * size * text * len(title), 1.4 * size * text))
    assert any(rows.depth[name.row] == 1 for name in found.names)
    half_w, half_h = (float(side[0]) * SMALLEST_ROOT / 2 for side in (rows.w, rows.h))
    for name in found.names:
        aside = abs(name.x - float(rows.x[0])) * scale
        above = abs(name.y - float(rows.y[0])) * scale
        assert aside >= half_w + name.wide / 2 or above >= half_h + name.high / 2, name.text


def test_a_tiny_scale_is_not_called_nothing() -> None:
    assert [Camera(0.0, 0.0, scale).percent for scale in (1.0, 0.31, 0.094, 0.0093, 0.0004)] == [
        "100%",
        "31%",
        "9.4%",
        "0.9%",
        "<0.1%",
    ]
