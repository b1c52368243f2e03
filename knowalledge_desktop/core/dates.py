"""Years in titles and sentences, found with care: a number alone is no date."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from knowalledge_desktop.core.graph import Explanation, Map

LONGEST = 400
"""Characters of a text in which a date is looked for: one long sentence."""
LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class Dated:
    """When something was: the year (before Christ below zero), and how to say it in few letters."""

    year: float
    label: str


_MONTH = (
    r"(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]vrier|mar(?:ch|s)?|märz|apr(?:il)?|avril|may|mai|june?|juin|juni"
    r"|july?|juillet|juli|aug(?:ust)?|août|sept?(?:ember|embre)?|oct(?:ober|obre)?|okt(?:ober)?|nov(?:ember|embre)?"
    r"|de[czs](?:ember|embre)?|décembre)\.?"
)
_LEAD = (
    r"(?:in|since|from|by|around|about|circa|ca?\.|until|till|before|after|during|between|early|late|mid|year|of"
    r"|im\sjahre?|jahre?|seit|um|von|bis|nach|vor|en|dès|depuis|vers|avant|après|hacia|desde|nel|dal|anno)"
)
_YEAR = r"(?<![\d.,/$€£-])(?P<year>[12]\d{3})(?![\d%°])(?![.,]\d)"
_GO_ON = (
    r"(?:and|or|to|when|while|by|with|the|a|an|as|for|was|were|is|until|in|at|on|after|before|that|who|which|under|led"
    r"|he|she|it|they|und|bis|als|et|à|quand|y|al?|e)\b"
)
_TAIL = (
    rf"(?!\s(?:and|to|or|und|bis|et|à|y|a|e)\s\d[\d,.]*\s?(?!{_GO_ON})[^\W\d])"
    rf"(?=\s*(?:$|[.,;:!?)\]–—/-]|{_GO_ON}))"
)
_YEAR_OF = r"(?:im\sjahre?|jahre?|(?:in\s)?the\syear|anno|en\sl['’]an|l['’]année|en\sel\saño|año|nell['’]anno)"
_BC = r"(?:b\.?\s?c\.?(?:\s?e\.?)?|v\.\s?chr\.|av\.\s?j\.?-?c\.)(?!\w)"
_AD = r"(?:a\.?d\.?|c\.?e\.?|n\.\s?chr\.|ap\.\s?j\.?-?c\.)(?!\w)"
_TENS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh")
_TEENS = (
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
)
_WORDS = (*_TENS, *_TEENS, "twentieth", "twenty-first")


def _find(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _plain(found: re.Match[str]) -> Dated | None:
    year = int(found["year"])
    return Dated(float(year), str(year)) if year <= LAST_YEAR else None


def _before_christ(found: re.Match[str]) -> Dated | None:
    year = int(re.sub(r"\D", "", found["number"]))
    return Dated(-float(year), f"{year} BC") if year else None


def _after_christ(found: re.Match[str]) -> Dated | None:
    year = int(found["number"] or found["other"])
    return Dated(float(year), f"AD {year}" if year < 1000 else str(year)) if 0 < year <= LAST_YEAR else None


def _century(found: re.Match[str]) -> Dated | None:
    word = found["number"].lower()
    number = int(re.sub(r"\D", "", word)) if word[0].isdigit() else _WORDS.index(word.replace(" ", "-")) + 1
    if not 0 < number <= LAST_YEAR // 100:
        return None
    within = {"early": 15.0, "late": 85.0}.get((found["part"] or "").lower(), 50.0)
    if found["before"]:
        return Dated(-(number * 100.0 - within), f"{number}. c. BC")
    return Dated((number - 1) * 100.0 + within, f"{number}. c.")


def _decade(found: re.Match[str]) -> Dated | None:
    year = int(found["year"])
    return Dated(year + 5.0, f"{year}s") if year <= LAST_YEAR else None


def _ago(found: re.Match[str]) -> Dated | None:
    number = float(found["number"].replace(",", ""))
    unit = {"thousand": 1e3, "million": 1e6, "billion": 1e9}[found["unit"].lower()]
    short = {1e3: "ka", 1e6: "Ma", 1e9: "Ga"}[unit]
    return Dated(-number * unit, f"{number:g} {short}") if number else None


_ANYWHERE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Dated | None]], ...] = (
    (
        _find(r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)\s(?P<unit>thousand|million|billion)\syears?\s(?:ago|before)"),
        _ago,
    ),
    (
        _find(rf"(?<![\d.,])(?P<number>\d{{1,3}}(?:[,.]\d{{3}})+|\d{{1,5}})(?:\s?[–-]\s?\d+)?\s?{_BC}"),
        _before_christ,
    ),
    (_find(rf"\b(?:{_AD})\s?(?P<number>\d{{1,4}})\b(?!,\d)|\b(?P<other>\d{{1,4}})\s{_AD}"), _after_christ),
    (
        _find(
            rf"\b(?:(?P<part>early|mid|late)[\s-])?(?:the\s)?(?P<number>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_WORDS)})"
            rf"[\s-]centur(?:y|ies)(?:\s?(?P<before>{_BC}))?"
        ),
        _century,
    ),
    (_find(r"(?<![\d.,$€£-])(?P<year>[12]\d{2}0)['’]?s\b"), _decade),
    (_find(rf"\({_LEAD}?\s?(?:born\s)?{_YEAR}\s?(?:[–—-]\s?(?:\d{{2,4}}|present)?)?\)"), _plain),
    (_find(rf"\b(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s)?{_MONTH}\s(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?{_YEAR}"), _plain),
    (_find(rf"\b{_YEAR_OF}\s{_YEAR}"), _plain),
    (_find(rf"\b{_LEAD}\s(?:the\s)?(?:year\s)?{_YEAR}{_TAIL}"), _plain),
    (_find(rf"{_YEAR}\s?[–—]\s?(?:[12]\d{{3}}|\d{{2}})(?!\d)"), _plain),
)
_TITLES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Dated | None]], ...] = (
    (_find(r"^(?P<year>1[1-9]\d{2}|20[0-4]\d)\s(?=[^\W\d_])"), _plain),
    (_find(r"(?<=[^\W\d_]\s)(?P<year>1[1-9]\d{2}|20[0-4]\d)$"), _plain),
)
_WORTH_A_LOOK = _find(r"\d|century|centuries")
_SENTENCE = re.compile(r"(?<!\s\d\.)(?<!\s\d\d\.)(?<!\s[A-Z]\.)(?<=[.!?])\s+(?=[A-ZÀ-Þ\"“])")
_MARKUP = re.compile(r"[*_`]+|\[(?P<text>[^\]]*)\]\([^)]*\)")


def date_in(text: str, *, title: bool = False) -> Dated | None:
    """The first date in a text; in a title also a year at its beginning or end. None when there is none."""
    text = text[:LONGEST]
    if not _WORTH_A_LOOK.search(text):
        return None
    found: list[tuple[int, int, Dated]] = []
    for number, (pattern, read) in enumerate(_ANYWHERE + (_TITLES if title else ())):
        for match in pattern.finditer(text):
            dated = read(match)
            if dated is not None:
                found.append((match.start(), number, dated))
                break
    return min(found, key=lambda each: each[:2])[2] if found else None


def first_sentence(markdown: str) -> str:
    """The first sentence of a text in Markdown, without its headings and marks."""
    for line in markdown.splitlines():
        text = line.strip().lstrip("-*> ")
        if text and not text.startswith(("#", "|", "```")):
            plain = _MARKUP.sub(lambda found: found["text"] or "", text[: 2 * LONGEST])
            return _SENTENCE.split(plain, maxsplit=1)[0]
    return ""


def dates_of(document: Map) -> Mapping[str, Dated]:
    """The topics of a map that have a date: in the title, else the summary, else where an explanation begins."""
    newest: dict[str, Explanation] = {}
    for each in document.explanations.values():
        known = newest.get(each.topic_id)
        if known is None or known.provenance.created_at <= each.provenance.created_at:
            newest[each.topic_id] = each
    found: dict[str, Dated] = {}
    for topic_id, topic in document.topics.items():
        dated = date_in(topic.title, title=True) or date_in(topic.summary)
        if dated is None and topic_id in newest:
            dated = date_in(first_sentence(newest[topic_id].markdown))
        if dated is not None:
            found[topic_id] = dated
    return found
