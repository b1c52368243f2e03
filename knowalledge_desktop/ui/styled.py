"""The style that the theme's sheet is laid over: the same one everywhere, not that of the system."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

_STYLE, _HAS = "Fusion", "hasStyle"


def styled_application(arguments: Sequence[str]) -> QApplication:
    """A new application in that style.

    It is told by the arguments, as being handed a style would load all that Qt knows of styles.
    """
    app = QApplication([*arguments[:1], "-style", _STYLE])
    app.setProperty(_HAS, True)  # noqa: FBT003 - Qt takes no keyword here
    return app


def take_style(app: QApplication) -> None:
    """Give an application that style that was made without."""
    if not app.property(_HAS):
        app.setStyle(_STYLE)
        app.setProperty(_HAS, True)  # noqa: FBT003 - as above
