"""What a library keeps of the views: places of each, and which one a map was left in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import apsw

from knowalledge_desktop.adapters.library_db import LibraryDb
from knowalledge_desktop.adapters.library_file import LibraryFile
from knowalledge_desktop.core.graph import Change, Place, PutPlace, PutView
from tests.support.examples import photosynthesis
from tests.support.fakes import FakeClock


async def test_places_are_kept_for_each_view_and_the_view_a_map_was_left_in(tmp_path: Path) -> None:
    path, here = tmp_path / "library.db", Place(4.0, -2.5, pinned=True)
    change = Change((PutPlace("c0", None, here, "tree"), PutPlace("c1", None, Place(1.0, 1.0), "radial")))
    document = photosynthesis().apply(change).apply(Change((PutView("", "tree"),)))
    first = LibraryDb(path, FakeClock())
    await first.create(photosynthesis())
    await first.apply("m1", change)
    await first.apply("m1", Change((PutView("", "tree"),)))
    await first.create(replace(document, map_id="m2"))
    await first.apply("m1", Change((PutPlace("c1", Place(1.0, 1.0), None, "radial"),)))
    await first.aclose()
    again = LibraryDb(path, FakeClock())
    assert await again.load("m1") == replace(document, view_places={"tree": {"c0": here}})
    assert await again.load("m2") == replace(document, map_id="m2")
    await again.aclose()


async def test_a_library_from_before_there_were_views_is_read_also_where_it_cannot_be_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "library.db"
    first = LibraryDb(path, FakeClock())
    await first.create(photosynthesis())
    await first.aclose()
    db = apsw.Connection(str(path))
    db.execute("DROP TABLE view_place; DROP TABLE map_view")
    db.close()
    old = LibraryDb(path, FakeClock())
    old._file = LibraryFile(path, FakeClock(), ())
    assert await old.load("m1") == photosynthesis()
    await old.aclose()
