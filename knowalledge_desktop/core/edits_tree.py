"""Putting branches elsewhere in the tree, in another order, together from lines, or out of sight."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.edits import about, heads
from knowalledge_desktop.core.graph import (
    Change,
    Link,
    LinkKind,
    Map,
    Place,
    Put,
    PutLink,
    PutPlace,
    PutTopic,
    Topic,
)
from knowalledge_desktop.core.history import keeping_folds, places_in

if TYPE_CHECKING:
    from knowalledge_desktop.core.outline_text import Line
from knowalledge_desktop.core.validation import fold


def may_be_below(document: Map, topic_ids: Collection[str], parent_id: str) -> bool:
    """Whether these branches can be put below a topic: the root cannot, and nothing can be in its own branch."""
    if parent_id not in document.topics or document.root_id in topic_ids or not heads(document, topic_ids):
        return False
    return not any(above.topic_id in topic_ids for above in document.path(parent_id))


def reparenting(
    document: Map,
    topic_ids: Collection[str],
    parent_id: str,
    places: Mapping[str, Place] | None = None,
    view: str = "",
    at: int | None = None,
) -> Change:
    """Put branches below another topic: as its last children, or `at` a place among them.

    `places` are where the branches were put meanwhile in a view; nothing else moves. Branches that may not be
    there, or are there already in that order, change nothing; what moved is kept even so.
    """
    moved = heads(document, topic_ids)
    puts: list[Put] = []
    if may_be_below(document, topic_ids, parent_id):
        others = [each for each in document.children(parent_id) if each not in moved]
        at = len(others) if at is None else max(0, min(at, len(others)))
        puts += _ranked(document, parent_id, [*others[:at], *moved, *others[at:]])
    puts += _placed(document, places or {}, view)
    return about(document, moved, puts, "reparent") if moved else Change(())


def shifting(document: Map, topic_id: str, by: int) -> Change:
    """Move a topic up or down among its siblings."""
    parent_id = document.topics[topic_id].parent_id
    if parent_id is None:
        return Change(())
    order = list(document.children(parent_id))
    now = order.index(topic_id)
    then = max(0, min(now + by, len(order) - 1))
    order.insert(then, order.pop(now))
    puts = _ranked(document, parent_id, order) if then != now else []
    return about(document, (topic_id,), puts, "reorder")


def grafting(
    document: Map, parent_id: str, lines: Sequence[Line], new_id: Callable[[], str], author: Provenance
) -> Change:
    """Add an outline as branches below a topic, after the children it has.

    A line that is called like a topic of the map, or like a line before it, does not come twice: a link leads to
    that topic, unless it is right there already, and what stands below the line comes below that topic.
    """
    puts: list[Put] = []
    stack: list[str] = []
    ranks: dict[str, float] = {}
    known: dict[str, str] = {}
    for topic_id, topic in document.topics.items():
        known.setdefault(fold(topic.title), topic_id)
    parents = {topic_id: topic.parent_id for topic_id, topic in document.topics.items()}
    linked = {frozenset((link.source_id, link.target_id)) for link in document.links.values()}
    for line in lines:
        level = min(line.level, len(stack))
        del stack[level:]
        above = stack[-1] if stack else parent_id
        there = known.get(fold(line.title))
        if there is not None:
            pair = frozenset((above, there))
            if there != above and parents[there] != above and pair not in linked:
                linked.add(pair)
                puts.append(PutLink(None, Link(new_id(), above, there, LinkKind.SAME_AS)))
            stack.append(there)
            continue
        if above not in ranks:
            siblings = document.children(above)
            ranks[above] = max((document.topics[each].rank for each in siblings), default=-1.0) + 1.0
        topic = Topic(new_id(), line.title, above, ranks[above], provenance=author, note=line.note)
        ranks[above] += 1.0
        puts.append(PutTopic(None, topic))
        known[fold(line.title)], parents[topic.topic_id] = topic.topic_id, above
        stack.append(topic.topic_id)
    if len(lines) == 1:
        return Change(tuple(puts), "paste", lines[0].title)
    return Change(tuple(puts), "paste several", str(len(lines)))


def folding(document: Map, level: int | None) -> Change:
    """Fold all branches so that topics down to a level are seen (the root is level 0); None unfolds all."""
    puts: list[Put] = []
    depth = {document.root_id: 0}
    for topic_id in document.branch(document.root_id) if document.root else ():
        children, place = document.children(topic_id), document.places.get(topic_id)
        depth.update(dict.fromkeys(children, depth[topic_id] + 1))
        collapsed = bool(children) and level is not None and depth[topic_id] >= level
        if place is not None and children and place.collapsed is not collapsed:
            puts.append(PutPlace(topic_id, place, replace(place, collapsed=collapsed)))
    return Change(tuple(puts), "fold")


def _ranked(document: Map, parent_id: str, order: Sequence[str]) -> list[PutTopic]:
    """Have these topics in this order below a parent, with as few new ranks as can be."""
    puts: list[PutTopic] = []
    before = [document.topics[each] for each in order]
    ranks = _ranks([topic.rank if topic.parent_id == parent_id else None for topic in before])
    for topic, rank in zip(before, ranks, strict=True):
        if topic.parent_id != parent_id or topic.rank != rank:
            puts.append(PutTopic(topic, replace(topic, parent_id=parent_id, rank=rank)))
    return puts


def _ranks(known: Sequence[float | None]) -> list[float]:
    """Rising ranks in this order; as far as can be those that are there, further ones behind them."""
    there = sorted({rank for rank in known if rank is not None})
    new = [number for number, rank in enumerate(known) if rank is None]
    last = there[-1] if there else -1.0
    if len(there) + len(new) == len(known) and all(number >= len(there) for number in new):
        return there + [last + 1.0 + number for number in range(len(new))]
    return [float(number) for number in range(len(known))]


def _placed(document: Map, places: Mapping[str, Place], view: str) -> list[Put]:
    """Where topics were put in a view; what is folded stays so."""
    there = {topic_id: place for topic_id, place in places.items() if topic_id in document.topics}
    known = places_in(document, view)
    wanted = {i: replace(p, collapsed=False) for i, p in there.items()} if view else keeping_folds(document, there)
    return [PutPlace(i, known.get(i), p, view) for i, p in wanted.items() if known.get(i) != p]
