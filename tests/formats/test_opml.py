from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.opml import Opml
from tests.support.maps import maps
from tests.support.rounds import LINEAGE, expected, there_and_back


def check(document: Map) -> None:
    back = there_and_back(Opml(), document)
    assert back.document == expected(document, lambda m: replace(m, places={}))
    assert (back.keeps_ids, back.lineage, back.losses, back.warnings) == (True, LINEAGE, (), ())


@settings(max_examples=25)
@given(document=maps())
def test_round_trip(document: Map) -> None:
    check(document)


@pytest.mark.long
@settings(max_examples=200)
@given(document=maps(most=40))
def test_round_trip_often(document: Map) -> None:
    check(document)
