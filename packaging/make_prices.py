"""Write resources/prices.json: the dated prices of Google's models, from the package genai-prices (MIT).

Done at development time, because the package needs a third of a second to load and is not wanted at run time.
A model without prices for both input and output is left out (embeddings, and models that are only given
away). "dated" is the day the prices were taken: a new version of the package needs a new day.
Usage: python packaging/make_prices.py [--check] [--dated YYYY-MM-DD]
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "resources" / "prices.json"
CLAUSES = {
    "equals": "equals",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "contains": "contains",
    "regex": "regex",
}


def rule(clause: Any) -> dict[str, object]:  # noqa: ANN401 - the package's own classes
    """A rule for names as one key with its value."""
    for attribute, name in (("or_", "or"), ("and_", "and")):
        parts = getattr(clause, attribute, None)
        if parts is not None:
            return {name: [rule(part) for part in parts]}
    for attribute, name in CLAUSES.items():
        value = getattr(clause, attribute, None)
        if value is not None:
            return {name: value}
    raise ValueError(f"a rule of an unknown kind: {clause!r}")


def rate(value: Any) -> list[list[int]] | None:  # noqa: ANN401
    """Steps of (prompt tokens, micro-dollars a million tokens)."""
    if value is None:
        return None
    if hasattr(value, "tiers"):
        steps = [[0, value.base], *([tier.start, tier.price] for tier in value.tiers)]
    else:
        steps = [[0, value]]
    whole = [[start, int(price * 1_000_000)] for start, price in steps]
    if any(micro != price * 1_000_000 for (_, micro), (_, price) in zip(whole, steps, strict=True)):
        raise ValueError(f"not a whole number of micro-dollars: {steps!r}")
    return whole


def since(constraint: Any) -> str:  # noqa: ANN401
    """The day a price begins to hold, "" from the beginning."""
    if constraint is None:
        return ""
    if not hasattr(constraint, "start_date"):
        raise ValueError(f"a price under a condition of an unknown kind: {constraint!r}")
    return constraint.start_date.isoformat()


def price(prices: Any, day: str) -> dict[str, object]:  # noqa: ANN401
    """One row of prices."""
    told = {
        "since": day,
        "input": rate(prices.input_mtok),
        "output": rate(prices.output_mtok),
        "cached": rate(getattr(prices, "cache_read_mtok", None)),
        "image_output": rate(getattr(prices, "output_image_mtok", None)),
    }
    return {name: value for name, value in told.items() if value is not None}


def table(dated: str) -> dict[str, object]:
    """The whole table, taken on the day `dated`."""
    from genai_prices import data

    google = next(provider for provider in data.providers if provider.id == "google")
    models = []
    for model in google.models:
        if not model.id.startswith(("gemini", "gemma")):
            continue
        conditional = model.prices if isinstance(model.prices, list) else None
        if conditional is None:
            rows = [price(model.prices, "")]
        else:
            rows = [price(each.prices, since(each.constraint)) for each in conditional]
        rows = [row for row in rows if "input" in row and "output" in row]  # embeddings have no output
        if not rows:
            continue
        rows.sort(key=lambda row: str(row["since"]))
        models.append({"model": model.id, "match": rule(model.match), "prices": rows})
    models.sort(key=lambda row: str(row["model"]))
    return {
        "source": source(),
        "dated": dated,
        "models": models,
    }


def source() -> str:
    """The package and its version."""
    return f"genai-prices {version('genai-prices')}"


def day_of(file: Path) -> str | None:
    """The day of a written table, None when it is of another version of the package."""
    if not file.exists():
        return None
    whole = json.loads(file.read_text(encoding="utf-8"))
    return whole["dated"] if whole["source"] == source() else None


def text(dated: str) -> str:
    """The file's text; a model a line, so that changes are seen."""
    whole = table(dated)
    models = whole.pop("models")
    lines = ",\n".join("  " + json.dumps(model, sort_keys=True) for model in models)  # type: ignore[union-attr]
    head = json.dumps(whole, sort_keys=True)[1:-1]
    return "{" + head + ', "models": [\n' + lines + "\n]}\n"


def main() -> int:
    """Write the file, or with --check tell whether it is what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--dated", type=lambda day: date.fromisoformat(day).isoformat(), metavar="YYYY-MM-DD")
    told = parser.parse_args()
    dated = told.dated or day_of(TARGET)
    if dated is None:
        print(f"prices: not of {source()}; say with --dated the day they are taken", file=sys.stderr)
        return 1
    if told.check:
        same = TARGET.read_text(encoding="utf-8") == text(dated)
        print("prices: as in the package" if same else "prices: differ from the package")
        return 0 if same else 1
    TARGET.write_text(text(dated), encoding="utf-8")
    print(f"prices: {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
