"""The table of prices: shipped with the program, with the user's own rows before it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import cast

from knowalledge_desktop.core.errors import StorageDamaged
from knowalledge_desktop.core.prices import ModelPrices, Price, PriceTable, Rate

OWN_NAME = "prices.json"
_FIELDS = {"since", "input", "output", "cached", "image_output"}
_EDITIONS = r"(?:-preview|-exp|-\d{2,8})*$"
"""Names of one's own rows hold for previews and numbered editions of the model too."""


class PricesFile:
    """Reads `shipped` and, where there is one, the user's `own` file of the same form, once."""

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own
        self._table: PriceTable | None = None
        self._notices: list[str] = []

    def notices(self) -> tuple[str, ...]:
        """What was wrong with the user's file."""
        return tuple(self._notices)

    def table(self) -> PriceTable:
        """The prices; a shipped file that cannot be read raises StorageDamaged, an own one is a notice."""
        if self._table is None:
            try:
                table = parse_table(self._shipped.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise StorageDamaged(f"{self._shipped}: {error}") from None
            try:
                table = table.with_own(parse_table(self._own.read_text(encoding="utf-8")))
            except FileNotFoundError:
                pass  # nobody has to have one
            except (OSError, ValueError, RecursionError) as error:
                self._notices.append(f"Your own prices are not used: {self._own.name}: {error}.")
            self._table = table
        return self._table


def parse_table(text: str) -> PriceTable:
    """A table from its JSON; raises ValueError with what is wrong and where."""
    whole = _object(json.loads(text), "the file")
    rows = tuple(_model(_object(row, "a model")) for row in _list(whole.get("models"), '"models"'))
    return PriceTable(str(whole.get("source", "")), str(whole.get("dated", "")), rows)


def _object(value: object, what: str) -> dict[str, object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    raise ValueError(f"{what} must be an object")


def _list(value: object, what: str) -> list[object]:
    if isinstance(value, list):
        return cast("list[object]", value)
    raise ValueError(f"{what} must be a list")


def _model(row: dict[str, object]) -> ModelPrices:
    name = row.get("model")
    if not isinstance(name, str) or not name:
        raise ValueError('a model must have a name under "model"')
    try:
        match = _object(row.get("match", {"regex": "^" + re.escape(name.lower()) + _EDITIONS}), '"match"')
        _check_rule(match)
        prices = [_price(_object(each, "a price")) for each in _list(row.get("prices"), '"prices"')]
    except ValueError as error:
        raise ValueError(f"{name:.60}: {error}") from None
    if not prices:
        raise ValueError(f"{name:.60}: there must be at least one price")
    return ModelPrices(name, match, tuple(sorted(prices, key=lambda price: price.since)))


def _check_rule(rule: dict[str, object]) -> None:
    if len(rule) != 1:
        raise ValueError("a rule must have one key")
    for how, what in rule.items():
        if how in {"or", "and"}:
            for part in _list(what, how):
                _check_rule(_object(part, "a rule"))
        elif how not in {"equals", "starts_with", "ends_with", "contains", "regex"} or not isinstance(what, str):
            raise ValueError(f"a rule of an unknown kind: {how!r:.40}")
        elif how == "regex":
            try:
                re.compile(what)
            except re.error as error:
                raise ValueError(f"a pattern that cannot be read: {error}") from None


def _price(row: dict[str, object]) -> Price:
    if unknown := row.keys() - _FIELDS:
        raise ValueError(f"a price has an unknown part: {min(unknown)!r:.40}")
    entry = _rate(row.get("input"), "input")
    output = _rate(row.get("output"), "output")
    if entry is None or output is None:
        raise ValueError('a price needs "input" and "output"')
    cached, pictures = _rate(row.get("cached"), "cached"), _rate(row.get("image_output"), "image_output")
    return Price(_day(row.get("since", "")), entry, output, cached or entry, pictures or output)


def _day(value: object) -> str:
    if value == "":
        return ""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f'"since" must be a day such as 2027-01-01, not {value!r:.40}') from None


def _rate(value: object, name: str) -> Rate | None:
    if value is None:
        return None
    if _is_count(value):
        value = [[0, value]]
    steps: list[tuple[int, int]] = []
    for step in _list(value, f'"{name}"'):
        pair = _list(step, f'a step of "{name}"')
        if len(pair) != 2 or not all(_is_count(number) for number in pair):
            raise ValueError(f'a step of "{name}" must be [tokens, micro-dollars], whole and not negative')
        start, price = cast("list[int]", pair)
        steps.append((start, price))
    if not steps or min(steps)[0] != 0:
        raise ValueError(f'"{name}" must begin at 0 tokens')
    if len({start for start, _ in steps}) != len(steps):
        raise ValueError(f'"{name}" has two prices from the same number of tokens on')
    return Rate(tuple(sorted(steps)))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
