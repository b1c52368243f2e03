"""Finding topics in the library: titles by prefix, then text by rank, then parts of titles."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.ports import SearchHit
from knowalledge_desktop.core.validation import fold

MARK, UNMARK = "\x02", "\x03"
_CANDIDATES = 200  # newest titles that are ranked in memory
_BODY_LETTERS = 3  # shorter words match too much text to rank it while typing
_SUMMARY = 160  # characters of a summary shown under a title

_COLUMNS = "topic.map_id, map.title, topic.topic_id, topic.title, topic.folded"
_MAPS = "JOIN map ON map.map_id = topic.map_id AND map.deleted_at IS NULL"

_TITLES = f"""
SELECT {_COLUMNS}, topic.summary
FROM topic_words JOIN topic ON topic.row = topic_words.rowid {_MAPS}
WHERE topic_words MATCH ? ORDER BY topic_words.rowid DESC LIMIT ?
"""  # noqa: S608 (only constants)
_SUMMARIES = f"""
SELECT {_COLUMNS}, snippet(topic_words, 1, ?, ?, '…', 24)
FROM topic_words JOIN topic ON topic.row = topic_words.rowid {_MAPS}
WHERE topic_words MATCH ? ORDER BY bm25(topic_words) LIMIT ?
"""  # noqa: S608 (only constants)
_TEXTS = f"""
SELECT {_COLUMNS}, snippet(explanation_words, 0, ?, ?, '…', 24)
FROM explanation_words JOIN explanation ON explanation.row = explanation_words.rowid
    JOIN topic ON topic.map_id = explanation.map_id AND topic.topic_id = explanation.topic_id {_MAPS}
WHERE explanation_words MATCH ? ORDER BY bm25(explanation_words) LIMIT ?
"""  # noqa: S608 (only constants)
_PARTS = f"""
SELECT {_COLUMNS}, topic.summary
FROM topic_parts JOIN topic ON topic.row = topic_parts.rowid {_MAPS}
WHERE %s ORDER BY topic_parts.rowid DESC LIMIT ?
"""  # noqa: S608 (only constants)
_UNSPACED_TEXTS = f"""
SELECT {_COLUMNS}, explanation.markdown
FROM explanation
    JOIN topic ON topic.map_id = explanation.map_id AND topic.topic_id = explanation.topic_id {_MAPS}
WHERE %s ORDER BY explanation.row DESC LIMIT ?
"""  # noqa: S608 (only constants)

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO")


def find_topics(db: Connection, text: str, limit: int) -> tuple[SearchHit, ...]:
    """Topics whose title or text matches, best first; every word counts as a prefix.

    Text of scripts that do not space words is matched anywhere inside.
    """
    plain = text.encode("utf-8", "replace").decode().replace("\0", " ")
    words = [word for word in plain.split() if any(ch.isalnum() for ch in word)]
    folded = [part for word in words if (part := fold(word))]
    if limit <= 0 or not plain.strip():
        return ()
    found = _Hits(limit)
    if not folded:  # only signs, such as "+" or "∑"
        found.add(_parts(db, fold(plain).split() or plain.split(), found.room))
        return found.all()
    found.add(_ranked(_titles(db, folded), fold(plain)))
    if found.room and any(_is_unspaced(word) for word in words):
        found.add(_parts(db, folded, found.room))
        found.add(_unspaced_texts(db, words, found.room))
        return found.all()
    if found.room and max(map(len, folded)) >= _BODY_LETTERS:
        found.add(_texts(db, words, found.room))
        found.add(_parts(db, [word for word in folded if len(word) >= _BODY_LETTERS], found.room))
    return found.all()


_Found = tuple[str, SearchHit]
"""A hit with its folded title."""


class _Hits:
    """Hits in order, each topic once, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._hits: dict[tuple[str, str], SearchHit] = {}

    @property
    def room(self) -> int:
        return self._limit - len(self._hits)

    def add(self, found: Iterable[_Found]) -> None:
        for _, hit in found:
            if self.room > 0:
                self._hits.setdefault((hit.map_id, hit.topic_id), hit)

    def all(self) -> tuple[SearchHit, ...]:
        return tuple(self._hits.values())


def _is_unspaced(word: str) -> bool:
    return any(unicodedata.name(ch, "").startswith(_UNSPACED) for ch in word if not ch.isascii())


def _query(words: Iterable[str], column: str = "") -> str:
    """An FTS5 query in which the words are only ever words, never operators."""
    quoted = " AND ".join('"' + word.replace('"', '""') + '"*' for word in words)
    return f"{column} : ({quoted})" if column else quoted


def _hits(rows: Iterable[tuple[str, str, str, str, str, str]]) -> list[_Found]:
    return [
        (folded, SearchHit(map_id, map_title, topic_id, title, _short(snippet)))
        for map_id, map_title, topic_id, title, folded, snippet in rows
    ]


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SUMMARY or MARK in flat else flat[: _SUMMARY - 1].rstrip() + "…"


def _titles(db: Connection, folded: list[str]) -> list[_Found]:
    return _hits(db.rows(_TITLES, (_query(folded, "folded"), _CANDIDATES)))


def _ranked(found: list[_Found], wanted: str) -> list[_Found]:
    """The very title first, then titles that begin so, then shorter ones; newest first when equal."""
    return sorted(found, key=lambda hit: (hit[0] != wanted, not hit[0].startswith(wanted), len(hit[0])))


def _texts(db: Connection, words: list[str], limit: int) -> list[_Found]:
    query = (MARK, UNMARK, _query(words), limit)
    summaries = (MARK, UNMARK, _query(words, "summary"), limit)
    return _hits(db.rows(_TEXTS, query)) + _hits(db.rows(_SUMMARIES, summaries))


def _like(column: str, words: list[str]) -> tuple[str, list[str]]:
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    return " AND ".join(f"{column} LIKE ? ESCAPE '\\'" for _ in words), [f"%{word}%" for word in escaped]


def _parts(db: Connection, folded: list[str], limit: int) -> list[_Found]:
    if not folded:
        return []
    where, values = _like("topic_parts.folded", folded)
    return _ranked(_hits(db.rows(_PARTS % where, (*values, limit))), " ".join(folded))


def _unspaced_texts(db: Connection, words: list[str], limit: int) -> list[_Found]:
    where, values = _like("explanation.markdown", words)
    rows = db.rows(_UNSPACED_TEXTS % where, (*values, limit))
    return _hits((*row[:5], _around(row[5], words[0])) for row in rows)


def _around(text: str, word: str) -> str:
    """Some text about the first place of `word`, marked."""
    at = text.lower().find(word.lower())
    if at < 0:
        return text
    start, end = max(0, at - 20), at + len(word)
    before, after = ("…" if start else "") + text[start:at], text[end : end + 40]
    return f"{before}{MARK}{text[at:end]}{UNMARK}{after}{'…' if end + 40 < len(text) else ''}"
