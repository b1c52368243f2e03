"""A topic in words, for those who hear the map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QCoreApplication

from knowalledge_desktop.ui.canvas.model import Rows


def description(rows: Rows, row: int, remarks: Mapping[str, str]) -> str:
    """The selected topic with its level, its place among its siblings and its state, else how many there are.

    `remarks` are what is to know about topics now, instead of their state.
    """
    translate = QCoreApplication.translate
    if not 0 <= row < len(rows):
        return translate("GraphCanvas", "%n topics", "", len(rows))
    same = np.flatnonzero(rows.parent == rows.parent[row])
    explained = bool(rows.explained[row])
    state = translate("GraphCanvas", "explained") if explained else translate("GraphCanvas", "not explained")
    return translate("GraphCanvas", "{title}, level {level}, {place} of {count}, {state}").format(
        title=rows.titles[row],
        level=int(rows.depth[row]),
        place=int(np.searchsorted(same, row)) + 1,
        count=len(same),
        state=remarks.get(rows.ids[row], state),
    )
