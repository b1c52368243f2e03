"""The one style sheet, written from the tokens.

Widgets say what they are by dynamic properties, never by colours of their own:
buttons `kind` = primary | subtle | ghost | danger; labels `tone` = secondary | tertiary |
disabled | accent | danger | warning | success | info and `type` = a step of the type scale;
frames `panel` = window | sunken | raised | canvas | card | banner, `edge` = top | bottom | left | right;
fields `invalid` = true. After changing a property at run time, call `restyle(widget)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from knowalledge_desktop.ui.theme import Theme

_TYPES = ("caption", "small", "body", "bodyStrong", "title", "heading", "display", "read", "readH", "mono")
_TONES = {
    "secondary": "text.secondary",
    "tertiary": "text.tertiary",
    "disabled": "text.disabled",
    "accent": "accent.text",
    "danger": "danger.text",
    "warning": "warning.text",
    "success": "success.text",
    "info": "info.text",
}


def restyle(widget: QWidget) -> None:
    """Let a changed dynamic property show."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def style_sheet(theme: Theme) -> str:
    """The style sheet for the theme as it is now."""
    return "\n".join(
        (
            _frames(theme),
            _labels(theme),
            _buttons(theme),
            _fields(theme),
            _checks(theme),
            _views(theme),
            _bars(theme),
            _menus(theme),
        )
    )


def css(colour: QColor) -> str:
    """A colour as style sheets write it."""
    if colour.alpha() == 255:
        return colour.name()
    return f"rgba({colour.red()},{colour.green()},{colour.blue()},{colour.alpha()})"


def font_css(font: QFont) -> str:
    """Size, weight and families of a font."""
    families = ", ".join(f'"{f}"' for f in font.families())
    tracking = f" letter-spacing: {font.letterSpacing():.3f}px;" if font.letterSpacing() else ""
    return (
        f"font-size: {font.pixelSize()}px; font-weight: {int(font.weight())}; font-family: {families};{tracking}"
    )


def _c(theme: Theme, name: str) -> str:
    return css(theme.color(name))


def _frames(theme: Theme) -> str:
    line = f"1px solid {_c(theme, 'border.subtle')}"
    rules = [f'QWidget[panel="{p}"] {{ background: {_c(theme, f"bg.{p}")}; }}' for p in _PANELS]
    rules += [f'QWidget[edge="{e}"] {{ border-{e}: {line}; }}' for e in ("top", "bottom", "left", "right")]
    rules.append(
        f'QWidget[panel="card"] {{ background: {_c(theme, "bg.raised")}; border: {line};'
        f" border-radius: {theme.px('radius.lg')}px; }}"
    )
    rules += [
        f'QWidget[panel="banner"][tone="{tone}"] {{ background: {_c(theme, f"{tone}.subtle")};'
        f" border-radius: {theme.px('radius.md')}px; }}"
        for tone in ("info", "warning", "danger", "success")
    ]
    rules.append(
        f'QWidget[panel="floating"] {{ background: {_c(theme, "bg.raised")}; border: 1px solid'
        f" {_c(theme, 'border.strong')}; border-radius: {theme.px('radius.lg')}px; }}"
    )
    rules.append(f'QFrame[rule="true"] {{ background: {_c(theme, "border.subtle")}; border: none; }}')
    rules.append(f"QSplitter::handle {{ background: {_c(theme, 'border.subtle')}; }}")
    rules.append("QSplitter::handle:horizontal { width: 1px; } QSplitter::handle:vertical { height: 1px; }")
    return "\n".join(rules)


_PANELS = ("window", "sunken", "raised", "canvas", "well")


def _labels(theme: Theme) -> str:
    rules = [f'QLabel[tone="{tone}"] {{ color: {_c(theme, name)}; }}' for tone, name in _TONES.items()]
    rules += [f'QLabel[type="{step}"] {{ {font_css(theme.font(step))} }}' for step in _TYPES]
    line = theme.line_height("caption")
    badge = (
        f"border-radius: {theme.px('badge.radius')}px; min-height: {line}px; max-height: {line}px;"
        f" padding: {(theme.px('badge.height') - line) // 2}px {theme.px('badge.padX')}px;"
        f" {font_css(theme.font('caption'))} font-weight: {int(theme.font('bodyStrong').weight())};"
    )
    rules += [
        f'QLabel[badge="{tone}"] {{ color: {_c(theme, f"{tone}.text")}; background: {_c(theme, f"{tone}.subtle")};'
        f" {badge} }}"
        for tone in ("success", "warning", "danger", "info", "accent")
    ]
    rules.append(
        f'QLabel[badge="neutral"] {{ color: {_c(theme, "text.secondary")}; background: {_c(theme, "bg.sunken")};'
        f" {badge} }}"
    )
    return "\n".join(rules)


