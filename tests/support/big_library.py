"""Large libraries for benchmarks, made from the texts of the Atlas."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_file import MIGRATIONS, migrate
from knowalledge_desktop.adapters.library_journal import write_beginning
from knowalledge_desktop.adapters.library_rows import add_map
from knowalledge_desktop.core.content import Provenance
from knowalledge_desktop.core.graph import Explanation, Map, Rendering, Topic

IN_A_MAP = 50
LETTERS = 2_800
"""Mean length of a text."""

_AT = 1_790_000_000.0
_MAPS_AT_ONCE = 40


def fill(path: Path, atlas: Path, topics: int) -> None:
    """A library of so many topics, each with a text, in maps of 50; the same each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(Connection(path, durable=True)) as db:
        migrate(db, MIGRATIONS, 0)
        db.script("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
        maps = _maps(_articles(atlas), topics)
        now, more = _AT, True
        while more:
            more = False
            with db.writing():
                for _, document in zip(range(_MAPS_AT_ONCE), maps, strict=False):
                    now, more = now + 3600.0, True
                    add_map(db, document, now)
                    write_beginning(db, document, now)
        for table in ("title_words", "topic_words", "topic_parts", "explanation_words"):
            db.script(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608
        db.script("PRAGMA wal_checkpoint(TRUNCATE)")


def _articles(atlas: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(atlas)) as db:
        found: list[tuple[str, str, str]] = db.execute(
            "SELECT title, description, extract FROM article ORDER BY id"
        ).fetchall()
    return found


def _maps(articles: list[tuple[str, str, str]], topics: int) -> Iterator[Map]:
    dice = random.Random(20)  # noqa: S311 (the same library each time)
    dice.shuffle(articles)
    author = Provenance("atlas", "atlas-en", created_at=_AT)
    for number in range(topics // IN_A_MAP):
        made: dict[str, Topic] = {}
        told: dict[str, Explanation] = {}
        root = ""
        for n in range(IN_A_MAP):
            at = number * IN_A_MAP + n
            title, summary, text = articles[at % len(articles)]
            if at >= len(articles):
                title = f"{title} and {dice.choice(articles)[0]}"
            wanted = dice.uniform(0.4, 1.6) * LETTERS
            while len(text) < wanted:
                text += "\n\n" + dice.choice(articles)[2]
            topic = Topic(f"t{at}", title, root or None, float(n), summary, provenance=author)
            root = root or topic.topic_id
            made[topic.topic_id] = topic
            each = Explanation(
                topic.topic_id,
                Rendering(),
                text[: round(wanted)],
                provenance=author,
                quality=dice.uniform(0.5, 1),
            )
            told[each.key] = each
        yield Map(f"m{number}", made[root].title, root, made, explanations=told)
