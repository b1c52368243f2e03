"""Texts as vectors: weighted words, and a latent space where related words meet."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from atlas_words import STOP, Parsed, base_title, fold_word, stem, tokens
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Whole = NDArray[np.int32] | NDArray[np.int64]

RANK = 144
SENSE_RANK = 96
TITLE, DESCRIPTION, FIRST, REPEATED, ONCE = 1.0, 0.95, 0.75, 0.5, 0.3
"""How much a word's place says that the text is about it."""


@dataclass(slots=True)
class Sparse:
    """Rows of a sparse matrix, compressed."""

    starts: Ints
    columns: Ints
    values: Floats
    width: int

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    def row(self, index: int) -> tuple[Ints, Floats]:
        """Columns and values of one row."""
        part = slice(self.starts[index], self.starts[index + 1])
        return self.columns[part], self.values[part]

    def flipped(self) -> Sparse:
        """The transpose."""
        rows = np.repeat(np.arange(self.height, dtype=np.int32), np.diff(self.starts))
        order = np.argsort(self.columns, kind="stable")
        counts = np.bincount(self.columns, minlength=self.width)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return Sparse(starts, rows[order], self.values[order], self.height)

    def times(self, dense: Floats, chunk: int = 64) -> Floats:
        """Product with a dense matrix, a chunk of rows at a time, few enough for the cache."""
        out = np.zeros((self.height, dense.shape[1]), dtype=np.float32)
        for low in range(0, self.height, chunk):
            high = min(low + chunk, self.height)
            begin, end = int(self.starts[low]), int(self.starts[high])
            if begin == end:
                continue
            part = dense[self.columns[begin:end]] * self.values[begin:end, None]
            filled = np.flatnonzero(np.diff(self.starts[low : high + 1]))
            out[low + filled] = np.add.reduceat(part, self.starts[low + filled] - begin, axis=0)
        return out


@dataclass(slots=True)
class Space:
    """All that the texts of one language say about each other as texts."""

    vocabulary: dict[str, int]
    idf: Floats
    weights: Sparse
    postings: Sparse
    places: Sparse
    latent: Floats


def spread_rows(rows: Whole, columns: Whole, values: Floats, postings: Sparse, height: int) -> Floats:
    """Sparse times sparse as a dense block.

    Each (row, column, value) adds the posting list of that column, times the value, to that row.
    """
    where, lengths = expand(postings, columns)
    much = postings.values[where] * np.repeat(values, lengths)
    flat = np.repeat(rows.astype(np.int64) * postings.width, lengths) + postings.columns[where]
    dense = np.bincount(flat, weights=much, minlength=height * postings.width)
    return dense.astype(np.float32).reshape(height, postings.width)


def expand(lists: Sparse, chosen: Whole) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of all entries of the chosen rows, one row after the other, and how many each has."""
    lengths = (lists.starts[chosen + 1] - lists.starts[chosen]).astype(np.int64)
    before = np.cumsum(lengths) - lengths
    where = np.repeat(lists.starts[chosen] - before, lengths) + np.arange(int(lengths.sum()))
    return where, lengths


def gather(postings: Sparse, columns: Whole, values: Floats) -> Floats:
    """Weighted sum of posting lists as a dense row."""
    return spread_rows(np.zeros(len(columns), dtype=np.int64), columns, values, postings, 1)[0]


def _places(parsed: Parsed) -> tuple[dict[str, float], dict[str, float]]:
    """Stems of an article with weighted counts, and how prominently each is placed."""
    counts: defaultdict[str, float] = defaultdict(float)
    place: dict[str, float] = {}
    parts = [(parsed.title, 3.0, TITLE), (parsed.description, 2.0, DESCRIPTION)]
    parts += [(s, 1.5 if i == 0 else 1.0, FIRST if i == 0 else ONCE) for i, s in enumerate(parsed.told)]
    for words, weight, where in parts:
        for token in words:
            root = token.root
            if not root:
                continue
            counts[root] += weight
            old = place.get(root, 0.0)
            place[root] = max(where, REPEATED) if old == ONCE else max(old, where)
    return counts, place


def title_words(title: str) -> list[str]:
    """Stems of a title's own words (without its qualifier), stop words left out."""
    found = (fold_word(t.folded) for t in tokens(base_title(title)[0]))
    return list(dict.fromkeys(stem(w) for w in found if w not in STOP))


