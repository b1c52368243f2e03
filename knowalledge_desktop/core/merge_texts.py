"""Texts and other fields of which both sides have something to say."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any, cast

from knowalledge_desktop.core.graph import Explanation, Map

EDITED = ("edited", "in a file")
"""Parameter in the provenance of a text that was altered outside the program."""

TEXT_FIELDS = tuple(each.name for each in fields(Explanation) if each.name not in {"topic_id", "rendering"})
"""The fields of an explanation that can differ."""


def texts_of(document: Map) -> dict[str, frozenset[Explanation]]:
    """All texts of each topic that has any."""
    found: dict[str, set[Explanation]] = {}
    for each in document.explanations.values():
        found.setdefault(each.topic_id, set()).add(each)
    return {topic_id: frozenset(texts) for topic_id, texts in found.items()}


def altered(base: Explanation, seen: Explanation, their: Explanation) -> Explanation:
    """The explanation of the base with what the file has altered in what it has seen."""
    taken = {n: getattr(their, n) for n in TEXT_FIELDS if getattr(their, n) != getattr(seen, n)}
    return marked(base, taken)


def marked(mine: Explanation, taken: dict[str, Any]) -> Explanation:
    """The explanation with what was taken; a text that was altered elsewhere says so and has no rating."""
    if "markdown" in taken and "provenance" not in taken:
        author = mine.provenance
        if EDITED not in author.parameters:
            taken["provenance"] = replace(author, parameters=(*author.parameters, EDITED))
        taken.setdefault("quality", None)
    return replace(mine, **taken) if taken else mine


def both_texts(here: str, there: str) -> str:
    """Two texts in one; the shorter one is not said twice."""
    if there.strip("\n") in here:
        return here
    if here.strip("\n") in there:
        return there
    mine, theirs = here.rstrip("\n"), there.lstrip("\n")
    return f"{mine}\n\n---\n\n{theirs}"


def with_lines(note: str, lines: list[str]) -> str:
    """The note with these lines below it, each once."""
    for line in lines:
        if line not in note:
            note = f"{kept}\n\n{line}" if (kept := note.rstrip("\n")) else line
    return note


def both_foreign(here: str, there: str) -> str:
    """What other programs' files have said, of both sides; theirs where the same one has said two things."""
    try:
        mine, their = json.loads(here or "{}"), json.loads(there or "{}")
    except (ValueError, RecursionError):
        return here or there
    if not isinstance(mine, dict) or not isinstance(their, dict):
        return here or there
    whole = {**cast("dict[str, Any]", mine), **cast("dict[str, Any]", their)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if whole else ""
