"""What every two-way format is asked for: the same again, the same bytes, nothing left out that was not told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.base import Caps, Extras, Format, Imported
from tests.support.maps import pictures_of

LINEAGE = ("a" * 64, "b" * 64)


def there_and_back(kind: Format, document: Map) -> Imported:
    """The map as it comes back, after a check that writing and reading are stable."""
    extras = Extras(pictures_of(document), LINEAGE)
    exported = kind.write(document, extras)
    assert kind.write(document, extras).data == exported.data
    assert kind.recognises(exported.data)
    back = kind.read(exported.data, "file", Caps())
    again = kind.write(back.document, Extras(back.pictures, back.lineage))
    assert kind.read(again.data, "file", Caps()).document == back.document
    return back


def expected(document: Map, change: Callable[[Map], Map]) -> Map:
    """The map without what the format says it loses, with the ranks that reading gives."""
    ranks = {
        child: float(number)
        for topic_id in document.topics
        for number, child in enumerate(document.children(topic_id))
    }
    topics = {key: replace(topic, rank=ranks.get(key, 0.0)) for key, topic in document.topics.items()}
    return change(replace(document, topics=topics, pictures={}, view_places={}, view="", _children=None))
