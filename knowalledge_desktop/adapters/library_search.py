"""Finding topics in the library: titles for every letter that is typed, texts by rank in a pause, near misses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from knowalledge_desktop.adapters.library_connection import Connection, Row
from knowalledge_desktop.adapters.library_lists import made_by
from knowalledge_desktop.adapters.library_near import words_meant
from knowalledge_desktop.adapters.library_rows import TITLE
from knowalledge_desktop.core.lit import is_unspaced, lit, snippet
from knowalledge_desktop.core.ports import SearchHit
from knowalledge_desktop.core.shelf import EVERYTHING, Filter, Found, Where
from knowalledge_desktop.core.validation import fold

_NEWEST = 200  # titles that are ranked in memory
_FILTERED = 300  # newest titles that a filter looks at while typing; all of them in the pause
_BEGINNINGS = 50  # titles that begin with what is typed, in alphabetical order
_BODY_LETTERS = 3  # shorter words match too much text to rank it while typing
_SUMMARY = 160  # characters of a summary shown under a title
_THREE = 3  # letters of one entry of the index for unspaced scripts
_ENTRIES = 200  # entries of that index that one word may stand for
_LAST = "\U0010ffff"

_COLUMNS = f"""topic.map_id, {TITLE}, topic.topic_id, topic.title, topic.folded, topic.summary,
    topic.topic_id = map.root_id,
    (SELECT max(ifnull(e.quality, -1)) FROM explanation e INDEXED BY explanation_facts
        WHERE e.map_id = topic.map_id AND e.topic_id = topic.topic_id)"""  # noqa: S608 (only constants)
_MAP = "CROSS JOIN map ON map.map_id = topic.map_id"
_KEPT = "map.deleted_at IS NULL"
# As a range, so that it is read from the index of the shelf.
_OUT = "topic.map_id NOT IN (SELECT map_id FROM map WHERE deleted_at > -1e300)"


Stop = Callable[[], None]


def nobody_stops() -> None:
    """Somebody waits for the result."""


def find_topics(db: Connection, text: str, limit: int, among: Filter = EVERYTHING) -> tuple[SearchHit, ...]:
    """Topics whose title or text matches, best first, and when there are none those written nearly so."""
    found = _Hits(limit)
    found.add(find_titles(db, text, among, limit))
    if found.room:
        found.add(find_texts(db, text, among, limit))
    if not found.all():
        found.add(find_near(db, text, among, limit).hits)
    return found.all()


def find_titles(db: Connection, text: str, among: Filter, limit: int) -> tuple[SearchHit, ...]:
    """Topics whose title has all words, each as the beginning of one; the very title first, then the newest.

    It takes about as long in a library of a hundred topics as in one of a hundred thousand: filters look at
    the newest titles only, `find_texts` at all of them.
    """
    words = _folded_words(text)
    if limit <= 0 or not words:
        return ()
    wanted = fold(_plain(text))
    where, values = _conditions(among)
    found = db.rows(
        "SELECT topic.row, topic.folded FROM (SELECT row FROM topic WHERE folded >= ? AND folded < ?"  # noqa: S608
        f" ORDER BY folded LIMIT {_BEGINNINGS}) AS hit CROSS JOIN topic ON topic.row = hit.row"
        f" WHERE {_OUT}{where}",
        (wanted, wanted + _LAST, *values),
    )
    newest = "SELECT rowid AS row FROM title_words WHERE title_words MATCH ? ORDER BY rowid DESC"
    if among:
        newest += f" LIMIT {_FILTERED}"
    found += db.rows(
        f"SELECT topic.row, topic.folded FROM ({newest}) AS hit"  # noqa: S608
        f" CROSS JOIN topic ON topic.row = hit.row WHERE {_OUT}{where} LIMIT {_NEWEST}",
        (_query(words), *values),
    )
    best = sorted(
        dict(found).items(),
        key=lambda row: (row[1] != wanted, not row[1].startswith(wanted), len(row[1]), -row[0]),
    )
    # Only what is shown is read whole: a text has pages of its own, which may be far apart on the disk.
    return _shown(_whole(db, [row for row, _ in best[:limit]]), words, limit)


def _whole(db: Connection, rows: Sequence[int]) -> list[Row]:
    """These topics in this order; in one statement, as each one has a cost of its own."""
    found = db.rows(
        f"SELECT {_COLUMNS}, topic.row FROM json_each(?) AS hit CROSS JOIN topic ON topic.row = hit.value {_MAP}",  # noqa: S608
        (str(list(rows)),),
    )
    known = {row[-1]: row for row in found}
    return [known[row] for row in rows if row in known]


def find_texts(
    db: Connection, text: str, among: Filter, limit: int, go_on: Stop = nobody_stops
) -> tuple[SearchHit, ...]:
    """Topics with all words in the title, in a text, or in summary or note; the best first.

    Text of scripts that do not space words is matched anywhere inside. `go_on` is asked between one text and
    the next, and may raise to end the search.
    """
    words = _folded_words(text)
    if limit <= 0 or not _plain(text).strip():
        return ()
    found = _Hits(limit)
    if not words:  # only signs, such as "+" or "∑"
        signs = fold(_plain(text)).split()
        found.add(_shown(_title_like(db, signs, among, limit), signs, limit))
        return found.all()
    if any(map(is_unspaced, words)):
        found.add(_shown(_title_like(db, words, among, limit), words, limit))
        found.add(_unspaced(db, words, _raw_words(text), among, limit, go_on))
        return found.all()
    if among:
        found.add(_shown(_all_titles(db, words, among, limit), words, limit))
    if max(map(len, words)) >= _BODY_LETTERS:
        found.add(_texts(db, words, among, limit, go_on))
        found.add(_summaries(db, words, among, limit, go_on))
        inside = [word for word in words if len(word) >= _BODY_LETTERS]
        found.add(_shown(_title_like(db, inside, among, limit), inside, limit))
    return found.all()


def find_near(db: Connection, text: str, among: Filter, limit: int) -> Found:
    """Topics with a title of words that are nearly these, with the words that were found in their place."""
    words = _folded_words(text)
    if limit <= 0 or not words or any(map(is_unspaced, words)):
        return Found()
    meant = words_meant(db, words)
    if not all(meant) or [each[0] for each in meant] == words:
        return Found()
    query = " AND ".join(f"({' OR '.join(_quoted(word) for word in each)})" for each in meant)
    where, values = _conditions(among)
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM title_words CROSS JOIN topic ON topic.row = title_words.rowid {_MAP}"  # noqa: S608
        f" WHERE title_words MATCH ? AND {_KEPT}{where} ORDER BY title_words.rowid DESC LIMIT {_NEWEST}",
        (query, *values),
    )
    best = [each[0] for each in meant]
    hits = _shown(_ranked(rows, " ".join(best)), [word for each in meant for word in each], limit)
    return Found(tuple(replace(hit, where=Where.NEAR) for hit in hits), " ".join(best) if hits else "")


def _told(rows: Iterable[Row], words: Sequence[str], where: Where, go_on: Stop) -> list[SearchHit]:
    hits: list[SearchHit] = []
    for row in rows:
        go_on()
        hits.append(_hit(row, words, where, snippet(row[8], words)))
    return hits


class _Hits:
    """Hits in order, each topic once, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._hits: dict[tuple[str, str], SearchHit] = {}

    @property
    def room(self) -> int:
        return self._limit - len(self._hits)

    def add(self, found: Iterable[SearchHit]) -> None:
        for hit in found:
            if self.room > 0:
                self._hits.setdefault((hit.map_id, hit.topic_id), hit)

    def all(self) -> tuple[SearchHit, ...]:
        return tuple(self._hits.values())


