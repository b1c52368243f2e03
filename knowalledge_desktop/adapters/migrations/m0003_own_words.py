"""Version 3 of the library: what a person says of a topic and of an explanation, and other programs' fields."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection

COLUMNS: dict[tuple[str, str], str] = {
    ("topic", "note"): "TEXT NOT NULL DEFAULT ''",
    ("topic", "tag"): "TEXT NOT NULL DEFAULT ''",
    ("topic", "locked"): "INTEGER NOT NULL DEFAULT 0",
    ("topic", "foreign"): "TEXT NOT NULL DEFAULT ''",
    ("explanation", "opinion"): "TEXT NOT NULL DEFAULT ''",
    ("explanation", "opinion_note"): "TEXT NOT NULL DEFAULT ''",
}


def migrate(db: Connection) -> None:
    """Add the columns of version 3."""
    for (table, column), kind in COLUMNS.items():
        db.script(f'ALTER TABLE {table} ADD COLUMN "{column}" {kind};')
