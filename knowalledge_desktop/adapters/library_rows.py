"""Maps as rows of the library and back."""

from __future__ import annotations

import json
from dataclasses import asdict

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_pictures import topic_pictures, write_topic_picture
from knowalledge_desktop.adapters.library_views import read_views, view_puts, write_view, write_view_place
from knowalledge_desktop.core.codec_values import claims_from, provenance_from, sources_from
from knowalledge_desktop.core.content import Provenance, Relation, Source
from knowalledge_desktop.core.errors import MapNotFound, StorageError
from knowalledge_desktop.core.graph import (
    Change,
    Explanation,
    Link,
    LinkKind,
    Map,
    Opinion,
    Place,
    Put,
    PutExplanation,
    PutLink,
    PutPicture,
    PutPlace,
    PutTopic,
    PutView,
    Rendering,
    Topic,
    root_after,
)
from knowalledge_desktop.core.ports import MapInfo
from knowalledge_desktop.core.request import Detail, Level, Style
from knowalledge_desktop.core.validation import fold

_PUT_TOPIC = """
INSERT INTO topic(map_id, topic_id, parent_id, rank, title, folded, summary, relation, edited, engine,
                  sources, provenance, note, tag, locked, "foreign")
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(map_id, topic_id) DO UPDATE SET
    parent_id = excluded.parent_id, rank = excluded.rank, title = excluded.title, folded = excluded.folded,
    summary = excluded.summary, relation = excluded.relation, edited = excluded.edited,
    engine = excluded.engine, sources = excluded.sources, provenance = excluded.provenance,
    note = excluded.note, tag = excluded.tag, locked = excluded.locked, "foreign" = excluded."foreign"
"""
_PUT_EXPLANATION = """
INSERT INTO explanation(map_id, topic_id, level, detail, style, language, quality, claims, sources,
                        provenance, markdown, opinion, opinion_note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT(map_id, topic_id, level, detail, style, language) DO UPDATE SET
    quality = excluded.quality, claims = excluded.claims, sources = excluded.sources,
    provenance = excluded.provenance, markdown = excluded.markdown,
    opinion = excluded.opinion, opinion_note = excluded.opinion_note
"""
TITLE = "ifnull((SELECT r.title FROM topic r WHERE r.map_id = map.map_id AND r.topic_id = map.root_id), map.title)"
"""The title of a map in lists: that of its root, which may have been renamed since the map was made."""

_INFOS = f"""
SELECT map_id, {TITLE},
    (SELECT count(*) FROM topic WHERE topic.map_id = map.map_id),
    (SELECT count(DISTINCT topic_id) FROM explanation WHERE explanation.map_id = map.map_id),
    updated_at, opened_at,
    (SELECT engine FROM topic WHERE topic.map_id = map.map_id AND engine <> 'person' ORDER BY row DESC LIMIT 1)
FROM map WHERE deleted_at IS NULL ORDER BY opened_at DESC, created_at DESC, rowid DESC
"""  # noqa: S608 (only constants)


