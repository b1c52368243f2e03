"""The tests of the command line are about what it says, at one width unless they say otherwise."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The width of the tester's own terminal changes nothing."""
    monkeypatch.setenv("COLUMNS", "80")