def _buttons(theme: Theme) -> str:
    height = theme.px("layout.controlHeight.md")
    ring = f"2px solid {_c(theme, 'accent.focus')}"
    strong = f"1px solid {_c(theme, 'border.strong')}"
    return f"""
QPushButton {{ min-height: {height - 4}px; padding: 0 14px; border: {strong};
  border-radius: {theme.px("radius.md")}px; background: {_c(theme, "bg.raised")};
  color: {_c(theme, "text.primary")}; {font_css(theme.font("bodyStrong"))} }}
QPushButton:hover {{ background: {_c(theme, "bg.hover")}; }}
QPushButton:pressed {{ background: {_c(theme, "bg.pressed")}; }}
QPushButton:disabled {{ color: {_c(theme, "text.disabled")}; border: 1px solid {_c(theme, "border.subtle")}; }}
QPushButton:focus {{ border: {ring}; padding: 0 13px; min-height: {height - 6}px; }}
QPushButton[kind="primary"] {{ background: {_c(theme, "accent.base")}; color: {_c(theme, "text.onAccent")};
  border: 1px solid {_c(theme, "accent.base")}; }}
QPushButton[kind="primary"]:hover {{ background: {_c(theme, "accent.hover")}; }}
QPushButton[kind="primary"]:pressed {{ background: {_c(theme, "accent.pressed")}; }}
QPushButton[kind="primary"]:disabled {{ background: {_c(theme, "bg.sunken")};
  color: {_c(theme, "text.disabled")}; border: 1px solid {_c(theme, "border.subtle")}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {_c(theme, "text.primary")}; }}
QPushButton[kind="subtle"] {{ background: {_c(theme, "accent.subtle")}; color: {_c(theme, "accent.text")};
  border: 1px solid {_c(theme, "accent.subtle")}; }}
QPushButton[kind="subtle"]:hover {{ background: {_c(theme, "accent.subtleHover")}; }}
QPushButton[kind="ghost"] {{ background: transparent; border: 1px solid transparent;
  color: {_c(theme, "text.secondary")}; }}
QPushButton[kind="ghost"]:hover {{ background: {_c(theme, "bg.hover")}; }}
QPushButton[kind="danger"] {{ color: {_c(theme, "danger.text")}; }}
QPushButton[kind="subtle"]:focus, QPushButton[kind="ghost"]:focus {{ border: {ring}; }}
QToolButton {{ border: 2px solid transparent; border-radius: {theme.px("radius.md")}px; padding: 4px;
  background: transparent; color: {_c(theme, "text.secondary")}; }}
QToolButton:hover {{ background: {_c(theme, "bg.hover")}; }}
QToolButton:pressed {{ background: {_c(theme, "bg.pressed")}; }}
QToolButton:checked {{ background: {_c(theme, "accent.subtle")}; color: {_c(theme, "accent.text")}; }}
QToolButton:disabled {{ color: {_c(theme, "text.disabled")}; }}
QToolButton:focus {{ border: {ring}; }}
QPushButton[kind="link"] {{ padding: 0; border: none; text-align: left; min-height: 20px;
  background: transparent; color: {_c(theme, "text.primary")}; {font_css(theme.font("bodyStrong"))} }}
QPushButton[kind="link"]:hover {{ color: {_c(theme, "accent.text")}; background: transparent; }}
QPushButton[kind="link"]:focus {{ border: none; padding: 0; min-height: 20px;
  color: {_c(theme, "accent.text")}; text-decoration: underline; }}
QPushButton[kind="quiet"] {{ padding: 0 2px; border: 2px solid transparent; min-height: 18px;
  background: transparent; color: {_c(theme, "text.tertiary")}; {font_css(theme.font("small"))} }}
QPushButton[objectName="offlineBadge"] {{ color: {_c(theme, "text.secondary")}; {font_css(theme.font("body"))} }}
QPushButton[kind="quiet"]:hover {{ color: {_c(theme, "accent.text")}; background: transparent;
  text-decoration: underline; }}
QPushButton[kind="quiet"]:focus {{ border: {ring}; padding: 0 2px; min-height: 18px; }}
QToolButton::menu-indicator {{ image: none; }}
"""


