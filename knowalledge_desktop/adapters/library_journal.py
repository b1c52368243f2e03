"""The journal of acts: what was done to each map, and what it takes to go back.

Only what was there before an act is kept; what came of it follows from the map as it is now, which is taken
back act by act. So a new topic costs a few bytes, and a removed one as much as it held.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from knowalledge_desktop.adapters.library_connection import Connection, Row
from knowalledge_desktop.adapters.library_rows import map_now
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.errors import MapNotFound, StorageDamaged
from knowalledge_desktop.core.graph import Change, ChangeConflict, Map
from knowalledge_desktop.core.map_codec import (
    explanation_from,
    link_from,
    picture_from,
    place_from,
    topic_from,
    whole_letters,
)
from knowalledge_desktop.core.origin import touched
from knowalledge_desktop.core.versions import (
    BACK,
    BEGIN,
    PERSON,
    SEVERAL,
    Act,
    Befores,
    Tally,
    author,
    befores,
    merged,
    rewound,
    tally,
)

KEPT, FINE = 400, 300
"""Entries of a map: above the first, those older than the newest `FINE` become one for each day."""

_LONGEST = 32 << 20  # bytes of one entry when unpacked; more is no entry of ours
_BY_HAND = {BACK, "import"}
_ONE_ACT_S = {"expand": 20.0, "explain": 20.0, "move": 600.0}
"""Acts of several steps are one entry when a step follows within so many seconds."""


def write_act(db: Connection, map_id: str, change: Change, now: float) -> None:
    """Note a change that is being stored; nothing for one that only says how the map is seen."""
    was = befores(change)
    if not was:
        return
    # Whoever wrote what comes back, or what was edited in a file: a person has done it.
    by_hand = change.reason in _BY_HAND or change.reason.startswith(("undo ", "redo "))
    written, done = Provenance(PERSON) if by_hand else author(change), tally(change)
    last = db.rows(
        "SELECT row, at, reason, about, author, told, undo FROM act WHERE map_id = ? ORDER BY row DESC LIMIT 1",
        (map_id,),
    )
    about = whole_letters(change.about)
    if last and _goes_on(last[0], change, about, written.engine, now):
        row, _, _, _, _, told, undo = last[0]
        was, done = merged(_unpacked(undo), was), _tally(told) + done
        db.rows(
            "UPDATE act SET at = ?, told = ?, pictures = ?, undo = ? WHERE row = ?",
            (now, _told(done), _pictures(was), _packed(was), row),
        )
        return
    db.rows(
        "INSERT INTO act(map_id, at, reason, about, author, model, told, pictures, undo)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            map_id,
            now,
            change.reason,
            about,
            written.engine,
            whole_letters(written.model),
            _told(done),
            _pictures(was),
            _packed(was),
        ),
    )
    _prune(db, map_id)


def _goes_on(last: Row, change: Change, about: str, engine: str, now: float) -> bool:
    _, at, reason, what, who, _, _ = last
    same = reason == change.reason and who == engine and (what == about or reason == "move")
    return same and 0.0 <= now - at <= _ONE_ACT_S.get(reason, -1.0)


def write_beginning(db: Connection, document: Map, now: float) -> None:
    """Note that a map was made, with all that it had then."""
    engines = [topic.provenance for topic in document.topics.values() if topic.parent_id is not None]
    written = engines[0] if engines else None
    done = Tally(len(document.topics), explained=len(document.explanations))
    db.rows(
        "INSERT INTO act(map_id, at, reason, about, author, model, told, pictures, undo)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, '', ?)",
        (
            document.map_id,
            now,
            BEGIN,
            whole_letters(document.title),
            written.engine if written else PERSON,
            whole_letters(written.model) if written else "",
            _told(done),
            _packed(Befores()),
        ),
    )


def read_acts(db: Connection, map_id: str, before: int | None, limit: int) -> tuple[Act, ...]:
    """Entries of the journal of a map, newest first."""
    rows = db.rows(
        "SELECT row, at, reason, about, author, model, told FROM act WHERE map_id = ? AND row < ?"
        " ORDER BY row DESC LIMIT ?",
        (map_id, before if before is not None else 1 << 62, limit),
    )
    return tuple(Act(*row[:6], tally=_tally(row[6])) for row in rows)


def read_acts_on(db: Connection, map_id: str, topic_id: str) -> tuple[tuple[Act, Befores], ...]:
    """Entries that touched a topic, with what was there before, newest first; raises StorageDamaged."""
    rows = db.rows(
        "SELECT row, at, reason, about, author, model, told, undo FROM act WHERE map_id = ? ORDER BY row DESC",
        (map_id,),
    )
    try:
        read = ((row, _unpacked(row[7], topic_id)) for row in rows)
        return tuple((Act(*row[:6], tally=_tally(row[6])), was) for row, was in read if touched(was, topic_id))
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise StorageDamaged(f"map {map_id}, topic {topic_id}: {error}") from error


def read_version(db: Connection, map_id: str, act_id: int) -> Map:
    """The map as it was right after an act; raises MapNotFound, StorageDamaged."""
    with db.reading():
        now = map_now(db, map_id)
        if not db.rows("SELECT 1 FROM act WHERE map_id = ? AND row = ?", (map_id, act_id)):
            raise MapNotFound(f"{map_id} at {act_id}")
        later = db.rows("SELECT undo FROM act WHERE map_id = ? AND row > ? ORDER BY row DESC", (map_id, act_id))
    try:
        return rewound(now, (_unpacked(undo) for (undo,) in later))
    except (ChangeConflict, ValueError, KeyError, TypeError, zlib.error) as error:
        raise StorageDamaged(f"map {map_id}, act {act_id}: {error}") from error


def _prune(db: Connection, map_id: str) -> None:
    """Keep the newest entries as they are and take the older ones of each day together.

    When there are too many days, too, the oldest go: then the map cannot go back that far any more.
    """
    if db.value("SELECT count(*) FROM act WHERE map_id = ?", (map_id,)) <= KEPT:
        return
    old = db.rows(
        "SELECT row, at, told, pictures, undo FROM act WHERE map_id = ? ORDER BY row DESC LIMIT -1 OFFSET ?",
        (map_id, FINE),
    )
    days: dict[str, list[Row]] = {}
    for entry in old:
        days.setdefault(datetime.fromtimestamp(entry[1], UTC).strftime("%Y-%m-%d"), []).append(entry)
    for entries in days.values():
        if len(entries) > 1:
            _take_together(db, entries)
    db.rows(
        "DELETE FROM act WHERE row IN (SELECT row FROM act WHERE map_id = ? ORDER BY row DESC LIMIT -1 OFFSET ?)",
        (map_id, KEPT),
    )


def _take_together(db: Connection, entries: list[Row]) -> None:
    """Make one entry, in the newest one's place, of some, given newest first."""
    was, done = Befores(), Tally()
    for _, _, told, _, undo in entries:
        was, done = merged(_unpacked(undo), was), _tally(told) + done
    db.rows(
        "UPDATE act SET reason = ?, about = '', author = 'person', model = '', told = ?, pictures = ?, undo = ?"
        " WHERE row = ?",
        (SEVERAL, _told(done), _pictures(was), _packed(was), entries[0][0]),
    )
    for entry in entries[1:]:
        db.rows("DELETE FROM act WHERE row = ?", (entry[0],))


