"""Lists of maps: pages of them, pins, tags, equal titles, and what the trash holds."""

from __future__ import annotations

from collections.abc import Sequence

from knowalledge_desktop.adapters.library_connection import Connection, Row
from knowalledge_desktop.adapters.library_rows import TITLE
from knowalledge_desktop.core.errors import MapNotFound
from knowalledge_desktop.core.ports import MapInfo
from knowalledge_desktop.core.shelf import Filter, Listing, Losses, OriginRow, Overview, Shelf
from knowalledge_desktop.core.validation import fold

_NAMED = 5  # titles that are told of what goes for good
_TAG = "\x1f"

_INFO = f"""SELECT map.map_id, {TITLE},
    (SELECT count(*) FROM topic WHERE topic.map_id = map.map_id),
    (SELECT count(DISTINCT topic_id) FROM explanation WHERE explanation.map_id = map.map_id),
    map.updated_at, map.opened_at,
    coalesce(
        nullif((SELECT engine FROM topic WHERE row =
            (SELECT max(t.row) FROM topic t WHERE t.map_id = map.map_id)), 'person'),
        (SELECT engine FROM topic WHERE topic.map_id = map.map_id AND engine <> 'person' LIMIT 1)),
    map.pinned_at IS NOT NULL,
    (SELECT group_concat(tag, '{_TAG}')
        FROM (SELECT tag FROM map_tag WHERE map_tag.map_id = map.map_id ORDER BY folded)),
    (SELECT sha256 FROM topic_picture WHERE topic_picture.map_id = map.map_id
        ORDER BY json_extract(provenance, '$.created_at') DESC LIMIT 1),
    map.deleted_at
FROM map"""  # noqa: S608 (only constants here and below)
_ORDER = "map.pinned_at IS NULL, map.opened_at DESC, map.created_at DESC"
_ROOT = "JOIN topic root ON root.map_id = map.map_id AND root.topic_id = map.root_id"
_TWINS = f"""SELECT root.folded AS folded, max(map.opened_at) AS last FROM map {_ROOT}
    WHERE map.deleted_at IS NULL GROUP BY root.folded HAVING count(*) > 1"""  # noqa: S608

# From one language to the next one in the index, so that a large library is not read for it.
_LANGUAGES = """WITH RECURSIVE known(language) AS (SELECT min(language) FROM explanation UNION ALL
    SELECT (SELECT min(e.language) FROM explanation e WHERE e.language > known.language) FROM known
    WHERE known.language IS NOT NULL) SELECT language FROM known"""


def listed(db: Connection, listing: Listing) -> tuple[MapInfo, ...]:
    """A page of a list of maps."""
    where, values = _conditions(listing.filter)
    if listing.shelf is Shelf.DUPLICATES:
        sql = f"""{_INFO} {_ROOT} JOIN ({_TWINS}) AS twin ON twin.folded = root.folded
            WHERE map.deleted_at IS NULL{where} ORDER BY twin.last DESC, root.folded, map.opened_at DESC"""
    else:
        order = "map.deleted_at DESC" if listing.shelf is Shelf.TRASH else _ORDER
        order = "map.opened_at DESC, map.created_at DESC" if listing.shelf is Shelf.RECENT else order
        where = _SHELVES[listing.shelf] + where
        if listing.tag:
            where += " AND EXISTS (SELECT 1 FROM map_tag t WHERE t.map_id = map.map_id AND t.folded = ?)"
            values.append(fold(listing.tag))
        sql = f"{_INFO} WHERE {where} ORDER BY {order}"
    return tuple(map(_info, db.rows(f"{sql} LIMIT ? OFFSET ?", (*values, listing.limit, listing.offset))))


_SHELVES = {
    Shelf.ALL: "map.deleted_at IS NULL",
    Shelf.RECENT: "map.deleted_at IS NULL",
    Shelf.PINNED: "map.deleted_at IS NULL AND map.pinned_at IS NOT NULL",
    Shelf.TRASH: "map.deleted_at IS NOT NULL",
}


