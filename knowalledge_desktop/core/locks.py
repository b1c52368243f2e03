"""What an engine may write about: topics that are there and that a person has not locked."""

from __future__ import annotations

from knowalledge_desktop.core.errors import TopicGone, UserInputError
from knowalledge_desktop.core.graph import Map


def is_locked(document: Map, topic_id: str) -> bool:
    """Whether the topic is there and locked."""
    topic = document.topics.get(topic_id)
    return topic is not None and topic.locked


def refuse_closed(document: Map, topic_id: str) -> None:
    """Raise UserInputError when the topic is locked, or TopicGone, before anything is asked for it.

    A task begins a turn of the loop after it was wished for: the topic can be gone by then.
    """
    topic = document.topics.get(topic_id)
    if topic is None:
        raise TopicGone("This topic is no longer in the map.")
    if topic.locked:
        raise UserInputError(
            f"‘{topic.title}’ is locked: nothing about it is written anew. Unlock it first (key K)."
        )
