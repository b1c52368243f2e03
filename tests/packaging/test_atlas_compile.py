from __future__ import annotations

import importlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPILER = ROOT / "packaging" / "atlas"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.syspath_prepend(str(COMPILER))

    def load_module(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load_module


def test_texts_lose_empty_brackets_and_loose_spaces(load: Any) -> None:
    clean = load("atlas_reading").clean
    assert clean("The cello ( ; ) is  low .\nIt sings.") == "The cello is low.\n\nIt sings."


@pytest.mark.parametrize(
    ("extract", "is_list"),
    [
        ("Helena puede referirse a:", True),
        ("Accent ou accents peut faire référence à :", True),
        ("A collage may refer to a technique. It is used in art.", False),
    ],
)
def test_lists_of_meanings_are_no_articles(load: Any, extract: str, is_list: bool) -> None:
    assert load("atlas_reading").is_disambiguation(extract) is is_list


def test_articles_with_one_title_are_one_and_keep_the_other_name(load: Any, tmp_path: Path) -> None:
    entry = {
        "title": "Joseph Alois Schumpeter",
        "extract": "An economist.",
        "description": "",
        "topic": "Personas",
    }
    path = tmp_path / "summaries.json"
    path.write_text(json.dumps({"Joseph Schumpeter": entry, "Joseph Alois Schumpeter": entry}), encoding="utf-8")
    (article,) = load("atlas_reading").read_articles(path)
    assert article.title == "Joseph Alois Schumpeter"
    assert article.names == ["Joseph Schumpeter"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("photosynthetic", "photosynthesis"),
        ("algorithms", "algorithm"),
        ("biological", "biology"),
        ("cities", "city"),
    ],
)
def test_forms_of_a_word_meet(load: Any, one: str, other: str) -> None:
    words = load("atlas_words")
    assert words.stem(words.fold_word(one)) == words.stem(words.fold_word(other))


def test_different_words_stay_apart(load: Any) -> None:
    words = load("atlas_words")
    assert words.singular("news") == "news"
    assert words.stem("communism") != words.stem("community")
    assert words.key_of("L’Étranger") == ("etranger",)
    assert words.base_title("Model (person)") == ("Model", "person")


def _count(path: Path, statement: str) -> int:
    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as db:
        (number,) = db.execute(statement).fetchone()
    db.close()
    return int(number)


def test_the_atlas_holds_together(atlas_path: Path) -> None:
    assert _count(atlas_path, "SELECT count(*) FROM article") > 26_000
    for table, column in (("branch", "article"), ("branch", "target"), ("link", "source"), ("link", "target")):
        lost = f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM article)"  # noqa: S608
        assert _count(atlas_path, lost) == 0
    crossing = (
        "SELECT count(*) FROM branch b JOIN article a ON a.id = b.article JOIN article t ON t.id = b.target"
        " WHERE a.lang <> t.lang OR a.id = t.id"
    )
    assert _count(atlas_path, crossing) == 0
    assert _count(atlas_path, "SELECT count(*) FROM article WHERE extract = '' OR title = ''") == 0


def test_most_articles_have_branches(atlas_path: Path) -> None:
    with_eight = (
        "SELECT count(*) FROM (SELECT article FROM branch b JOIN article a ON a.id = b.article"
        " WHERE a.lang = 'en' GROUP BY article HAVING count(*) >= 8)"
    )
    assert _count(atlas_path, with_eight) > 8_000


@pytest.mark.long
def test_nothing_is_done_twice(atlas_path: Path) -> None:
    command = [sys.executable, str(COMPILER / "compile_atlas.py"), "--out", str(atlas_path)]
    subprocess.run(command, check=True, capture_output=True)
    before = atlas_path.stat().st_mtime_ns
    again = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "is up to date" in again.stdout
    assert atlas_path.stat().st_mtime_ns == before


@pytest.mark.long
def test_the_same_inputs_give_the_same_file(atlas_path: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(COMPILER / "compile_atlas.py"), "--out"]
    subprocess.run([*command, str(atlas_path)], check=True, capture_output=True)
    again = tmp_path / "again.sqlite"
    subprocess.run([*command, str(again)], check=True, capture_output=True)
    assert again.read_bytes() == atlas_path.read_bytes()
