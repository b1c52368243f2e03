"""Maps for tests of the library's lists and search."""

from __future__ import annotations

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import Explanation, Map, Place, Rendering, Topic


def a_map(
    map_id: str,
    title: str,
    *children: str,
    texts: dict[str, str] | None = None,
    engine: str = "gemini",
    language: str = "en",
    made_at: float = 1_799_000_000.0,
    quality: float | None = 0.9,
    summary: str = "",
) -> Map:
    """A root and its children; `texts` are explanations by title."""
    wrote = Provenance(engine, f"{engine}-1", "p@1", made_at, language)
    root = Topic(f"{map_id}-r", title, provenance=Provenance("person", created_at=made_at, language=language))
    topics = {root.topic_id: root}
    for n, child in enumerate(children):
        topic = Topic(f"{map_id}-{n}", child, root.topic_id, float(n), summary, provenance=wrote)
        topics[topic.topic_id] = topic
    ids = {topic.title: topic_id for topic_id, topic in topics.items()}
    told = [
        Explanation(ids[name], Rendering(language=language), text, provenance=wrote, quality=quality)
        for name, text in (texts or {}).items()
    ]
    places = {each: Place(220.0 * (n > 0), 60.0 * n) for n, each in enumerate(topics)}
    return Map(map_id, title, root.topic_id, topics, explanations={each.key: each for each in told}, places=places)