def _conditions(among: Filter) -> tuple[str, list[object]]:
    """What a filter asks of a map: of any topic or text in it, and of when it was changed."""
    parts: list[str] = []
    values: list[object] = []
    told = "SELECT 1 FROM explanation e WHERE e.map_id = map.map_id"
    if among.engine:
        parts.append(
            "(EXISTS (SELECT 1 FROM topic t WHERE t.map_id = map.map_id AND t.engine = ?)"  # noqa: S608
            f" OR EXISTS ({told} AND e.engine = ?))"
        )
        values += [among.engine, among.engine]
    if among.explained is not None:
        parts.append(f"{'' if among.explained else 'NOT '}EXISTS ({told})")
    if among.since is not None:
        parts.append("map.updated_at >= ?")
        values.append(among.since)
    if among.quality is not None:
        parts.append(f"EXISTS ({told} AND e.quality >= ?)")
        values.append(among.quality)
    if among.language:
        parts.append(
            "(EXISTS (SELECT 1 FROM topic t WHERE t.map_id = map.map_id AND t.language = ?)"  # noqa: S608
            f" OR EXISTS ({told} AND e.language = ?))"
        )
        values += [among.language, among.language]
    if among.made is not None:
        of_topic, of_text, of_picture = (
            f"EXISTS (SELECT 1 FROM {table} p WHERE p.map_id = map.map_id AND {made_by('p', among)})"  # noqa: S608
            for table in ("topic", "explanation", "topic_picture")
        )
        parts.append(f"({of_text} OR {of_topic} OR {of_picture})")
        values += 3 * [value for pair in among.made for value in pair]
    return "".join(f" AND {part}" for part in parts), values


def made_by(table: str, among: Filter) -> str:
    """Whether a row of a table was made by one of a filter's models with their prompts; wants their values."""
    model, prompt = (f"json_extract({table}.provenance, '$.{name}')" for name in ("model", "prompt"))
    return (
        f"({model}, {prompt}) IN (VALUES {', '.join(['(?, ?)'] * len(among.made or ()))})" if among.made else "0"
    )


def _info(row: Row) -> MapInfo:
    map_id, title, topics, explained, updated, opened, engine, pinned, tags, picture, deleted = row
    return MapInfo(
        map_id,
        title,
        topics,
        explained,
        updated,
        opened,
        engine or "",
        bool(pinned),
        tuple(tags.split(_TAG)) if tags else (),
        picture or "",
        deleted,
    )


def overview(db: Connection, since: float) -> Overview:
    """How much there is."""
    maps, pinned, recent, trash = db.rows(
        "SELECT count(*) FILTER (WHERE deleted_at IS NULL),"
        " count(*) FILTER (WHERE deleted_at IS NULL AND pinned_at IS NOT NULL),"
        " count(*) FILTER (WHERE deleted_at IS NULL AND opened_at >= ?),"
        " count(*) FILTER (WHERE deleted_at IS NOT NULL) FROM map",
        (since,),
    )[0]
    tags = db.rows(
        "SELECT max(tag), count(*) FROM map_tag JOIN map USING (map_id) WHERE deleted_at IS NULL"
        " GROUP BY folded ORDER BY folded"
    )
    return Overview(
        maps=maps,
        topics=db.value(
            "SELECT (SELECT count(*) FROM topic) - (SELECT count(*) FROM topic WHERE map_id IN"
            " (SELECT map_id FROM map WHERE deleted_at IS NOT NULL))"
        ),
        pinned=pinned,
        recent=recent,
        duplicates=db.value(
            f"SELECT ifnull(sum(n), 0) FROM (SELECT count(*) AS n FROM map {_ROOT} WHERE map.deleted_at IS NULL"  # noqa: S608
            " GROUP BY root.folded HAVING n > 1)"
        ),
        trash=trash,
        tags=tuple((tag, count) for tag, count in tags),
        languages=tuple(language for (language,) in db.rows(_LANGUAGES) if language),
    )


def twins(db: Connection, map_id: str) -> tuple[MapInfo, ...]:
    """Other maps whose root has the same folded title."""
    rows = db.rows(
        f"{_INFO} {_ROOT} WHERE map.deleted_at IS NULL AND map.map_id <> ?"  # noqa: S608
        " AND root.folded = (SELECT topic.folded FROM topic JOIN map m ON m.map_id = topic.map_id"
        " AND m.root_id = topic.topic_id WHERE m.map_id = ?) ORDER BY map.opened_at DESC",
        (map_id, map_id),
    )
    return tuple(map(_info, rows))


