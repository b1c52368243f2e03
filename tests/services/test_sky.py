"""What of the library is seen in the sky, and where."""

from __future__ import annotations

import math
from array import array
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.core.sky import Explored, Sky
from knowalledge_desktop.core.validation import fold
from knowalledge_desktop.services.sky import SkyService, Stars, among
from tests.support.fakes import FakeClock
from tests.support.shelves import a_map


def a_sky(*titles: str) -> Sky:
    places = array("f", [value for n in range(len(titles)) for value in (100.0 * n, 10.0)])
    count = len(titles)
    return Sky(
        "en",
        titles,
        tuple(map(fold, titles)),
        ("Things",),
        (0,) * count,
        (1,) * count,
        places.tobytes(),
        box=(-40.0, -40.0, 100.0 * count, 80.0),
    )


class OneSky:
    """An Atlas of three articles."""

    async def sky(self, language: str) -> Sky:
        return a_sky("Bebop", "Jazz", "Blues")

    async def about(self, title: str, language: str) -> str:
        return f"{title} in {language}"


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[LibraryDb]:
    made = LibraryDb(tmp_path / "library.db", FakeClock())
    yield made
    await made.aclose()


def by_title(found: Stars) -> dict[str, tuple[float, float]]:
    return {star.topic.title: (star.x, star.y) for star in found.stars}


async def test_topics_are_matched_whatever_their_case_and_the_others_stand_near(library: LibraryDb) -> None:
    await library.create(a_map("m", "JAZZ", "Bebop", "My uncle’s band", texts={"Bebop": "Fast."}))
    service = SkyService(OneSky(), library)
    found = await service.stars(await service.sky("en"))
    at = by_title(found)
    assert at["JAZZ"] == (100.0, 10.0)
    assert at["Bebop"] == (0.0, 10.0)
    assert 0 < math.dist(at["My uncle’s band"], at["JAZZ"]) < 20
    known = {star.topic.title: star.topic.known for star in found.stars}
    assert known == {"JAZZ": True, "Bebop": True, "My uncle’s band": False}
    root = next(n for n, star in enumerate(found.stars) if star.topic.title == "JAZZ")
    assert {star.parent for star in found.stars} == {-1, root}
    assert found.own == ()


async def test_a_map_without_articles_has_a_part_of_the_sky_for_itself(library: LibraryDb) -> None:
    await library.create(a_map("own", "Our garden", "The shed", "The pond"))
    found = await SkyService(OneSky(), library).stars(await OneSky().sky("en"))
    (disc,) = found.own
    assert disc.title == "Our garden"
    assert by_title(found)["Our garden"] == (disc.x, disc.y)
    assert all(math.dist((star.x, star.y), (disc.x, disc.y)) < disc.radius for star in found.stars)


async def test_what_is_in_the_trash_is_not_explored(library: LibraryDb) -> None:
    await library.create(a_map("m", "Jazz", "Bebop"))
    await library.trash("m")
    assert await library.explored(100) == ()


async def test_the_limit_keeps_the_map_opened_last_and_parents_before_children(library: LibraryDb) -> None:
    await library.create(a_map("m1", "Jazz", "Bebop"))
    await library.create(a_map("m2", "Blues", "Delta blues", "Chicago blues"))
    await library.mark_opened("m1")
    found: Sequence[Explored] = await library.explored(3)
    assert len(found) == 3
    assert found[0].parent_id == ""


def test_a_title_of_several_maps_is_one_star_where_most_is_known() -> None:
    topics = [
        Explored("m1", "r", "Swing", "swing", known=True),
        Explored("m1", "a", "Jazz", "jazz", "r"),
        Explored("m2", "s", "jazz", "jazz", known=True),
        Explored("m2", "b", "Cool jazz", "cool jazz", "s"),
    ]
    found = among(a_sky("Jazz"), topics)
    assert [(star.topic.map_id, star.topic.title) for star in found.stars] == [
        ("m1", "Swing"),
        ("m2", "jazz"),
        ("m2", "Cool jazz"),
    ]
    assert [star.parent for star in found.stars] == [-1, -1, 1]


def test_without_an_atlas_everything_is_in_the_band() -> None:
    found = among(Sky("en"), [Explored("m", "r", "Anything", "anything", known=True)])
    assert len(found.stars) == len(found.own) == 1


async def test_a_line_about_an_article(library: LibraryDb) -> None:
    assert await SkyService(OneSky(), library).about("Bebop", "fr") == "Bebop in fr"
