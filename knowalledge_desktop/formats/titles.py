"""Titles from files in which a line can be as long as the file."""

from __future__ import annotations

from knowalledge_desktop.formats.base import clean, fit_title

_LOOKED_AT = 4_000


def fitted(text: str) -> tuple[str, str]:
    """As `fit_title`, in a time that does not grow with a text that is far too long for a title."""
    if len(text) <= _LOOKED_AT:
        return fit_title(text)
    title, rest = fit_title(text[:_LOOKED_AT])
    return title, clean(text).strip() if rest or text[_LOOKED_AT:].strip() else rest
