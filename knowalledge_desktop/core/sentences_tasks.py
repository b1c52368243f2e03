"""Errors whose sentence depends on what was asked for: that of a map would mislead about a picture."""

from __future__ import annotations

from collections.abc import Mapping

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.request import Task

_NO_KEY = "No Gemini key is set"
_SET_KEY = "Set a key in the settings, or with: knowalledge key set."
_ATLAS = " Maps and explanations of the built-in Atlas need none."

Words = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Title, texts and next steps, as in a row of the table of sentences."""

FOR_TASK: Mapping[tuple[type[e.AppError], str], Words] = {
    (e.KeyMissing, Task.QUESTION): (
        _NO_KEY,
        ("Questions are answered by Gemini alone, which needs a key.",),
        (_SET_KEY + _ATLAS,),
    ),
    (e.KeyMissing, Task.ILLUSTRATION): (
        _NO_KEY,
        ("Pictures are drawn by Gemini alone, which needs a key.",),
        (_SET_KEY + _ATLAS,),
    ),
    (e.KeyMissing, Task.IMAGE_TOPIC): (
        _NO_KEY,
        ("Only Gemini can say what a picture shows, and it needs a key.",),
        (_SET_KEY + " Or say yourself what it shows: maps of the built-in Atlas need none.",),
    ),
    (e.ContentBlocked, Task.QUESTION): (
        "Gemini declined this question",
        ("It gave no answer ({detail}).", "It gave no answer."),
        ("Ask in other words.",),
    ),
    (e.ContentBlocked, Task.ILLUSTRATION): (
        "Gemini declined to draw this",
        ("It gave no picture ({detail}).", "It gave no picture."),
        ("Try it once more, or illustrate another topic.",),
    ),
    (e.InvalidReply, Task.ILLUSTRATION): (
        "Gemini sent no picture",
        ("Its answer held none that can be shown, so nothing was kept.",),
        ("Try it once more, or illustrate another topic.",),
    ),
    (e.ContentBlocked, Task.IMAGE_TOPIC): (
        "Gemini declined this picture",
        ("It named no topic for it ({detail}).", "It named no topic for it."),
        ("Try another picture, or say yourself what it shows.",),
    ),
}
