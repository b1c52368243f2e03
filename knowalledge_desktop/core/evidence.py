"""Sentences and claims: what can be checked one by one against a source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from knowalledge_desktop.core.content import Claim


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one source, which claims are held against; `licence` is an SPDX name."""

    title: str
    url: str
    text: str
    licence: str = ""


class Evidence(Protocol):
    """Where passages come from."""

    async def passages(self, topic: str, path: tuple[str, ...], language: str, text: str) -> tuple[Passage, ...]:
        """Passages on a topic and on what a text about it names, the topic's own first; may be none."""
        ...


_WIDE_END = "。！？｡"
_ENDS = ".!?…؟۔।॥" + _WIDE_END
_END = re.compile(rf"[{_ENDS}]+[\"'”’»)\]）」』]*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that stand before a name or a number, so that their full stop ends no sentence.
_NEVER_LAST = _words(
    "mr mrs ms mme mlle dr prof st ste sr sra srta jr rev gen col capt lt sgt hon gov sen rep mt ft vs cf eg ie"
    " viz ca approx fig figs vol vols pp ed eds op al dept univ ave blvd núm av art chap pres dra lic ing profa"
    " mgr me mm"
)
_SOMETIMES_LAST = _words("etc inc ltd co corp no c b d r p.m a.m u.s u.k ph.d b.c a.d j.-c a.c d.c")
_INITIALS = re.compile(r"(?:\w\.)+\w|\w")
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}(\s|$)")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$")
_BULLET = re.compile(r"^\s*(?:>\s*)*(?:[-*+]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s+)?")
_TARGET = r"\((?:[^()]|\([^()]*\))*\)"
_IMAGE = re.compile(r"!\[([^\]]*)\]" + _TARGET)
_LINK = re.compile(r"\[([^\]]+)\](?:" + _TARGET + r"|\[[^\]]*\])")
_MARKS = re.compile(r"(\*{1,3}|~~)(?=\S)(.+?)(?<=\S)\1")
_UNDERSCORES = re.compile(r"(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`+([^`]+)`+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of plain text, in order, with single spaces; nothing is dropped.

    A full stop ends no sentence inside a number, after an abbreviation that precedes a name, after
    initials, or when the next word starts in lower case. Ideographic full stops always end one.
    Line breaks with an empty line between them end one too.
    """
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        _split(" ".join(paragraph.split()), found)
    return tuple(found)


def _split(text: str, found: list[str]) -> None:
    start = 0
    for match in _END.finditer(text):
        if _ends(text, start, match):
            piece = text[start : match.end()].strip()
            if piece:
                found.append(piece)
            start = match.end()
    rest = text[start:].strip()
    if rest:
        found.append(rest)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the punctuation found here ends the sentence that began at `start`."""
    mark = match.group()
    if any(ch in _WIDE_END for ch in mark):
        return True
    after = text[match.end() :]
    if not after:
        return True
    if not after[0].isspace():  # a decimal, an address, a version
        return False
    following = after.lstrip().lstrip("\"'“‘«([¿¡—–- ")
    if following and following[0].islower():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    return not _is_abbreviation(text[start : match.start()], following)


def _is_abbreviation(before: str, following: str) -> bool:
    words = before.split()
    if not words:
        return True
    word = words[-1].strip("\"'“‘«([,;:").casefold()
    if word in _NEVER_LAST:
        return True
    if word in _SOMETIMES_LAST:
        return following[:1].isdigit() and word in {"no", "c", "b", "d", "r"}
    if word.isdigit():
        return len(words) == 1  # "1. First item"
    if _INITIALS.fullmatch(word) and not word.isdigit():
        # "J. S. Bach", "George W. Bush"; but "vitamin C. It ..." ends.
        return "." in word or len(words) == 1 or words[-2][:1].isupper() or words[-2].endswith(".")
    return False


def plain(markdown: str) -> tuple[str, ...]:
    """Markdown as blocks of plain text: headings, code, tables and rules are left out."""
    blocks: list[str] = []
    current: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            _close(current, blocks)
            continue
        if fenced:
            continue
        if not line.strip() or _HEADING.match(line) or _RULE.match(line) or line.lstrip().startswith("|"):
            _close(current, blocks)
            continue
        bullet = _BULLET.match(line)
        marker = bullet.group() if bullet else ""
        if marker.strip():
            _close(current, blocks)
        current.append(line[len(marker) :])
    _close(current, blocks)
    return tuple(blocks)


def _close(current: list[str], blocks: list[str]) -> None:
    text = _inline(" ".join(current)).strip()
    current.clear()
    if text:
        blocks.append(text)


def _inline(text: str) -> str:
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    for _ in range(2):  # emphasis inside emphasis
        text = _UNDERSCORES.sub(r"\2", _MARKS.sub(r"\2", text))
    return " ".join(_ESCAPED.sub(r"\1", _CODE.sub(r"\1", text)).split())


def claims_of(markdown: str) -> tuple[Claim, ...]:
    """One unchecked claim per sentence of an explanation, in reading order.

    Questions and lead-ins that end in a colon state nothing that could be checked.
    """
    return tuple(
        Claim(sentence)
        for block in plain(markdown)
        for sentence in sentences(block)
        if any(ch.isalpha() for ch in sentence) and sentence[-1] not in ":?？؟："
    )
