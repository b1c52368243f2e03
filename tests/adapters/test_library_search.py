"""Search in the library: two stages, any script, filters, near misses, and words that are no operators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.edits import renaming
from knowalledge_desktop.core.graph import Change, PutExplanation, PutTopic
from knowalledge_desktop.core.shelf import EVERYTHING, Filter
from tests.support.fakes import FakeClock
from tests.support.shelves import a_map

BUILDING = a_map(
    "b",
    "Ottoman architecture",
    "Domes and semi-domes",
    "Selimiye Mosque",
    "Café Pierre Loti",
    texts={
        "Selimiye Mosque": "Eight piers carry one **dome**. It is wide.",
        "Café Pierre Loti": "一個の東京駅です。京都",
    },
)


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[LibraryDb]:
    made = LibraryDb(tmp_path / "library.db", FakeClock())
    await made.create(BUILDING)
    await made.create(
        a_map("k", "東京都", "大阪の歴史", "私の東京", engine="atlas", language="ja", summary="関西にある大きな町")
    )
    await made.create(
        a_map("p", "Photosynthesis", "Chlorophyll", texts={"Chlorophyll": "Green."}, quality=0.4, made_at=5.0)
    )
    yield made
    await made.aclose()


async def titles(library: LibraryDb, text: str, among: Filter = EVERYTHING) -> list[str]:
    return [hit.title for hit in await library.titles(text, among)]


async def texts(library: LibraryDb, text: str, among: Filter = EVERYTHING) -> list[str]:
    return [hit.title for hit in await library.texts(text, among)]


async def test_the_first_stage_finds_titles_by_the_beginnings_of_words(library: LibraryDb) -> None:
    assert await titles(library, "d") == ["Domes and semi-domes"]
    assert await titles(library, "SEMI do") == ["Domes and semi-domes"]
    assert await titles(library, "cafe") == ["Café Pierre Loti"]
    assert await titles(library, "東") == ["東京都"]
    assert await titles(library, "dome pier") == []
    assert await titles(library, "  ") == []
    (hit,) = await library.titles("dome", EVERYTHING)
    assert hit.lit == "\x02Dome\x03s and semi-\x02dome\x03s"
    assert (hit.map_title, hit.where, hit.explained, hit.is_root) == (
        "Ottoman architecture",
        "title",
        False,
        False,
    )


async def test_the_very_title_is_first_however_old_it_is(library: LibraryDb) -> None:
    await library.create(a_map("old", "Art"))
    for n in range(3):
        await library.create(a_map(f"m{n}", f"Art {n}", *(f"Art of {n} {i}" for i in range(90))))
    assert (await titles(library, "art"))[0] == "Art"
    assert (await library.titles("art", EVERYTHING))[0].is_root


async def test_the_second_stage_finds_texts_with_a_snippet(library: LibraryDb) -> None:
    (hit,) = await library.texts("dome piers", EVERYTHING)
    assert (hit.title, hit.where, hit.quality) == ("Selimiye Mosque", "text", 0.9)
    assert hit.snippet == "Eight \x02piers\x03 carry one \x02dome\x03. It is wide."
    assert "Domes and semi-domes" in await texts(library, "omes")


@pytest.mark.parametrize("typed", ["東京駅", "東京", "京都", "京", "です"])
async def test_texts_of_scripts_without_spaces_are_found_anywhere(library: LibraryDb, typed: str) -> None:
    assert "Café Pierre Loti" in await texts(library, typed)


async def test_titles_and_summaries_of_scripts_without_spaces_too(library: LibraryDb) -> None:
    assert "私の東京" in await texts(library, "東京")
    assert "大阪の歴史" in await texts(library, "歴史")
    assert set(await texts(library, "関西")) == {"大阪の歴史", "私の東京"}
    assert await texts(library, "北海道") == []


async def test_what_is_changed_or_gone_is_not_found_by_its_old_words(library: LibraryDb) -> None:
    await library.apply("k", renaming(await library.load("k"), "k-1", "Sapporo"))
    assert "私の東京" not in await texts(library, "私の東京")
    assert await titles(library, "sapporo") == ["Sapporo"]
    (told,) = [each for each in BUILDING.explanations.values() if "東京" in each.markdown]
    await library.apply("b", Change((PutExplanation(told, replace(told, markdown="Coffee")),)))
    assert "Café Pierre Loti" not in await texts(library, "東京駅")
    topic = BUILDING.topics["b-0"]
    await library.apply("b", Change((PutTopic(topic, replace(topic, note="ask 田中さん about squinches")),)))
    for word in ("squinches", "田中さん"):
        assert await texts(library, word) == ["Domes and semi-domes"]
    await library.trash("b")
    assert await texts(library, "squinches") == []
    await library.erase(None)
    assert await titles(library, "dome") == []
    for table in ("title_words", "topic_words", "topic_parts", "explanation_words"):
        await library._write(
            lambda db, table=table: db.rows(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        )


@pytest.mark.parametrize(
    ("among", "found"),
    [
        (Filter(engine="atlas"), ["大阪の歴史", "私の東京"]),
        (Filter(engine="gemini"), ["Café Pierre Loti"]),
        (Filter(language="ja"), ["大阪の歴史", "私の東京"]),
        (Filter(explained=True), ["Café Pierre Loti"]),
        (Filter(explained=False), ["大阪の歴史", "私の東京"]),
        (Filter(quality=0.95), []),
        (Filter(since=1_799_000_001.0), []),
    ],
)
async def test_filters(library: LibraryDb, among: Filter, found: list[str]) -> None:
    both = [*await texts(library, "の", among), *await titles(library, "の", among)]
    assert sorted(set(both) & {"大阪の歴史", "私の東京", "Café Pierre Loti"}) == sorted(found)


async def test_filters_on_spaced_words(library: LibraryDb) -> None:
    assert await titles(library, "chlor", Filter(quality=0.3)) == ["Chlorophyll"]
    assert await titles(library, "chlor", Filter(quality=0.5)) == []
    assert await texts(library, "chlor", Filter(since=6.0)) == []
    assert await texts(library, "green", Filter(since=4.0)) == ["Chlorophyll"]


@pytest.mark.parametrize(
    ("typed", "meant", "title"),
    [
        ("fotosyntesis", "photosynthesis", "Photosynthesis"),
        ("chlorphyl", "chlorophyll", "Chlorophyll"),
        ("ottoman architechture", "ottoman architecture", "Ottoman architecture"),
        ("doems", "domes", "Domes and semi-domes"),
    ],
)
async def test_typos_are_forgiven(library: LibraryDb, typed: str, meant: str, title: str) -> None:
    found = await library.near(typed, EVERYTHING)
    assert found.instead == meant
    assert [(hit.title, hit.where) for hit in found.hits] == [(title, "near")]
    assert [hit.title for hit in await library.search(typed)] == [title]


async def test_what_is_like_nothing_finds_nothing(library: LibraryDb) -> None:
    for typed in ("qqqqqq", "zz", "photosynthesis", "東京"):
        assert (await library.near(typed, EVERYTHING)).hits == ()


@pytest.mark.parametrize(
    "typed",
    ['"', "*", "AND", "NEAR(", "-", ":", "a:b", "^x", "\0", "%", "_", "\\", "'", '"" OR 1', "\ud800", "💡"],
)
async def test_signs_are_only_ever_signs(library: LibraryDb, typed: str) -> None:
    for hits in (
        await library.titles(typed, EVERYTHING),
        await library.texts(typed, Filter(explained=True)),
        (await library.near(typed, EVERYTHING)).hits,
    ):
        assert len(hits) <= 10
