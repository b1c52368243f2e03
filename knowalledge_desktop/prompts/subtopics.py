"""The prompt that asks for the branches of a topic, answered as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowalledge_desktop.core.request import Request
from knowalledge_desktop.prompts.prompt import DATA_RULE, Prompt, as_data, language_name

PROMPT_ID = "subtopics"
VERSION = 1
MAX_TITLE_WORDS = 8

_TOKENS_PER_ITEM = 160  # a title and a sentence, generous for scripts that take several tokens a word
_TOKENS_FLOOR = 2048

_SYSTEM = """\
You draw knowledge maps. Given one topic, you name the subtopics that a curious person should see when the topic \
is opened.

{data_rule}

Rules:
1. Give exactly {count} subtopics of "topic", the most important first.
2. Each is a real, established part, kind, method, period, person, cause, use or question of the topic. If fewer \
well-established ones exist, go finer rather than inventing any.
3. "path" leads from the root of the map to the topic: it tells which meaning of the topic is meant. Stay inside \
that meaning.
4. The subtopics are distinct from each other, from "topic", from every title in "path", from "siblings" (which \
have their own branches: do not overlap with them) and from "avoid" (which are already there), also under another \
name or spelling.
5. "title": a noun phrase of at most {words} words, as in the heading of an encyclopedia; no numbering, no final \
full stop.
6. "summary": one plain sentence of at most 25 words that says what it is. State only what is well established.
7. Write titles and summaries in the language named by "language", whatever language the topic is in.
8. Answer with the JSON object alone."""


def schema(count: int) -> Mapping[str, Any]:
    """The JSON schema of the answer."""
    return {
        "type": "object",
        "properties": {
            "subtopics": {
                "type": "array",
                "minItems": count,
                "maxItems": count,
                "items": {
                    "type": "object",
                    "properties": {"title": {"type": "string"}, "summary": {"type": "string"}},
                    "required": ["title", "summary"],
                },
            }
        },
        "required": ["subtopics"],
    }


def render(request: Request) -> Prompt:
    """The prompt for the branches of `request.topic`."""
    count = request.options.count
    return Prompt(
        prompt_id=PROMPT_ID,
        version=VERSION,
        system=_SYSTEM.format(data_rule=DATA_RULE, count=count, words=MAX_TITLE_WORDS),
        user=as_data(
            {
                "topic": request.topic,
                "path": list(request.path),
                "siblings": list(request.siblings),
                "avoid": list(request.avoid),
                "language": language_name(request.options.language),
            }
        ),
        schema=schema(count),
        max_output_tokens=max(_TOKENS_FLOOR, 2 * count * _TOKENS_PER_ITEM),
    )
