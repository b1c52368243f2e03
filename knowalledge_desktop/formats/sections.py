"""Several texts in one Markdown text, told apart by headings that carry a comment.

A heading such as `## Note %%knowalledge:note%%` begins a part; the comment is not shown where Markdown is read
in the Obsidian way. What stands before the first one is the part "". A line of a text that looks like such a
heading is written with a backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = re.compile(r"^#{1,6} .*%%knowalledge:([^%\n]{0,200})%%[ \t]*$")
_ESCAPED = re.compile(r"^\\+#{1,6} .*%%knowalledge:")
_FIRST = ("#", "\\")
_LOOKS = re.compile(r"^\\*#{1,6} .*%%knowalledge:")


def join_sections(parts: Sequence[tuple[str, str, str]]) -> str:
    """Key, heading and text of each part, in this order; parts without text are left out."""
    out: list[str] = []
    for key, heading, text in parts:
        plain = "\n".join(
            "\\" + line if line[:1] in _FIRST and _LOOKS.match(line) else line for line in text.split("\n")
        )
        plain = plain.strip("\n")
        if not plain:
            continue
        if key:
            out.append(f"## {heading} %%knowalledge:{key}%%")
        out.append(plain)
    return "\n\n".join(out) + "\n" if out else ""


def split_sections(text: str) -> dict[str, str]:
    """The text of each part by its key, without empty lines around it; parts that come twice are put together."""
    found: dict[str, list[str]] = {"": []}
    lines = found[""]
    for line in text.split("\n"):
        if line[:1] not in _FIRST:  # as nearly all lines
            lines.append(line)
            continue
        mark = _MARK.match(line)
        if mark is not None:
            lines = found.setdefault(mark.group(1), [])
            if lines:
                lines.append("")
        else:
            lines.append(line[1:] if _ESCAPED.match(line) else line)
    return {key: "\n".join(part).strip("\n") for key, part in found.items()}
