"""From a request to its prompt."""

from __future__ import annotations

from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.prompts import explanation, illustration, image_topic, question, subtopics
from knowalledge_desktop.prompts.prompt import Prompt


def render(request: Request) -> Prompt:
    """The prompt of a request; raises ValueError for a task that has none."""
    match request.task:
        case Task.SUBTOPICS:
            return subtopics.render(request)
        case Task.EXPLANATION:
            return explanation.render(request)
        case Task.QUESTION:
            return question.render(request)
        case Task.IMAGE_TOPIC:
            return image_topic.render(request)
        case Task.ILLUSTRATION:
            return illustration.render(request)
        case Task.LIST_MODELS | Task.TEST_KEY | Task.COUNT_TOKENS:
            raise ValueError(f"{request.task} has no prompt")


def label(request: Request) -> str:
    """The prompt's "id@version", part of cache keys and provenance; empty for tasks without a prompt."""
    match request.task:
        case Task.SUBTOPICS:
            return f"{subtopics.PROMPT_ID}@{subtopics.VERSION}"
        case Task.EXPLANATION:
            return f"{explanation.PROMPT_ID}@{explanation.VERSION}"
        case Task.QUESTION:
            return f"{question.PROMPT_ID}@{question.VERSION}"
        case Task.IMAGE_TOPIC:
            return f"{image_topic.PROMPT_ID}@{image_topic.VERSION}"
        case Task.ILLUSTRATION:
            return f"{illustration.PROMPT_ID}@{illustration.VERSION}"
        case Task.LIST_MODELS | Task.TEST_KEY | Task.COUNT_TOKENS:
            return ""
