"""One line of the log: a JSON object for programs, and the same for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

Field = str | int | float | bool | None


def log_line(
    time: str,
    level: str,
    logger: str,
    message: str,
    fields: Mapping[str, Field] | None = None,
    exception: str = "",
) -> str:
    """An object in one line; `time` is ISO 8601 in UTC, `fields` are what was told beside the message."""
    told: dict[str, object] = {"time": time, "level": level, "logger": logger, "message": message}
    if fields:
        told["fields"] = dict(fields)
    if exception:
        told["exception"] = exception
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def for_people(line: str) -> str:
    """A line of the log as a person reads it, an exception below it; any other line as it is."""
    try:
        read: object = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(read, dict):
        return line
    told = cast("dict[str, object]", read)
    if not told.keys() >= {"time", "level", "logger", "message"}:
        return line
    text = f"{told['time']} {told['level']} {told['logger']}: {told['message']}"
    fields = told.get("fields")
    if isinstance(fields, dict):
        text += "".join(f" {name}={value}" for name, value in cast("dict[str, object]", fields).items())
    exception = str(told.get("exception", ""))
    return "\n    ".join([text, *exception.splitlines()])
