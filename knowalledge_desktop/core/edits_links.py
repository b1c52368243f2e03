"""Cross links: from any topic to any other, with a word on them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from knowalledge_desktop.core.edits import about
from knowalledge_desktop.core.graph import Change, Link, LinkKind, Map, PutLink


def links_of(document: Map, topic_id: str) -> tuple[Link, ...]:
    """The cross links that begin or end at a topic, as they were made."""
    return tuple(each for each in document.links.values() if topic_id in (each.source_id, each.target_id))


def link_between(document: Map, one_id: str, other_id: str) -> Link | None:
    """A cross link between two topics, whichever way it goes."""
    pair = {one_id, other_id}
    return next((each for each in document.links.values() if {each.source_id, each.target_id} == pair), None)


def linking(
    document: Map,
    source_id: str,
    target_id: str,
    label: str,
    new_id: Callable[[], str],
    kind: LinkKind = LinkKind.RELATED,
) -> Change:
    """Link two topics; those that are linked get the word on the link they have. None is linked to itself."""
    if source_id == target_id:
        return Change(())
    there = link_between(document, source_id, target_id)
    if there is not None:
        return labelling(document, there.link_id, label) if label else Change(())
    link = Link(new_id(), source_id, target_id, kind, label)
    return about(document, (source_id,), (PutLink(None, link),), "link")


def linking_to(
    document: Map, source_ids: Collection[str], target_id: str, label: str, new_id: Callable[[], str]
) -> Change:
    """Link several topics to one, in one change."""
    changes = [linking(document, each, target_id, label, new_id) for each in dict.fromkeys(source_ids)]
    new = [change for change in changes if change]
    if len(new) == 1:
        return new[0]
    return Change(tuple(put for change in new for put in change.puts), "link several", str(len(new)))


def labelling(document: Map, link_id: str, label: str) -> Change:
    """Write another word on a link, or none."""
    before = document.links[link_id]
    puts = (PutLink(before, replace(before, label=label)),) if before.label != label else ()
    return about(document, (before.source_id,), puts, "label link")


def unlinking(document: Map, link_id: str) -> Change:
    """Take a link away."""
    before = document.links[link_id]
    return about(document, (before.source_id,), (PutLink(before, None),), "unlink")
