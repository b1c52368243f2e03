"""`knowalledge library`: pins, collections, filters, the trash, and what was done to a map, over a real file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.adapters.library_db import LibraryDb
from tests.support.cli_services import Bench, Outcome, command
from tests.support.shelves import a_map


class Shelves:
    """Runs commands, each over the file as the one before has left it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str) -> Outcome:
        bench = Bench(self.folder)
        bench.clock.advance(60)
        bench.library = LibraryDb(self.folder / "library.db", bench.clock)
        try:
            return command(bench, "library", *words)
        finally:
            asyncio.run(bench.library.aclose())

    def told(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert (done.code, done.err) == (0, "")
        return json.loads(done.out)


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    made = Shelves(tmp_path)

    async def fill() -> None:
        library = LibraryDb(tmp_path / "library.db", Bench(tmp_path).clock)
        await library.create(a_map("j", "Jazz", "Bebop", "Swing", texts={"Bebop": "A fast style."}))
        await library.create(a_map("d", "DNA", "Genes", engine="atlas", language="fr"))
        await library.create(a_map("k", "JAZZ", "Cool"))
        await library.aclose()

    asyncio.run(fill())
    return made


def titles(told: Any) -> list[str]:
    return sorted(row["title"] for row in told["maps"])


def test_lists(shelves: Shelves) -> None:
    assert titles(shelves.told("list")) == ["DNA", "JAZZ", "Jazz"]
    assert titles(shelves.told("list", "--shelf", "duplicates")) == ["JAZZ", "Jazz"]
    assert titles(shelves.told("list", "--engine", "atlas")) == ["DNA"]
    assert titles(shelves.told("list", "--explained")) == ["Jazz"]
    assert titles(shelves.told("list", "--open", "--language", "en")) == ["JAZZ"]
    assert titles(shelves.told("list", "--since", "2100-01-01")) == []
    assert titles(shelves.told("list", "--quality", "80")) == ["Jazz"]
    assert "No map is like that" in shelves.run("list", "--tag", "Nothing").err


def test_pins_and_collections(shelves: Shelves) -> None:
    assert shelves.told("pin", "DNA") == {"map_id": "d", "pinned": True}
    assert shelves.told("list")["maps"][0]["pinned"] is False  # the plain list is in the order of opening
    assert titles(shelves.told("list", "--shelf", "pinned")) == ["DNA"]
    assert shelves.run("pin", "d", "--off").out == "It is no longer at the top.\n"
    assert titles(shelves.told("list", "--shelf", "pinned")) == []
    assert "now in ‘Biology’" in shelves.run("tag", "d", "Biology").out
    assert shelves.told("tag", "j", "  BIOLOGY ")["tagged"] is True
    assert titles(shelves.told("list", "--tag", "biology")) == ["DNA", "Jazz"]
    assert "#Biology" in shelves.run("list", "--tag", "biology").out
    assert shelves.told("tag", "j", "biology", "--off")["tagged"] is False
    assert titles(shelves.told("list", "--tag", "Biology")) == ["DNA"]
    for name in ("", "x" * 61, "a\x1bb"):
        assert shelves.run("tag", "d", name).code == 3


def test_searching_with_filters_and_near_misses(shelves: Shelves) -> None:
    assert [hit["title"] for hit in shelves.told("search", "fast", "--engine", "gemini")["hits"]] == ["Bebop"]
    assert shelves.told("search", "fast", "--language", "fr")["hits"] == []
    done = shelves.run("search", "bepop")
    assert "nearly so" in done.err
    assert "Bebop" in done.out
    for wrong in (["--since", "yesterday"], ["--quality", "900"], ["--quality", "x"]):
        assert shelves.run("search", "x", *wrong).code == 2


def test_the_trash_says_what_goes_and_wants_a_yes(shelves: Shelves) -> None:
    assert "empty" in shelves.run("trash").err
    shelves.run("delete", "j")
    assert titles(shelves.told("trash")) == ["Jazz"]
    assert "Jazz" in shelves.run("trash").out
    done = shelves.run("trash", "--empty")
    assert (done.code, done.out) == (3, "")
    assert "1 map, 3 topics, 1 explanation (‘Jazz’) would go for good" in done.err
    assert shelves.told("trash", "--empty", "--yes")["erased"]["topics"] == 3
    assert titles(shelves.told("trash")) == []
    assert shelves.run("trash", "--empty", "--yes").out == "The trash is empty.\n"
    assert titles(shelves.told("list")) == ["DNA", "JAZZ"]


def test_the_history_tells_compares_and_goes_back(shelves: Shelves) -> None:
    async def rename() -> None:
        bench = Bench(shelves.folder)
        bench.clock.advance(30)
        bench.library = LibraryDb(shelves.folder / "library.db", bench.clock)
        services = bench.services()
        session = await services.library.open("j")
        await services.edit.rename(session, "j-0", "Hard bop")
        await bench.library.aclose()

    asyncio.run(rename())
    renamed, begun = shelves.told("history", "j")["acts"]
    assert (renamed["reason"], renamed["about"], begun["reason"]) == ("rename", "Bebop", "begin")
    lines = shelves.run("history", "j").out
    assert "rename ‘Bebop’: 1 renamed" in lines
    assert "began ‘Jazz’: 3 added, 1 explained" in lines
    act = str(begun["act_id"])
    assert shelves.told("history", "j", "--compare", act)["since"]["renamed"] == [["Bebop", "Hard bop"]]
    assert "Bebop → Hard bop" in shelves.run("history", "j", "--compare", act).out
    assert shelves.run("history", "j", "--back", act).out == "The map is as it was then.\n"
    assert shelves.told("history", "j", "--back", act)["changed"] is False
    assert "Nothing is different" in shelves.run("history", "j", "--compare", act).err
    assert shelves.told("history", "j")["acts"][0]["reason"] == "back"
    assert shelves.run("history", "j", "--back", "999").code == 7
    assert shelves.run("history", "nothing").code == 7
