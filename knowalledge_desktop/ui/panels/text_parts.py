"""The parts of the topic panel that are about a text: made when there is a first one."""

from __future__ import annotations

from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.claims_list import ClaimsList
from knowalledge_desktop.ui.panels.explanation_opinion import OpinionRow
from knowalledge_desktop.ui.panels.explanation_view import ExplanationView
from knowalledge_desktop.ui.theme import Theme


class TextParts:
    """The text itself, its claims, and what the person thinks of it.

    Many maps are opened at a topic that is not explained yet; the start need not wait for these then.
    """

    def __init__(self, theme: Theme, icons: Icons) -> None:
        self.view = ExplanationView(theme)
        self.claims = ClaimsList(icons)
        self.claims.chosen.connect(self.view.show_claim)
        self.opinion = OpinionRow(icons)
