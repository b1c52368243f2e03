"""Looking at a map in one of its views, and where topics sit in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from knowalledge_desktop.core.graph import Change, Map, Place, PutPlace, PutView
from knowalledge_desktop.core.history import keeping_folds, places_in
from knowalledge_desktop.services.session import MapSession


def placing(document: Map, view: str, places: Mapping[str, Place], reason: str) -> Change:
    """Put the topics that are there at places of a view. What is folded stays so; only the mind map tells it."""
    view = str(view)  # the plain name, as it is stored
    there = {i: place for i, place in places.items() if i in document.topics}
    known = places_in(document, view)
    wanted = {i: replace(p, collapsed=False) if p.collapsed else p for i, p in there.items()}
    if not view:
        wanted = keeping_folds(document, there)
    puts = tuple(PutPlace(i, known.get(i), p, view) for i, p in wanted.items() if known.get(i) != p)
    return Change(puts, reason)


async def put_places(
    session: MapSession, view: str, places: Mapping[str, Place], reason: str, *, undoable: bool = True
) -> Change:
    """Store where topics sit in a view; a new map is not stored for that alone."""
    if not session.is_stored:
        return Change(())
    return await session.commit(lambda document: placing(document, view, places, reason), undoable=undoable)


async def look_at(session: MapSession, view: str, places: Mapping[str, Place] | None = None) -> Change:
    """See the map in another view from now on; with `places`, those that were found for it in one go."""

    def make(document: Map) -> Change:
        put = (PutView(document.view, str(view)),) if document.view != view else ()
        return Change((*placing(document, view, places or {}, "").puts, *put), "view")

    return await session.commit(make, undoable=False) if session.is_stored else Change(())
