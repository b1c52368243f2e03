"""How a few letters fit a name."""

from __future__ import annotations

import pytest

from knowalledge_desktop.core.matching import NO, fits


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("expand", "Expand", "Expand all"),
        ("ex", "Expand", "Save as… (export)"),
        ("ex", "Explain again", "Text export"),
        ("cy", "Cycle", "Calvin cycle"),
        ("cycle", "Calvin cycle", "Motorcycles"),
        ("zt", "Zoom to 100 %", "Fit the map"),
        ("café", "CAFE culture", "Tea culture"),
        ("map fit", "Fit the map", "New map of this topic"),
    ],
)
def test_the_better_fit_scores_more(typed: str, better: str, worse: str) -> None:
    assert fits(typed, better) > fits(typed, worse)


@pytest.mark.parametrize(("typed", "name"), [("xyz", "Expand"), ("expand xyz", "Expand"), ("z", "Fit the map")])
def test_what_does_not_fit_scores_nothing(typed: str, name: str) -> None:
    assert fits(typed, name) == NO


def test_nothing_typed_fits_everything_alike() -> None:
    assert fits(" ", "Expand") == fits("", "Fit the map") > NO
