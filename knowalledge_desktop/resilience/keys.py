"""The one name of a question, shared by the cache, the calls in flight and the kept answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from knowalledge_desktop.core.request import Request, Task, fingerprint
from knowalledge_desktop.core.settings import Settings, model_for

CONTENT_TASKS = frozenset({Task.SUBTOPICS, Task.EXPLANATION, Task.QUESTION, Task.IMAGE_TOPIC, Task.ILLUSTRATION})
"""Tasks whose answers are worth keeping; the others are about the key and the service."""


def key_maker(
    prompt_label: Callable[[Request], str], settings: Callable[[], Settings]
) -> Callable[[Request], str]:
    """A function that names a request by everything that shapes its answer.

    The configured model stands in for an empty one, so that a change of model is a change of name.
    `prompt_label` is asked only for tasks that have a prompt.
    """

    def key(request: Request) -> str:
        named = replace(request, model=model_for(settings(), request))
        return fingerprint(named, prompt_label(request) if request.task in CONTENT_TASKS else "")

    return key