def sparse(rows: Sequence[Mapping[int, float]], width: int) -> Sparse:
    """Rows given as mappings from column to value, compressed."""
    starts = np.concatenate(([0], np.cumsum([len(r) for r in rows]))).astype(np.int32)
    columns = np.fromiter((c for r in rows for c in r), dtype=np.int32)
    values = np.fromiter((v for r in rows for v in r.values()), dtype=np.float32)
    return Sparse(starts, columns, values, width)


def build_space(parsed: list[Parsed]) -> Space:
    """Vectors of all articles from their words alone."""
    told = [_places(p) for p in parsed]
    frequency: Counter[str] = Counter(w for counts, _ in told for w in counts)
    vocabulary = {w: i for i, w in enumerate(sorted(w for w, n in frequency.items() if n > 1))}
    total = len(parsed)
    idf = np.array([math.log(total / frequency[w]) for w in vocabulary], dtype=np.float32)
    heavy = idf.tolist()
    rows: list[dict[int, float]] = []
    for counts, _ in told:
        row = {vocabulary[w]: 1 + math.log(n) for w, n in counts.items() if w in vocabulary}
        rows.append(_unit({c: n * heavy[c] for c, n in row.items()}))
    weights = sparse(rows, len(vocabulary))
    places = sparse(
        [{vocabulary[w]: p for w, p in place.items() if w in vocabulary} for _, place in told], len(vocabulary)
    )
    return Space(vocabulary, idf, weights, weights.flipped(), places.flipped(), latent(weights, SENSE_RANK))


def with_links(space: Space, linked: list[dict[int, float]]) -> Space:
    """The same space with a latent part that also counts the articles each one names as words."""
    indegree: Counter[int] = Counter(t for row in linked for t in row)
    total, width = len(linked), len(space.vocabulary)
    mixed: list[dict[int, float]] = []
    for index, named_by in enumerate(linked):
        columns, values = space.weights.row(index)
        named = {width + t: c * math.log(total / (1 + indegree[t])) for t, c in named_by.items()}
        named[width + index] = math.log(total / (1 + indegree[index]))
        row = dict(zip(columns.tolist(), values.tolist(), strict=True))
        mixed.append(_unit(row | {k: 0.8 * v for k, v in _unit(named).items()}))
    return replace(space, latent=latent(sparse(mixed, width + total), RANK))


def _unit(row: dict[int, float]) -> dict[int, float]:
    length = math.sqrt(sum(v * v for v in row.values())) or 1.0
    return {k: v / length for k, v in row.items()}


def latent(matrix: Sparse, rank: int) -> Floats:
    """Unit vectors in the space of the matrix's strongest directions (randomised SVD, fixed seed)."""
    flipped = matrix.flipped()
    guess = np.random.default_rng(7).standard_normal((matrix.width, rank + 24)).astype(np.float32)
    basis = matrix.times(guess)
    for _ in range(1 if rank < RANK else 2):
        basis = matrix.times(flipped.times(np.linalg.qr(basis)[0]))
    basis = np.linalg.qr(basis)[0]
    small = flipped.times(basis)
    left, sizes, _ = np.linalg.svd(small.T @ small)
    sizes = np.sqrt(np.maximum(sizes[:rank], 1e-12))
    found = (basis @ left[:, :rank]) * np.sqrt(sizes)[None, :]
    found = found[:, 1:]  # the strongest direction only says how long and common a text is
    return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)
