"""The prompt that asks for an explanation of a topic, answered as Markdown that can be streamed."""

from __future__ import annotations

from collections.abc import Mapping

from knowalledge_desktop.core.request import Detail, Level, Request, Style
from knowalledge_desktop.prompts.prompt import DATA_RULE, Prompt, as_data, language_name

PROMPT_ID = "explanation"
VERSION = 1

WORDS: Mapping[Detail, int] = {Detail.BRIEF: 100, Detail.MEDIUM: 150, Detail.DETAILED: 300}

_TOKENS: Mapping[Detail, int] = {Detail.BRIEF: 2048, Detail.MEDIUM: 3072, Detail.DETAILED: 6144}

_LEVELS: Mapping[Level, str] = {
    Level.JUNIOR: (
        "a child of 8 to 12 years: short sentences, everyday words, every new word explained at once, no formulae"
    ),
    Level.HIGH_SCHOOL: (
        "a pupil of 13 to 18 years: school knowledge may be assumed, technical terms are explained at first use"
    ),
    Level.UNDERGRADUATE: (
        "a student of 18 years or older: precise terms, mechanisms and limits, formulae where they say it best"
    ),
}

_STYLES: Mapping[Style, str] = {
    Style.GENERAL: "plain running text",
    Style.VISUAL: "in pictures made of words: shapes, colours, what one would see; a small table where it helps",
    Style.AUDITORY: "as if told aloud to a listener: rhythm, comparisons with sounds and speech, no tables",
    Style.KINESTHETIC: "by doing: something the reader can try at once with things at hand, step by step",
    Style.READING: "dense and orderly text with precise terms, lists of key terms where they help",
}

_SYSTEM = """\
You explain topics of a knowledge map, truthfully and clearly.

{data_rule}

Rules:
1. Explain "topic" for {level}.
2. "path" leads from the root of the map to the topic: it tells which meaning of the topic is meant. Explain that \
meaning. "siblings" have their own explanations: do not repeat theirs.
3. Length: about {words} words in all.
4. Presentation: {style}.
5. Write everything, headings too, in the language named by "language".
6. Form: Markdown. Begin with the explanation itself, not with a title or a greeting. Where headings help, use \
short ones with "## ". No HTML, no images, no code fence around the answer.
7. Under a heading of its own, in the same language, give exactly one concrete example from the real world: a \
named thing, place, event or number that a reader could look up.
8. State only what is well established; where experts disagree or you are not sure, say so. One fact a sentence.
9. No citations, no references, no links, no URLs: sources are added by the program.
10. Write formulae as TeX between dollar signs, such as $E = mc^2$; write money without a dollar sign."""


def render(request: Request) -> Prompt:
    """The prompt for an explanation of `request.topic`."""
    options = request.options
    return Prompt(
        prompt_id=PROMPT_ID,
        version=VERSION,
        system=_SYSTEM.format(
            data_rule=DATA_RULE,
            level=_LEVELS[options.level],
            words=WORDS[options.detail],
            style=_STYLES[options.style],
        ),
        user=as_data(
            {
                "topic": request.topic,
                "path": list(request.path),
                "siblings": list(request.siblings),
                "language": language_name(options.language),
            }
        ),
        schema=None,
        max_output_tokens=_TOKENS[options.detail],
    )
