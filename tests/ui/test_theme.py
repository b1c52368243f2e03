"""The theme: every colour pair readable, both schemes whole, overrides followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.core.settings import Theme as Preference
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import style_sheet

RESOURCES = Path(__file__).parent.parent.parent / "resources"

READABLE = [
    *(
        (f"text.{ink}", f"bg.{ground}")
        for ink in ("primary", "secondary")
        for ground in ("window", "sunken", "canvas")
    ),
    *(("text.tertiary", f"bg.{ground}") for ground in ("window", "canvas")),
    *((f"{tone}.text", f"{tone}.subtle") for tone in ("success", "warning", "danger", "info", "accent")),
    ("text.onAccent", "accent.base"),
    ("text.onAccent", "accent.hover"),
    ("accent.text", "bg.window"),
]


@pytest.fixture
def light(qapp: QApplication) -> Theme:
    return Theme(RESOURCES, Settings(theme=Preference.LIGHT))


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(RESOURCES, Settings(theme=Preference.DARK))
    style, palette, font = qapp.style().objectName(), qapp.palette(), qapp.font()
    theme.install(qapp)
    yield theme
    theme.update(Settings())
    theme.deleteLater()
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setPalette(palette)
    qapp.setFont(font)


def luminance(colour: QColor) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [True, False])
def test_in_high_contrast_everything_is_seven_to_one_and_nothing_is_tinted(qapp: QApplication, dark: bool) -> None:
    theme = Theme(RESOURCES, Settings(theme=Preference.CONTRAST), system_is_dark=lambda: dark)
    assert theme.is_contrast
    assert theme.is_dark is dark
    pairs = [*READABLE, *((f"border.{name}", "bg.canvas") for name in ("subtle", "strong", "control"))]
    poor = {
        pair: round(contrast(theme.color(pair[0]), theme.color(pair[1])), 2)
        for pair in pairs
        if contrast(theme.color(pair[0]), theme.color(pair[1])) < 7.0
    }
    assert poor == {}
    for depth in range(6):
        assert theme.depth(depth).tint == theme.color("bg.canvas")
        assert theme.depth(depth).line == theme.color("text.primary")


@pytest.mark.parametrize("scheme", [Preference.LIGHT, Preference.DARK])
def test_text_is_readable_on_its_grounds(qapp: QApplication, scheme: Preference) -> None:
    theme = Theme(RESOURCES, Settings(theme=scheme))
    poor = {
        pair: round(contrast(theme.color(pair[0]), theme.color(pair[1])), 2)
        for pair in READABLE
        if contrast(theme.color(pair[0]), theme.color(pair[1])) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("scheme", [Preference.LIGHT, Preference.DARK])
def test_ports_stand_out_from_their_pills(qapp: QApplication, scheme: Preference) -> None:
    theme = Theme(RESOURCES, Settings(theme=scheme))
    assert min(contrast(theme.depth(n).line, theme.color("bg.raised")) for n in range(1, 7)) >= 3.0
    assert contrast(theme.color("accent.focus"), theme.color("bg.canvas")) >= 3.0


def test_a_change_of_settings_is_told_once_and_only_when_it_shows(light: Theme, qtbot: QtBot) -> None:
    told: list[bool] = []
    light.changed.connect(lambda: told.append(light.is_dark))
    light.update(Settings(theme=Preference.LIGHT, timeout_s=5.0))
    assert told == []
    light.update(Settings(theme=Preference.DARK))
    assert told == [True]
    assert light.color("bg.canvas") == QColor("#0F1317")


def test_text_size_scales_type_and_controls_but_not_hairlines(light: Theme) -> None:
    before = light.font("body").pixelSize(), light.px("layout.controlHeight.md"), light.px("border.hairline")
    light.update(Settings(theme=Preference.LIGHT, text_scale=2.0))
    after = light.font("body").pixelSize(), light.px("layout.controlHeight.md"), light.px("border.hairline")
    assert (before, after) == ((13, 32, 1), (26, 64, 1))


def test_less_motion_means_no_time(light: Theme) -> None:
    assert light.duration("grow") == 320
    light.update(replace(Settings(theme=Preference.LIGHT), reduced_motion=True))
    assert {light.duration(n) for n in ("grow", "base", "camera")} == {0}


def test_dressing_reaches_qt_in_all_groups(dressed: Theme, qapp: QApplication) -> None:
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        assert qapp.palette().color(group, QPalette.ColorRole.Window) == dressed.color("bg.window")
    assert qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text) == dressed.color(
        "text.disabled"
    )
    assert dressed.color("accent.base").name() in qapp.styleSheet()
    assert qapp.font().families()[0] == "Inter"


def test_without_an_override_the_system_is_followed_live(qapp: QApplication) -> None:
    hints = QGuiApplication.styleHints()
    system = {"dark": False}
    theme = Theme(RESOURCES, Settings(), system_is_dark=lambda: system["dark"])
    assert not theme.is_dark
    system["dark"] = True
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.is_dark
    theme.update(Settings(theme=Preference.LIGHT))
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme.is_dark


def test_the_style_sheet_has_no_colour_of_its_own(light: Theme) -> None:
    source = (Path(style_sheet.__code__.co_filename)).read_text("utf-8")
    assert "#" not in source.replace("# ", "")
    assert "{" in style_sheet(light)


def test_fonts_are_missing_without_harm(tmp_path: Path, qapp: QApplication) -> None:
    (tmp_path / "theme").mkdir()
    tokens = (RESOURCES / "theme" / "tokens.json").read_text("utf-8")
    (tmp_path / "theme" / "tokens.json").write_text(tokens, encoding="utf-8")
    theme = Theme(tmp_path, Settings(theme=Preference.LIGHT))
    assert any("CJK" in family for family in theme.families("ui"))
    assert theme.font("read").pixelSize() == 15


def test_every_icon_can_be_drawn_in_colour(light: Theme) -> None:
    icons = Icons(RESOURCES, light)
    wanted = light.color("danger.text")
    for file in sorted((RESOURCES / "icons").glob("*.svg")):
        image = icons.pixmap(file.stem, "danger.text", 16, 2.0).toImage()
        solid = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 250
        ]
        assert image.width() == 32
        assert solid, file.stem
        for one, other in zip(solid[0].getRgb()[:3], wanted.getRgb()[:3], strict=True):
            assert abs(one - other) <= 1, file.stem  # a pixel not quite solid is rounded


def test_arrows_turn_round_for_right_to_left(light: Theme) -> None:
    icons = Icons(RESOURCES, light)
    plain, turned = (icons.pixmap("arrow-left", size=32, rtl=rtl).toImage() for rtl in (False, True))
    assert plain != turned
    assert icons.pixmap("search", size=32, rtl=True).toImage() == icons.pixmap("search", size=32).toImage()


@pytest.mark.parametrize("scheme", [Preference.LIGHT, Preference.DARK])
def test_marks_and_fields_stand_out_from_their_grounds(qapp: QApplication, scheme: Preference) -> None:
    theme = Theme(RESOURCES, Settings(theme=scheme))
    pairs = [
        *(("border.control", f"bg.{ground}") for ground in ("window", "well", "canvas", "raised")),
        *(("accent.focus", f"bg.{ground}") for ground in ("window", "raised", "sunken", "canvas")),
        *((f"{tone}.base", "bg.raised") for tone in ("success", "warning", "danger", "info", "accent")),
        ("danger.base", "bg.canvas"),
        ("text.onAccent", "accent.base"),
    ]
    poor = {
        pair: round(contrast(theme.color(pair[0]), theme.color(pair[1])), 2)
        for pair in pairs
        if contrast(theme.color(pair[0]), theme.color(pair[1])) < 3.0
    }
    assert poor == {}


@pytest.mark.parametrize("scheme", [Preference.LIGHT, Preference.DARK])
def test_depth_text_is_readable_on_its_tint_and_ground(qapp: QApplication, scheme: Preference) -> None:
    theme = Theme(RESOURCES, Settings(theme=scheme))
    for depth in range(6):
        colours = theme.depth(depth)
        assert contrast(colours.text, theme.color("bg.canvas")) >= 4.5
        assert contrast(theme.color("text.primary"), colours.tint) >= 4.5
    for found, ground in (("text", "match"), ("currentText", "current")):
        assert contrast(theme.color(f"highlight.{found}"), theme.color(f"highlight.{ground}")) >= 4.5


@pytest.mark.parametrize("name", ["bg.canvass", "bg", "nowhere", "depth.9.line", "text.primary.more"])
def test_a_wrong_name_is_told_with_the_name(light: Theme, name: str) -> None:
    with pytest.raises(KeyError, match=name):
        light.color(name)


def test_deeper_than_the_last_depth_looks_like_the_last(light: Theme) -> None:
    assert light.depth(40) == light.depth(5)
    assert light.depth(4) != light.depth(5)


def test_a_colour_may_carry_its_opacity(light: Theme) -> None:
    scrim = light.color("bg.scrim")
    assert (scrim.name(), scrim.alpha()) == ("#14191f", 0x66)


def test_who_changes_a_font_changes_a_copy(light: Theme) -> None:
    light.font("body").setPixelSize(99)
    assert light.font("body").pixelSize() == 13


@pytest.mark.parametrize(
    ("step", "family", "weight"),
    [
        ("body", "Inter", 400),
        ("node1", "Inter", 500),
        ("title", "Inter", 600),
        ("read", "Literata", 400),
        ("readH", "Literata", 600),
        ("mono", "JetBrains Mono", 400),
    ],
)
def test_type_is_set_in_the_made_fonts(light: Theme, step: str, family: str, weight: int) -> None:
    used = QFontInfo(light.font(step))
    assert (used.family(), used.weight()) == (family, weight)


def test_counting_figures_have_one_width(light: Theme) -> None:
    plain, tabular = (QFontMetricsF(light.font("caption", tabular=on)) for on in (False, True))
    assert tabular.horizontalAdvance("1111") == tabular.horizontalAdvance("8888")
    assert plain.horizontalAdvance("1111") < plain.horizontalAdvance("8888")


def test_letters_of_a_headline_are_set_closer(light: Theme) -> None:
    assert light.font("display").letterSpacing() == pytest.approx(-0.022 * 32, abs=1 / 64)  # Qt's steps
    assert "letter-spacing: -0.70" in style_sheet(light)


def test_a_fade_stays_short_where_a_motion_goes(light: Theme) -> None:
    assert (light.fade("fast"), light.duration("fast")) == (140, 140)
    light.update(replace(Settings(theme=Preference.LIGHT), reduced_motion=True))
    assert (light.fade("fast"), light.duration("fast")) == (90, 0)


@pytest.mark.parametrize("scheme", [Preference.LIGHT, Preference.DARK])
def test_pictures_of_the_style_sheet_are_there_in_colours_of_the_scheme(
    qapp: QApplication, scheme: Preference
) -> None:
    theme = Theme(RESOURCES, Settings(theme=scheme))
    named = set(re.findall(r'url\("([^"]+)"\)', style_sheet(theme)))
    inks = {theme.color(f"text.{ink}").name().upper() for ink in ("secondary", "onAccent")}
    assert len(named) >= 4
    for path in named:
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", Path(path).read_text("utf-8"))) <= inks, path


def test_a_chosen_row_keeps_the_icon_in_its_colour(light: Theme) -> None:
    icon = Icons(RESOURCES, light).icon("square", size=48)
    image = icon.pixmap(QSize(48, 48), QIcon.Mode.Selected).toImage()
    seen = {image.pixelColor(x, 24).name() for x in range(48) if image.pixelColor(x, 24).alpha() > 250}
    assert seen <= {light.color("accent.text").name()}
    assert seen
