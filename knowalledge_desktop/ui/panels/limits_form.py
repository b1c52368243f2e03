"""The person's word on limits: the project, where limits begin, and the limits of a model."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.quota import Limits
from knowalledge_desktop.core.quota_rules import PRESETS
from knowalledge_desktop.ui.quota_words import amount, name_of
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button
from knowalledge_desktop.ui.widgets.limit_box import LimitBox

_PROJECT_MAX = 100
_BOXES = ("rpm", "tpm", "rpd", "tpd", "ipm")


class LimitsForm(QWidget):
    """Asks for changes; shows what holds."""

    save_requested = Signal(str, object)  # model, Limits
    preset_requested = Signal(str)
    project_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("limitsForm")
        self._limits: dict[str, Limits] = {}
        self._shown: tuple[str, Limits] | None = None
        self.project = QLineEdit()
        self.project.setObjectName("quotaProject")
        self.project.setMaxLength(_PROJECT_MAX)
        self.project.setAccessibleName(self.tr("Google project"))
        self.project.setToolTip(
            self.tr("A name for the Google project of your key: limits and spending are counted for each")
        )
        self.project.editingFinished.connect(self._on_project)
        self._project = self._tier = ""
        self.preset = QComboBox()
        self.preset.setObjectName("quotaPreset")
        self.preset.setAccessibleName(self.tr("Limits to begin with"))
        self.preset.setToolTip(self.tr("Limits to begin with, until there are own or learned ones"))
        for name, preset in PRESETS.items():
            self.preset.addItem(preset.title, name)
        self.preset.setMinimumContentsLength(18)
        self.preset.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.use = text_button(
            self.tr("Use"),
            "quotaPresetButton",
            lambda: self.preset_requested.emit(self.preset.currentData()),
            "",
            self.tr("Begin with these limits for all models; own and learned limits are forgotten"),
        )
        self._dated = label("", "tertiary", wrap=True)
        self._dated.setObjectName("quotaPresetDated")
        self.model = QComboBox()
        self.model.setObjectName("quotaModel")
        self.model.setAccessibleName(self.tr("Model whose limits are set"))
        self.model.setToolTip(self.tr("Limits hold for each model"))
        self.model.setMinimumContentsLength(18)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.preset.currentIndexChanged.connect(lambda _: self._tell_preset())
        self.model.currentIndexChanged.connect(lambda _: self._on_model())
        self.boxes = {
            "rpm": LimitBox("quotaRpm", self.tr("Requests per minute")),
            "tpm": LimitBox("quotaTpm", self.tr("Input tokens per minute")),
            "rpd": LimitBox("quotaRpd", self.tr("Requests per day")),
            "tpd": LimitBox("quotaTpd", self.tr("Input tokens per day")),
            "ipm": LimitBox("quotaIpm", self.tr("Images per minute")),
        }
        self.save = text_button(
            self.tr("Save limits"),
            "quotaSaveButton",
            self._on_save,
            "primary",
            self.tr("Use these limits; what was learned from Google’s refusals is forgotten"),
        )
        for part in (self.preset, self.model, *self.boxes.values()):
            part.installEventFilter(self)
        self._build(theme)

    def _build(self, theme: Theme) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        for box in self.boxes.values():
            box.setMinimumWidth(round(92 * theme.scale))
        for line, (title, left, right) in enumerate(
            (
                (self.tr("Per minute"), ("rpm", self.tr("requests")), ("tpm", self.tr("tokens"))),
                (self.tr("Per day"), ("rpd", self.tr("requests")), ("tpd", self.tr("tokens"))),
                ("", ("ipm", self.tr("images a minute")), None),
            )
        ):
            grid.addWidget(label(title, "bodyStrong"), line, 0)
            grid.addWidget(self.boxes[left[0]], line, 1)
            grid.addWidget(label(left[1], "secondary"), line, 2, 1, 1 if right else 3)
            if right is not None:
                grid.addWidget(self.boxes[right[0]], line, 3)
                grid.addWidget(label(right[1], "secondary"), line, 4)
        self._resets = label("", "tertiary", wrap=True)
        self._resets.setObjectName("quotaResets")
        note = self.tr("Match these to your plan in Google AI Studio. Nothing is sent past them.")
        learn = self.tr("A refusal by Google tightens a limit by itself; saving limits here forgets that.")
        self.setLayout(
            column(
                label(self.tr("Limits"), "title"),
                2,
                label(note, "secondary", wrap=True),
                16,
                _field(self.tr("Google project"), self.project),
                12,
                _field(self.tr("Begin with"), self.preset, self.use),
                4,
                self._dated,
                16,
                _field(self.tr("Limits of"), self.model),
                12,
                grid,
                8,
                self._resets,
                14,
                row(self.save, -1),
                6,
                label(learn, "tertiary", wrap=True),
                -1,
            )
        )

    def show_settings(self, project: str, tier: str, limits: Mapping[str, Limits]) -> None:
        """What holds now, for each model in use; what is being typed stays unless it was overtaken."""
        if project != self._project:
            self._project = project
            self.project.setText(project)
        tier = tier if tier in PRESETS else "unknown"
        if tier != self._tier:  # what is being chosen stays until something else holds
            self._tier = tier
            self.preset.setCurrentIndex(self.preset.findData(tier))
        names = [self.model.itemText(at) for at in range(self.model.count())]
        self._limits = dict(limits)
        if names != list(limits):
            chosen = self.model.currentText()
            self.model.clear()
            self.model.addItems(list(limits))
            self.model.setCurrentIndex(max(0, self.model.findText(chosen)))
        self._show_boxes()

    def show_reset(self, text: str) -> None:
        """When the day of the limits ends."""
        self._resets.setText(text)

    def _tell_preset(self) -> None:
        """What the chosen preset means for the model that is shown, and how old it is."""
        preset = PRESETS[self.preset.currentData()]
        model = self.model.currentText()
        limits = preset.limits(model)
        told = [
            f"{name_of(Metric(name))} {amount(Metric(name), value)}"
            for name in _BOXES
            if (value := getattr(limits, name)) is not None
        ]
        text = self.tr("For {model}: {limits}. Collected on {date}; your account may differ.")
        limits_told = ", ".join(told) or self.tr("no limits")
        self._dated.setText(text.format(model=model, limits=limits_told, date=preset.dated))

    def _show_boxes(self) -> None:
        """Only when the limits have changed: what is typed is not taken away by a refresh."""
        model = self.model.currentText()
        limits = self._limits.get(model)
        if limits is None or (model, limits) == self._shown:
            return
        self._shown = (model, limits)
        for name, box in self.boxes.items():
            box.show_limit(getattr(limits, name))

    def _on_model(self) -> None:
        self._tell_preset()
        self._show_boxes()

    def _on_save(self) -> None:
        model = self.model.currentText()
        if model:
            values = {name: self.boxes[name].limit for name in _BOXES}
            self._shown = (model, Limits(**values))
            self.save_requested.emit(model, Limits(**values))

    def _on_project(self) -> None:
        name = " ".join(self.project.text().split())
        if name and name != self._project:
            self.project_requested.emit(name)
        elif not name:
            self.project.setText(self._project)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the page; it must not change a limit in passing."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _field(title: str, field: QWidget, *more: QWidget) -> QWidget:
    made = QWidget()
    words = label(title, "bodyStrong")
    words.setMinimumWidth(104)
    words.setBuddy(field)
    line = row(words, field, *more, gap=8)
    line.setStretch(1, 1)
    made.setLayout(line)
    return made
