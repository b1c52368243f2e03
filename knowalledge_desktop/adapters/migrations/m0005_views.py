"""Version 5 of the library: where topics sit in the other views, and which view a map was left in."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection

_TABLES = """
-- As `place`, which is the mind map's: no reference to topic, so that undo finds a place again.
CREATE TABLE IF NOT EXISTS view_place(
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    view TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    pinned INTEGER NOT NULL,
    collapsed INTEGER NOT NULL,
    PRIMARY KEY(map_id, view, topic_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS map_view(
    map_id TEXT PRIMARY KEY NOT NULL REFERENCES map ON DELETE CASCADE,
    view TEXT NOT NULL
) WITHOUT ROWID;
"""


def migrate(db: Connection) -> None:
    """Add the tables of version 5."""
    db.script(_TABLES)