def _fields(theme: Theme) -> str:
    height = theme.px("layout.controlHeight.md")
    return f"""
QLineEdit {{ min-height: {height - 4}px; padding: 0 10px; border: 1px solid {_c(theme, "border.control")};
  border-radius: {theme.px("radius.md")}px; background: {_c(theme, "bg.well")};
  color: {_c(theme, "text.primary")}; selection-background-color: {_c(theme, "accent.base")};
  selection-color: {_c(theme, "text.onAccent")}; }}
QLineEdit:focus {{ border: 2px solid {_c(theme, "accent.focus")}; padding: 0 9px;
  min-height: {height - 6}px; background: {_c(theme, "bg.window")}; }}
QLineEdit:disabled {{ color: {_c(theme, "text.disabled")}; }}
QLineEdit[invalid="true"] {{ border: 1px solid {_c(theme, "danger.base")}; }}
QComboBox {{ min-height: {height - 4}px; padding: 0 8px 0 10px; border: 1px solid {_c(theme, "border.strong")};
  border-radius: {theme.px("radius.md")}px; background: {_c(theme, "bg.raised")};
  color: {_c(theme, "text.primary")}; }}
QComboBox:hover {{ background: {_c(theme, "bg.hover")}; }}
QComboBox:focus {{ border: 2px solid {_c(theme, "accent.focus")}; padding: 0 7px 0 9px;
  min-height: {height - 6}px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{theme.picture("chevron-down")}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ border: 1px solid {_c(theme, "border.strong")}; padding: 4px;
  background: {_c(theme, "bg.raised")}; selection-background-color: {_c(theme, "accent.subtle")};
  selection-color: {_c(theme, "accent.text")}; }}
QTextEdit, QPlainTextEdit, QTextBrowser {{ border: none; background: {_c(theme, "bg.window")};
  color: {_c(theme, "text.primary")}; selection-background-color: {_c(theme, "accent.base")};
  selection-color: {_c(theme, "text.onAccent")}; }}
QAbstractSpinBox {{ min-height: {height - 4}px; padding: 0 4px 0 0;
  border: 1px solid {_c(theme, "border.control")};
  border-radius: {theme.px("radius.md")}px; background: {_c(theme, "bg.well")};
  color: {_c(theme, "text.primary")}; selection-background-color: {_c(theme, "accent.base")};
  selection-color: {_c(theme, "text.onAccent")}; }}
QAbstractSpinBox:focus {{ border: 2px solid {_c(theme, "accent.focus")}; padding: 0 3px 0 0;
  min-height: {height - 6}px; background: {_c(theme, "bg.window")}; }}
QAbstractSpinBox:disabled {{ color: {_c(theme, "text.disabled")}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 20px; }}
QAbstractSpinBox::up-arrow {{ image: url("{theme.picture("chevron-up")}"); width: 12px; height: 12px; }}
QAbstractSpinBox::down-arrow {{ image: url("{theme.picture("chevron-down")}"); width: 12px; height: 12px; }}
QProgressBar {{ border: none; border-radius: 3px; background: {_c(theme, "border.subtle")}; max-height: 6px; }}
QProgressBar::chunk {{ border-radius: 3px; background: {_c(theme, "accent.base")}; }}
"""


def _checks(theme: Theme) -> str:
    side = theme.px("space.4")
    return f"""
QCheckBox, QRadioButton {{ spacing: {theme.px("space.2")}px; color: {_c(theme, "text.primary")};
  padding: 2px; border: 2px solid transparent; border-radius: {theme.px("radius.sm")}px; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {_c(theme, "text.disabled")}; }}
QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {_c(theme, "accent.focus")}; }}
QCheckBox::indicator, QListView::indicator, QRadioButton::indicator {{ width: {side - 2}px; height: {side - 2}px;
  border: 1px solid {_c(theme, "border.control")}; background: {_c(theme, "bg.raised")}; }}
QCheckBox::indicator, QListView::indicator {{ border-radius: {theme.px("radius.xs") + 1}px; }}
QRadioButton::indicator {{ border-radius: {side // 2}px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ background: {_c(theme, "bg.hover")}; }}
QCheckBox::indicator:checked, QListView::indicator:checked,
QCheckBox::indicator:indeterminate {{ background: {_c(theme, "accent.base")};
  border: 1px solid {_c(theme, "accent.base")}; }}
QCheckBox::indicator:checked, QListView::indicator:checked {{ image: url("{theme.picture("check")}"); }}
QCheckBox::indicator:indeterminate {{ image: url("{theme.picture("minus")}"); }}
QRadioButton::indicator:checked {{ width: {side - 10}px; height: {side - 10}px;
  border: 5px solid {_c(theme, "accent.base")}; background: {_c(theme, "text.onAccent")}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ background: {_c(theme, "bg.sunken")};
  border: 1px solid {_c(theme, "border.subtle")}; }}
QCheckBox::indicator:checked:disabled {{ background: {_c(theme, "text.disabled")}; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {_c(theme, "border.strong")}; }}
QSlider::sub-page:horizontal {{ border-radius: 2px; background: {_c(theme, "accent.base")}; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
  border: 1px solid {_c(theme, "border.control")}; background: {_c(theme, "bg.raised")}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {_c(theme, "accent.focus")}; width: 12px; height: 12px; }}
QGroupBox {{ border: 1px solid {_c(theme, "border.subtle")}; border-radius: {theme.px("radius.lg")}px;
  margin-top: {theme.line_height("bodyStrong")}px; padding: {theme.px("space.3")}px;
  {font_css(theme.font("bodyStrong"))} }}
QGroupBox::title {{ subcontrol-origin: margin; subcontrol-position: top left; }}
"""


