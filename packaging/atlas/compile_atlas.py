"""Compile the encyclopedia's summaries into the Atlas: one read-only SQLite file.

Usage: python packaging/atlas/compile_atlas.py --out resources/atlas/atlas.sqlite [--force]

Nothing is done when the file is already what these inputs and this compiler give.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sqlite3
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# One thread per process: sums come out the same everywhere, and the processes share the cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parents[1])]

from atlas_bridge import Linked, align, hints_from  # noqa: E402
from atlas_links import Linker, collect_names, indegrees  # noqa: E402
from atlas_ranking import Ranker  # noqa: E402
from atlas_reading import data_files, data_version, file_hash, read_articles  # noqa: E402
from atlas_vectors import build_space, with_links  # noqa: E402
from atlas_words import parse  # noqa: E402
from atlas_writing import FORMAT, Compiled, write  # noqa: E402


def link_language(language: str, path: Path) -> Linked:
    """Read the articles of one language and find what each names."""
    articles = read_articles(path)
    parsed = [parse(article) for article in articles]
    words = build_space(parsed)
    names = collect_names(articles)
    linker = Linker(articles, parsed, words, names)
    links = linker.links()
    space = with_links(words, [{t: m.sure for t, m in row.items()} for row in links])
    return Linked(language, articles, space, links, linker.kinds(links), linker.capitals(), names.aliases)


def rank_language(linked: Linked, hints: list[dict[int, float]]) -> Compiled:
    """Rank the branches of every article of one language."""
    articles, links = linked.articles, linked.links
    listed = [a.title for a in articles[:500]] != sorted(a.title for a in articles[:500])
    ranker = Ranker(articles, linked.space, links, linked.kinds, linked.capitals, hints, listed=listed)
    return Compiled(
        linked.language,
        articles,
        ranker.areas,
        [round(10 * float(n)) for n in indegrees(links)],
        linked.aliases,
        [[(t, round(100 * m.weight)) for t, m in row.items()] for row in links],
        ranker.all_branches(),
    )


def compile_all(files: dict[str, Path]) -> list[Compiled]:
    """All languages; the first one's ranking gives hints to the others."""
    with ProcessPoolExecutor(max_workers=min(len(files), os.cpu_count() or 1)) as pool:
        linking = [pool.submit(link_language, language, path) for language, path in files.items()]
        first = linking[0].result()
        leading = pool.submit(rank_language, first, [{} for _ in first.articles])
        ranking = [leading]
        for other in linking[1:]:
            linked = other.result()
            pairs = align(linked, first)
            hints = hints_from(pairs, leading.result().branches, len(linked.articles))
            ranking.append(pool.submit(rank_language, linked, hints))
        return [ranked.result() for ranked in ranking]


def stamp(files: dict[str, Path]) -> str:
    """Hash of all that shapes the result: the data files and the compiler's own text."""
    sources = [*sorted(_HERE.glob("*.py")), _HERE.parents[1] / "knowalledge_desktop" / "core" / "evidence.py"]
    told = [f"{FORMAT}", *(f"{language}:{file_hash(path)}" for language, path in files.items())]
    told += [path.read_text(encoding="utf-8") for path in sources]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def is_current(out: Path, wanted: str) -> bool:
    """Whether `out` was compiled from exactly this."""
    if not out.exists():
        return False
    try:
        db = sqlite3.connect(f"{out.resolve().as_uri()}?mode=ro", uri=True)
        try:
            row = db.execute("SELECT value FROM meta WHERE key = 'stamp'").fetchone()
        finally:
            db.close()
    except sqlite3.DatabaseError:
        return False
    return row is not None and row[0] == wanted


def main(arguments: list[str] | None = None) -> int:
    """Compile when needed; says what it did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--force", action="store_true", help="compile even when it is up to date")
    told = parser.parse_args(arguments)
    started = time.perf_counter()
    files = data_files()
    wanted = stamp(files)
    if not told.force and is_current(told.out, wanted):
        print(f"{told.out} is up to date")
        return 0
    compiled = compile_all(files)
    meta = {"stamp": wanted, "data_version": data_version(), "licence": "CC-BY-SA-4.0"}
    meta |= {f"count_{c.language}": str(len(c.articles)) for c in compiled}
    write(told.out, compiled, meta)
    for one in compiled:
        full = sum(len(b) >= 15 for b in one.branches) / len(one.branches)
        some = sum(len(b) >= 8 for b in one.branches) / len(one.branches)
        print(f"{one.language}: {len(one.articles)} articles, {full:.0%} with 15 branches, {some:.0%} with 8")
    size = told.out.stat().st_size / 1e6
    print(f"{told.out}: {size:.1f} MB in {time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
