"""The settings of what is asked besides what the person asks for, each with its price."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QWidget

from knowalledge_desktop.core.settings import Ahead, Settings
from knowalledge_desktop.ui.widgets.basics import label

_CHARACTERS = 40


class ExtrasChoice(QWidget):
    """Fetching ahead and second looks; all is off until somebody wants it."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prices: Mapping[Ahead, str] = {}
        self._look_price = "…"
        self._ahead = QComboBox()
        self._ahead.setObjectName("aheadChoice")
        self._ahead.addItems(
            [self.tr("Nothing"), self.tr("Texts of new topics"), self.tr("Subtopics of new topics")]
        )
        self._ahead.setCurrentIndex(list(Ahead).index(settings.ahead))
        self._ahead.setAccessibleName(self.tr("Fetch ahead"))
        self._ahead.setToolTip(
            self.tr(
                "After a topic has grown, what you may want next is asked for at once and kept for your click. It"
                " stops above 80 % of any limit or budget, offline, and when the map is closed."
            )
        )
        self._ahead_told = label("", "secondary", wrap=True)
        self._ahead_told.setObjectName("aheadPrice")
        self._look = QCheckBox(self.tr("Put unchecked sentences to the model a second time"))
        self._look.setObjectName("secondLookChoice")
        self._look.setToolTip(
            self.tr(
                "What it does not hold to is marked: the model itself is not sure. That it agrees proves nothing,"
                " so such sentences stay unchecked."
            )
        )
        self._look.setChecked(settings.second_look)
        self._look_told = label("", "secondary", wrap=True)
        self._look_told.setObjectName("secondLookPrice")
        for told in (self._ahead_told, self._look_told):
            # A form keeps room for the narrowest shape, one word a line; the box above is wider than this.
            told.setMinimumWidth(_CHARACTERS * told.fontMetrics().averageCharWidth())
        self._ahead.currentIndexChanged.connect(self._tell)
        self._look.toggled.connect(self._tell)
        self._tell()

    def add_to(self, form: QFormLayout) -> None:
        """Put the lines into a form."""
        form.addRow(self.tr("Fetch ahead"), self._ahead)
        form.addRow("", self._ahead_told)
        form.addRow("", self._look)
        form.addRow("", self._look_told)

    @property
    def ahead(self) -> Ahead:
        """What is to be fetched ahead."""
        return list(Ahead)[self._ahead.currentIndex()]

    @property
    def second_look(self) -> bool:
        """Whether sentences are put to the model again."""
        return self._look.isChecked()

    def show_prices(self, ahead: Mapping[Ahead, str], second_look: str) -> None:
        """Tell what fetching ahead takes after each expansion, and a second look after each text."""
        self._prices, self._look_price = ahead, second_look
        self._tell()

    def _tell(self) -> None:
        if self.ahead is Ahead.OFF:
            text = self.tr("Only what you ask for is sent.")
        else:
            text = self.tr("After each expansion: {price}.").format(price=self._prices.get(self.ahead, "…"))
        self._ahead_told.setText(text)
        self._look_told.setText(self.tr("After each text: {price}.").format(price=self._look_price))
        self._look_told.setVisible(self.second_look)