def _views(theme: Theme) -> str:
    return f"""
QAbstractItemView {{ border: 2px solid transparent; outline: none; background: {_c(theme, "bg.window")};
  color: {_c(theme, "text.primary")}; }}
QPushButton[kind="crumb"] {{ background: transparent; border: 1px solid transparent; padding: 0 4px;
    color: {_c(theme, "text.secondary")}; min-width: 0; }}
QPushButton[kind="crumb"]:hover {{ color: {_c(theme, "text.primary")}; background: {_c(theme, "bg.hover")}; }}
QPushButton[kind="crumb"]:focus {{ border: 2px solid {_c(theme, "accent.focus")}; padding: 0 3px; }}
QLineEdit[kind="bare"], QLineEdit[kind="bare"]:focus {{ border: none; background: transparent; }}
QTreeView::item, QListView::item {{ min-height: {theme.px("layout.row.default")}px; padding: 0 6px; }}
QListView::item {{ border-radius: {theme.px("radius.md")}px; }}
QTreeView::item:hover, QListView::item:hover {{ background: {_c(theme, "bg.hover")}; }}
QTreeView::item:selected, QListView::item:selected {{ background: {_c(theme, "accent.subtle")};
  color: {_c(theme, "accent.text")}; }}
QTreeView:focus, QListView:focus {{ border: 2px solid {_c(theme, "accent.focus")}; }}
QListView[rows="own"], QListView[rows="own"]:focus {{ border: none; background: transparent; }}
QComboBox QAbstractItemView:focus, QAbstractItemView[objectName$="Completions"] {{ border: 1px solid
  {_c(theme, "border.strong")}; background: {_c(theme, "bg.raised")}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {_c(theme, "border.strong")}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {_c(theme, "border.control")}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
"""


def _bars(theme: Theme) -> str:
    return f"""
QStatusBar {{ background: {_c(theme, "bg.sunken")}; border-top: 1px solid {_c(theme, "border.subtle")};
  color: {_c(theme, "text.secondary")}; {font_css(theme.font("small"))} }}
QStatusBar::item {{ border: none; }}
QTabBar {{ border: none; }}
QTabBar::tab {{ padding: 6px 2px; margin-right: 18px; border: none; border-bottom: 2px solid transparent;
  background: transparent; color: {_c(theme, "text.secondary")}; {font_css(theme.font("bodyStrong"))} }}
QTabBar::tab:selected {{ color: {_c(theme, "text.primary")};
  border-bottom: 2px solid {_c(theme, "accent.base")}; }}
QTabBar::tab:focus {{ color: {_c(theme, "accent.text")}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {_c(theme, "border.subtle")}; }}
"""


def _menus(theme: Theme) -> str:
    return f"""
QToolTip {{ padding: 6px 8px; border: 1px solid {_c(theme, "border.strong")};
  background: {_c(theme, "bg.raised")}; color: {_c(theme, "text.primary")}; {font_css(theme.font("small"))} }}
QMenu {{ padding: 6px; border: 1px solid {_c(theme, "border.strong")}; background: {_c(theme, "bg.raised")};
  color: {_c(theme, "text.primary")}; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: {theme.px("radius.sm")}px; }}
QMenu::item:selected {{ background: {_c(theme, "accent.subtle")}; color: {_c(theme, "accent.text")}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:disabled {{ color: {_c(theme, "text.disabled")}; }}
QMenu::separator {{ height: 1px; margin: 6px 4px; background: {_c(theme, "border.subtle")}; }}
QMenuBar {{ background: {_c(theme, "bg.window")}; }}
"""
