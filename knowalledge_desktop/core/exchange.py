"""What is told about going out to files and coming in from them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that did not make it: what, how many of it, and why, in words for people."""

    what: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """What is known of a format before it is used.

    `name` is its word on the command line, `title` its name for people; `suffixes` are lower case with the dot,
    the one that is written first. `keeps` and `loses` are sentences for the list in the dialog. `two_way` says
    that import after export gives the same map but for the losses told, `writes` and `reads` what it can do at
    all. `folder` marks a format whose zip may lie unpacked as a folder.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    keeps: str
    loses: str = ""
    two_way: bool = True
    writes: bool = True
    reads: bool = True
    folder: bool = False
