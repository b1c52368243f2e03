"""All topics of the library, whichever map they are in."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.sky import Explored

# Level by level, so that each topic comes after its parent.
_ALL = """WITH RECURSIVE below(map_id, topic_id, level) AS (
    SELECT map_id, root_id, 0 FROM map WHERE deleted_at IS NULL
    UNION
    SELECT t.map_id, t.topic_id, below.level + 1 FROM topic t
        JOIN below ON t.map_id = below.map_id AND t.parent_id = below.topic_id)
SELECT t.map_id, t.topic_id, t.title, t.folded, ifnull(t.parent_id, ''),
    EXISTS (SELECT 1 FROM explanation e WHERE e.map_id = t.map_id AND e.topic_id = t.topic_id)
    OR EXISTS (SELECT 1 FROM topic c WHERE c.map_id = t.map_id AND c.parent_id = t.topic_id)
FROM below JOIN topic t ON t.map_id = below.map_id AND t.topic_id = below.topic_id
JOIN map ON map.map_id = t.map_id
ORDER BY map.opened_at DESC, map.created_at DESC, map.map_id, below.level, t.rank LIMIT ?"""


def explored(db: Connection, limit: int) -> tuple[Explored, ...]:
    """Topics of the maps outside the trash, the map opened last first."""
    return tuple(
        Explored(map_id, topic_id, title, folded, parent_id, bool(known))
        for map_id, topic_id, title, folded, parent_id, known in db.rows(_ALL, (limit,))
    )
