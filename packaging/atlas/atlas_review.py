"""Print an article's branches and links, to judge the ranking by eye."""

from __future__ import annotations

import sqlite3
import sys


def main() -> None:
    """Usage: atlas_review.py ATLAS LANGUAGE TITLE..."""
    path, language, *titles = sys.argv[1:]
    with sqlite3.connect(path) as db:
        for title in titles:
            rows = db.execute(
                "SELECT b.inside, t.title FROM article a JOIN branch b ON b.article = a.id "
                "JOIN article t ON t.id = b.target WHERE a.lang = ? AND a.title = ? ORDER BY b.rank",
                (language, title),
            ).fetchall()
            told = ", ".join(f"{'' if inside else '~'}{name}" for inside, name in rows[:15])
            print(f"{title} [{len(rows)}]: {told}")


if __name__ == "__main__":
    main()
