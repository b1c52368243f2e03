from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.freeplane import Freeplane
from knowalledge_desktop.formats.freeplane_text import as_read
from tests.support.maps import maps
from tests.support.rounds import LINEAGE, expected, there_and_back


def spaced(document: Map) -> Map:
    """As XHTML leaves it: no tabs, no no-break spaces, nothing on blank lines."""
    return replace(
        document,
        topics={
            k: replace(t, note=as_read(t.note), summary=as_read(t.summary)) for k, t in document.topics.items()
        },
        explanations={k: replace(e, markdown=as_read(e.markdown)) for k, e in document.explanations.items()},
    )


def check(document: Map) -> None:
    back = there_and_back(Freeplane(), document)
    wanted = expected(document, spaced)
    wanted = replace(wanted, view_places=document.view_places, view=document.view)
    assert back.document == wanted
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
