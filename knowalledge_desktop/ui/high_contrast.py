"""High contrast: black and white by the scheme, no tints, lines in the colour of the text.

Only what is chosen and the tones that warn keep a hue, made strong enough (7 to 1, WCAG 2.2, 1.4.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DARK_TONES = {"success": "#7CFFB2", "warning": "#FFD75E", "danger": "#FF9B94", "info": "#8FE3FF"}
_LIGHT_TONES = {"success": "#00461F", "warning": "#5A3A00", "danger": "#8C0000", "info": "#003B57"}
_ACCENTS = {True: ("#5CE8FF", "#00334A"), False: ("#0000B3", "#DCE6FF")}
"""What is chosen: its line and text, and its ground; dark and light."""
DISABLED = {True: "#B8B8B8", False: "#5A5A5A"}


def contrasted(tokens: Mapping[str, Any], *, dark: bool) -> dict[str, Any]:
    """The colour tokens of a scheme with all but two taken out; the shape stays as it was."""
    ground, ink = ("#000000", "#FFFFFF") if dark else ("#FFFFFF", "#000000")
    made: dict[str, Any] = {}
    for group, found in tokens.items():
        if group == "bg":
            made[group] = {name: value if name == "scrim" else ground for name, value in found.items()}
            made[group]["canvasDot"] = ground
        elif group == "border":
            made[group] = dict.fromkeys(found, ink)
        elif group == "text":
            made[group] = {**dict.fromkeys(found, ink), "disabled": DISABLED[dark], "onAccent": ground}
        elif group == "accent":
            strong, quiet = _ACCENTS[dark]
            made[group] = {**dict.fromkeys(found, strong), "subtle": quiet, "subtleHover": quiet}
        elif group in _DARK_TONES:
            tone = (_DARK_TONES if dark else _LIGHT_TONES)[group]
            made[group] = {**dict.fromkeys(found, tone), "subtle": ground}
        elif group == "highlight":
            made[group] = {**dict.fromkeys(found, ink), "text": ground, "currentText": ground}
        elif group == "depth":
            made[group] = [{"line": ink, "text": ink, "tint": ground} for _ in found]
        else:
            made[group] = found
    return made
