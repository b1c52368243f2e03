"""What the compiled branches promise of sense and number, and the array tools they are ranked with."""

from __future__ import annotations

import importlib
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

_BRANCHES = (
    "SELECT t.title, b.inside FROM article a JOIN branch b ON b.article = a.id JOIN article t ON t.id = b.target"
    " WHERE a.lang = ? AND a.title = ? ORDER BY b.rank LIMIT 15"
)
_SHARE = (
    "SELECT avg(branches >= ?) FROM (SELECT count(b.target) AS branches FROM article a"
    " LEFT JOIN branch b ON b.article = a.id WHERE a.lang = ? GROUP BY a.id)"
)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "atlas"))
    return importlib.import_module


def _branches(path: Path, language: str, title: str) -> dict[str, bool]:
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return {name: bool(inside) for name, inside in db.execute(_BRANCHES, (language, title))}
    finally:
        db.close()


@pytest.mark.parametrize(
    ("language", "title", "wanted"),
    [
        ("en", "Machine learning", {"Artificial intelligence", "Algorithm", "Statistics", "Large language model"}),
        ("en", "Soap", {"Fatty acid", "Detergent", "Fat"}),
        (
            "en",
            "Graph theory",
            {"Graph (discrete mathematics)", "Combinatorics", "Computational complexity theory"},
        ),
        ("fr", "Pain", {"Farine", "Levure"}),
        ("es", "Café", {"Café expreso", "Bebida"}),
    ],
)
def test_what_belongs_to_an_article_is_there(
    atlas_path: Path, language: str, title: str, wanted: set[str]
) -> None:
    assert wanted <= _branches(atlas_path, language, title).keys()


@pytest.mark.parametrize(
    ("language", "title", "wrong"),
    [
        ("en", "Graph theory", {"Model (person)", "Graph of a function"}),
        ("en", "Coffee", {"Table (furniture)", "Green bean"}),
        ("en", "World War II", {"Korea"}),
        ("fr", "Pain", {"Violence"}),
    ],
)
def test_no_wrong_sense_appears(atlas_path: Path, language: str, title: str, wrong: set[str]) -> None:
    found = _branches(atlas_path, language, title)
    assert len(found) >= 15
    assert not wrong & found.keys()


@pytest.mark.parametrize(
    ("language", "eight", "fifteen"), [("en", 0.89, 0.6), ("fr", 0.87, 0.6), ("es", 0.8, 0.45)]
)
def test_most_articles_have_eight_and_many_fifteen(
    atlas_path: Path, language: str, eight: float, fifteen: float
) -> None:
    db = sqlite3.connect(f"{atlas_path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        shares = [db.execute(_SHARE, (much, language)).fetchone()[0] for much in (8, 15)]
    finally:
        db.close()
    assert shares[0] > eight
    assert shares[1] > fifteen


def test_a_block_of_sparse_rows_is_what_the_dense_product_gives(load: Any) -> None:
    vectors = load("atlas_vectors")
    postings = vectors.sparse([{0: 1.0, 2: 0.5}, {}, {1: 2.0}], 3)
    dense = np.array([[1.0, 0.0, 0.5], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    left = np.array([[2.0, 1.0, 0.0], [1.0, 0.0, 3.0]])
    rows, columns = np.nonzero(left)
    found = vectors.spread_rows(rows, columns, left[rows, columns].astype(np.float32), postings, 2)
    np.testing.assert_allclose(found, left @ dense)


def test_the_largest_of_each_row_are_found(load: Any) -> None:
    block = np.array([[0.1, 0.9, 0.5, 0.7], [0.0, 0.0, 0.2, 0.0]], dtype=np.float32)
    assert sorted(load("atlas_pairs").top(block, 0.15, 2).tolist()) == [1, 3, 6]


def test_pairs_are_looked_up(load: Any) -> None:
    pairs = load("atlas_pairs")
    links = load("atlas_vectors").sparse([{1: 0.5}, {0: 0.25, 2: 1.0}, {}], 3)
    known = pairs.filled(links)
    asked = np.array([1, 2, 5, 8])
    assert known.tolist() == [1, 3, 5]
    assert pairs.holds(known, asked).tolist() == [True, False, True, False]
    assert pairs.told(known, links.values, asked).tolist() == [0.5, 0.0, 1.0, 0.0]
    assert pairs.holds(known[:0], asked).tolist() == [False] * 4


def test_the_county_of_a_birthplace_is_no_name_of_a_person(load: Any) -> None:
    article = load("atlas_reading").Article
    told = "Thomas Malthus, born in Dorking (Surrey), was an economist."
    person = article("Thomas Malthus", "economist", told, "People")
    told = "North Korea, officially the Democratic Republic (DPRK), is a country."
    country = article("North Korea", "country", told, "Geography")
    names = load("atlas_links").collect_names([person, country])
    assert names.aliases == [("DPRK", 1)]
