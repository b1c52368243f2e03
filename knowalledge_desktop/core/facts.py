"""Numbers, dates and ordinals in a sentence, in units that can be compared. English, French, Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from knowalledge_desktop.core.facts_words import (
    ABOUT,
    LESS,
    LESS_THAN,
    MONTHS,
    MORE,
    MORE_THAN,
    ORDINALS,
    SCALES,
    SMALL,
    SQUARE,
    SQUARES,
    UNITS,
    YEAR_BEFORE,
    Unit,
)
from knowalledge_desktop.core.validation import fold


class Kind(StrEnum):
    """What a fact measures; facts of different kinds are never compared."""

    DATE = "date"
    DAY = "day"  # a day of the year without its year
    NUMBER = "number"
    ORDINAL = "ordinal"


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its place in the text.

    Dates are [low, high) in years (months as fractions); numbers are low in the base unit of
    `unit` and `other` is a second reading of "1.000". `grain` is how finely it is written, `coarse`
    when zeros at the end are taken as rounding. `bound` is 1 for "more than", -1 for "less than".
    """

    kind: Kind
    text: str
    start: int
    end: int
    low: float
    high: float
    other: float | None = None
    unit: str = ""
    symbol: str = ""
    grain: float = 1.0
    coarse: float = 1.0
    about: bool = False
    bound: int = 0


