"""The settings: key, engine, model, how answers should be, how the window looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QFrame, QLineEdit, QScrollArea, QWidget

from knowalledge_desktop.core.request import LANGUAGES, Detail, EngineChoice, Level, Options, Style
from knowalledge_desktop.core.settings import PRODUCTION_BASE_URL, Ahead, Safety, Settings
from knowalledge_desktop.core.settings import Theme as ThemeChoice
from knowalledge_desktop.ui.dialogs.extras_choice import ExtrasChoice
from knowalledge_desktop.ui.dialogs.port_choice import PortChoice
from knowalledge_desktop.ui.dialogs.traces_choice import TracesChoice
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.panels.key_card import KeyCard
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button
from knowalledge_desktop.ui.widgets.wheel import WheelScrolls

T = TypeVar("T")
SCALES = (0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
_LANGUAGE_NAMES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "pt": "Português",
    "tr": "Türkçe",
    "zh": "中文",
    "ja": "日本語",
    "ko": "한국어",
    "ru": "Русский",
    "ar": "العربية",
    "he": "עברית",
    "fa": "فارسی",
    "ur": "اردو",
    "hi": "हिन्दी",
}

FRAME = 64
"""Pixels of a small screen that are left for what the system puts around a window."""


class SettingsDialog(QDialog):
    """Edits a copy of the settings; `result_settings` is what was chosen."""

    models_requested = Signal()
    backups_requested = Signal()
    cache_requested = Signal()
    token_requested = Signal()

    def __init__(self, settings: Settings, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        self._settings = settings
        self.key_card = KeyCard(icons)
        options = settings.options
        self._engine = _combo("engineChoice", self._engines(), list(EngineChoice), settings.engine)
        self._model = QComboBox()
        self._model.setObjectName("modelChoice")
        self._model.setEditable(True)
        self._model.addItem(settings.text_model)
        self._image_model = QComboBox()
        self._image_model.setObjectName("imageModelChoice")
        self._image_model.setEditable(True)
        self._image_model.addItem(settings.image_model)
        self._safety = _combo(
            "safetyChoice",
            (
                self.tr("As Google sets it"),
                self.tr("Decline only what is very likely harmful"),
                self.tr("Decline what may well be harmful"),
                self.tr("Decline whatever could be harmful"),
            ),
            list(Safety),
            settings.safety,
        )
        self._grounded = QCheckBox(self.tr("Let Gemini search the web for texts"))
        self._grounded.setObjectName("groundedChoice")
        self._grounded.setToolTip(
            self.tr(
                "Sentences then carry the sources that the search names. About $0.014 a text beside the tokens."
            )
        )
        self._grounded.setChecked(settings.options.grounded)
        self._extras = ExtrasChoice(settings, self)
        self._extras.hide()  # its lines are in the form
        self._port = PortChoice(settings, self)
        self._port.hide()
        self._port.token_requested.connect(self.token_requested)
        self._load = text_button(
            self.tr("Load list"),
            "modelListButton",
            self.models_requested.emit,
            "ghost",
            self.tr("Ask Google which models the key may use"),
        )
        self._trouble = label("", "danger", wrap=True)
        self._trouble.setObjectName("modelListMessage")
        self._trouble.hide()
        known = options.language in LANGUAGES
        self._languages = LANGUAGES if known else (*LANGUAGES, options.language)
        self._language = _combo(
            "languageChoice",
            [_LANGUAGE_NAMES.get(c, c) for c in self._languages],
            self._languages,
            options.language,
        )
        self._level = _combo(
            "levelSetting",
            (self.tr("Age 8–12"), self.tr("Age 13–18"), self.tr("Age 18 and above")),
            list(Level),
            options.level,
        )
        self._detail = _combo(
            "detailSetting",
            (
                self.tr("Brief, about 100 words"),
                self.tr("Medium, about 150 words"),
                self.tr("Detailed, about 300 words"),
            ),
            list(Detail),
            options.detail,
        )
        self._style = _combo("styleSetting", self._styles(), list(Style), options.style)
        self._theme = _combo(
            "themeChoice",
            (self.tr("Like the system"), self.tr("Light"), self.tr("Dark"), self.tr("High contrast")),
            list(ThemeChoice),
            settings.theme,
        )
        near = min(SCALES, key=lambda s: abs(s - settings.text_scale))
        self._scale = _combo("textScaleChoice", [f"{round(s * 100)} %" for s in SCALES], list(SCALES), near)
        self._still = QCheckBox(self.tr("Less motion"))
        self._still.setObjectName("reducedMotionChoice")
        self._still.setToolTip(self.tr("Topics appear in place and the view jumps instead of travelling"))
        self._still.setChecked(settings.reduced_motion)
        self._letters = QCheckBox(self.tr("Letters go to topics"))
        self._letters.setObjectName("lettersJumpChoice")
        self._letters.setToolTip(
            self.tr("Typing on the map goes to the next topic that begins so; commands of a letter then need Alt")
        )
        self._letters.setChecked(settings.letters_jump)
        self._address = QLineEdit(settings.base_url)
        self._address.setObjectName("baseUrlInput")
        self._address.setPlaceholderText(PRODUCTION_BASE_URL)
        self._build()

    def _build(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Answers"), "title"))
        automatic = self.tr("Automatic: Gemini when a key is set, else the Atlas")
        _line(form, self.tr("Who answers"), self._engine, automatic)
        _line(form, self.tr("Language of answers"), self._language)
        _line(form, self.tr("Level"), self._level)
        _line(form, self.tr("Length"), self._detail)
        _line(form, self.tr("Presentation style"), self._style)
        form.addRow(label(self.tr("Look"), "title"))
        _line(form, self.tr("Colours"), self._theme)
        _line(form, self.tr("Text size"), self._scale)
        form.addRow("", self._still)
        form.addRow("", self._letters)
        form.addRow(label(self.tr("Gemini"), "title"))
        self._model.setAccessibleName(self.tr("Gemini model"))
        self._model.setToolTip(self.tr("Name of the Gemini model that writes"))
        form.addRow(self.tr("Gemini model"), row(self._model, self._load, gap=8))
        form.addRow("", self._trouble)
        _line(
            form,
            self.tr("Model for pictures"),
            self._image_model,
            self.tr("Name of the Gemini model that draws pictures of topics"),
        )
        _line(form, self.tr("Harmful topics"), self._safety)
        form.addRow("", self._grounded)
        self._extras.add_to(form)
        gateway = self.tr("Change it only to use a gateway; https, or http on this machine")
        _line(form, self.tr("Gemini address"), self._address, gateway)
        form.addRow(label(self.tr("Other programs"), "title"))
        self._port.add_to(form)
        self._traces = TracesChoice(self._settings, self)
        self._traces.add_to(form)
        form.addRow(label(self.tr("Library"), "title"))
        tip = self.tr("Close the settings and see the copies of the library")
        backups = text_button(self.tr("See all backups"), "settingsBackupsButton", self._backups, "", tip)
        form.addRow(self.tr("Backups"), row(backups, -1))
        tip = self.tr("Close the settings and see what is stored of earlier answers, its limits, and forget some")
        cache = text_button(self.tr("See the cache"), "settingsCacheButton", self._cache, "", tip)
        form.addRow(self.tr("Cache of answers"), row(cache, -1))
        inner = QWidget()
        inner.setLayout(column(self.key_card, 20, form, -1, margins=(28, 20, 28, 20)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        WheelScrolls(inner)
        cancel = text_button(self.tr("Cancel"), "settingsCancelButton", self.reject)
        save = text_button(self.tr("Save"), "settingsSaveButton", self.accept, "primary")
        save.setDefault(True)
        self.setLayout(column(scroll, row(-1, cancel, save, margins=(28, 12, 28, 16), gap=8)))
        self.resize(620, min(680, self.screen().availableGeometry().height() - FRAME))

    def accept(self) -> None:
        """Close, unless something cannot be kept as it is typed."""
        if self._traces.is_right():
            super().accept()

    def _backups(self) -> None:
        self.reject()
        self.backups_requested.emit()

    def _cache(self) -> None:
        self.reject()
        self.cache_requested.emit()

    def result_settings(self) -> Settings:
        """The settings as chosen.

        Choices are told by their place: a value that went through Qt comes back as a plain string.
        """
        options = Options(
            language=self._languages[self._language.currentIndex()],
            level=list(Level)[self._level.currentIndex()],
            detail=list(Detail)[self._detail.currentIndex()],
            style=list(Style)[self._style.currentIndex()],
            count=self._settings.options.count,
            grounded=self._grounded.isChecked(),
        )
        return replace(
            self._settings,
            engine=list(EngineChoice)[self._engine.currentIndex()],
            text_model=self._model.currentText().strip() or self._settings.text_model,
            image_model=self._image_model.currentText().strip() or self._settings.image_model,
            safety=list(Safety)[self._safety.currentIndex()],
            second_look=self._extras.second_look,
            port=self._port.port,
            otlp_url=self._traces.address,
            ahead=self._extras.ahead,
            options=options,
            theme=list(ThemeChoice)[self._theme.currentIndex()],
            text_scale=SCALES[self._scale.currentIndex()],
            reduced_motion=self._still.isChecked(),
            letters_jump=self._letters.isChecked(),
            base_url=self._address.text().strip() or PRODUCTION_BASE_URL,
        )

    def say(self, text: str) -> None:
        """Tell why the list of models could not be had."""
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))

    def say_of_port(self, text: str) -> None:
        """Tell what has become of the token of the port."""
        self._port.say(text)

    def show_prices(self, ahead: Mapping[Ahead, str], second_look: str) -> None:
        """Tell what fetching ahead takes after each expansion, and a second look after each text."""
        self._extras.show_prices(ahead, second_look)

    def show_models(self, names: Sequence[str]) -> None:
        """Offer the models that the key may use."""
        self.say("")
        chosen = self._model.currentText()
        self._model.clear()
        self._model.addItems(list(names) if chosen in names else [chosen, *names])
        self._model.setCurrentText(chosen)
        drawing, drawn = self._image_model.currentText(), [name for name in names if "image" in name]
        self._image_model.clear()
        self._image_model.addItems(drawn if drawing in drawn else [drawing, *drawn])
        self._image_model.setCurrentText(drawing)
        self._model.showPopup()

    def _engines(self) -> tuple[str, ...]:
        return (self.tr("Automatic"), self.tr("Gemini only"), self.tr("The Atlas only, offline"))

    def _styles(self) -> tuple[str, ...]:
        return (
            self.tr("General"),
            self.tr("Visual"),
            self.tr("Auditory"),
            self.tr("Hands-on"),
            self.tr("Reading and writing"),
        )


def _combo(name: str, texts: Sequence[str], values: Sequence[T], chosen: T) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    for text, value in zip(texts, values, strict=True):
        made.addItem(text, value)
    made.setCurrentIndex(list(values).index(chosen) if chosen in values else 0)
    return made


def _line(form: QFormLayout, text: str, field: QWidget, tip: str = "") -> None:
    field.setAccessibleName(text)
    field.setToolTip(tip or text)
    form.addRow(text, field)
