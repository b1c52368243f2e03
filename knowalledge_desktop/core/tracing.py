"""The way of a request through the program, as steps within steps, for those who want to watch it."""

from __future__ import annotations

from typing import Protocol

from knowalledge_desktop.core.request import Part, Request

CALL = "call"
"""The step in which the engine itself is asked; all others are ours."""


class Span(Protocol):
    """One step of one request. What is told of it never holds what was asked or answered."""

    def saw(self, part: Part) -> None:
        """A part came through. Of pieces of text only the first is told."""
        ...

    def end(self, error: BaseException | None = None) -> None:
        """The step is over, by this error or well."""
        ...


class Tracer(Protocol):
    """Where steps are told to. Cheap, and it never fails: whoever watches must not be in the way."""

    def begin(self, step: str, request: Request, within: Span | None) -> Span:
        """A step begins; `within` is the one around it, None for the first."""
        ...
