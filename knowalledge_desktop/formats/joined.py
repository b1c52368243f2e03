"""A topic's note and its explanations in one text, for formats that have room for a single one.

Each explanation stands below a line that names its rendering. A line that happens to look like one gets a
backslash, which is taken away on reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowalledge_desktop.core.graph import Explanation, Rendering
from knowalledge_desktop.formats.base import clean
from knowalledge_desktop.formats.records import rendering_from, rendering_words

_MARK = re.compile(r"=== Explanation: ([^,\n]+), ([^,\n]+), ([^,\n]+), ([^,\n]+) ===")
_LOOKS = re.compile(r"\\*=== Explanation: .* ===")


def join(note: str, texts: Iterable[Explanation]) -> str:
    """The note, then each explanation under its own line."""
    lines = [_hidden(line) for line in clean(note).split("\n")] if note else []
    for text in texts:
        if lines:
            lines.append("")
        lines.append(f"=== Explanation: {', '.join(rendering_words(text.rendering))} ===")
        lines.extend(_hidden(line) for line in clean(text.markdown).split("\n"))
    return "\n".join(lines)


def split(joined: str) -> tuple[str, dict[Rendering, str]]:
    """The note and the explanations of a text; the other way round of `join`."""
    note: list[str] = []
    current, found = note, dict[Rendering, list[str]]()
    for line in joined.split("\n") if joined else []:
        marked = _MARK.fullmatch(line)
        rendering = rendering_from(marked.groups()) if marked else None
        if rendering is None:
            current.append(line[1:] if line.startswith("\\") and _LOOKS.fullmatch(line) else line)
            continue
        if current and not current[-1]:
            current.pop()
        if rendering in found:
            found[rendering].append("")
        current = found.setdefault(rendering, [])
    return "\n".join(note), {rendering: "\n".join(lines) for rendering, lines in found.items()}


def is_mark(line: str) -> bool:
    """Whether a line starts an explanation."""
    marked = _MARK.fullmatch(line)
    return marked is not None and rendering_from(marked.groups()) is not None


def _hidden(line: str) -> str:
    return "\\" + line if _LOOKS.fullmatch(line) else line
