"""The dashboard is one that Grafana's own schema knows: no field of another name, and each of its type."""

from __future__ import annotations

import enum
import json
import sys
import types
import typing
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

PATH = Path(__file__).parents[2] / "packaging" / "team" / "grafana" / "dashboard.json"
PLAIN = (str, int, float, bool, type(None))


def shipped() -> dict[str, Any]:
    return json.loads(PATH.read_text(encoding="utf-8"))


def read(told: dict[str, Any]) -> Dashboard:
    """As Grafana's types, those of panels and queries among them."""
    plugins.register_default_plugins()
    return Dashboard.from_json(told)


def lost(told: Any, back: Any, where: str = "dashboard") -> list[str]:
    """What did not come back; that defaults were added is no loss."""
    if isinstance(told, dict) and isinstance(back, dict):
        return [
            each
            for name, of in told.items()
            for each in (lost(of, back[name], f"{where}.{name}") if name in back else [f"{where}.{name}"])
        ]
    if isinstance(told, list) and isinstance(back, list) and len(told) == len(back):
        pairs = enumerate(zip(told, back, strict=True))
        return [each for n, (one, other) in pairs for each in lost(one, other, f"{where}[{n}]")]
    return [] if told == back else [where]


def written(board: Dashboard) -> Any:
    return json.loads(json.dumps(board, cls=JSONEncoder))


def misfits(value: Any, hint: Any, where: str = "dashboard") -> list[str]:  # noqa: PLR0911
    """Where a value is not of the type that its field declares."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        tried = [misfits(value, each, where) for each in arguments]
        return [] if [] in tried else max(tried, key=len)
    if origin is typing.Literal:
        return [] if value in arguments else [f"{where}: {value!r} is none of {arguments}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [each for n, of in enumerate(value) for each in misfits(of, arguments[0], f"{where}[{n}]")]
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no object"]
        return [each for n, of in value.items() for each in misfits(of, arguments[1], f"{where}.{n}")]
    if hint in PLAIN:
        wanted = (int, float) if hint is float else hint
        well = isinstance(value, wanted) and (hint is bool or not isinstance(value, bool))
        return [] if well else [f"{where}: {value!r} is no {hint.__name__}"]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return [] if value in {each.value for each in hint} else [f"{where}: {value!r} is no {hint.__name__}"]
    if isinstance(hint, type) and hint is not object and not isinstance(value, hint):
        return [f"{where}: {value!r} is no {hint.__name__}"]
    return fields_of(value, where)


def fields_of(value: Any, where: str) -> list[str]:
    """The same for each field of an object of the schema."""
    if isinstance(value, PLAIN) or not type(value).__module__.startswith("grafana_foundation_sdk.models"):
        return []
    hints = typing.get_type_hints(type(value), vars(sys.modules[type(value).__module__]))
    return [each for name, of in vars(value).items() for each in misfits(of, hints[name], f"{where}.{name}")]


def test_what_is_read_by_the_schema_is_written_again() -> None:
    told = shipped()
    board = read(told)
    assert lost(told, written(board)) == []
    queries = [query for panel in board.panels or () for query in getattr(panel, "targets", None) or ()]
    assert {type(query).__module__ for query in queries} == {"grafana_foundation_sdk.models.prometheus"}
    assert len(queries) > 30


def test_each_field_is_of_its_type() -> None:
    assert fields_of(read(shipped()), "dashboard") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("graphTooltip",), 7),
        (("refresh",), 30),
        (("style",), "pink"),
        (("panels", 5, "gridPos", "h"), "tall"),
        (("panels", 5, "fieldConfig", "defaults", "unit"), 5),
        (("panels", 5, "targets", 0, "expr"), ["up"]),
        (("templating", "list", 0, "type"), "colour"),
    ],
)
def test_a_field_of_another_type_is_found(path: tuple[Any, ...], value: object) -> None:
    told: Any = shipped()
    at = told
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    assert fields_of(read(told), "dashboard") != []


def test_a_field_of_another_name_is_found() -> None:
    told = shipped()
    told["panels"][5]["fieldConfig"]["defaults"]["units"] = "s"
    assert lost(told, written(read(told))) == ["dashboard.panels[5].fieldConfig.defaults.units"]


def test_panels_lie_beside_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in shipped()["panels"]:
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24
        cells = {
            (place["x"] + right, place["y"] + down) for right in range(place["w"]) for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
