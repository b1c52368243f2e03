"""Write the compiled articles into one read-only SQLite file, whole or not at all."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from atlas_ranking import Branch
from atlas_reading import Article
from atlas_sky import Plotted
from atlas_words import base_title

from knowalledge_desktop.core.validation import fold

FORMAT = 2
"""Version of the tables below; the program refuses others."""

TITLE, LISTED, UNQUALIFIED, OTHER = 0, 1, 2, 3

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article(
    id INTEGER PRIMARY KEY, lang TEXT NOT NULL, title TEXT NOT NULL, folded TEXT NOT NULL,
    description TEXT NOT NULL, extract TEXT NOT NULL, area TEXT NOT NULL, fame INTEGER NOT NULL
);
CREATE TABLE name(
    lang TEXT NOT NULL, folded TEXT NOT NULL, kind INTEGER NOT NULL, article INTEGER NOT NULL,
    PRIMARY KEY(lang, folded, kind, article)
) WITHOUT ROWID;
CREATE TABLE link(
    source INTEGER NOT NULL, target INTEGER NOT NULL, weight INTEGER NOT NULL, PRIMARY KEY(source, target)
) WITHOUT ROWID;
CREATE TABLE branch(
    article INTEGER NOT NULL, rank INTEGER NOT NULL, target INTEGER NOT NULL, inside INTEGER NOT NULL,
    PRIMARY KEY(article, rank)
) WITHOUT ROWID;
CREATE TABLE sky(
    lang TEXT PRIMARY KEY, areas TEXT NOT NULL, places BLOB NOT NULL, links BLOB NOT NULL, haze BLOB NOT NULL,
    box TEXT NOT NULL
) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
    title, description, extract, content='article', content_rowid='id', detail='column',
    tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE spelling USING fts5(
    folded, content='article', content_rowid='id', detail='none', tokenize='trigram'
);
"""


@dataclass(slots=True)
class Compiled:
    """Everything worked out for one language; numbers are places in `articles`."""

    language: str
    articles: list[Article]
    areas: list[str]
    fame: list[int]
    aliases: list[tuple[str, int]]
    links: list[list[tuple[int, int]]]
    branches: list[list[Branch]] = field(default_factory=list)
    sky: Plotted | None = None


def write(out: Path, languages: Iterable[Compiled], meta: dict[str, str]) -> None:
    """Write beside `out`, then put it in its place in one step."""
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part)
    try:
        db.executescript(
            f"PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA user_version={FORMAT};" + _TABLES
        )
        first = 1
        for compiled in languages:
            _write_language(db, compiled, first)
            first += len(compiled.articles)
        db.executemany("INSERT INTO meta VALUES(?, ?)", sorted(meta.items()))
        for table in ("search", "spelling"):
            db.execute(f"INSERT INTO {table}({table}) VALUES('rebuild')")
            db.execute(f"INSERT INTO {table}({table}) VALUES('optimize')")
        db.commit()
        db.execute("ANALYZE")
        db.commit()
        db.execute("VACUUM")
    finally:
        db.close()
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(out)


def _write_language(db: sqlite3.Connection, told: Compiled, first: int) -> None:
    language = told.language
    db.executemany(
        "INSERT INTO article VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (first + i, language, a.title, fold(a.title), a.description, a.extract, told.areas[i], told.fame[i])
            for i, a in enumerate(told.articles)
        ),
    )
    db.executemany("INSERT OR IGNORE INTO name VALUES(?, ?, ?, ?)", _names(told, first))
    db.executemany(
        "INSERT INTO link VALUES(?, ?, ?)",
        ((first + s, first + t, weight) for s, row in enumerate(told.links) for t, weight in row),
    )
    db.executemany(
        "INSERT INTO branch VALUES(?, ?, ?, ?)",
        (
            (first + i, rank, first + b.target, int(b.inside))
            for i, row in enumerate(told.branches)
            for rank, b in enumerate(row)
        ),
    )
    if (sky := told.sky) is not None:
        db.execute(
            "INSERT INTO sky VALUES(?, ?, ?, ?, ?, ?)",
            (language, json.dumps(sky.areas), sky.places, sky.links, sky.haze, json.dumps(sky.box)),
        )


def _names(told: Compiled, first: int) -> Iterable[tuple[str, str, int, int]]:
    for index, article in enumerate(told.articles):
        yield told.language, fold(article.title), TITLE, first + index
        base, qualifier = base_title(article.title)
        if qualifier:
            yield told.language, fold(base), UNQUALIFIED, first + index
        for name in article.names:
            yield told.language, fold(name), LISTED, first + index
            plain, extra = base_title(name)
            if extra:
                yield told.language, fold(plain), UNQUALIFIED, first + index
    for name, index in told.aliases:
        yield told.language, fold(name), OTHER, first + index