_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ERA = re.compile(
    r"\s*(?:(bce?\b|b\.\s?c\.|av(?:ant|\.)?\s?j\.?|a\.\s?c\.|antes de cristo)|(ad\b|ce\b|a\.d\.|d\.\s?c\.))"
)
_DAY_MONTH = re.compile(
    rf"(?<![\w.,])(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º)?\.?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\b"
    r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>\d{3,4})\b)?"
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\s*[-–]?\d)(?:,?\s+(?P<year>\d{{4}})\b)?"
)
_MONTH_YEAR = re.compile(rf"\b(?P<month>{_MONTH}),?\s+(?:of\s+|de\s+|del\s+)?(?P<year>\d{{4}})\b")
_ISO = re.compile(r"\b(?P<year>\d{4})-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b")
_CENTURY = re.compile(
    r"\b(?P<nth>\d{1,2})(?:st|nd|rd|th)(?=(?:[\s-]+(?:and|to|or|through|early|late|mid|the)|\s*[–-]\s*|,?\s+"
    r"|\d{1,2}(?:st|nd|rd|th))*?[\s-]*centur(?:y|ies)\b)"
    r"|\b(?P<word>" + "|".join(sorted(ORDINALS, key=len, reverse=True)) + r")[\s-]century\b"
    r"|\b(?P<fr>[ivx]{1,6}|\d{1,2})(?:e|er|eme)\s+siecles?\b|\bsiglos?\s+(?P<es>[ivx]{1,6})\b"
)
_DECADE = re.compile(r"\b(?P<a>1\d\d0|20\d0)s\b|\b(?:annees|anos|decada de)\s+(?P<b>1\d\d0|20\d0)\b")
_RANGE = re.compile(r"\b(?P<a>1\d{3}|20\d{2})\s?[–-]\s?(?P<b>\d{4}|\d{2})\b(?![.,]?\d)")
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-−](?=\d))?(?P<digits>\d{1,3}(?:[  ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    r"(?P<ord>(?:st|nd|rd|th|er|e|eme|º|ª)(?!\w))?(?=[a-z%°]|\W|$)"
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_UNIT = re.compile(
    r"\s*[-  ]?\s*(°\s?[cf]\b|km/h|km/s|m/s|us\$|[%€$£]|km[2²]|mi[2²]|m[2²](?!\w)|[^\W\d_][\w-]*\.?)"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}
_LEAST_YEAR, _LAST_YEAR = 1000, 2100
_MARK = "\x00"


def facts_of(text: str, language: str = "en") -> tuple[Fact, ...]:
    """The values a sentence states, by place. Positions are those of `text`."""
    reader = _Reader(text, language)
    reader.dates()
    reader.numbers()
    reader.number_words()
    return tuple(sorted(reader.found, key=lambda fact: fact.start))


def folded_alike(text: str) -> str:
    """Text folded letter by letter, so that places stay the same."""
    return "".join(ch.lower() if ch.isascii() else _folded_letter(ch) for ch in text)


def _folded_letter(ch: str) -> str:
    if ch.isspace():
        return " "
    plain = fold(ch)
    return plain if len(plain) == 1 else ch.lower()[:1]


class _Reader:
    """Takes facts out of one text; what is taken is blanked so that nothing is read twice."""

    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._plain = folded_alike(text)
        self._language = language if language in SMALL else "en"
        self.found: list[Fact] = []

    def _take(self, start: int, end: int) -> None:
        self._plain = self._plain[:start] + _MARK * (end - start) + self._plain[end:]

    def _date(self, start: int, end: int, low: float, high: float) -> None:
        era = _ERA.match(self._plain, end)
        if era:
            end = era.end()
            if era[1]:
                low, high = 1 - high, 1 - low
        about, _ = _hedges(self._plain, start)
        self.found.append(Fact(Kind.DATE, self._text[start:end], start, end, low, high, about=about))
        self._take(start, end)

    def dates(self) -> None:
        for pattern in (_ISO, _DAY_MONTH, _MONTH_DAY, _MONTH_YEAR):
            for match in list(pattern.finditer(self._plain)):
                if _MARK not in match[0]:
                    self._calendar(match)
        for match in list(_CENTURY.finditer(self._plain)):
            self._century(match)
        for match in list(_DECADE.finditer(self._plain)):
            year = float(match["a"] or match["b"])
            self._date(match.start(), match.end(), year, year + 10)
        for match in list(_RANGE.finditer(self._plain)):
            first, second = match["a"], match["b"]
            last = first[: 4 - len(second)] + second
            if int(first) < int(last) <= _LAST_YEAR:
                self._date(match.start("b"), match.end("b"), float(last), float(last) + 1)
                self._date(match.start("a"), match.end("a"), float(first), float(first) + 1)

    def _calendar(self, match: re.Match[str]) -> None:
        told = match.groupdict()
        month = MONTHS.get(told["month"]) or int(told["month"])
        day = int(told["day"]) if told.get("day") else None
        if month > 12 or (day is not None and not 1 <= day <= 31):
            return
        if not told["year"]:
            if match["month"] in {"may", "march", "mars"} and not self._text[match.start("month")].isupper():
                return
            at = float(32 * month + (day or 0))
            self.found.append(Fact(Kind.DAY, self._text[match.start() : match.end()], *match.span(), at, at))
            self._take(*match.span())
            return
        start = int(told["year"]) + (month - 1) / 12
        if day is None:
            self._date(*match.span(), start, start + 1 / 12)
        else:
            self._date(*match.span(), start + (day - 1) / 372, start + day / 372)

    def _century(self, match: re.Match[str]) -> None:
        if match["word"]:
            nth = ORDINALS[match["word"]]
        elif match["nth"]:
            nth = int(match["nth"])
        else:
            roman = match["fr"] or match["es"]
            nth = int(roman) if roman.isdigit() else _roman(roman)
        tail = re.compile(r"[\s-]*centur(?:y|ies)").match(self._plain, match.end())
        end = tail.end() if tail else match.end()
        self._date(match.start(), end, 100.0 * (nth - 1) + 1, 100.0 * nth + 1)

    def numbers(self) -> None:
        for match in list(_NUMBER.finditer(self._plain)):
            if match["ord"]:
                value = float(re.sub(r"\D", "", match["digits"]))
                self._ordinal(match.start(), match.end(), value)
            elif not self._is_year(match):
                values, grain, coarse = _readings(match["digits"], self._language)
                sign = -1.0 if match["sign"] else 1.0
                self._number(match.start(), match.end(), [sign * v for v in values], grain, coarse)

    def _is_year(self, match: re.Match[str]) -> bool:
        digits = match["digits"]
        if not digits.isdigit() or match["sign"]:
            return False
        era = _ERA.match(self._plain, match.end())
        before = _last_word(self._plain, match.start())
        if era or before in {"ad", "ce"}:
            self._date(match.start(), match.end(), float(digits), float(digits) + 1)
            return True
        if len(digits) != 4 or not _LEAST_YEAR <= int(digits) <= _LAST_YEAR:
            return False
        follows = _UNIT.match(self._plain, match.end())
        unit = follows[1].rstrip(".") if follows else ""
        if unit and (unit in UNITS or unit in SCALES[self._language] or unit in SQUARE):
            return False
        plural = (
            follows and self._text[follows.start(1)].islower() and (unit.endswith(("s", "x")) or unit == "people")
        )
        if plural and before not in YEAR_BEFORE:
            return False
        self._date(match.start(), match.end(), float(digits), float(digits) + 1)
        return True

    def _ordinal(self, start: int, end: int, value: float) -> None:
        self.found.append(Fact(Kind.ORDINAL, self._text[start:end], start, end, value, value))
        self._take(start, end)

    def _number(self, start: int, end: int, values: list[float], grain: float, coarse: float) -> None:
        scales = SCALES[self._language]
        word = _WORD.match(self._plain, _skip(self._plain, end))
        while word and word[0] in scales:
            values = [v * scales[word[0]] for v in values]
            grain, coarse, end = grain * scales[word[0]], coarse * scales[word[0]], word.end()
            after = _skip(self._plain, end)
            if self._plain[after : after + 3] in {"de ", "d'e"}:
                after += 3
            word = _WORD.match(self._plain, after)
        unit, symbol, end = self._unit(start, end)
        about, bound = _hedges(self._plain, start)
        low = values[0] * unit.factor + unit.offset
        other = values[1] * unit.factor + unit.offset if len(values) > 1 else None
        size = abs(unit.factor)
        fact = Fact(
            Kind.NUMBER,
            self._text[start:end],
            start,
            end,
            low,
            low,
            other,
            unit.dimension,
            symbol,
            grain * size,
            coarse * size,
            about,
            bound,
        )
        self.found.append(fact)
        self._take(start, end)

    def _unit(self, start: int, end: int) -> tuple[Unit, str, int]:
        """Unit, how it is written, and where it ends."""
        none = Unit("", 1.0), "", end
        if start and (sign := self._plain[start - 1]) in "$€£":
            return UNITS[sign], sign, end
        follows = _UNIT.match(self._plain, end)
        if not follows:
            return none
        name = follows[1].replace(" ", "").rstrip(".")
        then = _WORD.match(self._plain, _skip(self._plain, follows.end()))
        second = then[0] if then else ""
        if then and (name in SQUARE or second in SQUARE):
            square = SQUARES.get(second if name in SQUARE else name)
            if square:
                return square, "square", then.end()
        if then and name in {"pour", "por", "per"} and second in {"cent", "ciento"}:
            return UNITS["%"], "%", then.end()
        if then and name in {"degrees", "degres", "grados"}:
            return UNITS.get(second, Unit("angle", 1.0)), second, then.end()
        is_name = name == "m" and self._text[follows.start(1)] == "M"
        return none if is_name or name not in UNITS else (UNITS[name], name, follows.end())

    def number_words(self) -> None:
        small, scales = SMALL[self._language], SCALES[self._language]
        tokens = list(_WORD.finditer(self._plain))
        at = 0
        while at < len(tokens):
            used, value = _spoken(tokens, at, small, scales)
            alone = used == 1 and value is not None and value <= 1
            if value is not None and used and not alone:
                grain = 10.0 ** (len(str(int(value))) - len(str(int(value)).rstrip("0"))) if value >= 1 else 1.0
                self._number(tokens[at].start(), tokens[at + used - 1].end(), [value], 1.0, grain)
                at += used
                continue
            word = tokens[at][0]
            if word in ORDINALS and self._ranks(word, tokens[at].start()):
                self._ordinal(*tokens[at].span(), float(ORDINALS[word]))
            elif "-" in word and (head := word.split("-")[0]) in ORDINALS:
                self._ordinal(tokens[at].start(), tokens[at].start() + len(head), float(ORDINALS[head]))
            at += 1

    def _ranks(self, word: str, start: int) -> bool:
        """Whether an ordinal word is a rank here, not a fraction, a second of time or a name."""
        before = _last_word(self._plain, start)
        if self._text[start].isupper() or before in {"a", "one", "un", "per"}:
            return False
        return word not in {"second", "first", "premier", "segundo"} or before in {"the", "le", "la", "el"}


def _spoken(
    tokens: list[re.Match[str]], at: int, small: dict[str, int], scales: dict[str, float]
) -> tuple[int, float | None]:
    """How many tokens from here say a number, and which."""
    total, part, used = 0.0, 0.0, 0
    while at + used < len(tokens):
        word = tokens[at + used][0]
        pieces = [word] if word in small or word in scales else word.split("-")
        if not all(piece in small or piece in scales for piece in pieces):
            joins = word in {"and", "et", "y"} and used and at + used + 1 < len(tokens)
            if not joins or tokens[at + used + 1][0].split("-")[0] not in small or part % 10:
                break
            used += 1
            continue
        for piece in pieces:
            if piece in small:
                if part and part % 100 and part % 10 and small[piece] < 10:
                    return (used, total + part) if used else (0, None)
                part += small[piece]
            elif scales[piece] == 100:
                part = (part or 1) * 100
            else:
                if not part and not total and used == 0 and piece != "mil":
                    return 0, None  # "millions of people" says no number
                total, part = total + (part or 1) * scales[piece], 0.0
        used += 1
    return (used, total + part) if used and (total or part) else (0, None)


def _readings(digits: str, language: str) -> tuple[list[float], float, float]:
    """The values that digits can mean, how finely they are written, and with zeros taken as rounding."""
    bare = re.sub(r"[  ]", "", digits)
    point, comma = bare.rfind("."), bare.rfind(",")
    if point < 0 and comma < 0:
        zeros = len(bare) - len(bare.rstrip("0")) if bare.strip("0") else 0
        return [float(bare)], 1.0, 10.0**zeros
    sign = "." if point > comma else ","
    other = "," if sign == "." else "."
    tail = len(bare) - bare.rfind(sign) - 1
    whole = float(re.sub(r"[.,]", "", bare))
    zeros = len(str(int(whole))) - len(str(int(whole)).rstrip("0")) if whole else 0
    if bare.count(sign) > 1:  # 1,234,567
        return [whole], 1.0, 10.0**zeros
    decimal = float(bare.replace(other, "").replace(sign, "."))
    grain = 10.0**-tail
    if tail != 3 or other in bare or bare.startswith("0"):
        return [decimal], grain, grain
    grouped = sign == ("," if language == "en" else ".")
    values = [whole, decimal] if grouped else [decimal, whole]
    return (values, 1.0, 10.0**zeros) if grouped else (values, grain, grain)


def _hedges(plain: str, start: int) -> tuple[bool, int]:
    """Whether "about" stands before a value, and whether it is a bound."""
    before = re.sub(r"[^\w]+", " ", plain[max(0, start - 24) : start]).strip()
    last = before.split()[-2:]
    about = any(word in ABOUT for word in last)
    if before.endswith(MORE_THAN) or (last and last[-1] in MORE):
        return True, 1
    if before.endswith(LESS_THAN) or (last and last[-1] in LESS):
        return True, -1
    return about, 0


def _skip(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] == "-"):
        at += 1
    return at


def _last_word(text: str, before: int) -> str:
    found = re.search(r"([^\W_]+)['’(\[\s]*$", text[max(0, before - 20) : before])
    return found[1] if found else ""


def _roman(text: str) -> int:
    total = 0
    for here, following in zip(text, [*text[1:], ""], strict=True):
        value = _ROMAN[here]
        total += -value if following and _ROMAN[following] > value else value
    return total
