"""Topics that a person has locked: an engine changes nothing of them, neither text nor picture nor subtopics."""

from __future__ import annotations

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.graph import Map


def is_locked(document: Map, topic_id: str) -> bool:
    """Whether the topic is there and locked."""
    topic = document.topics.get(topic_id)
    return topic is not None and topic.locked


def refuse_locked(document: Map, topic_id: str) -> None:
    """Raise UserInputError when the topic is locked, before anything is asked for it."""
    if is_locked(document, topic_id):
        title = document.topics[topic_id].title
        raise UserInputError(f"‘{title}’ is locked: nothing about it is written anew. Unlock it first (key K).")