# --- how it is written ---


def _told(done: Tally) -> str:
    return whole_letters(json.dumps({k: v for k, v in asdict(done).items() if v}, ensure_ascii=False))


def _tally(told: str) -> Tally:
    known: dict[str, Any] = json.loads(told)
    names = tuple(known.pop("names", ()))
    return Tally(**known, names=names)


def _pictures(was: Befores) -> str:
    return " ".join(sorted({each.sha256 for each in was.pictures.values() if each is not None}))


def _packed(was: Befores) -> bytes:
    told = {
        "topics": _plain(was.topics.items()),
        "links": _plain(was.links.items()),
        "explanations": _plain(was.explanations.items()),
        "pictures": _plain(was.pictures.items()),
        "places": [[view, topic_id, asdict(place)] for (view, topic_id), place in was.places.items()],
    }
    text = json.dumps({name: table for name, table in told.items() if table}, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def _plain(table: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {key: None if value is None else asdict(value) for key, value in table}


def _unpacked(undo: bytes, topic_id: str = "") -> Befores:
    """What was there before; nothing where the entry does not even name the topic that is asked for."""
    plain = zlib.decompressobj().decompress(undo, _LONGEST)
    if topic_id.encode() not in plain:
        return Befores()
    told: dict[str, Any] = json.loads(plain)

    def table(name: str, read: Any) -> dict[str, Any]:  # noqa: ANN401 - a reader of one kind of value
        found: dict[str, Any] = told.get(name, {})
        return {key: None if value is None else read(value) for key, value in found.items()}

    places: list[tuple[str, str, dict[str, Any]]] = told.get("places", [])
    return Befores(
        table("topics", topic_from),
        table("links", link_from),
        table("explanations", explanation_from),
        table("pictures", picture_from),
        {(view, topic_id): place_from(place) for view, topic_id, place in places},
    )
