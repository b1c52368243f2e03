"""Edges while topics are dragged: those whose two ends go the same way are shifted, not worked out anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.core.views import View
from knowalledge_desktop.ui.canvas.edges import EdgeShapes
from knowalledge_desktop.ui.canvas.model import Rows
from knowalledge_desktop.ui.canvas.widget import GraphCanvas
from knowalledge_desktop.ui.theme import Theme
from tests.support.atlas import ROOT
from tests.support.canvas_scale import grown_map


def outline(shapes: EdgeShapes, row: int) -> list[float]:
    path = shapes.ribbon(row)
    at = [path.elementAt(number) for number in range(path.elementCount())]
    return [value for each in at for value in (each.x, each.y)]  # pyright: ignore[reportAttributeAccessIssue]


def dragged(rows: Rows, branch: list[int], by: tuple[float, float]) -> Rows:
    x, y = rows.x.copy(), rows.y.copy()
    x[branch] += by[0]
    y[branch] += by[1]
    return replace(rows, x=x, y=y)


@pytest.mark.parametrize("view", [View.MIND, View.TREE, View.RADIAL, View.OUTLINE])
def test_edges_of_a_dragged_branch_are_as_if_worked_out_anew(qapp: QApplication, view: View) -> None:
    canvas = GraphCanvas(Theme(ROOT / "resources", Settings(theme=Preference.LIGHT)))
    document = replace(grown_map(150), view=view.value)
    canvas.show_map(document)
    rows = canvas.rows
    branch = [rows.index[each] for each in document.branch(document.children("r")[3])]
    shapes = EdgeShapes(rows)
    first = {row: outline(shapes, row) for row in range(1, len(rows))}
    for step in range(1, 6):
        rows = dragged(rows, branch, (37.3 * step, -61.9))
        shapes = shapes.moved(rows)
        fresh = EdgeShapes(rows)
        for row in range(1, len(rows)):
            assert outline(shapes, row) == pytest.approx(outline(fresh, row), abs=1e-3)
    at_rest = next(row for row in range(1, len(rows)) if row not in branch)
    assert outline(shapes, at_rest) == first[at_rest]
    assert len(shapes._ribbons) == len(rows) - 1


def test_edges_of_other_rows_are_not_taken_over(qapp: QApplication) -> None:
    canvas = GraphCanvas(Theme(ROOT / "resources", Settings(theme=Preference.LIGHT)))
    canvas.show_map(grown_map(40))
    shapes = EdgeShapes(canvas.rows)
    shapes.ribbon(5)
    canvas.show_map(replace(grown_map(50), map_id="other"))
    assert not shapes.moved(canvas.rows)._ribbons
