"""Outlines and Freeplane maps: out and in again is the same, but for what the loss report says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.formats.freeplane import Freeplane
from knowalledge_desktop.formats.freeplane_text import as_read
from knowalledge_desktop.formats.markdown_outline import MarkdownOutline
from knowalledge_desktop.formats.opml import Opml
from tests.support.maps import maps
from tests.support.rounds import LINEAGE, expected, there_and_back


def _spaced(document: Map) -> Map:
    """As XHTML leaves it: no tabs, no no-break spaces, nothing on blank lines."""
    return replace(
        document,
        topics={
            k: replace(t, note=as_read(t.note), summary=as_read(t.summary)) for k, t in document.topics.items()
        },
        explanations={k: replace(e, markdown=as_read(e.markdown)) for k, e in document.explanations.items()},
    )


def _unchecked(document: Map) -> Map:
    texts = {key: replace(each, claims=()) for key, each in document.explanations.items()}
    return replace(document, explanations=texts, places={})


def check(document: Map) -> None:
    seen_in = {"view_places": document.view_places, "view": document.view}
    for kind, wanted in (
        (Opml(), expected(document, lambda whole: replace(whole, places={}))),
        (MarkdownOutline(), expected(document, _unchecked)),
        (Freeplane(), replace(expected(document, _spaced), **seen_in)),  # pyright: ignore[reportArgumentType]
    ):
        back = there_and_back(kind, document)
        assert back.document == wanted, kind.facts.name
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
