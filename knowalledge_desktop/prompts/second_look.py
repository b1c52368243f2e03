"""The prompt that puts single statements to the model once more, answered as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowalledge_desktop.core.request import Request
from knowalledge_desktop.core.second_look import STATEMENTS_MAX, Verdict
from knowalledge_desktop.prompts.prompt import DATA_RULE, Prompt, as_data, language_name

PROMPT_ID = "second_look"
VERSION = 1

_TOKENS_PER_STATEMENT = 40
_TOKENS_FLOOR = 1024

_SYSTEM = """\
You judge single statements about a topic, each by itself and only by what you know. You do not know who wrote \
them; some may be wrong.

{data_rule}

Rules:
1. "statements" is a numbered list. "topic" and "path" (the titles from the root of a map to the topic) tell what \
the statements are about.
2. For each number give one verdict: "agree" when you know the statement to be right in all its parts; \
"contradict" when you know that a name, number, date or relation in it is wrong; "unsure" in every other case.
3. Never agree out of politeness. Not to know is "unsure".
4. Answer with the JSON object alone."""

_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "minItems": 1,
            "maxItems": STATEMENTS_MAX,
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer"},
                    "verdict": {"type": "string", "enum": [verdict.value for verdict in Verdict]},
                },
                "required": ["number", "verdict"],
            },
        }
    },
    "required": ["verdicts"],
}


def render(request: Request) -> Prompt:
    """The prompt for `request.statements`."""
    numbered = {str(number): text for number, text in enumerate(request.statements, 1)}
    return Prompt(
        prompt_id=PROMPT_ID,
        version=VERSION,
        system=_SYSTEM.format(data_rule=DATA_RULE),
        user=as_data(
            {
                "topic": request.topic,
                "path": list(request.path),
                "language": language_name(request.options.language),
                "statements": numbered,
            }
        ),
        schema=_SCHEMA,
        max_output_tokens=max(_TOKENS_FLOOR, 2 * len(request.statements) * _TOKENS_PER_STATEMENT),
    )
