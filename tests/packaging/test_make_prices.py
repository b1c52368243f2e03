"""The table is what the package says, in its rows and in what they come to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.prices_file import parse_table
from knowalledge_desktop.core.content import Usage
from knowalledge_desktop.core.prices import cost_micro

genai_prices = pytest.importorskip("genai_prices")
genai_data = pytest.importorskip("genai_prices.data")

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "resources" / "prices.json"
MAKE = ROOT / "packaging" / "make_prices.py"
DAYS = [
    datetime(2026, 11, 23, 12, tzinfo=UTC),
    datetime(2026, 12, 2, tzinfo=UTC),
    datetime(2027, 1, 2, tzinfo=UTC),
]
USED = [
    (600, 1_100, 0, 0),
    (150_000, 3, 0, 0),
    (250_001, 2_000, 0, 0),
    (300_000, 10, 100_001, 0),
    (90, 1_300, 0, 1_290),
]


def rows() -> list[str]:
    return [row["model"] for row in json.loads(SHIPPED.read_text(encoding="utf-8"))["models"]]


def test_the_file_is_what_the_package_says() -> None:
    done = subprocess.run(
        [sys.executable, str(MAKE), "--check"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.date().isoformat())
def test_every_model_costs_what_the_package_reckons(day: datetime) -> None:
    table = parse_table(SHIPPED.read_text(encoding="utf-8"))
    compared = 0
    for model in rows():
        price = table.price(model, day.timestamp())
        assert price is not None, model
        for prompt, output, cached, pictures in USED:
            if pictures and price.image_output == price.output:
                continue
            told = {"input_tokens": prompt, "output_tokens": output}
            told |= {"cache_read_tokens": cached} if cached else {}
            told |= {"output_image_tokens": pictures, "output_text_tokens": output - pictures} if pictures else {}
            theirs = genai_prices.calc_price(
                genai_prices.Usage(**told), model_ref=model, provider_id="google", genai_request_timestamp=day
            )
            ours = cost_micro(price, Usage(prompt, output, 0, cached, pictures))
            assert ours == ceil(Fraction(theirs.total_price) * 1_000_000), (model, told)
            compared += 1
    assert compared > 4 * 40


def test_no_name_that_a_rule_spells_out_has_the_price_of_another_model() -> None:
    table = parse_table(SHIPPED.read_text(encoding="utf-8"))
    google = next(each for each in genai_data.providers if each.id == "google")
    known = {each.model: each for each in table.models}
    at = DAYS[0].timestamp()

    def spelled(rule: Mapping[str, object]) -> list[str]:
        names: list[str] = []
        for how, what in rule.items():
            if isinstance(what, list):
                names += [name for part in what for name in spelled(part)]
            elif how != "regex":
                names.append(str(what))
        return names

    names = {name for each in table.models for name in spelled(each.match)}
    assert len(names) >= len(known)
    for name in sorted(names):
        theirs = google.find_model(name)
        if theirs is not None and theirs.id in known:
            assert table.price(name, at) == table.price(theirs.id, at), name


def test_a_table_of_another_version_needs_a_new_day(tmp_path: Path) -> None:
    copy = tmp_path / "packaging" / "make_prices.py"
    copy.parent.mkdir()
    copy.write_text(MAKE.read_text(encoding="utf-8"), encoding="utf-8")
    target = tmp_path / "resources" / "prices.json"
    target.parent.mkdir()
    target.write_text('{"source": "genai-prices 0.0.1", "dated": "2020-01-01", "models": []}')

    def run(*told: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(copy), *told], capture_output=True, text=True, timeout=60, check=False
        )

    refused = run()
    assert refused.returncode == 1
    assert "--dated" in refused.stderr
    assert run("--dated", "2026-11-22").returncode == 0
    assert json.loads(target.read_text())["dated"] == "2026-11-22"
    assert run().returncode == 0  # of the same version the day is kept
    assert json.loads(target.read_text())["dated"] == "2026-11-22"