# --- words ---


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _raw_words(text: str) -> list[str]:
    return [word for word in _plain(text).split() if any(ch.isalnum() for ch in word)]


def _folded_words(text: str) -> list[str]:
    return [part for word in _raw_words(text) if (part := fold(word))]


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"*'


def _query(words: Iterable[str]) -> str:
    """An FTS5 query in which the words are only ever words, never operators."""
    return " AND ".join(map(_quoted, words))


def _like(column: str, words: Sequence[str]) -> tuple[str, list[str]]:
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    return " AND ".join(f"{column} LIKE ? ESCAPE '\\'" for _ in words), [f"%{word}%" for word in escaped]


_ENGINE, _EXPLAINED, _SINCE, _QUALITY, _LANGUAGE = (
    f"EXISTS (SELECT 1 FROM explanation e WHERE e.map_id = topic.map_id AND e.topic_id = topic.topic_id{more})"  # noqa: S608
    for more in (
        " AND e.engine = ?",
        "",
        " AND e.made_at >= ?",
        " AND e.quality >= ?",
        " AND e.language = ?",
    )
)


def _conditions(among: Filter) -> tuple[str, list[object]]:
    """What a filter asks of a topic, to be put behind a WHERE, with its values."""
    parts: list[str] = []
    values: list[object] = []
    if among.engine:
        parts.append(f"(topic.engine = ? OR {_ENGINE})")
        values += [among.engine, among.engine]
    if among.explained is not None:
        parts.append(_EXPLAINED if among.explained else f"NOT {_EXPLAINED}")
    if among.since is not None:
        parts.append(f"(topic.made_at >= ? OR {_SINCE})")
        values += [among.since, among.since]
    if among.quality is not None:
        parts.append(_QUALITY)
        values.append(among.quality)
    if among.language:
        parts.append(f"(topic.language = ? OR {_LANGUAGE})")
        values += [among.language, among.language]
    if among.made is not None:
        its = "p.map_id = topic.map_id AND p.topic_id = topic.topic_id"
        found = (
            f"EXISTS (SELECT 1 FROM {table} p WHERE {its} AND {made_by('p', among)})"  # noqa: S608
            for table in ("explanation", "topic_picture")
        )
        parts.append(f"({made_by('topic', among)} OR {' OR '.join(found)})")
        values += 3 * [value for pair in among.made for value in pair]
    return "".join(f" AND {part}" for part in parts), values