def set_tag(db: Connection, map_id: str, tag: str, *, tagged: bool) -> None:
    """Put a map into a collection, or take it out."""
    if not db.rows("SELECT 1 FROM map WHERE map_id = ?", (map_id,)):
        raise MapNotFound(map_id)
    folded = fold(tag)
    if tagged:
        known = db.value("SELECT tag FROM map_tag WHERE folded = ? LIMIT 1", (folded,))
        db.rows(
            "INSERT OR IGNORE INTO map_tag(map_id, folded, tag) VALUES (?, ?, ?)", (map_id, folded, known or tag)
        )
    else:
        db.rows("DELETE FROM map_tag WHERE map_id = ? AND folded = ?", (map_id, folded))


# --- the trash ---


def losses(db: Connection, map_ids: Sequence[str] | None) -> Losses:
    """What goes when maps of the trash are deleted for good."""
    chosen, values = _chosen(map_ids)
    rows = db.rows(f"SELECT {TITLE} FROM map WHERE {chosen} ORDER BY deleted_at DESC", values)  # noqa: S608

    def count(sql: str) -> int:
        return db.value(f"{sql} (SELECT map_id FROM map WHERE {chosen})", values)  # noqa: S608

    return Losses(
        maps=len(rows),
        topics=count("SELECT count(*) FROM topic WHERE map_id IN"),
        explanations=count("SELECT count(*) FROM explanation WHERE map_id IN"),
        pictures=count("SELECT count(*) FROM topic_picture WHERE map_id IN"),
        notes=count("SELECT count(*) FROM topic WHERE note <> '' AND map_id IN"),
        titles=tuple(title for (title,) in rows[:_NAMED]),
    )


def erase(db: Connection, map_ids: Sequence[str] | None) -> Losses:
    """Delete maps of the trash for good, with the pictures that no other map shows or could go back to."""
    gone = losses(db, map_ids)
    chosen, values = _chosen(map_ids)
    inside = f"IN (SELECT map_id FROM map WHERE {chosen})"  # noqa: S608
    pictures = {name for (name,) in db.rows(f"SELECT sha256 FROM topic_picture WHERE map_id {inside}", values)}  # noqa: S608
    for (names,) in db.rows(f"SELECT pictures FROM act WHERE pictures <> '' AND map_id {inside}", values):  # noqa: S608
        pictures.update(names.split())
    db.rows(f"DELETE FROM map WHERE {chosen}", values)  # noqa: S608
    for name in pictures:
        db.rows(
            "DELETE FROM picture WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM topic_picture WHERE sha256 = ?)"
            " AND NOT EXISTS (SELECT 1 FROM act WHERE instr(pictures, ?))",
            (name, name, name),
        )
    return gone


def _chosen(map_ids: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    if map_ids is None:
        return "deleted_at IS NOT NULL", ()
    return f"deleted_at IS NOT NULL AND map_id IN ({','.join('?' * len(map_ids))})", tuple(map_ids)


def origins(db: Connection) -> tuple[OriginRow, ...]:
    """Who made what is in the maps outside the trash, but for people, the map opened last first."""
    made = ", ".join(f"json_extract(provenance, '$.{name}') AS {name}" for name in ("engine", "model", "prompt"))
    parts = (
        f"SELECT map_id, {made} FROM explanation",  # noqa: S608
        f"SELECT map_id, {made} FROM topic WHERE topic.engine <> 'person'",  # noqa: S608
        f"SELECT map_id, {made} FROM topic_picture",  # noqa: S608
    )
    rows = db.rows(
        f"SELECT map.map_id, {TITLE}, e.engine, e.model, e.prompt, count(*) FROM ({' UNION ALL '.join(parts)}) e"  # noqa: S608
        " JOIN map ON map.map_id = e.map_id WHERE map.deleted_at IS NULL AND e.engine <> 'person'"
        " GROUP BY 1, 3, 4, 5 ORDER BY map.opened_at DESC, map.created_at DESC"
    )
    return tuple(OriginRow(*row) for row in rows)
