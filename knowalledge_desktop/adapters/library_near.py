"""Mistyped words: which words of titles are meant."""

from __future__ import annotations

from collections.abc import Sequence

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.core.near import forgiven, nearest

_THREE = 3  # letters of one entry of the index of parts
_NEWEST = 200  # titles that are looked through for words
_LAST = "\U0010ffff"


def words_meant(db: Connection, words: Sequence[str]) -> list[tuple[str, ...]]:
    """For each folded word the words of titles that are meant, the best first; nothing where none is near."""
    return [_meant(db, word) for word in words]


def _meant(db: Connection, word: str) -> tuple[str, ...]:
    """The word itself when a title has it, else the nearest words of titles; nothing when none is near."""
    if db.value(
        "SELECT 1 FROM title_words WHERE title_words MATCH ? LIMIT 1", ('"' + word.replace('"', '""') + '"*',)
    ):
        return (word,)
    most = forgiven(word)
    if not most:
        return ()
    alike = dict(
        db.rows(
            "SELECT term, doc FROM title_vocabulary WHERE term >= ? AND term < ? AND length(term) >= ?",
            (word[0], word[0] + _LAST, len(word) - most),
        )
    )
    alike.update(_words_alike(db, word, most))
    return nearest(word, alike.items(), most)


def _words_alike(db: Connection, word: str, most: int) -> dict[str, int]:
    """Words of titles that share enough groups of three letters with a word: for mistakes in its first letter."""
    threes = list(dict.fromkeys(word[n : n + _THREE] for n in range(len(word) - _THREE + 1)))
    enough = max(1, len(threes) - _THREE * most)
    union = " UNION ALL ".join("SELECT rowid FROM topic_parts WHERE topic_parts MATCH ?" for _ in threes)
    rows = db.rows(
        f"SELECT topic.folded FROM (SELECT rowid, count(*) AS shared FROM ({union}) GROUP BY rowid"  # noqa: S608
        f" HAVING shared >= ? ORDER BY shared DESC LIMIT {_NEWEST}) AS hit JOIN topic ON topic.row = hit.rowid",
        (*('"' + three.replace('"', '""') + '"' for three in threes), enough),
    )
    found: dict[str, int] = {}
    for (title,) in rows:
        for each in title.split():
            clean = each.strip("()[]{}.,;:!?\"'’‘“”-")
            if clean:
                found[clean] = found.get(clean, 0) + 1
    return found
