"""The properties at the top of a note: read as far as notes use them, and kept as they are where they do more."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

_KEY = re.compile(r"^([^\s:#\-\[\]{}\"'][^:]*?):(?:[ \t]+(.*)|)$")


def split_note(text: str) -> tuple[dict[str, list[str]], str]:
    """The properties of a note, each with its lines as they stand, and the text below them."""
    lines = text.split("\n")
    if not lines or lines[0].rstrip() != "---":
        return {}, text
    end = next((n for n, line in enumerate(lines[1:5000], 1) if line.rstrip() == "---"), 0)
    if not end:
        return {}, text
    found: dict[str, list[str]] = {}
    current: list[str] = found.setdefault("", [])
    for line in lines[1:end]:
        key = _KEY.match(line)
        if key is not None and key.group(1) not in found:
            current = found.setdefault(key.group(1), [])
        current.append(line)
    if not found[""]:
        del found[""]
    return found, "\n".join(lines[end + 1 :])


def scalar(lines: Sequence[str]) -> str | None:
    """The value of a property as a text; None when it is not one line."""
    if len([line for line in lines if line.strip()]) != 1:
        return None
    match = _KEY.match(lines[0])
    value = (match.group(2) or "").strip() if match else ""
    if value.startswith('"'):
        try:
            told: object = json.loads(value)
        except (ValueError, RecursionError):
            return value.strip('"')
        return told if isinstance(told, str) else value
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value


def values(lines: Sequence[str]) -> list[str]:
    """The items of a property that is a list, in either of the ways of writing one."""
    if not lines:
        return []
    match = _KEY.match(lines[0])
    flow = (match.group(2) or "").strip() if match else ""
    if flow.startswith("["):
        try:
            told: object = json.loads(flow)
        except (ValueError, RecursionError):
            told = [part.strip().strip("\"'") for part in flow.strip("[]").split(",")]
        return [str(each) for each in cast("list[object]", told) if str(each)] if isinstance(told, list) else []
    items = [scalar([f"item: {line.strip()[1:].strip()}"]) for line in lines[1:] if line.strip().startswith("-")]
    return [each for each in items if each]


def front_matter(told: Mapping[str, object], more: Sequence[str] = ()) -> str:
    """Properties between their lines: values as JSON, which YAML reads too; `more` are whole lines."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in told.items()]
    return "\n".join(["---", *lines, *more, "---", ""])
