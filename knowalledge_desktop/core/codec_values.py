"""Values that answers and maps have in common, read strictly from their JSON form.

A missing or wrong field raises ValueError, KeyError or TypeError, which a reader turns into one error.
"""

from __future__ import annotations

import math
from typing import Any, cast

from knowalledge_desktop.core.content import Claim, ClaimState, Provenance, Source, Usage

Json = dict[str, Any]


def sources_from(told: list[Json]) -> tuple[Source, ...]:
    """Sources from their JSON form."""
    return tuple(
        Source(a_text(each["title"]), a_text(each["url"]), a_text(each.get("licence", "")))
        for each in a_list(told)
    )


def claims_from(told: list[Json]) -> tuple[Claim, ...]:
    """Claims from their JSON form."""
    return tuple(
        Claim(
            a_text(each["text"]),
            ClaimState(each["state"]),
            tuple(a_count(n) for n in a_list(each["sources"])),
            a_text(each.get("passage", "")),
            a_text(each.get("note", "")),
        )
        for each in a_list(told)
    )


def provenance_from(told: Json) -> Provenance:
    """Provenance from its JSON form."""
    return Provenance(
        engine=a_text(told["engine"]),
        model=a_text(told["model"]),
        prompt=a_text(told["prompt"]),
        created_at=a_number(told["created_at"]),
        language=a_text(told["language"]),
        parameters=tuple((a_text(name), a_text(value)) for name, value in a_list(told["parameters"])),
        usage=usage_from(told["usage"]),
    )


def usage_from(told: Json) -> Usage:
    """What was used, from its JSON form."""
    return Usage(
        a_count(told["prompt_tokens"]),
        a_count(told["output_tokens"]),
        a_count(told["thought_tokens"]),
        a_count(told["cached_tokens"]),
        a_count(told.get("image_tokens", 0)),  # not there before pictures were drawn
    )


def a_list(told: Any) -> list[Any]:  # noqa: ANN401 (what JSON gave)
    """A list, or TypeError."""
    if not isinstance(told, list):
        raise TypeError("not a list")
    return cast("list[Any]", told)


def a_text(told: object) -> str:
    """A text, or TypeError."""
    if not isinstance(told, str):
        raise TypeError("not a text")
    return told


def a_flag(told: object) -> bool:
    """True or false, or TypeError."""
    if not isinstance(told, bool):
        raise TypeError("not true or false")
    return told


def a_count(told: object) -> int:
    """A whole number from 0 on, or TypeError."""
    if not isinstance(told, int) or isinstance(told, bool) or told < 0:
        raise TypeError("not a count")
    return told


def a_number(told: object) -> float:
    """A finite number, or TypeError."""
    if not isinstance(told, int | float) or isinstance(told, bool) or not math.isfinite(told):
        raise TypeError("not a number")
    return float(told)
