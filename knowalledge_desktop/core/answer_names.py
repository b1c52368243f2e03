"""Names of stored answers, for people who want to forget some of them; and patterns over these names.

A name is what was asked for and about what: "explanation:photosynthesis". It is folded as titles are, so
that case and accents do not matter, and it is only ever compared: it names no file and no row.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.request import Request
from knowalledge_desktop.core.validation import fold

ANY_TASK = "topic"
NAME_MAX = 1000
"""Characters; a topic has at most 200, and folding makes up to 18 of one."""

_PATTERN_MAX = 1000


def answer_name(request: Request) -> str:
    """The name of an answer to the request; a picture's is about the picture's fingerprint."""
    about = request.image.sha256 if request.image is not None else fold(request.topic)
    return f"{request.task.value}:{about}"[:NAME_MAX]


def name_matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a name is meant by a pattern such as "explanation:photo*"; raises UserInputError.

    `*` stands for any text, `?` for one character, `[ab]` for one of these; the whole name must match.
    "topic:" before a pattern stands for any task. What was stored without a name is meant by "*" alone.
    """
    folded = fold(pattern)
    if not folded:
        raise UserInputError("A pattern is needed, such as topic:* or explanation:photosynthesis.")
    if len(folded) > _PATTERN_MAX:
        raise UserInputError(f"A pattern can have at most {_PATTERN_MAX} characters.")
    task, colon, about = folded.partition(":")
    if colon and task.strip() == ANY_TASK:
        found = re.compile(fnmatch.translate(about.strip()))
        return lambda name: ":" in name and found.match(name.partition(":")[2]) is not None
    whole = re.compile(fnmatch.translate(f"{task.strip()}:{about.strip()}" if colon else folded))
    return lambda name: whole.match(name) is not None