# --- rows ---


def _ranked(rows: Iterable[Row], wanted: str) -> list[Row]:
    """The very title first, then titles that begin so, then shorter ones; newest first when equal."""
    return sorted(rows, key=lambda row: (row[4] != wanted, not row[4].startswith(wanted), len(row[4])))


def _shown(rows: Iterable[Row], words: Sequence[str], limit: int) -> tuple[SearchHit, ...]:
    found = _Hits(limit)
    for row in rows:
        if not found.room:
            break
        found.add((_hit(row, words, Where.TITLE, _short(row[5])),))
    return found.all()


def _hit(row: Row, words: Sequence[str], where: Where, told: str) -> SearchHit:
    map_id, map_title, topic_id, title, _, _, is_root, quality = row[:8]
    known = None if quality is None or quality < 0 else float(quality)
    marked = lit(title, words)
    return SearchHit(
        map_id, map_title, topic_id, title, told, marked, where, quality is not None, known, bool(is_root)
    )


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SUMMARY else flat[: _SUMMARY - 1].rstrip() + "…"


# --- the second stage ---


def _all_titles(db: Connection, words: list[str], among: Filter, limit: int) -> list[Row]:
    where, values = _conditions(among)
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM title_words CROSS JOIN topic ON topic.row = title_words.rowid {_MAP}"  # noqa: S608
        f" WHERE title_words MATCH ? AND {_KEPT}{where} ORDER BY title_words.rowid DESC LIMIT ?",
        (_query(words), *values, max(limit, _NEWEST)),
    )
    return _ranked(rows, " ".join(words))


def _texts(db: Connection, words: list[str], among: Filter, limit: int, go_on: Stop) -> list[SearchHit]:
    where, values = _conditions(among)
    rows = db.rows(
        f"SELECT {_COLUMNS}, explanation.markdown FROM explanation_words"  # noqa: S608
        " CROSS JOIN explanation ON explanation.row = explanation_words.rowid"
        " CROSS JOIN topic ON topic.map_id = explanation.map_id AND topic.topic_id = explanation.topic_id"
        f" {_MAP} WHERE explanation_words MATCH ? AND {_KEPT}{where} ORDER BY explanation_words.rank LIMIT ?",
        (_query(words), *values, limit),
    )
    return _told(rows, words, Where.TEXT, go_on)