def _text(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates, which no script needs, become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _sources(sources: tuple[Source, ...]) -> str:
    return _json([asdict(each) for each in sources]) if sources else "[]"


def add_map(db: Connection, document: Map, now: float) -> None:
    """Write a new map with all that is in it."""
    db.rows(
        "INSERT INTO map(map_id, title, root_id, created_at, updated_at, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
        (document.map_id, _text(document.title), document.root_id, now, now, now),
    )
    puts: list[Put] = [PutTopic(None, each) for each in document.topics.values()]
    puts += [PutLink(None, each) for each in document.links.values()]
    puts += [PutExplanation(None, each) for each in document.explanations.values()]
    puts += [PutPicture(None, each) for each in document.pictures.values()]
    puts += [PutPlace(topic_id, None, place) for topic_id, place in document.places.items()]
    puts += view_puts(document)
    for put in puts:
        _write(db, document.map_id, put)


def apply_change(db: Connection, map_id: str, change: Change, now: float) -> None:
    """Write all puts of a change; raises MapNotFound, and StorageError when it does not fit any more."""
    found = db.rows("SELECT root_id FROM map WHERE map_id = ?", (map_id,))
    if not found:
        raise MapNotFound(map_id)
    root_id: str = found[0][0]
    for put in change.puts:
        _write(db, map_id, put)
        if isinstance(put, PutTopic):
            root_id = root_after(root_id, put.before, put.after)
    for put in change.puts:
        if isinstance(put, PutTopic) and not _is_in_tree(db, map_id, put):
            raise StorageError(f"map {map_id}: it was changed from elsewhere meanwhile; open it again")
    db.rows("UPDATE map SET updated_at = ?, root_id = ? WHERE map_id = ?", (now, root_id, map_id))


def _is_in_tree(db: Connection, map_id: str, put: PutTopic) -> bool:
    """Whether a topic that is there has its parent, and one that is gone has none below it.

    The caller's own map is a tree; another process may have changed the stored one.
    """
    if put.after is not None:
        row = db.rows(
            "SELECT parent_id FROM topic WHERE map_id = ? AND topic_id = ?", (map_id, put.after.topic_id)
        )
        if not row or row[0][0] is None:
            return True
        return bool(db.rows("SELECT 1 FROM topic WHERE map_id = ? AND topic_id = ?", (map_id, row[0][0])))
    if put.before is None or db.rows(
        "SELECT 1 FROM topic WHERE map_id = ? AND topic_id = ?", (map_id, put.before.topic_id)
    ):
        return True
    return not db.rows("SELECT 1 FROM topic WHERE map_id = ? AND parent_id = ?", (map_id, put.before.topic_id))


def _write(db: Connection, map_id: str, put: Put) -> None:
    match put:
        case PutTopic(before, after):
            _write_topic(db, map_id, before, after)
        case PutLink(before, after):
            _write_link(db, map_id, before, after)
        case PutExplanation(before, after):
            _write_explanation(db, map_id, before, after)
        case PutPicture(before, after):
            write_topic_picture(db, map_id, before, after)
        case PutPlace(topic_id, _, after, ""):
            _write_place(db, map_id, topic_id, after)
        case PutPlace():
            write_view_place(db, map_id, put)
        case PutView():
            write_view(db, map_id, put)


def _write_topic(db: Connection, map_id: str, before: Topic | None, after: Topic | None) -> None:
    if after is not None:
        row = (
            map_id,
            after.topic_id,
            after.parent_id,
            after.rank,
            _text(after.title),
            _text(fold(after.title)),
            _text(after.summary),
            after.relation.value,
            after.edited,
            after.provenance.engine,
            _sources(after.sources),
            _json(asdict(after.provenance)),
            _text(after.note),
            _text(after.tag),
            after.locked,
            _text(after.foreign),
        )
        db.rows(_PUT_TOPIC, row)
    elif before is not None:
        db.rows("DELETE FROM topic WHERE map_id = ? AND topic_id = ?", (map_id, before.topic_id))


def _write_link(db: Connection, map_id: str, before: Link | None, after: Link | None) -> None:
    if after is not None:
        db.rows(
            "INSERT OR REPLACE INTO link(map_id, link_id, source_id, target_id, kind, label)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (map_id, after.link_id, after.source_id, after.target_id, after.kind.value, _text(after.label)),
        )
    elif before is not None:
        db.rows("DELETE FROM link WHERE map_id = ? AND link_id = ?", (map_id, before.link_id))


def _write_explanation(db: Connection, map_id: str, before: Explanation | None, after: Explanation | None) -> None:
    if after is not None:
        row = (
            map_id,
            after.topic_id,
            *_rendering_row(after.rendering),
            after.quality,
            _json([asdict(each) for each in after.claims]) if after.claims else "[]",
            _sources(after.sources),
            _json(asdict(after.provenance)),
            _text(after.markdown),
            after.opinion.value,
            _text(after.opinion_note),
        )
        db.rows(_PUT_EXPLANATION, row)
    elif before is not None:
        db.rows(
            "DELETE FROM explanation WHERE map_id = ? AND topic_id = ?"
            " AND level = ? AND detail = ? AND style = ? AND language = ?",
            (map_id, before.topic_id, *_rendering_row(before.rendering)),
        )


def _rendering_row(rendering: Rendering) -> tuple[str, str, str, str]:
    return (rendering.level.value, rendering.detail.value, rendering.style.value, rendering.language)


def _write_place(db: Connection, map_id: str, topic_id: str, after: Place | None) -> None:
    if after is not None:
        db.rows(
            "INSERT OR REPLACE INTO place(map_id, topic_id, x, y, pinned, collapsed) VALUES (?, ?, ?, ?, ?, ?)",
            (map_id, topic_id, after.x, after.y, after.pinned, after.collapsed),
        )
    else:
        db.rows("DELETE FROM place WHERE map_id = ? AND topic_id = ?", (map_id, topic_id))


class _Reader:
    """Turns the JSON columns of one map into values; equal texts give one value."""

    def __init__(self) -> None:
        self._provenances: dict[str, Provenance] = {}
        self._source_lists: dict[str, tuple[Source, ...]] = {"[]": ()}

    def provenance(self, text: str) -> Provenance:
        found = self._provenances.get(text)
        if found is None:
            found = self._provenances[text] = provenance_from(json.loads(text))
        return found

    def sources(self, text: str) -> tuple[Source, ...]:
        found = self._source_lists.get(text)
        if found is None:
            found = self._source_lists[text] = sources_from(json.loads(text))
        return found


def read_map(db: Connection, map_id: str) -> Map:
    """The whole map as one moment saw it; raises MapNotFound."""
    with db.reading():  # one transaction, so that another process's change is in it wholly or not at all
        return map_now(db, map_id)


def map_now(db: Connection, map_id: str) -> Map:
    """The whole map, read within a transaction; raises MapNotFound."""
    found = db.rows("SELECT title, root_id FROM map WHERE map_id = ?", (map_id,))
    if not found:
        raise MapNotFound(map_id)
    title, root_id = found[0]
    reader = _Reader()
    view, view_places = read_views(db, map_id)
    return Map(
        map_id=map_id,
        title=title,
        root_id=root_id,
        topics={each.topic_id: each for each in _topics(db, map_id, reader)},
        links={each.link_id: each for each in _links(db, map_id)},
        explanations={each.key: each for each in _explanations(db, map_id, reader)},
        places=_places(db, map_id),
        pictures=topic_pictures(db, map_id),
        view_places=view_places,
        view=view,
    )


def _has_own_words(db: Connection) -> bool:
    """Whether the columns of version 3 are there: a file in a folder that cannot be written stays as it is."""
    return bool(db.rows("SELECT 1 FROM pragma_table_info('topic') WHERE name = 'foreign'"))


def _topics(db: Connection, map_id: str, reader: _Reader) -> list[Topic]:
    own = 'note, tag, locked, "foreign"' if _has_own_words(db) else "'', '', 0, ''"
    rows = db.rows(
        "SELECT topic_id, title, parent_id, rank, summary, relation, sources, provenance, edited,"  # noqa: S608
        f" {own} FROM topic WHERE map_id = ?",
        (map_id,),
    )
    relations = {each.value: each for each in Relation}
    return [
        Topic(
            topic_id,
            title,
            parent,
            rank,
            summary,
            relations[relation],
            reader.sources(sources),
            reader.provenance(provenance),
            bool(edited),
            note,
            tag,
            bool(locked),
            foreign,
        )
        for (
            topic_id,
            title,
            parent,
            rank,
            summary,
            relation,
            sources,
            provenance,
            edited,
            note,
            tag,
            locked,
            foreign,
        ) in rows
    ]


def _links(db: Connection, map_id: str) -> list[Link]:
    rows = db.rows("SELECT link_id, source_id, target_id, kind, label FROM link WHERE map_id = ?", (map_id,))
    return [Link(i, source, target, LinkKind(kind), label) for i, source, target, kind, label in rows]


def _explanations(db: Connection, map_id: str, reader: _Reader) -> list[Explanation]:
    own = "opinion, opinion_note" if _has_own_words(db) else "'', ''"
    rows = db.rows(
        "SELECT topic_id, level, detail, style, language, markdown, claims, sources, provenance, quality,"  # noqa: S608
        f" {own} FROM explanation WHERE map_id = ?",
        (map_id,),
    )
    return [
        Explanation(
            topic_id=topic_id,
            rendering=Rendering(Level(level), Detail(detail), Style(style), language),
            markdown=markdown,
            claims=claims_from(json.loads(claims)),
            sources=reader.sources(sources),
            provenance=reader.provenance(provenance),
            quality=quality,
            opinion=Opinion(opinion),
            opinion_note=opinion_note,
        )
        for (
            topic_id,
            level,
            detail,
            style,
            language,
            markdown,
            claims,
            sources,
            provenance,
            quality,
            opinion,
            opinion_note,
        ) in rows
    ]


def _places(db: Connection, map_id: str) -> dict[str, Place]:
    rows = db.rows("SELECT topic_id, x, y, pinned, collapsed FROM place WHERE map_id = ?", (map_id,))
    return {i: Place(x, y, bool(pinned), bool(collapsed)) for i, x, y, pinned, collapsed in rows}


def read_infos(db: Connection) -> tuple[MapInfo, ...]:
    """The list of maps that are not in the trash, last opened first."""
    rows = db.rows(_INFOS)
    return tuple(
        MapInfo(i, t, n, e, updated, opened, engine or "") for i, t, n, e, updated, opened, engine in rows
    )


def newest_with_root(db: Connection, title: str) -> str | None:
    """Id of the newest map whose root has this title, case and accents folded."""
    return db.value(
        "SELECT map.map_id FROM topic JOIN map ON map.map_id = topic.map_id AND map.root_id = topic.topic_id"
        " WHERE topic.folded = ? AND map.deleted_at IS NULL ORDER BY map.created_at DESC, map.rowid DESC LIMIT 1",
        (_text(fold(title)),),
    )
