"""A stored answer told as a stream, so that faces need not know that nobody is writing."""

from __future__ import annotations

from collections.abc import Iterator

from knowalledge_desktop.core.payload import ExplanationText
from knowalledge_desktop.core.request import Answer, Part, TextDelta


def replayed(answer: Answer) -> Iterator[Part]:
    """The parts of a stored answer: an explanation's whole text as one delta, then the answer."""
    if isinstance(answer.content, ExplanationText):
        yield TextDelta(answer.content.markdown)
    yield answer
