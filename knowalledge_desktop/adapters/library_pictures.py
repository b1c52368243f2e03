"""Pictures in the library: the bytes once under their name, and which topic has which picture."""

from __future__ import annotations

import json
from dataclasses import asdict

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.codec_values import provenance_from
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.pictures import TopicPicture

_PUT = """
INSERT OR REPLACE INTO topic_picture(map_id, topic_id, sha256, mime, width, height, alt, provenance)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def put_picture(db: Connection, picture: Picture, now: float) -> None:
    """Write the bytes of a picture, unless they are there."""
    db.rows(
        "INSERT OR IGNORE INTO picture(sha256, mime, width, height, created_at, data) VALUES (?, ?, ?, ?, ?, ?)",
        (picture.sha256, picture.mime, picture.width, picture.height, now, picture.data),
    )


def read_picture(db: Connection, sha256: str) -> Picture | None:
    """The picture of this name; None when there is none, or its bytes are not those that were written."""
    rows = db.rows("SELECT mime, data, width, height FROM picture WHERE sha256 = ?", (sha256,)) if _has(db) else []
    if not rows:
        return None
    mime, data, width, height = rows[0]
    found = Picture.of(mime, bytes(data), width, height)
    return found if found.sha256 == sha256 else None


def write_topic_picture(
    db: Connection, map_id: str, before: TopicPicture | None, after: TopicPicture | None
) -> None:
    """Write which picture a topic has."""
    if after is not None:
        alt = after.alt.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        about = (after.topic_id, after.sha256, after.mime, after.width, after.height, alt)
        provenance = json.dumps(asdict(after.provenance), ensure_ascii=True, separators=(",", ":"))
        db.rows(_PUT, (map_id, *about, provenance))
    elif before is not None:
        db.rows("DELETE FROM topic_picture WHERE map_id = ? AND topic_id = ?", (map_id, before.topic_id))


def topic_pictures(db: Connection, map_id: str) -> dict[str, TopicPicture]:
    """All pictures of a map by topic."""
    if not _has(db):
        return {}
    rows = db.rows(
        "SELECT topic_id, sha256, mime, width, height, alt, provenance FROM topic_picture WHERE map_id = ?",
        (map_id,),
    )
    return {row[0]: TopicPicture(*row[:6], provenance=provenance_from(json.loads(row[6]))) for row in rows}


def _has(db: Connection) -> bool:
    """Whether the file has pictures at all: an older one that cannot be written stays without."""
    return bool(db.rows("SELECT 1 FROM sqlite_master WHERE name = 'topic_picture'"))
