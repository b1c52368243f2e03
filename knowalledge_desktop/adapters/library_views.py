"""Where topics sit in the other views, and which view a map was left in, as rows of the library."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.graph import Map, Place, Put, PutPlace, PutView


def view_puts(document: Map) -> list[Put]:
    """The puts that make the views of a new map."""
    puts: list[Put] = [
        PutPlace(topic_id, None, place, view)
        for view, places in document.view_places.items()
        for topic_id, place in places.items()
    ]
    return [*puts, PutView("", document.view)] if document.view else puts


def write_view_place(db: Connection, map_id: str, put: PutPlace) -> None:
    """Put a topic somewhere in a view, or forget its place there."""
    if put.after is not None:
        db.rows(
            "INSERT OR REPLACE INTO view_place(map_id, view, topic_id, x, y, pinned, collapsed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (map_id, put.view, put.topic_id, put.after.x, put.after.y, put.after.pinned, put.after.collapsed),
        )
    else:
        db.rows(
            "DELETE FROM view_place WHERE map_id = ? AND view = ? AND topic_id = ?",
            (map_id, put.view, put.topic_id),
        )


def write_view(db: Connection, map_id: str, put: PutView) -> None:
    """Remember the view a map is seen in."""
    db.rows("INSERT OR REPLACE INTO map_view(map_id, view) VALUES (?, ?)", (map_id, put.after))


def read_views(db: Connection, map_id: str) -> tuple[str, dict[str, dict[str, Place]]]:
    """The view a map was left in, and its places in all views but the mind map.

    Nothing in a file of an older version that cannot be written: it has no such tables.
    """
    if not db.rows("SELECT 1 FROM sqlite_master WHERE name = 'map_view'"):
        return "", {}
    places: dict[str, dict[str, Place]] = {}
    rows = db.rows("SELECT view, topic_id, x, y, pinned, collapsed FROM view_place WHERE map_id = ?", (map_id,))
    for view, topic_id, x, y, pinned, collapsed in rows:
        places.setdefault(view, {})[topic_id] = Place(x, y, bool(pinned), bool(collapsed))
    found = db.rows("SELECT view FROM map_view WHERE map_id = ?", (map_id,))
    return (found[0][0] if found else ""), places
