"""What goes out comes in again as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.base import Caps, Extras, Format
from knowalledge_desktop.formats.knowalledge_file import KnowalledgeFile
from tests.support.maps import maps, pictures_of

FULL: list[Format] = [KnowalledgeFile()]


def check_identity(kind: Format, document: Map) -> None:
    extras = Extras(pictures_of(document), ("a" * 64, "b" * 64))
    exported = kind.write(document, extras)
    back = kind.read(exported.data, "file", Caps())
    assert back.document == document
    assert back.pictures == extras.pictures
    assert (back.keeps_ids, back.lineage) == (True, extras.lineage)
    assert (exported.losses, back.losses, back.warnings) == ((), (), ())
    assert kind.write(back.document, Extras(back.pictures, back.lineage)).data == exported.data
    assert kind.recognises(exported.data)


@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.facts.name)
@settings(max_examples=25)
@given(document=maps())
def test_full_formats_give_the_same_map(kind: Format, document: Map) -> None:
    check_identity(kind, document)


@pytest.mark.long
@pytest.mark.parametrize("kind", FULL, ids=lambda kind: kind.facts.name)
@settings(max_examples=200)
@given(document=maps(most=40))
def test_full_formats_give_the_same_map_often(kind: Format, document: Map) -> None:
    check_identity(kind, document)
