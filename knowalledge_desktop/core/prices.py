"""What requests cost, from a dated table of prices; whole micro-dollars throughout.

Prices are micro-dollars for a million tokens, which is also dollars times a million for a million: 0.30
dollars a million tokens is 300,000. Thoughts are billed as output; cached input tokens are a part of the
prompt's (Gemini API documentation, "Pricing" and "Context caching").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import ceil
from typing import cast

from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.quota_rules import PACIFIC

MILLION = 1_000_000
IMAGE_TOKENS_MAX = 2_520
"""The most output tokens of one picture (4K) in the table of the models' documentation, with room."""
IMAGE_TOKENS_TYPICAL = 1_290
"""The output tokens of one picture of a usual size (about 1024 x 1024)."""

_EDITION = re.compile(r"-(?:preview|exp|\d{2,8})$")
"""What a name may end in that is only an edition of a model. "-latest" is not: it names another model."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A price that may rise with the length of the prompt: (from so many prompt tokens, micro-dollars)."""

    steps: tuple[tuple[int, int], ...]

    def at(self, prompt_tokens: int) -> int:
        """The price that holds for a prompt of this length."""
        return next((price for start, price in reversed(self.steps) if prompt_tokens > start or start == 0), 0)

    def most(self, prompt_tokens: int) -> int:
        """The highest price that holds for any prompt up to this length."""
        return max((price for start, price in self.steps if prompt_tokens > start or start == 0), default=0)


FREE = Rate(((0, 0),))


@dataclass(frozen=True, slots=True)
class Price:
    """The prices of a model from a day on ("" from the beginning)."""

    since: str
    input: Rate
    output: Rate
    cached: Rate
    image_output: Rate


NOTHING = Price("", FREE, FREE, FREE, FREE)
"""The price on the free tier."""


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """A model, what names it goes by, and its prices in the order of their days."""

    model: str
    match: Mapping[str, object]
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """All known prices; `source` and `dated` say where they are from."""

    source: str
    dated: str
    models: tuple[ModelPrices, ...] = ()

    def price(self, model: str, at: float) -> Price | None:
        """The price of a model on the Pacific day of `at` (epoch seconds); None when it is not known.

        A preview or numbered edition without a row of its own has the price of the longest name it begins with.
        """
        day = _day(at)
        for name in _names(model):
            for known in self.models:
                current = [price for price in known.prices if price.since <= day]
                if current and matches(known.match, name):
                    return current[-1]
        return None

    def dearest(self, at: float) -> Price:
        """The most that any model of the table costs, for one that is not in it."""
        found = [price for known in self.models if (price := self.price(known.model, at)) is not None]

        def top(rates: Iterable[Rate]) -> Rate:
            return max(rates, key=lambda rate: rate.steps[-1][1], default=FREE)

        return Price(
            "",
            top(price.input for price in found),
            top(price.output for price in found),
            top(price.cached for price in found),
            top(price.image_output for price in found),
        )

    def with_own(self, own: PriceTable) -> PriceTable:
        """This table with somebody's own prices before it."""
        return PriceTable(self.source, self.dated, own.models + self.models)


def _names(model: str) -> Iterator[str]:
    """The name, then what it is an edition of, the longest first."""
    name = model.rpartition("/")[2].lower()
    yield name
    while ending := _EDITION.search(name):
        name = name[: ending.start()]
        yield name


def _day(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, PACIFIC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return date.max.isoformat()


def matches(rule: Mapping[str, object], name: str) -> bool:
    """Whether a rule of the table holds for a name. A rule is one key, how, with what it is held against."""
    how, what = next(iter(rule.items()), ("", ""))
    if isinstance(what, list):
        parts = [matches(part, name) for part in cast("list[Mapping[str, object]]", what)]
        return any(parts) if how == "or" else how == "and" and all(parts)
    if not isinstance(what, str) or how not in _HOW:
        return False
    return _HOW[how](name, what if how == "regex" else what.lower())


_HOW: Mapping[str, Callable[[str, str], bool]] = {
    "equals": str.__eq__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
    "regex": lambda name, pattern: re.search(pattern, name) is not None,
}


def cost_micro(price: Price, usage: Usage, *, image_tokens: int | None = None, billed: bool = True) -> int:
    """What a request cost; nothing when its project is not `billed`.

    `image_tokens` are those of `usage.output_tokens` that are pictures, `usage.image_tokens` unless given.
    """
    if not billed:
        return 0
    long = usage.prompt_tokens
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    pictures = min(usage.image_tokens if image_tokens is None else image_tokens, usage.output_tokens)
    parts = (
        (usage.prompt_tokens - cached, price.input),
        (cached, price.cached),
        (usage.output_tokens - pictures + usage.thought_tokens, price.output),
        (pictures, price.image_output),
    )
    return ceil(Fraction(sum(max(0, tokens) * rate.at(long) for tokens, rate in parts), MILLION))


def ceiling_micro(
    price: Price, *, prompt_tokens: int, output_tokens: int, images: int = 0, billed: bool = True
) -> int:
    """The most a request can cost: all the output it may give, nothing cached, pictures of the largest size."""
    if not billed:
        return 0
    pictures = images * IMAGE_TOKENS_MAX
    dearest = max(price.input.most(prompt_tokens), price.cached.most(prompt_tokens))
    # The tokens of a picture are counted at the dearer price; whatever else is said beside it is text.
    drawn = max(price.output.most(prompt_tokens), price.image_output.most(prompt_tokens))
    parts = (prompt_tokens * dearest, output_tokens * price.output.most(prompt_tokens), pictures * drawn)
    return ceil(Fraction(sum(parts), MILLION))


def money(micro: int, beside: int | None = None) -> str:
    """An amount for people: cents, below one cent two significant digits, "$0" for nothing.

    Where it stands `beside` another that would read the same and is not, it has hundredths of a cent.
    """
    if beside is not None and beside != micro and money(beside) == money(micro):
        fine = _rounded(abs(micro), 100) // 100
        return f"{'-' if micro < 0 else ''}${fine // 10_000:,}.{fine % 10_000:04d}"
    sign, amount = ("-" if micro < 0 else ""), abs(micro)
    if amount == 0:
        return "$0"
    if amount < 100:
        return f"under {sign}$0.0001"
    if amount < 10_000:
        amount = _rounded(amount, 10 if amount < 1_000 else 100)
    if amount < 10_000:
        return f"{sign}$0.{amount:06d}"[: -1 if amount < 1_000 else -2]
    cents = _rounded(amount, 10_000) // 10_000
    return f"{sign}${cents // 100:,}.{cents % 100:02d}"


def _rounded(amount: int, step: int) -> int:
    return (amount + step // 2) // step * step
