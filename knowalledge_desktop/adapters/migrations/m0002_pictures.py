"""Version 2 of the library: pictures, each stored once, and which topic has which."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection

_TABLES = """
-- Kept under the name of its bytes (SHA-256, hex), and also while no map shows it: undo may bring it back.
CREATE TABLE picture(
    sha256 TEXT PRIMARY KEY NOT NULL,
    mime TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    created_at REAL NOT NULL,
    data BLOB NOT NULL
);

-- No reference to picture: a map that came from elsewhere may arrive before its pictures.
CREATE TABLE topic_picture(
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    topic_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    mime TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    alt TEXT NOT NULL,
    provenance TEXT NOT NULL,
    PRIMARY KEY(map_id, topic_id)
) WITHOUT ROWID;
CREATE INDEX topic_picture_sha256 ON topic_picture(sha256);
"""


def migrate(db: Connection) -> None:
    """Add the tables of version 2."""
    db.script(_TABLES)
