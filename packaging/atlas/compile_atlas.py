"""Compile the encyclopedia's summaries into the Atlas: one read-only SQLite file.

Usage: python packaging/atlas/compile_atlas.py --out resources/atlas/atlas.sqlite [--force]

Nothing is done when the file is already what these inputs and this compiler give.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import pickle
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

# One thread per process: sums come out the same everywhere, and the processes share the cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
_HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(_HERE), str(_HERE.parents[1])]

from atlas_bridge import Linked, align, hints_from  # noqa: E402
from atlas_evidence import Facts, trusted_areas  # noqa: E402
from atlas_links import Linker, collect_names, indegrees  # noqa: E402
from atlas_ranking import Branch, Ranker  # noqa: E402
from atlas_reading import data_files, data_version, file_hash, read_articles  # noqa: E402
from atlas_sky import Plotted, plot  # noqa: E402
from atlas_vectors import build_space, with_links  # noqa: E402
from atlas_words import parse  # noqa: E402
from atlas_writing import FORMAT, Compiled, write  # noqa: E402


@dataclass(frozen=True, slots=True)
class _Part:
    """A language's articles from `low` to before `high`, and where what is known of them is kept."""

    linked: Path
    hints: Path | None
    low: int
    high: int


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


def _link_into(language: str, path: Path, kept: Path) -> int:
    linked = link_language(language, path)
    _keep(kept, linked)
    return len(linked.articles)


def _hint_into(kept: Path, first: Path, branches: Path, hints: Path) -> None:
    linked, leading = _fetch(kept), _fetch(first)
    _keep(hints, hints_from(align(linked, leading), _fetch(branches), len(linked.articles)))


def _rank_part(part: _Part) -> list[list[Branch]]:
    return Ranker(_facts(part.linked, part.hints)).branches(part.low, part.high)


@lru_cache(maxsize=1)
def _facts(kept: Path, hints: Path | None) -> Facts:
    """What a process needs to rank any part of a language, made once for all parts it gets."""
    told: Linked = _fetch(kept)
    listed = [a.title for a in told.articles[:500]] != sorted(a.title for a in told.articles[:500])
    hinted: list[dict[int, float]] = _fetch(hints) if hints else [{} for _ in told.articles]
    return Facts(told.articles, told.space, told.links, told.kinds, told.capitals, hinted, listed=listed)


def _keep(path: Path, told: object) -> None:
    with path.open("wb") as file:
        pickle.dump(told, file, pickle.HIGHEST_PROTOCOL)


def _fetch(path: Path) -> Any:  # noqa: ANN401 - whatever was kept
    with path.open("rb") as file:
        return pickle.load(file)  # noqa: S301 - written by this very run


def compile_all(files: dict[str, Path], work: Path) -> list[Compiled]:
    """All languages; the first one's ranking gives hints to the others.

    Languages are linked whole and ranked in parts, so that all cores stay busy to the end. What one process
    works out for the others is kept in the folder `work`.
    """
    cores = os.cpu_count() or 1
    first, *others = files
    kept = {language: work / f"{language}.linked" for language in files}
    with ProcessPoolExecutor(max_workers=cores, initializer=gc.disable) as pool:
        linking = {
            language: pool.submit(_link_into, language, files[language], kept[language]) for language in files
        }

        def rank(language: str, hints: Path | None) -> list[Future[list[list[Branch]]]]:
            count = linking[language].result()
            size = -(-count // max(2, cores))
            parts = [_Part(kept[language], hints, low, min(low + size, count)) for low in range(0, count, size)]
            return [pool.submit(_rank_part, part) for part in parts]

        ranking = {first: rank(first, None)}
        branches = {first: [row for part in ranking[first] for row in part.result()]}
        leading = work / f"{first}.branches"
        _keep(leading, branches[first])
        hints = {language: work / f"{language}.hints" for language in others}
        hinting = {
            language: pool.submit(_hint_into, kept[language], kept[first], leading, hints[language])
            for language in others
            if linking[language].result()
        }
        for language in others:
            hinting[language].result()
            ranking[language] = rank(language, hints[language])
        compiled = [_compiled(_fetch(path)) for path in kept.values()]  # while the others still rank
        plotting: list[Future[Plotted]] = []
        for one in compiled:
            one.branches = [row for part in ranking[one.language] for row in part.result()]
            plotting.append(pool.submit(plot, one.areas, one.fame, one.links, one.branches))
        for one, plotted in zip(compiled, plotting, strict=True):
            one.sky = plotted.result()
        return compiled


def _compiled(linked: Linked) -> Compiled:
    return Compiled(
        linked.language,
        linked.articles,
        trusted_areas(linked.articles, linked.space),
        [round(10 * float(n)) for n in indegrees(linked.links)],
        linked.aliases,
        [[(t, round(100 * m.weight)) for t, m in row.items()] for row in linked.links],
    )


def stamp(files: dict[str, Path]) -> str:
    """Hash of all that shapes the result: the data files and the compiler's own text."""
    package = _HERE.parents[1] / "knowalledge_desktop"
    used = ("core/evidence.py", "layout/sky.py", "layout/haze.py")
    sources = [*sorted(_HERE.glob("*.py")), *(package / name for name in used)]
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
    with tempfile.TemporaryDirectory() as work:
        compiled = compile_all(files, Path(work))
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
