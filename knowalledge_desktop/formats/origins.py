"""Who wrote something, for formats that have a line or a few cells for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from knowalledge_desktop.core.content import Provenance

CELLS = ("written by", "model", "prompt", "written at")
"""Columns of a table that tell it."""

_USUAL = Provenance(engine="person")
_FAR = 250_000_000_000.0  # the year 9892
_TEXT_MAX = 200


def origin_line(made: Provenance, *, edited: bool = False) -> str:
    """Writer, model, time, prompt and tokens in one line; "" for what a person wrote without a date."""
    if made == _USUAL and not edited:
        return ""
    usage = made.usage
    parts = [
        f"{made.engine} ({made.model})" if made.model else made.engine,
        written_at(made),
        f"prompt {made.prompt}" if made.prompt else "",
        ", ".join(f"{name} {value}" for name, value in made.parameters),
        f"{usage.prompt_tokens} + {usage.output_tokens + usage.thought_tokens} tokens"
        if usage.prompt_tokens
        else "",
        "edited since" if edited else "",
    ]
    return ", ".join(part for part in parts if part)


def origin_cells(made: Provenance) -> tuple[str, ...]:
    """The cells for `CELLS`."""
    return made.engine, made.model, made.prompt, written_at(made)


def from_cells(row: Mapping[str, str]) -> Provenance:
    """What the cells of a row say; the usual origin where they say nothing."""
    engine, model, prompt, at = (row.get(name, "").strip()[:_TEXT_MAX] for name in CELLS)
    if not engine:
        return _USUAL
    try:
        created = datetime.fromisoformat(at).timestamp() if at else 0.0
    except (ValueError, OverflowError, OSError):
        created = 0.0
    return Provenance(engine, model, prompt, created if 0 < created < _FAR else 0.0)


def written_at(made: Provenance) -> str:
    """The moment in ISO 8601 (UTC); "" when it is not known."""
    if not (math.isfinite(made.created_at) and 0 < made.created_at < _FAR):
        return ""
    return datetime.fromtimestamp(made.created_at, UTC).isoformat()