def _summaries(db: Connection, words: list[str], among: Filter, limit: int, go_on: Stop) -> list[SearchHit]:
    where, values = _conditions(among)
    rows = db.rows(
        f"SELECT {_COLUMNS}, topic.summary || ' ' || topic.note FROM topic_words"  # noqa: S608
        f" CROSS JOIN topic ON topic.row = topic_words.rowid {_MAP}"
        f" WHERE topic_words MATCH ? AND {_KEPT}{where} ORDER BY topic_words.rank LIMIT ?",
        (_query(words), *values, limit),
    )
    return _told(rows, words, Where.SUMMARY, go_on)


def _title_like(db: Connection, words: Sequence[str], among: Filter, limit: int) -> list[Row]:
    """Titles that have the words anywhere inside."""
    if not words:
        return []
    like, inside = _like("topic.folded", words)
    where, values = _conditions(among)
    entries = [_entries(db, "title_three", word) for word in words]
    if all(entries):
        rows = db.rows(
            f"SELECT {_COLUMNS} FROM topic_parts CROSS JOIN topic ON topic.row = topic_parts.rowid {_MAP}"  # noqa: S608
            f" WHERE topic_parts MATCH ? AND {like} AND {_KEPT}{where}"
            " ORDER BY topic_parts.rowid DESC LIMIT ?",
            (" AND ".join(entries), *inside, *values, max(limit, _NEWEST)),
        )
    else:
        rows = []
    short = [word for word in words if len(word) < _THREE]
    if short and len(short) == len(words):  # a title of one or two letters is in no entry
        rows += db.rows(
            f"SELECT {_COLUMNS} FROM topic {_MAP} WHERE topic.folded >= ? AND topic.folded < ?"  # noqa: S608
            f" AND {_KEPT}{where} ORDER BY topic.folded LIMIT ?",
            (short[0], short[0] + _LAST, *values, limit),
        )
    return _ranked(rows, " ".join(words))


def _unspaced(
    db: Connection, words: list[str], raw: list[str], among: Filter, limit: int, go_on: Stop
) -> list[SearchHit]:
    """Texts and summaries that have the words, as they are written, anywhere inside."""
    where, values = _conditions(among)
    hits: list[SearchHit] = []
    told = (
        (
            Where.TEXT,
            "explanation_three",
            "explanation.markdown",
            "explanation_parts CROSS JOIN explanation ON explanation.row = explanation_parts.rowid"
            " CROSS JOIN topic ON topic.map_id = explanation.map_id AND topic.topic_id = explanation.topic_id",
        ),
        (
            Where.SUMMARY,
            "summary_three",
            "(topic.summary || ' ' || topic.note)",
            "summary_parts CROSS JOIN topic ON topic.row = summary_parts.rowid",
        ),
    )
    for kind, index, column, source in told:
        entries = [_entries(db, index, word) for word in raw]
        if not all(entries):
            continue
        like, inside = _like(column, raw)
        parts = source.partition(" ")[0]
        rows = db.rows(
            f"SELECT {_COLUMNS}, {column} FROM {source} {_MAP}"  # noqa: S608
            f" WHERE {parts} MATCH ? AND {like} AND {_KEPT}{where} ORDER BY {parts}.rowid DESC LIMIT ?",
            (" AND ".join(entries), *inside, *values, limit),
        )
        hits += _told(rows, words, kind, go_on)
    return hits


def _entries(db: Connection, index: str, word: str) -> str:
    """An FTS5 query for the entries (three letters each) of a text with this word; empty when there are none.

    A shorter word begins some entry: texts end in two spaces for that, titles may have it anywhere.
    """
    if len(word) >= _THREE:
        threes = dict.fromkeys(word[n : n + _THREE].lower() for n in range(len(word) - _THREE + 1))
        return " AND ".join('"' + three.replace('"', '""') + '"' for three in threes)
    if index == "title_three":
        rows = db.rows(f"SELECT term FROM {index} WHERE instr(term, ?) LIMIT {_ENTRIES}", (word,))  # noqa: S608
    else:
        rows = db.rows(
            f"SELECT term FROM {index} WHERE term >= ? AND term < ? LIMIT {_ENTRIES}",  # noqa: S608
            (word, word + _LAST),
        )
    return "(" + " OR ".join('"' + term.replace('"', '""') + '"' for (term,) in rows) + ")" if rows else ""
