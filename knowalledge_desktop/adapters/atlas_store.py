"""Reading side of the Atlas file: plain queries, no loop, one thread at a time."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.core.errors import AtlasMissing
from knowalledge_desktop.core.sky import Sky
from knowalledge_desktop.core.validation import fold

if TYPE_CHECKING:
    import apsw

FORMAT = 2
"""Version of the file's tables this program reads."""

_ARTICLE = "SELECT id, title, description, extract, fame FROM article WHERE id = ?"
_BRANCHES = (
    "SELECT a.id, a.title, a.description, a.extract, a.fame, b.inside FROM branch b"
    " JOIN article a ON a.id = b.target WHERE b.article = ? ORDER BY b.rank"
)
_LEADING = {
    "en": ("the ", "a ", "an "),
    "fr": ("le ", "la ", "les ", "l'", "l’"),
    "es": ("el ", "la ", "los ", "las "),
}
_GRAMS = 20
_WORDS = 5
# At most this much of a long topic is searched for: common letters and words cost the most and tell the least.
_ALPHABET_END = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as stored; `fame` says how often others name it."""

    article_id: int
    title: str
    description: str
    extract: str
    fame: int


@dataclass(frozen=True, slots=True)
class BranchRow:
    """One stored branch; `inside` is True for a subtopic, False for a related article."""

    entry: Entry
    inside: bool


class AtlasStore:
    """The open file. Use it from one thread only; raises AtlasMissing when it cannot be read."""

    def __init__(self, path: Path) -> None:
        import apsw

        if not path.is_file():
            raise AtlasMissing(path.name)
        uri = f"{path.resolve().as_uri()}?immutable=1"
        try:
            self._db: apsw.Connection = apsw.Connection(
                uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI, statementcachesize=40
            )
            version = int(self._rows("PRAGMA user_version", ())[0][0])
        except apsw.Error as error:
            raise AtlasMissing(f"{path.name}: {error}") from error
        if version != FORMAT:
            self._db.close()
            raise AtlasMissing(f"{path.name} has format {version}, this program reads {FORMAT}")
        self._rows("PRAGMA mmap_size = 268435456", ())
        self._meta = {str(k): str(v) for k, v in self._rows("SELECT key, value FROM meta", ())}

    @property
    def data_version(self) -> str:
        """Version of the encyclopedia data."""
        return self._meta["data_version"]

    @property
    def licence(self) -> str:
        """SPDX name of the texts' licence."""
        return self._meta["licence"]

    def _rows(self, statement: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        return cast("list[tuple[Any, ...]]", self._db.execute(statement, values).fetchall())  # pyright: ignore[reportUnknownMemberType]

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def count(self, language: str) -> int:
        """Number of articles in a language, 0 for one the Atlas does not have."""
        return int(self._meta.get(f"count_{language}", "0"))

    def branches(self, article_id: int) -> list[BranchRow]:
        """All stored branches, best first."""
        rows = self._rows(_BRANCHES, (article_id,))
        return [BranchRow(Entry(*row[:5]), bool(row[5])) for row in rows]

    def resolve(self, topic: str, path: tuple[str, ...], language: str) -> Entry | None:
        """The article a topic means, told by its path where the name has several."""
        exact = self._rows(
            "SELECT id, title, description, extract, fame FROM article a WHERE title = ? AND id IN"
            " (SELECT article FROM name WHERE lang = ? AND folded = ? AND kind = 0)",
            (topic, language, fold(topic)),
        )
        if exact:
            return Entry(*exact[0])
        for name in _variants(fold(topic), language):
            found = self._named(name, language)
            if found:
                return self._meant(found, path, language)
        return None

    def _named(self, folded: str, language: str) -> list[Entry]:
        """Articles of this name; other names from texts count only where no title has it."""
        rows = self._rows("SELECT kind, article FROM name WHERE lang = ? AND folded = ?", (language, folded))
        sure = [article for kind, article in rows if kind <= 2]
        chosen = dict.fromkeys(sure or [article for _, article in rows])
        found = [Entry(*row) for article in chosen for row in self._rows(_ARTICLE, (article,))]
        return sorted(found, key=lambda entry: (-entry.fame, entry.title))

    def named(self, names: Sequence[str], language: str, limit: int) -> list[Entry]:
        """Articles whose title or sure other name is one of these folded names, in the names' order."""
        found: dict[int, Entry] = {}
        for name in names:
            if len(found) >= limit:
                break
            rows = self._rows(
                "SELECT a.id, a.title, a.description, a.extract, a.fame FROM name n"
                " JOIN article a ON a.id = n.article"
                " WHERE n.lang = ? AND n.folded = ? AND n.kind <= 2 ORDER BY a.fame DESC LIMIT 1",
                (language, name),
            )
            found |= {row[0]: Entry(*row) for row in rows}
        return list(found.values())

    def _meant(self, found: list[Entry], path: tuple[str, ...], language: str) -> Entry:
        if len(found) == 1 or not path:
            return found[0]
        around: list[int] = []
        for title in path:
            about = self.resolve(title, (), language)
            if about is not None:
                around.append(about.article_id)
        words = set(fold(" ".join(path)).split())
        return max(found, key=lambda entry: self._fit(entry, around, words))

    def _fit(self, entry: Entry, around: Iterable[int], words: set[str]) -> tuple[float, int]:
        """How well a sense belongs under the articles around it."""
        text = fold(f"{entry.title} {entry.description} {entry.extract}")
        fit = float(sum(word in text for word in words if len(word) > 3))
        for other in around:
            pair = (entry.article_id, other)
            both = (*pair, *reversed(pair))
            near = self._rows(
                "SELECT count(*) FROM branch WHERE (article = ? AND target = ?) OR (article = ? AND target = ?)",
                both,
            )[0][0]
            shared = self._rows(
                "SELECT count(*) FROM branch b JOIN branch c ON c.target = b.target"
                " WHERE b.article = ? AND c.article = ?",
                pair,
            )[0][0]
            fit += 3.0 * float(near) + min(3.0, 0.5 * float(shared))
        return fit, entry.fame

    def titles(self, prefix: str, language: str, limit: int) -> list[str]:
        """Titles that begin with a prefix, the best known first."""
        low = fold(prefix)
        if not low:
            return []
        rows = self._rows(
            "SELECT a.title FROM name n JOIN article a ON a.id = n.article"
            " WHERE n.lang = ? AND n.folded >= ? AND n.folded < ? AND n.kind <= 2"
            " GROUP BY a.id ORDER BY max(n.folded = ?) DESC, a.fame DESC, a.title LIMIT ?",
            (language, low, low + _ALPHABET_END, low, limit),
        )
        return [str(row[0]) for row in rows]

    def sky(self, language: str) -> Sky:
        """All articles of a language with their places; an empty sky for one the Atlas does not have."""
        whole = self._rows("SELECT areas, places, links, haze, box FROM sky WHERE lang = ?", (language,))
        if not whole:
            return Sky(language)
        areas, places, links, haze, box = whole[0]
        names = tuple(json.loads(areas))
        number = {name: n for n, name in enumerate(names)}
        rows = self._rows("SELECT title, folded, area, fame FROM article WHERE lang = ? ORDER BY id", (language,))
        titles, folded, area, fame = zip(*rows, strict=True)
        return Sky(
            language,
            titles,
            folded,
            names,
            tuple(number[a] for a in area),
            fame,
            places,
            links,
            haze,
            tuple(json.loads(box)),
        )

    def titled(self, title: str, language: str) -> Entry | None:
        """The article of exactly this title."""
        rows = self._rows(
            "SELECT id, title, description, extract, fame FROM article WHERE title = ? AND id IN"
            " (SELECT article FROM name WHERE lang = ? AND folded = ? AND kind = 0)",
            (title, language, fold(title)),
        )
        return Entry(*rows[0]) if rows else None

    def nearest(self, topic: str, language: str, limit: int) -> list[str]:
        """Titles close to a topic by spelling, then by what their texts say."""
        folded = fold(topic)
        spelled = self._spelled(folded, language)
        close = [title for ratio, title in spelled if ratio >= 0.72]
        rest = [title for ratio, title in spelled if 0.55 <= ratio < 0.72]
        return list(dict.fromkeys([*close, *self._told(folded, language, limit), *rest]))[:limit]

    def _spelled(self, folded: str, language: str) -> list[tuple[float, str]]:
        grams = sorted({folded[i : i + 3] for i in range(len(folded) - 2)})
        if not grams:
            return []
        step = -(-len(grams) // _GRAMS)
        query = " OR ".join(_quoted(gram) for gram in grams[::step])
        rows = self._rows(
            "SELECT a.title, a.folded FROM spelling s JOIN article a ON a.id = s.rowid"
            " WHERE spelling MATCH ? AND a.lang = ? ORDER BY bm25(spelling) LIMIT 60",
            (query, language),
        )
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(folded)
        found: list[tuple[float, str]] = []
        for title, other in rows:
            matcher.set_seq1(other)
            found.append((matcher.ratio(), title))
        return sorted(found, key=lambda pair: (-pair[0], pair[1]))

    def _told(self, folded: str, language: str, limit: int) -> list[str]:
        words = [word for word in "".join(ch if ch.isalnum() else " " for ch in folded).split() if len(word) > 2]
        words = [word for word in words if len(word) > 3] or words
        words = sorted(dict.fromkeys(words), key=len, reverse=True)[:_WORDS]
        found: list[str] = []
        for joint in (" AND ", " OR "):
            if len(found) >= limit or not words:
                break
            rows = self._rows(
                "SELECT a.title FROM search s JOIN article a ON a.id = s.rowid WHERE search MATCH ? AND a.lang = ?"
                " ORDER BY bm25(search, 8.0, 4.0, 1.0) LIMIT ?",
                (joint.join(_quoted(word) for word in words), language, limit),
            )
            found += [str(row[0]) for row in rows]
        return list(dict.fromkeys(found))[:limit]


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _variants(folded: str, language: str) -> list[str]:
    """Spellings of one name: without article or qualifier, singular and plural."""
    found = [folded]
    found += [folded[len(a) :] for a in _LEADING.get(language, ()) if folded.startswith(a)]
    if language == "en":
        found.append("the " + folded)
    if folded.endswith(")") and " (" in folded:
        found.append(folded[: folded.index(" (")])
    found += [
        folded.replace("’", "'"),
        folded.replace("-", " "),
        folded.replace(" ", "-"),
        folded.replace("-", "–"),
    ]
    for name in tuple(found):
        if name.endswith("ies"):
            found.append(name[:-3] + "y")
        if name.endswith("es"):
            found.append(name[:-2])
        if name.endswith(("s", "x")):
            found.append(name[:-1])
        else:
            found += [name + "s", name + "es"]
        if name.endswith("y"):
            found.append(name[:-1] + "ies")
    return list(dict.fromkeys(name for name in found if name))
