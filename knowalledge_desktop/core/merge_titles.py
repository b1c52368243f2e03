"""Topics of a file that has no ids, told by their titles and their parents."""

from __future__ import annotations

from dataclasses import replace

from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.validation import fold


def with_known_ids(document: Map, ours: Map) -> Map:
    """The map with our ids for the topics that stand at the same place under the same title.

    The root is taken for ours, whatever it is called; of several of one title the first comes first.
    """
    ids = {document.root_id: ours.root_id}
    for topic_id in document.branch(document.root_id):
        parent = ids.get(topic_id)
        waiting: dict[str, list[str]] = {}
        for child in ours.children(parent) if parent else ():
            waiting.setdefault(fold(ours.topics[child].title), []).append(child)
        for child in document.children(topic_id):
            same = waiting.get(fold(document.topics[child].title))
            if same:
                ids[child] = same.pop(0)

    def named(topic: Topic) -> Topic:
        parent = topic.parent_id
        return replace(
            topic,
            topic_id=ids.get(topic.topic_id, topic.topic_id),
            parent_id=ids.get(parent, parent) if parent is not None else None,
        )

    topics = {each.topic_id: each for each in map(named, document.topics.values())}
    texts = [replace(e, topic_id=ids.get(e.topic_id, e.topic_id)) for e in document.explanations.values()]
    return replace(
        document,
        map_id=ours.map_id,
        root_id=ids[document.root_id],
        topics=topics,
        explanations={each.key: each for each in texts},
        links={
            key: replace(
                link,
                source_id=ids.get(link.source_id, link.source_id),
                target_id=ids.get(link.target_id, link.target_id),
            )
            for key, link in document.links.items()
        },
        places={},
        view_places={},
        pictures={},
        _children=None,
    )
