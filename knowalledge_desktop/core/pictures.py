"""The picture of a topic, as a map knows it: everything but its bytes, which the library keeps once."""

from __future__ import annotations

from dataclasses import dataclass

from knowalledge_desktop.core.content import Provenance


@dataclass(frozen=True, slots=True)
class TopicPicture:
    """Which picture a topic has; its bytes are in the library under `sha256`.

    `alt` says in words what is to be seen; width and height are in pixels.
    """

    topic_id: str
    sha256: str
    mime: str
    width: int
    height: int
    alt: str = ""
    provenance: Provenance = Provenance(engine="person")
