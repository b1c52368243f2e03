from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.markdown_outline import MarkdownOutline
from tests.support.maps import maps
from tests.support.rounds import LINEAGE, expected, there_and_back


def unchecked(document: Map) -> Map:
    texts = {key: replace(each, claims=()) for key, each in document.explanations.items()}
    return replace(document, explanations=texts, places={})


def check(document: Map) -> None:
    back = there_and_back(MarkdownOutline(), document)
    assert back.document == expected(document, unchecked)
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
