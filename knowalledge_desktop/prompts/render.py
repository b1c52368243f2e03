"""From a request to its prompt."""

from __future__ import annotations

from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.prompts import explanation, illustration, image_topic, question, second_look, subtopics
from knowalledge_desktop.prompts.prompt import Prompt

_PROMPTS = {
    Task.SUBTOPICS: subtopics,
    Task.EXPLANATION: explanation,
    Task.QUESTION: question,
    Task.IMAGE_TOPIC: image_topic,
    Task.ILLUSTRATION: illustration,
    Task.SECOND_LOOK: second_look,
}


def render(request: Request) -> Prompt:
    """The prompt of a request; raises ValueError for a task that has none."""
    found = _PROMPTS.get(request.task)
    if found is None:
        raise ValueError(f"{request.task} has no prompt")
    return found.render(request)


def label(request: Request) -> str:
    """The prompt's "id@version", part of cache keys and provenance; empty for tasks without a prompt."""
    found = _PROMPTS.get(request.task)
    return "" if found is None else f"{found.PROMPT_ID}@{found.VERSION}"


def versions() -> dict[str, int]:
    """The present version of each prompt by its id, to tell what came from an older one."""
    return {each.PROMPT_ID: each.VERSION for each in _PROMPTS.values()}
